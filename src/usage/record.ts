import type { Usage } from '../canonical/usage.js'
import type { MaybePromise } from '../canonical/maybe-promise.js'

/** How a call ended. */
export type CallStatus = 'completed' | 'failed' | 'aborted'

/** One record per request, whatever its end. */
export interface UsageRecord {
  readonly requestId: string
  readonly accountId: string
  readonly keyId: string
  /** Milliseconds since the epoch, when the request arrived. */
  readonly time: number
  /** Model id as the catalogue names it; what the client sent when it named none. */
  readonly model: string
  /** `upstream name:vendor model id`; null when no route was taken. */
  readonly route: string | null
  readonly endpoint: string
  readonly status: CallStatus
  readonly httpStatus: number
  readonly errorCode: string | null
  readonly errorMessage: string | null
  readonly latencyMs: number
  /** Null when no byte went out. */
  readonly timeToFirstByteMs: number | null
  readonly usage: Usage
  readonly costMicro: number
  /** Part of the cost that the balance could not pay. */
  readonly shortfallMicro: number
  /** Stable end-user identifier that the client gave, if any. */
  readonly endUser: string | null
  readonly streamed: boolean
}

/** Sums over one window; the shape of `/v1/usage`. */
export interface UsageTotals {
  readonly costMicro: number
  readonly promptTokens: number
  readonly completionTokens: number
  /** Every status. */
  readonly requestCount: number
  /** The completed ones. */
  readonly successCount: number
}

/** Day, ISO week and month, UTC. */
export interface UsageWindows {
  readonly daily: UsageTotals
  readonly weekly: UsageTotals
  readonly monthly: UsageTotals
}

/** Where usage records go. */
export interface UsageStore {
  append(record: UsageRecord): MaybePromise<void>
  windows(accountId: string, now: number): MaybePromise<UsageWindows>
}
