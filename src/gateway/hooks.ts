import type { JsonObject } from '../canonical/json.js'
import type { Warning } from '../canonical/warning.js'
import type { GatewayError } from '../errors.js'
import type { Identity } from '../keys/key-store.js'
import type { UsageRecord } from '../usage/record.js'
import type { OutboxJob } from './settle/outbox.js'

/** What a hook may answer to stop a request: it becomes an error in the client's dialect. */
export interface Refusal {
  readonly refuse: string
  /** 4xx; default 403. */
  readonly status?: number | undefined
}

type HookResult = void | Refusal | Promise<void | Refusal>

export interface RequestEvent {
  readonly requestId: string
  readonly endpoint: string
  readonly identity: Identity
  readonly model: string
  readonly body: JsonObject
}

export interface RouteEvent {
  readonly requestId: string
  readonly model: string
  /** `upstream name:vendor model id` */
  readonly route: string
}

export interface WarningEvent {
  readonly requestId: string
  readonly warnings: readonly Warning[]
}

export interface ErrorEvent {
  readonly requestId: string
  /** What the client was told. */
  readonly error: GatewayError
  /** What really happened, for the operator's log; may hold internals, never a vendor key. */
  readonly cause?: unknown
}

/** A store that failed within a call, and what became of it. */
export interface StoreFailureEvent {
  readonly requestId: string
  readonly store: 'limits' | 'ledger' | 'usage' | 'state'
  /** Method of the store: `take`, `hold`, `settle`, … */
  readonly operation: string
  readonly cause: unknown
  /** True when the call went on, or had ended; false when it was refused with `db_error`. */
  readonly passed: boolean
  /** Work that nobody will do any more, because the outbox was full or closed: the operator's. Null = nothing is lost. */
  readonly lost: OutboxJob | null
}

/**
 * Observers. `onRequest` and `onRoute` may refuse; the others only look. A hook that throws breaks no request:
 * its error goes to `onError`.
 */
export interface Hooks {
  onRequest?(event: RequestEvent): HookResult
  onRoute?(event: RouteEvent): HookResult
  onUsage?(record: UsageRecord): void | Promise<void>
  onWarning?(event: WarningEvent): void | Promise<void>
  onError?(event: ErrorEvent): void | Promise<void>
  /** For a metric: a store that is down is otherwise seen only by who looks at what went through. */
  onStoreFailure?(event: StoreFailureEvent): void | Promise<void>
}
