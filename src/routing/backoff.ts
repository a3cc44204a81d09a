/** How a place is tried again. */
export interface RetryRule {
  /** Further tries at the same place. */
  readonly attempts: number
  /** Wait before the first of them, in milliseconds; each further one waits twice as long. */
  readonly baseMs: number
  /** No wait is longer; a vendor that asks for a longer one is not tried again. */
  readonly maxMs: number
}

/** What a place has said of itself when it failed. */
export interface FailedTry {
  /** Tries so far, at least 1. */
  readonly tries: number
  /** The wait that the vendor asked for; undefined = none. */
  readonly retryAfterMs: number | undefined
}

/**
 * Milliseconds until a place may be tried again: exponential, jittered by up to half, and never shorter than the vendor
 * asked for. Null when it asked for more than the rule allows. `random`: 0 to 1.
 */
export function waitBeforeRetry(
  { baseMs, maxMs }: RetryRule,
  { tries, retryAfterMs = 0 }: FailedTry,
  random: number,
): number | null {
  if (retryAfterMs > maxMs) return null
  const most = Math.min(maxMs, baseMs * 2 ** (tries - 1))
  return Math.max(Math.round(most * (0.5 + random / 2)), retryAfterMs)
}
