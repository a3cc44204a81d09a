import type { UpstreamError } from '../../canonical/upstream-error.js'
import type { PartialUsage } from '../../canonical/usage.js'
import type { Warning } from '../../canonical/warning.js'
import type { AnswerFacts } from '../hooks.js'
import type { Leg } from '../send/resolve.js'

/** What has been seen of a vendor's answer: what metering needs when the answer ends, however it ends. */
export interface Progress {
  /** `idle`: nothing that commits a status. `started`: content or its beginning. `finished`: the vendor said how it ended. */
  readonly phase: 'idle' | 'started' | 'finished'
  readonly error: UpstreamError | null
  /** Null: the vendor has reported none so far. */
  readonly usage: PartialUsage | null
  /** What the vendor has said of the answer so far. */
  answer(): AnswerFacts
  /** Our own count of the output seen so far. */
  countOutput(): number
}

/** A whole answer, ready for the client. */
export interface Answer extends Progress {
  readonly body: string
  readonly warnings: readonly Warning[]
}

/** Push reducer: a vendor's bytes in, the client's text out, whole events only. */
export interface AnswerStream {
  readonly progress: Progress
  /** True when the answer is complete although the vendor goes on (an emulated stop sequence). */
  readonly done: boolean
  /** What was lost of the answer so far. */
  readonly warnings: readonly Warning[]
  push(bytes: Uint8Array): string
  /**
   * The vendor closed the stream half-way: body of the request for the rest, whose bytes are pushed here, too; null when
   * there is none. Absent where that is the client's own business.
   */
  readonly next?: (() => string | null) | undefined
  /** The vendor closed the stream; a stream that had not finished ends with the protocol's error. */
  end(): string
  /** The connection broke, or the gateway gave up. */
  fail(error: UpstreamError): string
}

/** A request in other words: its body, and the same place with the endpoint that takes it. */
export interface Restated {
  readonly body: string
  readonly leg: Leg
}

/** One way from a client to a vendor and back: as it is, or translated. */
export interface Exchange {
  /** True: the vendor gets the client's own bytes, so that the client's headers go with them, and the vendor's come back. */
  readonly direct: boolean
  /** Body for the vendor. */
  readonly body: string
  /** Headers that this very body needs, over the protocol's default ones; null = none. */
  readonly headers: Readonly<Record<string, string>> | null
  readonly warnings: readonly Warning[]
  /** What a vendor is asked that refused to go on from what it was to remember, or to compact; null for any other refusal. */
  readonly restate?: ((refusal: UpstreamError) => Restated | null) | undefined
  /** `texts`: what the vendor answered; several where it ended half-way and was asked for the rest. */
  readAnswer(texts: readonly [string, ...string[]]): Answer
  /** Body of the request for the rest of what was answered so far; null when there is none. Absent as in a stream. */
  readonly continueRequest?: ((texts: readonly string[]) => string | null) | undefined
  createStream(): AnswerStream
}
