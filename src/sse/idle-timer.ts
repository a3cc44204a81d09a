/** Calls back after a time without a new start. */
export interface IdleTimer {
  /** A wait begins at this time, in milliseconds; it replaces the one before. */
  start(now: number): void
  stop(): void
}

export interface IdleTimerOptions {
  readonly intervalMs: number
  readonly now: () => number
  readonly setTimer?: ((callback: () => void, delayMs: number) => unknown) | undefined
  readonly clearTimer?: ((timer: unknown) => void) | undefined
}

/**
 * One timer for any number of starts: a start arms nothing, the timer compares times when it fires.
 */
export function createIdleTimer(options: IdleTimerOptions, onIdle: () => void): IdleTimer {
  const {
    intervalMs,
    now,
    setTimer = (callback: () => void, delayMs: number) => globalThis.setTimeout(callback, delayMs),
    clearTimer = (timer: unknown) => globalThis.clearTimeout(timer as number),
  } = options
  let since = 0
  let timer: { readonly handle: unknown } | null = null

  const arm = (delayMs: number): void => {
    timer = { handle: setTimer(fire, delayMs) }
  }

  function fire(): void {
    timer = null
    const elapsed = now() - since
    if (elapsed >= intervalMs) {
      onIdle()
      return
    }
    // A clock that was set back must not make the wait longer than one interval.
    arm(Math.min(intervalMs, Math.ceil(intervalMs - elapsed)))
  }

  return {
    start(time) {
      since = time
      if (timer === null) arm(intervalMs)
    },
    stop() {
      if (timer !== null) clearTimer(timer.handle)
      timer = null
    },
  }
}
