import type { UpstreamError } from '../../canonical/upstream-error.js'
import { toGatewayError } from '../../protocols/translate/error.js'
import { translateRequest } from '../../protocols/translate/index.js'
import type { Exchange } from './answer.js'
import type { Call } from '../call.js'
import type { Core } from '../core.js'
import { fetchRefusedMedia } from '../send/media.js'
import { createPassthrough } from './passthrough.js'
import type { Prepared } from '../pipeline.js'
import { createTranslation } from './translation.js'

type ExchangeRequest = Omit<Prepared, 'exchange' | 'request'>

/** The one visible place that chooses: same protocol, same bytes; another protocol, translation. */
export async function createExchange(core: Core, call: Call, request: ExchangeRequest): Promise<Exchange> {
  return request.leg.protocol.id === request.client.protocol.id
    ? passThrough(core, call, request)
    : await translate(core, call, request)
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
  { client, body, leg, admission }: ExchangeRequest,
): Promise<Exchange> {
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
  const translated = translateRequest(body.json, {
    from,
    to,
    target: leg.target,
    context,
    media,
    policy: core.settings.policy,
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

/** What the vendor says of its own account is the operator's business: for the client the vendor just failed. */
const PRIVATE: ReadonlySet<UpstreamError['kind']> = new Set(['authentication', 'billing', 'permission'])

function sanitize(error: UpstreamError, core: Core): UpstreamError {
  const { message } = toGatewayError(error, core.redact)
  return PRIVATE.has(error.kind) ? { kind: 'server', message } : { ...error, message }
}
