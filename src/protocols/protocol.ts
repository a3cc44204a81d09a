import type { JsonObject, JsonValue } from '../canonical/json.js'
import type { CanonicalRequest } from '../canonical/request.js'
import type { CanonicalResponse } from '../canonical/response.js'
import type { OpaqueState } from '../canonical/state.js'
import type { StreamPart } from '../canonical/stream.js'
import type { Target } from '../canonical/target.js'
import type { UpstreamError } from '../canonical/upstream-error.js'
import type { PartialUsage } from '../canonical/usage.js'
import type { Warning } from '../canonical/warning.js'
import { type ErrorCode, GatewayError } from '../errors.js'

/** The wire protocols. */
export type ProtocolId = 'openai-chat' | 'openai-responses' | 'anthropic-messages' | 'gemini'

/** One event of a server-sent event stream. */
export interface SseEvent {
  /** The `event:` line; undefined when there is none. */
  readonly event: string | undefined
  /** The `data:` lines, joined by a line feed. */
  readonly data: string
}

/** A value and what was lost in making it. */
export interface Translated<T> {
  readonly value: T
  readonly warnings: readonly Warning[]
}

/** Everything impure that a codec needs, as pure functions of its arguments. */
export interface CodecContext {
  /** Puts opaque state into a signed envelope that a client of another protocol carries as a string. */
  seal(state: OpaqueState): string
  /** Opens what `seal` made. `foreign`: not ours, so native to the protocol it came in. `tampered`: ours, but altered. */
  open(text: string): OpenedState
  /** First `length` characters of base32(SHA-256(text)), lower case: deterministic ids. */
  hash(text: string, length: number): string
}

export type OpenedState =
  | { readonly status: 'ours'; readonly state: OpaqueState }
  | { readonly status: 'foreign' }
  | { readonly status: 'tampered' }

/** What decoding a vendor's answer needs to know. */
export interface DecodeContext extends CodecContext {
  readonly target: Target
}

/** What encoding an answer for a client needs to know. */
export interface EncodeContext extends CodecContext {
  /** The model name that the client sees. */
  readonly model: string
  /** Seconds since the epoch. */
  readonly created: number
  /** Our request id (`req_cm_…`). */
  readonly requestId: string
  /** What the client asked, decoded. */
  readonly request: CanonicalRequest
  /** What the client asked, as it came: echoed where the protocol echoes (Responses). */
  readonly body: JsonObject
  /** Our own count of the input, for protocols that name it before the vendor has. */
  readonly estimatedInputTokens: number
}

/** Push reducer: the events of a vendor's stream in, canonical parts out. Never throws on bad input. */
export interface StreamDecoder {
  push(event: SseEvent): readonly StreamPart[]
  /** The stream ended (or broke off): ends with `finish` or `error` unless one was given before. */
  end(): readonly StreamPart[]
}

/** Push reducer: canonical parts in, bytes for the client out. */
export interface StreamEncoder {
  /** Zero or more whole events. */
  push(part: StreamPart): string
  /** What could not be said so far, in the words and paths of `encodeResponse`. */
  readonly warnings: readonly Warning[]
}

/** What the gateway must know of a client's request before it decodes or forwards it. */
export interface RequestFacts {
  readonly model: string
  readonly stream: boolean
  readonly maxOutputTokens: number | undefined
  /** Number of answers asked for; 1 unless the protocol has such a field. */
  readonly candidateCount: number
  readonly endUser: string | undefined
  /** Stable conversation id, for affinity. */
  readonly session: string | undefined
  /** True: the usage that we ask the vendor for must not be shown to this client. */
  readonly hideUsage: boolean
}

/** What the gateway changes in a request that goes to a vendor of the same protocol. */
export interface RoutedRequest {
  readonly target: Target
  /** Set when the client named no limit and the balance pays for less than the model's: the vendor must be told. */
  readonly maxOutputTokens: number | undefined
}

/** Top-level fields of a body and what they are to be; undefined = left out. */
export type FieldEdits = Readonly<Record<string, JsonValue | undefined>>

/** What one event of a same-protocol stream means; its bytes go on as they are. */
export interface Observation {
  readonly usage?: PartialUsage | undefined
  /** The vendor has said how the answer ended: an end of the stream after this is a clean one. */
  readonly finished?: boolean | undefined
  /** Where there can be several answers: which of them have ended here. Absent for an end of all. */
  readonly finishedIndexes?: readonly number[] | undefined
  /** The vendor's own words for how answers ended: one for each of `finishedIndexes`, where there are those. */
  readonly finishReasons?: readonly string[] | undefined
  /** True: nothing follows, so that the answers which have ended are all there are. */
  readonly last?: boolean | undefined
  readonly error?: UpstreamError | undefined
  /** True: the event is there only because we asked for usage. */
  readonly usageOnly?: boolean | undefined
  /** True: neither content nor a start: does not commit the status. */
  readonly idle?: boolean | undefined
  /** The vendor's id of the answer; error events of some wires must name it. */
  readonly responseId?: string | undefined
  /** The model that answers, as the vendor names it. */
  readonly model?: string | undefined
}

/** The face of a protocol towards clients: only for protocols that have an endpoint here. */
export interface ClientWire {
  /** Reads what routing and metering need. Throws GatewayError for a body that is no request of this protocol. */
  inspectRequest(body: JsonObject): RequestFacts
  /** What to change in the raw body of a same-protocol call; everything else stays as it came. */
  routeRequest(facts: RequestFacts, body: JsonObject, routed: RoutedRequest): FieldEdits
  /**
   * Leaves out of a same-protocol request the reasoning state that cannot be this vendor's: earlier turns were answered
   * by models of others. Top-level fields to set; none where there is nothing to leave out.
   */
  dropForeignState(body: JsonObject, target: Target): Translated<Readonly<Record<string, JsonValue>>>
  /** Names of canonical request fields in this protocol, for warnings: `topK` → `top_k`. */
  readonly fieldNames: FieldNames
  /**
   * Top-level fields that a request may have otherwise for a model that its client falls back to: those that say how a
   * model answers, never those that say what it is asked, by whom, or for how many answers.
   */
  readonly fallbackFields: ReadonlySet<string>
  /** Objects of which the canonical form takes some members: what is left of one is named with its member. */
  readonly partlyKnown?: ReadonlySet<string> | undefined
  /** HTTP error body. */
  encodeError(error: GatewayError, requestId: string): JsonObject
  /**
   * Error events that end a stream after its head went out. `sequence`: number for the next event, where numbered.
   * `responseId`: id of the answer that was opened, where one was observed.
   */
  encodeStreamError(
    error: GatewayError,
    state: {
      readonly requestId: string
      readonly sequence: number
      readonly responseId?: string | undefined
    },
  ): string
  /** What keeps a silent stream alive. `started`: an event of the protocol went out before. */
  keepAlive(started: boolean): string
  /** Statuses of this dialect that differ from the code's own: Anthropic says 529 where others say 503. */
  readonly statuses?: Readonly<Partial<Record<ErrorCode, number>>> | undefined
  /** Strictly nested blocks: interleaved ones must be linearized before `createStreamEncoder` sees them. */
  readonly nested: boolean
  /** Absent: the protocol has no endpoint that counts tokens. */
  readonly counting?: ClientCounting | undefined
  /** Absent: every body of this endpoint is written in this protocol's own words. */
  readonly borrowed?: BorrowedRequests | undefined
  /**
   * False for a body with shapes of other protocols among its own, which this vendor would refuse: it is decoded and
   * encoded even for a vendor of the same protocol. Absent: never.
   */
  readonly isPlain?: ((body: JsonObject, target: Target) => boolean) | undefined
}

/** How clients ask how many tokens a request has. */
export interface ClientCounting {
  /** Fields of a request that are input of the model: what an estimate looks at. */
  readonly inputFields: readonly string[]
  /** The question as a request of the protocol that keeps nothing: fields that only a request must have are filled in. */
  toRequest(body: JsonObject): JsonObject
  encodeCount(inputTokens: number): JsonObject
}

/** Requests that are written in another protocol's words and yet want this protocol's answers. */
export interface BorrowedRequests {
  /** Whose words a body is in; null for this protocol's own. */
  wordsOf(body: JsonObject): ProtocolId | null
  /** The body as the other protocol's decoder takes it. */
  toBody(body: JsonObject): JsonObject
  /** The decoded request with what this protocol's answers depend on. */
  complete(request: CanonicalRequest, body: JsonObject): CanonicalRequest
}

/** The face of a protocol towards vendors. */
export interface UpstreamWire {
  /** Path after the base URL that the vendor's own SDK takes. */
  endpoint(model: string, stream: boolean): string
  /** Client headers (lower case; a trailing `*` matches a prefix) that go on to a vendor of the same protocol. */
  readonly forwardedHeaders: readonly string[]
  /** Headers that every call needs, unless the client's forwarded ones have them. */
  readonly defaultHeaders: Readonly<Record<string, string>>
  /** Headers that a body made by this codec needs, over the default ones (versions and betas that depend on it). */
  bodyHeaders?(body: JsonObject): Readonly<Record<string, string>>
  /** Vendor response headers (lower case, as above) that may reach a client of the same protocol. */
  readonly returnedHeaders: readonly string[]
  /** Matches (no `g` flag) the text of a stream that holds an event worth parsing: usage, start, end, error. */
  readonly notable: RegExp
  /** Matches (`g` flag) model output in the raw text of a stream; the first group is its JSON-escaped text. */
  readonly outputText: RegExp
  observeEvent(event: SseEvent): Observation
  /** Observes a whole answer. `error` when the body, for all its status 200, is none. */
  observeResponse(body: JsonObject): Observation
  /** The text that the model wrote in a whole answer, for estimates. */
  responseText(body: JsonObject): string
  /** What tools may be called and how ids may look. */
  readonly tools: ToolRules
  /**
   * False for a medium that the vendor does not take by URL: the gateway fetches it where the deployment allows it.
   * Absent: all are taken.
   */
  takesUrl?(kind: MediaKind, url: string, target: Target): boolean
  /** False: the protocol has no stop sequences; they are applied to the answer. Default true. */
  readonly stopSequences?: boolean | undefined
  /** Absent: the vendor ends no answer half-way. */
  readonly continuation?: Continuation | undefined
  /** Absent: the vendor counts no tokens. */
  readonly counting?: UpstreamCounting | undefined
}

/** How a vendor is asked how many tokens a request has. */
export interface UpstreamCounting {
  /** Path after the base URL. */
  endpoint(model: string): string
  /** Body of the question for a request of this protocol. */
  encodeQuestion(request: JsonObject, model: string): JsonObject
  /** Undefined: the answer holds no number. */
  readCount(answer: JsonObject): number | undefined
}

/** How a vendor is asked to go on with an answer that it ended half-way, for clients whose protocol knows no such end. */
export interface Continuation {
  /** True: it goes on within the block that was cut; false: with another one. */
  readonly seamless: boolean
  /** Path of what says in an answer that it ended. */
  readonly endPath: string
  /** Body of the request for the rest of an answer; null for an answer that has none. */
  continueRequest(request: JsonObject, answer: JsonObject): JsonObject | null
  /** Collects from a stream what `continueRequest` reads of an answer; null when no answer to the request can need it. */
  createCollector(request: JsonObject): AnswerCollector | null
}

export interface AnswerCollector {
  push(event: SseEvent): void
  /** The whole answer, or the part of it that tells that it has no rest. */
  answer(): JsonObject
}

/** What may stand behind a URL in a request. */
export type MediaKind = 'image' | 'document' | 'video'

export interface ToolRules {
  /** A whole name of allowed characters. */
  readonly name: RegExp
  /** What the first character must match, where that is narrower. */
  readonly firstCharacter?: RegExp | undefined
  readonly maxNameLength: number
  /** A whole call id that may be sent as it is. */
  readonly callId: RegExp
  readonly customTools: boolean
  readonly namespaces: boolean
}

/** Both faces of a protocol's embeddings endpoint. */
export interface EmbeddingsWire {
  readonly client: ClientWire
  readonly upstream: UpstreamWire
}

/**
 * A codec between one wire protocol and the canonical form: pure functions, total over garbage.
 * `decode*` of a vendor's answer never throws for content; `decodeRequest` throws GatewayError for a request
 * that the client got wrong.
 */
export interface Protocol {
  readonly id: ProtocolId
  /** Null: no client speaks it to us. */
  readonly client: ClientWire | null
  readonly upstream: UpstreamWire
  /** Absent: the protocol has no embeddings. They are passed through only. */
  readonly embeddings?: EmbeddingsWire | undefined
  decodeRequest(body: JsonObject, context: CodecContext): Translated<CanonicalRequest>
  /** Warnings name client fields by `fieldPath` or by the `path` of the part at fault. */
  encodeRequest(request: CanonicalRequest, target: Target, context: CodecContext): Translated<JsonObject>
  decodeResponse(body: JsonObject, context: DecodeContext): Translated<CanonicalResponse>
  encodeResponse(response: CanonicalResponse, context: EncodeContext): Translated<JsonObject>
  createStreamDecoder(context: DecodeContext): StreamDecoder
  createStreamEncoder(context: EncodeContext): StreamEncoder
  /** `body`: parsed JSON, or the text when it was none. */
  decodeError(status: number, headers: Readonly<Record<string, string>>, body: JsonValue): UpstreamError
}

const FIELD = '$'

/** Path of a top-level request field in canonical terms; `localizeWarnings` turns it into the client's own name. */
export function fieldPath(field: keyof CanonicalRequest): string {
  return FIELD + field
}

/** What a protocol calls the canonical request fields. */
export type FieldNames = Readonly<Partial<Record<keyof CanonicalRequest, string>>>

/** Replaces canonical field paths by the names of the client's protocol. */
export function localizeWarnings(warnings: readonly Warning[], names: FieldNames): readonly Warning[] {
  return warnings.map((warning) => {
    const path = localizePath(warning.path, names)
    return path === warning.path ? warning : { ...warning, path }
  })
}

/** Runs an encoder; what it throws names the field as the client does, in `param` and in the message. */
export function localizeErrors<T>(names: FieldNames, encode: () => T): T {
  try {
    return encode()
  } catch (thrown) {
    if (!GatewayError.isInstance(thrown) || !thrown.param?.startsWith(FIELD)) throw thrown
    const param = localizePath(thrown.param, names)
    const { code, status, details, retryAfterMs } = thrown
    const message = thrown.message.replaceAll(thrown.param, () => param)
    throw new GatewayError(code, message, { param, status, details, retryAfterMs, cause: thrown })
  }
}

function localizePath(path: string, names: FieldNames): string {
  if (!path.startsWith(FIELD)) return path
  const field = path.slice(FIELD.length) as keyof CanonicalRequest
  return names[field] ?? field
}
