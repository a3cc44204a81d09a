import type { MaybePromise } from '../canonical/maybe-promise.js'

/** What one call asks of the limits of its key; `null` rules are unlimited. */
export interface LimitRequest {
  readonly keyId: string
  /** Unique id of this call: names its concurrency lease and its token reservation. */
  readonly leaseId: string
  /** Requests per minute. */
  readonly rpm: number | null
  /** Tokens per minute. */
  readonly tpm: number | null
  /** Calls at the same time. */
  readonly concurrency: number | null
  /** Tokens to reserve now; reconciled to the real number by `finish`. Bounded to `tpm` by the store. */
  readonly tokens: number
  /** A lease that nobody returned ends by itself after this time, in milliseconds. */
  readonly leaseTtlMs: number
}

/** State of one bucket after a decision, for rate-limit headers. */
export interface BucketStatus {
  readonly limit: number
  /** Whole units left now, never negative. */
  readonly remaining: number
  /** Milliseconds until the bucket is full again. */
  readonly resetMs: number
}

/** Which limit refused. */
export type LimitKind = 'requests' | 'tokens' | 'concurrency'

/** Expected outcomes are values: a refusal costs nothing, in no bucket. */
export interface LimitDecision {
  readonly allowed: boolean
  /** Set when refused. */
  readonly refusedBy?: LimitKind | undefined
  /** Milliseconds until the same request could pass; set when refused. */
  readonly retryAfterMs?: number | undefined
  /** Tokens that were reserved (after bounding). */
  readonly reservedTokens: number
  readonly requests: BucketStatus | null
  readonly tokens: BucketStatus | null
}

/** Counts requests, tokens and calls in flight. All limits of a call are decided in one atomic step. */
export interface LimitStore {
  take(request: LimitRequest): MaybePromise<LimitDecision>
  /**
   * Ends a call that was allowed: returns its concurrency lease and reconciles its reservation to `actualTokens`
   * (less: the rest is given back; more: the bucket goes into debt). Idempotent by lease id.
   */
  finish(request: LimitRequest, decision: LimitDecision, actualTokens: number): MaybePromise<void>
  /**
   * Gives a lease that has not ended its whole time again, from now; one that has stays ended. Absent: the slot of a
   * stream that outlives `leaseTtlMs` is taken by others.
   */
  renew?(request: LimitRequest): MaybePromise<void>
}
