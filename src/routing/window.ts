const SLOTS = 10

/** How the latest calls ended. */
export interface CallCounts {
  readonly calls: number
  readonly faults: number
}

/** Counts calls over a window that moves with the time, in ten slots. */
export interface CallWindow {
  add(isFault: boolean, now: number): void
  count(now: number): CallCounts
  clear(): void
}

/** An empty window of so many milliseconds. */
export function createCallWindow(windowMs: number): CallWindow {
  const slotMs = Math.max(1, windowMs / SLOTS)
  const calls = Array.from({ length: SLOTS }, () => 0)
  const faults = Array.from({ length: SLOTS }, () => 0)
  let current = 0

  const moveTo = (now: number): number => {
    const latest = Math.max(current, Math.floor(now / slotMs))
    const oldest = Math.max(current, latest - SLOTS)
    for (let slot = oldest + 1; slot <= latest; slot += 1) {
      calls[slot % SLOTS] = 0
      faults[slot % SLOTS] = 0
    }
    current = latest
    return latest % SLOTS
  }

  return {
    add(isFault, now) {
      const slot = moveTo(now)
      calls[slot] = (calls[slot] ?? 0) + 1
      if (isFault) faults[slot] = (faults[slot] ?? 0) + 1
    },
    count(now) {
      moveTo(now)
      return { calls: calls.reduce(add), faults: faults.reduce(add) }
    },
    clear() {
      calls.fill(0)
      faults.fill(0)
    },
  }
}

function add(one: number, other: number): number {
  return one + other
}
