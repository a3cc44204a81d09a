import type { RunAdmin } from './context.js'

/** Sessions of a console, kept in the store of values that live for a while: ended in one process, ended in all. */
export interface SessionAdmin {
  /** Opens a session under an id that nobody can guess, until `expiresAt`: milliseconds since the epoch. */
  open(id: string, expiresAt: number): Promise<void>
  isOpen(id: string): Promise<boolean>
  /** False when there was none. */
  end(id: string): Promise<boolean>
}

/** The functions of {@link SessionAdmin}. */
export function createSessionAdmin(run: RunAdmin): SessionAdmin {
  return {
    open: (id, expiresAt) => run(({ stores }) => stores.state.put(keyOf(id), 'open', expiresAt)),
    isOpen: (id) => run(async ({ stores }) => (await stores.state.get(keyOf(id))) !== null),
    end: (id) => run(({ stores }) => stores.state.delete(keyOf(id))),
  }
}

function keyOf(id: string): string {
  return `console-session:${id}`
}
