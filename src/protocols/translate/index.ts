import type { JsonObject, JsonValue } from '../../canonical/json.js'
import type { CanonicalRequest } from '../../canonical/request.js'
import type { StreamPart } from '../../canonical/stream.js'
import type { Target } from '../../canonical/target.js'
import type { UpstreamError } from '../../canonical/upstream-error.js'
import type { Warning } from '../../canonical/warning.js'
import { GatewayError } from '../../errors.js'
import {
  type CodecContext,
  type EncodeContext,
  localizeErrors,
  localizeWarnings,
  type Protocol,
  type SseEvent,
  type Translated,
} from '../protocol.js'
import { type AdaptedRequest, adaptRequest } from './adapt-request.js'
import { toGatewayError } from './error.js'
import { createFenceStripper, stripFences } from './json-fence.js'
import { inlineMedia, type InlinedMediaByUrl } from './inline-media.js'
import { createHopDecoder, decodeHops } from './hops.js'
import { createLinearizer } from './linearize.js'
import { type KeptReasoningByCall, restoreReasoning } from './recalled-state.js'
import { createRestorer, restoreResponse } from './restore.js'
import type { ToolTable } from './tool-table.js'
import { requestWithinStack, withinStack } from './within-stack.js'

/** From which client protocol to which vendor. */
export interface TranslationRoute {
  readonly from: Protocol
  readonly to: Protocol
  readonly target: Target
  readonly context: CodecContext
  /** `strict` throws `unsupported_parameter` for a loss that may change the meaning. Default `lenient`. */
  readonly policy?: 'lenient' | 'strict' | undefined
  /** Media fetched for a vendor that takes them only inline, by URL. */
  readonly media?: InlinedMediaByUrl | undefined
  /** Reasoning kept for calls that the client brings back without it. */
  readonly recalled?: KeptReasoningByCall | undefined
  /** What the balance pays for: stands in for an absent output limit, and for a larger one. */
  readonly maxOutputTokens?: number | undefined
}

export interface TranslatedRequest extends Translated<JsonObject> {
  /** What the client asked. */
  readonly request: CanonicalRequest
  /** Translates the answer of this very request. */
  readonly reply: ReplyRoute
}

/** The way back of one request. */
export interface ReplyRoute {
  readonly route: TranslationRoute
  readonly request: CanonicalRequest
  readonly body: JsonObject
  /** What the vendor was asked. */
  readonly sent: JsonObject
  readonly tools: ToolTable
  readonly stop: readonly string[]
}

/** What only the caller knows about an answer. */
export interface ReplyFacts {
  /** The model name that the client sees. */
  readonly model: string
  /** Seconds since the epoch. */
  readonly created: number
  readonly requestId: string
  /** Shown where the protocol names the input before the vendor has counted it. */
  readonly estimatedInputTokens: number
}

/**
 * Translates a client's request into a vendor's. Pure: the same history gives the same bytes, a longer one the same
 * beginning. Throws GatewayError for a request that the client got wrong or that the vendor has no words for.
 */
export function translateRequest(body: JsonObject, route: TranslationRoute): TranslatedRequest {
  return requestWithinStack(() => translateWhole(body, route))
}

function translateWhole(body: JsonObject, route: TranslationRoute): TranslatedRequest {
  const { from, context, maxOutputTokens } = route
  const decoded = from.decodeRequest(body, context)
  const limited = maxOutputTokens === undefined ? decoded.value : limitOutput(decoded.value, maxOutputTokens)
  const inlined = route.media === undefined ? limited : inlineMedia(limited, route, route.media)
  const request =
    route.recalled === undefined ? inlined : restoreReasoning(inlined, route.recalled, route.target.family)
  const names = from.client?.fieldNames ?? {}
  const { adapted, encoded } = localizeErrors(names, () => encodeFor(request, route))
  const warnings = localizeWarnings([...decoded.warnings, ...adapted.warnings, ...encoded.warnings], names)
  if (route.policy === 'strict') refuseSemanticLoss(warnings)
  return {
    value: encoded.value,
    warnings,
    request,
    reply: { route, request, body, sent: encoded.value, tools: adapted.tools, stop: adapted.stop },
  }
}

function limitOutput(request: CanonicalRequest, most: number): CanonicalRequest {
  return { ...request, maxOutputTokens: Math.min(request.maxOutputTokens ?? most, most) }
}

function encodeFor(
  request: CanonicalRequest,
  { from, to, target, context }: TranslationRoute,
): { readonly adapted: AdaptedRequest; readonly encoded: Translated<JsonObject> } {
  const adapted = adaptRequest(request, { to, target, context, partlyKnown: from.client?.partlyKnown })
  return { adapted, encoded: to.encodeRequest(adapted.request, target, context) }
}

function refuseSemanticLoss(warnings: readonly Warning[]): void {
  const loss = warnings.find(({ semantic }) => semantic)
  if (loss === undefined) return
  throw new GatewayError('unsupported_parameter', `${loss.path}: ${loss.message}`, { param: loss.path })
}

/** Translates a vendor's whole answer into the client's. Throws GatewayError for one that is nested too deeply. */
export function translateResponse(
  body: JsonObject,
  reply: ReplyRoute,
  facts: ReplyFacts,
): Translated<JsonObject> {
  return translateHops([body], reply, facts)
}

/** The same for an answer that the vendor gave in several, each the continuation of the one before. */
export function translateHops(
  bodies: readonly JsonObject[],
  reply: ReplyRoute,
  facts: ReplyFacts,
): Translated<JsonObject> {
  const { from } = reply.route
  const translate = (): Translated<JsonObject> => {
    const decoded = decodeHops(bodies, reply.route)
    const restored = restoreResponse(decoded.value, reply.tools, reply.stop)
    const clean = asksForJson(reply.request) ? stripFences(restored) : restored
    const encoded = from.encodeResponse(clean, toEncodeContext(reply, facts))
    return { value: encoded.value, warnings: [...decoded.warnings, ...encoded.warnings] }
  }
  return withinStack(translate, () => {
    throw toGatewayError(TOO_DEEP)
  })
}

/**
 * Body of the request for the rest of an answer that the vendor gave in `bodies` so far, each the continuation of the
 * one before; null when there is no rest.
 */
export function continueRequest(
  bodies: readonly JsonObject[],
  { route, sent }: ReplyRoute,
): JsonObject | null {
  const { continuation } = route.to.upstream
  if (continuation === undefined) return null
  return bodies.reduce<JsonObject | null>(
    (request, body) => (request === null ? null : continuation.continueRequest(request, body)),
    sent,
  )
}

/** Models that have no JSON mode, and some that have one, put their JSON between Markdown fences. */
function asksForJson({ responseFormat }: CanonicalRequest): boolean {
  return responseFormat !== undefined && responseFormat.type !== 'text'
}

const TOO_DEEP: UpstreamError = {
  kind: 'garbage',
  message: 'The provider sent an answer that is nested too deeply.',
}

/** Push reducer: a vendor's events in, the client's stream out. */
export interface StreamTranslator {
  push(event: SseEvent): string
  /** The vendor's stream ended: without a proper end the client gets its protocol's error. */
  end(): string
  /** The connection broke: ends the client's stream with its protocol's error. */
  fail(error: UpstreamError): string
  /** True when the answer is complete although the vendor goes on (an emulated stop sequence). */
  readonly done: boolean
  /**
   * The vendor's stream ended half-way: body of the request for the rest, and what this stream says until then. The
   * events of the rest are pushed here, too. Null when there is no rest.
   */
  next(): { readonly request: JsonObject; readonly text: string } | null
  /** What was lost so far: a stream's losses show only after its head has gone out. */
  readonly warnings: readonly Warning[]
}

/** Translates a vendor's stream. `onPart` sees every canonical part before it is encoded and may replace it. */
export function createStreamTranslator(
  reply: ReplyRoute,
  facts: ReplyFacts,
  onPart: (part: StreamPart) => StreamPart = (part) => part,
): StreamTranslator {
  const { from } = reply.route
  const decoder = createHopDecoder(reply)
  const restorer = createRestorer(reply.tools, reply.stop)
  const stripper = asksForJson(reply.request) ? createFenceStripper() : null
  const linearizer = from.client?.nested ? createLinearizer() : null
  const encoder = from.createStreamEncoder(toEncodeContext(reply, facts))
  const warnings: Warning[] = []
  const encode = (part: StreamPart): string => {
    if (part.type !== 'warning') return encoder.push(part)
    warnings.push(part.warning)
    return ''
  }
  const order = (part: StreamPart): string => {
    if (linearizer === null) return encode(part)
    let text = ''
    for (const linear of linearizer.push(part)) text += encode(linear)
    return text
  }
  const emit = (read: () => readonly StreamPart[]): string => {
    let text = ''
    const write = (part: StreamPart): void => {
      for (const restored of restorer.push(onPart(part))) {
        if (stripper === null) text += order(restored)
        else for (const clean of stripper.push(restored)) text += order(clean)
      }
    }
    withinStack(
      () => read().forEach(write),
      () => write({ type: 'error', error: TOO_DEEP }),
    )
    return text
  }
  return {
    push: (event) => emit(() => decoder.push(event)),
    end: () => emit(() => decoder.end()),
    next() {
      const request = decoder.nextRequest()
      return request === null ? null : { request, text: emit(() => decoder.next(request)) }
    },
    fail: (error) => emit(() => [{ type: 'error', error }]),
    get done() {
      return restorer.done
    },
    get warnings() {
      return [...warnings, ...encoder.warnings]
    },
  }
}

/**
 * Translates a vendor's HTTP error into the client's: canonical form and body. The text is the vendor's: `redact` takes
 * out of it what only the caller knows to be a secret. `error` is for the caller, so it holds the text as it came.
 */
export function translateError(
  status: number,
  body: JsonValue,
  { from, to, requestId = '', headers = {}, redact }: ErrorRoute,
): { readonly error: UpstreamError; readonly body: JsonObject | null } {
  const error = to.decodeError(status, headers, body)
  return { error, body: from.client?.encodeError(toGatewayError(error, redact), requestId) ?? null }
}

export interface ErrorRoute {
  readonly from: Protocol
  readonly to: Protocol
  readonly requestId?: string | undefined
  /** Takes keys and hosts out of a text. Absent: nothing is taken out. */
  readonly redact?: ((text: string) => string) | undefined
  /** Response headers, lower case. */
  readonly headers?: Readonly<Record<string, string>> | undefined
}

function toEncodeContext(reply: ReplyRoute, facts: ReplyFacts): EncodeContext {
  return { ...reply.route.context, ...facts, request: reply.request, body: reply.body }
}
