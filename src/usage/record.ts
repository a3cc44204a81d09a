import type { Usage } from '../canonical/usage.js'
import type { MaybePromise } from '../canonical/maybe-promise.js'

/** How a call ended. */
export type CallStatus = 'completed' | 'failed' | 'aborted'

/** One of several calls to vendors that one request took. */
export interface AttemptRecord {
  /** `upstream name:vendor model id` */
  readonly route: string
  /** HTTP status; null when the vendor gave none. */
  readonly status: number | null
  /** Null for the one that was delivered. */
  readonly errorCode: string | null
  readonly latencyMs: number
}

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
  /** In their order, the delivered one last. Absent where the first one was the only one. */
  readonly attempts?: readonly AttemptRecord[] | undefined
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

/** Which records; what is absent does not filter. */
export interface UsageFilter {
  readonly accountId?: string | undefined
  readonly keyId?: string | undefined
  readonly model?: string | undefined
  readonly status?: CallStatus | undefined
  readonly endUser?: string | undefined
  /** Milliseconds since the epoch, included. */
  readonly since?: number | undefined
  /** Milliseconds since the epoch, not included. */
  readonly until?: number | undefined
}

/** A page of records, newest first. */
export interface UsageQuery extends UsageFilter {
  /** Only records behind this one: the last one of the page before. */
  readonly after?: Pick<UsageRecord, 'time' | 'requestId'> | undefined
  readonly limit: number
}

/** What totals are grouped by; a day is written `2026-01-31`, UTC. */
export type UsageDimension = 'day' | 'model' | 'key' | 'end_user'

/** What totals can be asked by; `day_model`: the models of each day. */
export type UsageGrouping = UsageDimension | 'day_model'

/** Totals of an account over whole UTC days, from aggregates: no scan of the records. */
export interface UsageTotalsQuery {
  /** Absent: all accounts together. */
  readonly accountId?: string | undefined
  readonly by: UsageGrouping
  /** UTC midnight, milliseconds since the epoch, included. */
  readonly since: number
  /** UTC midnight, not included. */
  readonly until: number
}

/** The totals of one day, model, key or end user (calls without an end user are no group of their own). */
export interface UsageGroup {
  readonly group: string
  /** Set for `day_model`, whose `group` is the day. */
  readonly model?: string | undefined
  readonly totals: UsageTotals
}

/** Where usage records go. */
export interface UsageStore {
  /** A request id that is there already changes nothing. */
  append(record: UsageRecord): MaybePromise<void>
  windows(accountId: string, now: number): MaybePromise<UsageWindows>
  /** Null when there is none, or it has been pruned. Without the vendor's raw usage. */
  record(requestId: string): MaybePromise<UsageRecord | null>
  /** Newest first; of the same time, by request id, descending. */
  records(query: UsageQuery): MaybePromise<readonly UsageRecord[]>
  /** Days ascending; other groups, and the models of a day, by cost, dearest first. */
  totals(query: UsageTotalsQuery): MaybePromise<readonly UsageGroup[]>
  /** Forgets records from before a time, not the totals; returns how many. Safe to run anywhere, any time. */
  prune(before: number): MaybePromise<number>
}
