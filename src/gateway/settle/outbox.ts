import type { HoldRequest } from '../../balance/ledger.js'
import type { MaybePromise } from '../../canonical/maybe-promise.js'
import type { LimitDecision, LimitRequest } from '../../limits/store.js'
import type { UsageRecord } from '../../usage/record.js'

/** What a charge that is late still has to do, and what is written down of it then. */
interface LateCharge {
  readonly costMicro: number
  /** Appended when the money has been taken, with the shortfall that was left; null or absent = there is none. */
  readonly record?: UsageRecord | null | undefined
}

/**
 * What a call still owes to a store when it has ended. Each is idempotent by an id inside it, so doing it twice changes
 * nothing. `charge`: the ledger was down when the call began, so there may be no hold to settle.
 */
export type OutboxJob =
  | ({ readonly type: 'settle'; readonly holdId: string } & LateCharge)
  | ({ readonly type: 'charge'; readonly hold: HoldRequest } & LateCharge)
  | { readonly type: 'release'; readonly holdId: string }
  | {
      readonly type: 'finish'
      readonly request: LimitRequest
      readonly decision: LimitDecision
      readonly actualTokens: number
    }
  | { readonly type: 'append'; readonly record: UsageRecord }

/** A job in an outbox: plain data, fit for JSON. */
export interface OutboxEntry {
  /** `req_cm_…:settle`: one entry for each kind of job of a request. */
  readonly id: string
  readonly requestId: string
  readonly job: OutboxJob
  /** Milliseconds since the epoch after which what the job would end has ended by itself; null = it never does. */
  readonly expiresAt: number | null
}

/**
 * Where jobs wait until their store takes them. Several processes may share one: a job may then be done by two of them,
 * which changes nothing.
 */
export interface Outbox {
  /** True when entries survive the process: they are taken up by the next one. */
  readonly durable: boolean
  /** False when it is full; an id that is there already changes nothing. */
  put(entry: OutboxEntry): MaybePromise<boolean>
  /** Forgets an entry; one that is not there is no error. */
  done(id: string): MaybePromise<void>
  /** All entries, oldest first. */
  pending(): MaybePromise<readonly OutboxEntry[]>
}

/**
 * An outbox in memory of at most so many entries: gone with the process, unless `close` of the gateway empties it.
 * Jobs for what would end by itself take no more than half of it, so that they crowd out no money.
 */
export function createMemoryOutbox(maxEntries: number): Outbox {
  const entries = new Map<string, OutboxEntry>()
  let expiring = 0
  return {
    durable: false,
    put(entry) {
      if (entries.has(entry.id)) return true
      const { expiresAt } = entry
      if (entries.size >= maxEntries || (expiresAt !== null && expiring >= maxEntries / 2)) return false
      if (expiresAt !== null) expiring += 1
      entries.set(entry.id, entry)
      return true
    },
    done(id) {
      const entry = entries.get(id)
      if (entry === undefined) return
      if (entry.expiresAt !== null) expiring -= 1
      entries.delete(id)
    },
    pending: () => [...entries.values()],
  }
}
