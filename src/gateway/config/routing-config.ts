/** Tries at a vendor before anything of an answer has reached the client. */
export interface RetryConfig {
  /** Further tries at the same candidate. Default 0: a failure goes to the next candidate at once. */
  readonly attempts?: number | undefined
  /** Wait before the first of them, in milliseconds; each further one doubles it, jittered. Default 500. */
  readonly baseMs?: number | undefined
  /** No wait is longer, in milliseconds; a vendor that asks for a longer one is not tried again. Default 8 000. */
  readonly maxMs?: number | undefined
}

/**
 * The circuit breaker of a candidate. It always holds where a model has several candidates; where it is given, for all
 * models: one whose candidates are all broken is then refused with 503 at once.
 */
export interface BreakerConfig {
  /** So many faults in a row open it. Default 5. */
  readonly consecutiveFaults?: number | undefined
  /** This part of the calls within the window opens it. Default 0.5. */
  readonly faultRate?: number | undefined
  /** Calls within the window below which the rate says nothing. Default 20. */
  readonly minimumCalls?: number | undefined
  /** Milliseconds. Default 60 000. */
  readonly windowMs?: number | undefined
  /** Milliseconds until a single call may probe an open one. Default 15 000. */
  readonly openMs?: number | undefined
}

/** Reasoning state of tool calls, kept here for clients that drop it. */
export interface StateCacheConfig {
  /** Calls kept in memory at most. Default 10 000. */
  readonly entries?: number | undefined
  /** Milliseconds. Default one hour. */
  readonly ttlMs?: number | undefined
  /** True: also in the state store, for other processes. Default false. */
  readonly shared?: boolean | undefined
}
