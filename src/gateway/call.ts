import type { CancelSignal } from './cancel-signal.js'
import type { LimitDecision, LimitRequest } from '../limits/store.js'
import type { ModelPrice } from '../canonical/price.js'
import type { Identity } from '../keys/key-store.js'
import type { Dialect } from './dialect.js'

/** What is known of a request so far; each step of the pipeline adds to it. */
export interface Call {
  readonly requestId: string
  readonly endpoint: string
  readonly dialect: Dialect
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  readonly signal: CancelSignal
  /** True when the limit on the whole call aborted it, not the client. */
  readonly timedOut: () => boolean
  /** Ends what runs beside the call: its timer. */
  readonly close: () => void
  identity: Identity | null
  /** Model id of the catalogue, or what the client sent when it named none. */
  model: string
  route: string | null
  endUser: string | null
  streamed: boolean
  firstByteAt: number | null
  /** Headers for every answer from here on, errors too. */
  readonly headers: Record<string, string>
}

/** What was reserved before the call. */
export interface Admission {
  readonly limitRequest: LimitRequest
  readonly limits: LimitDecision
  /** Null for a free model. */
  readonly holdId: string | null
  readonly price: ModelPrice | 'free'
  readonly estimatedInputTokens: number
  /** Set when the balance pays for less output than the model can give: the vendor is told. */
  readonly maxOutputTokens: number | undefined
}
