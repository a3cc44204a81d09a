import { setTimeout as sleep } from 'node:timers/promises'

/** Lets many through, until it is told to hold them up. */
export interface Gate {
  /** Waits while it is shut; false when it is shut for good. Who has entered leaves. */
  readonly enter: () => Promise<boolean>
  readonly leave: () => void
  /** Lets nobody in; resolves when nobody is inside. */
  readonly shut: () => Promise<void>
  readonly open: () => void
  /** Sends everybody home. */
  readonly end: () => void
}

const LOOK_MS = 20

/** An open gate. */
export function createGate(): Gate {
  const state = { isShut: false, isOver: false, inside: 0 }
  return {
    async enter() {
      while (state.isShut) await sleep(LOOK_MS)
      if (state.isOver) return false
      state.inside += 1
      return true
    },
    leave: () => void (state.inside -= 1),
    async shut() {
      state.isShut = true
      while (state.inside > 0) await sleep(LOOK_MS)
    },
    open: () => void (state.isShut = false),
    end() {
      state.isShut = false
      state.isOver = true
    },
  }
}
