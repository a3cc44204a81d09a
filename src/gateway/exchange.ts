import { GatewayError } from '../errors.js'
import type { Exchange } from './answer.js'
import type { Call } from './call.js'
import type { Core } from './core.js'
import { createPassthrough } from './passthrough.js'
import type { Prepared } from './pipeline.js'
import { toGatewayError } from './upstream-errors.js'

/** The one visible place that chooses: same protocol, same bytes; another protocol, translation. */
export function createExchange(
  core: Core,
  call: Call,
  { client, body, facts, leg, admission }: Omit<Prepared, 'exchange' | 'request'>,
): Exchange {
  if (leg.protocol.id !== client.protocol.id) {
    throw new GatewayError(
      'unsupported_parameter',
      `model: '${facts.model}' is served over another protocol than this endpoint's.`,
      { param: 'model' },
    )
  }
  return createPassthrough({
    client: client.client,
    upstream: leg.protocol.upstream,
    facts,
    request: body,
    routed: { target: leg.target, maxOutputTokens: admission.maxOutputTokens },
    model: leg.model.id,
    encodeFailure: (error, sequence) =>
      client.client.encodeStreamError(toGatewayError(error, core.redact), {
        requestId: call.requestId,
        sequence,
      }),
  })
}
