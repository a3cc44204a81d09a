/** Time that passes only when told to. */
export interface FakeClock {
  readonly now: () => number
  readonly setTimer: (callback: () => void, delayMs: number) => unknown
  readonly clearTimer: (timer: unknown) => void
  advance(milliseconds: number): void
  /** Timers that were ever set. */
  readonly timersSet: number
  /** Timers that are still to fire. */
  readonly timersOpen: number
}

export function createFakeClock(): FakeClock {
  const timers = new Map<number, { readonly at: number; readonly callback: () => void }>()
  let time = 1000
  let timersSet = 0
  return {
    now: () => time,
    setTimer: (callback, delayMs) => {
      timersSet += 1
      timers.set(timersSet, { at: time + delayMs, callback })
      return timersSet
    },
    clearTimer: (timer) => {
      timers.delete(timer as number)
    },
    advance(milliseconds) {
      const end = time + milliseconds
      for (;;) {
        const due = [...timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)[0]
        if (due === undefined) break
        timers.delete(due[0])
        time = due[1].at
        due[1].callback()
      }
      time = end
    },
    get timersSet() {
      return timersSet
    },
    get timersOpen() {
      return timers.size
    },
  }
}
