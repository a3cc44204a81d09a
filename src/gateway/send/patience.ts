/** How long a client is kept waiting for the status of a stream. It runs out once, whatever is being waited for. */
export interface Patience {
  /** Waits while it lasts; null when it has run out first. */
  wait<T>(promise: Promise<T>): Promise<T | null>
  /** Stops its clock: the status is known. */
  end(): void
}

const ENDLESS: Patience = {
  wait: (promise) => promise,
  end: () => undefined,
}

/** Starts a patience of so many milliseconds; 0 = endless. */
export function createPatience(durationMs: number): Patience {
  if (durationMs <= 0) return ENDLESS
  let timer: ReturnType<typeof setTimeout> | undefined
  const over = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, durationMs, null)
  })
  return {
    wait: (promise) => Promise.race([promise, over]),
    end: () => clearTimeout(timer),
  }
}
