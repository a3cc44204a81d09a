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
import { type AdaptedRequest, adaptRequest, unsupportedField } from './adapt-request.js'
import { toGatewayError } from './error.js'
import { inlineMedia, type InlinedMediaByUrl } from './inline-media.js'
import { createLinearizer } from './linearize.js'
import { createRestorer, restoreResponse } from './restore.js'
import type { ToolTable } from './tool-table.js'
import { withinStack } from './within-stack.js'

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
  return withinStack(
    () => translateWhole(body, route),
    () => {
      throw new GatewayError('invalid_request', 'The request is nested too deeply.')
    },
  )
}

function translateWhole(body: JsonObject, route: TranslationRoute): TranslatedRequest {
  const { from, context, maxOutputTokens } = route
  const decoded = from.decodeRequest(body, context)
  const limited = maxOutputTokens === undefined ? decoded.value : limitOutput(decoded.value, maxOutputTokens)
  const request = route.media === undefined ? limited : inlineMedia(limited, route, route.media)
  const names = from.client?.fieldNames ?? {}
  const { adapted, encoded } = localizeErrors(names, () => encodeFor(request, route))
  const warnings = localizeWarnings([...decoded.warnings, ...adapted.warnings, ...encoded.warnings], names)
  if (route.policy === 'strict') refuseSemanticLoss(warnings)
  return {
    value: encoded.value,
    warnings,
    request,
    reply: { route, request, body, tools: adapted.tools, stop: adapted.stop },
  }
}

function limitOutput(request: CanonicalRequest, most: number): CanonicalRequest {
  return { ...request, maxOutputTokens: Math.min(request.maxOutputTokens ?? most, most) }
}

function encodeFor(
  request: CanonicalRequest,
  { to, target, context }: TranslationRoute,
): { readonly adapted: AdaptedRequest; readonly encoded: Translated<JsonObject> } {
  // Answers have no canonical form for them: better refused than asked for, paid for and thrown away.
  if (request.logprobs !== undefined) throw unsupportedField('logprobs', { to, target })
  const adapted = adaptRequest(request, { to, target, context })
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
  const { from, to, context, target } = reply.route
  const translate = (): Translated<JsonObject> => {
    const decoded = to.decodeResponse(body, { ...context, target })
    const restored = restoreResponse(decoded.value, reply.tools, reply.stop)
    const encoded = from.encodeResponse(restored, toEncodeContext(reply, facts))
    return { value: encoded.value, warnings: [...decoded.warnings, ...encoded.warnings] }
  }
  return withinStack(translate, () => {
    throw toGatewayError(TOO_DEEP)
  })
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
}

/** Translates a vendor's stream. `onPart` sees every canonical part before it is encoded and may replace it. */
export function createStreamTranslator(
  reply: ReplyRoute,
  facts: ReplyFacts,
  onPart: (part: StreamPart) => StreamPart = (part) => part,
): StreamTranslator {
  const { from, to, context, target } = reply.route
  const decoder = to.createStreamDecoder({ ...context, target })
  const restorer = createRestorer(reply.tools, reply.stop)
  const linearizer = from.client?.nested ? createLinearizer() : null
  const encoder = from.createStreamEncoder(toEncodeContext(reply, facts))
  const emit = (read: () => readonly StreamPart[]): string => {
    let text = ''
    const write = (part: StreamPart): void => {
      for (const restored of restorer.push(onPart(part))) {
        if (linearizer === null) text += encoder.push(restored)
        else for (const linear of linearizer.push(restored)) text += encoder.push(linear)
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
    fail: (error) => emit(() => [{ type: 'error', error }]),
    get done() {
      return restorer.done
    },
  }
}

/** Translates a vendor's HTTP error into the client's: canonical form and body. */
export function translateError(
  status: number,
  body: JsonValue,
  { from, to, requestId = '', headers = {} }: ErrorRoute,
): { readonly error: UpstreamError; readonly body: JsonObject | null } {
  const error = to.decodeError(status, headers, body)
  return { error, body: from.client?.encodeError(toGatewayError(error), requestId) ?? null }
}

export interface ErrorRoute {
  readonly from: Protocol
  readonly to: Protocol
  readonly requestId?: string | undefined
  /** Response headers, lower case. */
  readonly headers?: Readonly<Record<string, string>> | undefined
}

function toEncodeContext(reply: ReplyRoute, facts: ReplyFacts): EncodeContext {
  return { ...reply.route.context, ...facts, request: reply.request, body: reply.body }
}
