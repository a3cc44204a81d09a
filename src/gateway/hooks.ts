import type { JsonObject } from '../canonical/json.js'
import type { Warning } from '../canonical/warning.js'
import type { GatewayError } from '../errors.js'
import type { Identity } from '../keys/key-store.js'
import type { UsageRecord } from '../usage/record.js'
import type { RequestHeaders } from './http/http.js'
import type { OutboxJob } from './settle/outbox.js'

/** What a hook may answer to stop a request: it becomes an error in the client's dialect. */
export interface Refusal {
  readonly refuse: string
  /** 4xx; default 403. */
  readonly status?: number | undefined
}

type HookResult = void | Refusal | Promise<void | Refusal>

/** A call has come in; each ends with one {@link EndEvent}. Told before anything is awaited but the first start of the gateway. */
export interface StartEvent {
  readonly requestId: string
  readonly endpoint: string
  /** Milliseconds since the epoch. */
  readonly time: number
  /** Names in lower case; without credentials and cookies. */
  readonly headers: RequestHeaders
}

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

/** Where a call goes. */
export interface PlaceFacts {
  /** `upstream name:vendor model id` */
  readonly route: string
  /** Name of the upstream in the configuration. */
  readonly upstream: string
  /** Code of the upstream's preset; null = it has none. */
  readonly vendor: string | null
  /** The vendor's own id of the model. */
  readonly vendorModel: string
  /** False for a model of a `vendor/*` entry: its id is words of the client, and there may be any number of them. */
  readonly isListed: boolean
  /** Where the upstream is: host and port of its base URL. */
  readonly server: ServerAddress
}

/** Host and port. */
export interface ServerAddress {
  readonly address: string
  readonly port: number
}

/** A vendor is about to be called; one call may take several. */
export interface AttemptEvent extends PlaceFacts {
  readonly requestId: string
  /** Model id of the catalogue. */
  readonly model: string
  /** Milliseconds since the epoch. */
  readonly time: number
}

/** The last attempt has failed, and nothing of it has reached the client. One that is delivered ends with its call. */
export interface AttemptFailureEvent extends PlaceFacts {
  readonly requestId: string
  /** Milliseconds since the epoch. */
  readonly time: number
  /** HTTP status of the vendor; null when it gave none. */
  readonly status: number | null
  readonly error: GatewayError
}

/** What a vendor said of its answer, in its own words, whether they were translated for the client or not. */
export interface AnswerFacts {
  /** Null: it gave none. */
  readonly id: string | null
  /** The model that answered, which may be another one than {@link PlaceFacts.vendorModel}; null: it named none. */
  readonly model: string | null
  /** How each of the answers ended (`stop`, `end_turn`, `max_output_tokens`), in their order; none that did not. */
  readonly finishReasons: readonly string[]
}

/** A call has ended: with a record or, where there is none (no account, a count of tokens, a replay), as one would be. */
export interface EndEvent extends Omit<UsageRecord, 'accountId' | 'keyId'> {
  /** Null: the key was not known. */
  readonly accountId: string | null
  readonly keyId: string | null
  /** Where it went last; null when no route was taken. */
  readonly place: PlaceFacts | null
  /** Null: no vendor has begun to answer, or there was nothing to answer (a count of tokens, a replay). */
  readonly answer: AnswerFacts | null
  /** True: the answer of an earlier call with the same `Idempotency-Key`. */
  readonly isReplay: boolean
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
 * Observers. `onRequest` and `onRoute` may refuse, `onAttempt` may add headers; the others only look. A hook that
 * throws breaks no request: its error goes to `onError`.
 */
export interface Hooks {
  /** Called in the host's own asynchronous context. */
  onStart?(event: StartEvent): void | Promise<void>
  onRequest?(event: RequestEvent): HookResult
  onRoute?(event: RouteEvent): HookResult
  /** May answer headers for the vendor, such as `traceparent`; those of the configuration win. */
  onAttempt?(event: AttemptEvent): Readonly<Record<string, string>> | void
  onAttemptFailure?(event: AttemptFailureEvent): void | Promise<void>
  onUsage?(record: UsageRecord): void | Promise<void>
  onWarning?(event: WarningEvent): void | Promise<void>
  onError?(event: ErrorEvent): void | Promise<void>
  /** For a metric: a store that is down is otherwise seen only by who looks at what went through. */
  onStoreFailure?(event: StoreFailureEvent): void | Promise<void>
  /** Once for each `onStart`, when the answer is out: a stream at its end. */
  onEnd?(event: EndEvent): void | Promise<void>
}
