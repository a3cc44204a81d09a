import type { JsonObject } from '../../canonical/json.js'
import type { UpstreamError } from '../../canonical/upstream-error.js'
import { toGatewayError } from '../../protocols/translate/error.js'
import { type TranslatedRequest, translateRequest } from '../../protocols/translate/index.js'
import type { KeptReasoningByCall } from '../../protocols/translate/recalled-state.js'
import type { Exchange, Restated } from './answer.js'
import type { Call } from '../call.js'
import type { ClientProtocol } from '../client-protocol.js'
import type { Core } from '../core.js'
import { type ReadBody, writeBody } from '../http/read-body.js'
import { recallReasoning, wantsReasoningBack } from '../recall/recall.js'
import { rememberReasoning } from '../recall/remember.js'
import { fetchRefusedMedia } from '../send/media.js'
import type { Leg } from '../send/resolve.js'
import { createPassthrough } from './passthrough.js'
import type { Prepared } from '../pipeline.js'
import { createTranslation } from './translation.js'

type ExchangeRequest = Omit<Prepared, 'exchange' | 'request'>

/** The one visible place that chooses: same protocol, same bytes; another protocol, translation. */
export async function createExchange(core: Core, call: Call, given: ExchangeRequest): Promise<Exchange> {
  const { kept, leg, body } = given
  const request = kept === null ? given : { ...given, body: kept.prepare(leg, body) }
  const passes = passesThrough(request.client, request.leg, request.body.json)
  const cache = passes && !wantsReasoningBack(leg.target) ? null : core.stateCache
  const recalled =
    cache === null
      ? null
      : await recallReasoning(core, call, cache, {
          body: request.body.json,
          from: request.client.protocol,
          target: leg.target,
        })
  const exchange = passes
    ? passThrough(core, call, withReasoning(core, request, recalled?.reasoning))
    : await translate(core, call, { ...request, recalled: recalled?.reasoning })
  const complete =
    cache === null || recalled === null
      ? exchange
      : rememberReasoning(core, call, { cache, place: recalled.place, leg, exchange })
  if (kept === null || !passes) return complete
  const restate = (refusal: UpstreamError): Restated | null => {
    const whole = kept.restate(leg, body, refusal)
    if (whole === null) return null
    const { body: text } = passThrough(core, call, { ...given, body: whole })
    return { body: text, leg: { ...leg, protocol: request.client.protocol } }
  }
  return { ...complete, restate }
}

/** Only a decoded request has a place for what its client has dropped. */
function withReasoning(
  { codec: context }: Core,
  request: ExchangeRequest,
  recalled: KeptReasoningByCall | undefined,
): ExchangeRequest {
  if (recalled === undefined) return request
  const { client, leg, body } = request
  const route = { from: client.protocol, to: leg.protocol, target: leg.target, context, recalled }
  return { ...request, body: writeBody(translateRequest(body.json, route).value) }
}

/** True when the vendor can read the client's request, and the client the vendor's answer, as they are. */
export function passesThrough(
  { protocol, client, words }: ClientProtocol,
  leg: Leg,
  body: JsonObject,
): boolean {
  if (leg.protocol.id !== protocol.id || words !== protocol.id) return false
  return client.isPlain === undefined || client.isPlain(body, leg.target)
}

function passThrough(core: Core, call: Call, request: ExchangeRequest): Exchange {
  const { client, body, facts, leg, admission } = request
  return createPassthrough({
    client: client.client,
    upstream: leg.protocol.upstream,
    facts,
    request: body,
    routed: { target: leg.target, maxOutputTokens: admission.maxOutputTokens },
    model: leg.model.id,
    encodeFailure: (error, state) =>
      client.client.encodeStreamError(toGatewayError(error, core.redact), {
        requestId: call.requestId,
        ...state,
      }),
  })
}

async function translate(
  core: Core,
  call: Call,
  request: ExchangeRequest & Pick<TranslationRequest, 'recalled'>,
): Promise<Exchange> {
  const { leg, admission } = request
  const translated = await translateForVendor(core, call, {
    ...request,
    maxOutputTokens: admission.maxOutputTokens,
  })
  return createTranslation({
    translated,
    facts: {
      model: leg.model.id,
      created: Math.floor(call.startedAt / 1000),
      requestId: call.requestId,
      estimatedInputTokens: admission.estimatedInputTokens,
    },
    sanitize: (error) => sanitize(error, core),
  })
}

/** What the translation of a request needs. */
export interface TranslationRequest {
  readonly client: ClientProtocol
  readonly body: Pick<ReadBody, 'json'>
  readonly leg: Leg
  /** What the balance pays for, where that is less than the client asked for. */
  readonly maxOutputTokens: number | undefined
  /** What was kept of earlier answers for a client that drops it. */
  readonly recalled?: KeptReasoningByCall | undefined
}

/** The request in the vendor's words, with the media that it takes only inline. */
export async function translateForVendor(
  core: Core,
  call: Call,
  { client, body, leg, maxOutputTokens, recalled }: TranslationRequest,
): Promise<TranslatedRequest> {
  const { codec: context, fetchMedia } = core
  const [from, to, { signal }] = [client.protocol, leg.protocol, call]
  const media =
    fetchMedia === null
      ? undefined
      : await fetchRefusedMedia(fetchMedia, {
          body: body.json,
          from,
          to,
          target: leg.target,
          context,
          signal,
          maxTotalBytes: core.settings.maxMediaBytes,
        })
  return translateRequest(body.json, {
    from,
    to,
    target: leg.target,
    context,
    media,
    recalled,
    policy: core.settings.policy,
    maxOutputTokens,
  })
}

/** What the vendor says of its own account is the operator's business: for the client the vendor just failed. */
const PRIVATE: ReadonlySet<UpstreamError['kind']> = new Set(['authentication', 'billing', 'permission'])

function sanitize(error: UpstreamError, core: Core): UpstreamError {
  const { message } = toGatewayError(error, core.redact)
  return PRIVATE.has(error.kind) ? { kind: 'server', message } : { ...error, message }
}
