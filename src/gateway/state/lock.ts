import { GatewayError } from '../../errors.js'
import { pause } from '../pause.js'

/** Runs a step that nobody else runs for the same id. `assertOurs` throws when it has taken too long for that. */
export type Locked = <T>(id: string, step: (assertOurs: () => Promise<void>) => Promise<T>) => Promise<T>

/** Where locks are kept: under each id the token of who has it. */
export interface LockPlace {
  /** False: somebody has it. */
  readonly take: (id: string, token: string, lifeMs: number) => Promise<boolean>
  readonly holder: (id: string) => Promise<string | null>
  readonly free: (id: string) => Promise<unknown>
  readonly createToken: () => string
}

/** Longest step; its lock is gone after that. */
const LOCK_MS = 5000
const LOCK_PAUSE_MS = 20

/** Makes a {@link Locked}, which throws `db_error` when others do not come to an end. */
export function createLocked({ take, holder, free, createToken }: LockPlace): Locked {
  const wait = async (id: string, token: string): Promise<void> => {
    for (let waitedMs = 0; waitedMs <= LOCK_MS; waitedMs += LOCK_PAUSE_MS) {
      if (await take(id, token, LOCK_MS)) return
      await pause(LOCK_PAUSE_MS)
    }
    throw isBeingChanged()
  }

  return async (id, step) => {
    const token = createToken()
    const isOurs = async (): Promise<boolean> => (await holder(id)) === token
    await wait(id, token)
    try {
      return await step(async () => {
        if (!(await isOurs())) throw isBeingChanged()
      })
    } finally {
      // Who was too slow has lost it to another, who goes on.
      if (await isOurs()) await free(id)
    }
  }
}

function isBeingChanged(): GatewayError {
  return new GatewayError('db_error', 'The entry is being changed. Try again later.')
}
