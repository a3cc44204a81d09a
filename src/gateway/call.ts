import type { HoldRequest } from '../balance/ledger.js'
import type { CancelSignal } from './send/cancel-signal.js'
import type { LimitDecision, LimitRequest } from '../limits/store.js'
import type { Warning } from '../canonical/warning.js'
import type { ModelPrice } from '../canonical/price.js'
import type { Identity } from '../keys/key-store.js'
import type { CallStatus } from '../usage/record.js'
import type { Dialect } from './http/dialect.js'
import type { Attempts } from './send/attempts.js'
import type { Leg } from './send/resolve.js'

/** Records outlive their request: of what a client wrote they keep no more than this. */
export const KEPT_LENGTH = 512

/** What is known of a request so far; each step of the pipeline adds to it. */
export interface Call {
  readonly requestId: string
  readonly endpoint: string
  readonly dialect: Dialect
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  signal: CancelSignal
  /** True when the limit on the whole call aborted it, not the client. */
  timedOut: () => boolean
  /** Ends what runs beside the call: its timer. */
  close: () => void
  /** True: the call goes on without its client, which has got an answer already. */
  isDetached: boolean
  identity: Identity | null
  /** Model id of the catalogue, or what the client sent when it named none. */
  model: string
  route: string | null
  /** Where it went last, for observers; null when it went nowhere. */
  leg: Leg | null
  endUser: string | null
  streamed: boolean
  firstByteAt: number | null
  /** How the call ended and whether it was billed; null while it runs. */
  ended: { readonly status: CallStatus; readonly billed: boolean } | null
  /** What was lost on the way beside what the exchange knows of; reported with it. */
  readonly warnings: Warning[]
  /** Headers for every answer from here on, errors too. */
  readonly headers: Record<string, string>
  /** Absent where there is one place to go to, once. */
  attempts?: Attempts | undefined
}

/** What was reserved before the call. */
export interface Admission {
  readonly limitRequest: LimitRequest
  /** Null when the limits could not be asked and the call went on without them. */
  readonly limits: LimitDecision | null
  /** Null for a free model. */
  readonly hold: Hold | null
  readonly price: ModelPrice | 'free'
  readonly estimatedInputTokens: number
  /** Set when the balance pays for less output than the model can give: the vendor is told. */
  readonly maxOutputTokens: number | undefined
}

/** The money of a call. */
export interface Hold {
  readonly request: HoldRequest
  /** False when the ledger failed and the call went on without it: it is charged when the ledger is back. */
  readonly placed: boolean
  /** Output tokens, of all answers together, that it pays for. */
  readonly outputTokens: number
  /** By how many output tokens a stream extends it; 0 = it pays for the whole answer already. */
  readonly stepTokens: number
  /** No answer can be longer than this, so a longer hold would be for nothing. */
  readonly mostTokens: number
}
