import { pickFields } from '../../canonical/json.js'
import { readCredentials } from '../../keys/credentials.js'
import type { ClientCounting } from '../../protocols/protocol.js'
import { estimateInputTokens } from '../../usage/estimate-input.js'
import { type Call, KEPT_LENGTH } from '../call.js'
import type { ClientProtocol } from '../client-protocol.js'
import type { Core } from '../core.js'
import type { GatewayRequest, GatewayResponse } from '../http/http.js'
import { readBody } from '../http/read-body.js'
import { respondJson, toCallError } from '../http/respond.js'
import { takeRoute } from '../send/choose-leg.js'
import { resolveLeg } from '../send/resolve.js'
import { reportFreeEnd } from '../settle/end-event.js'
import { bodyOf } from '../state/prepare-body.js'
import { askVendor } from './ask-vendor.js'
import { takeCount } from './take-count.js'

/**
 * Answers how many tokens a request has: by the vendor's count, or by our own estimate where it has none or fails.
 * Costs nothing and writes no record; whatever the vendor says here says nothing of its health. Throws GatewayError.
 */
export async function countTokens(
  core: Core,
  call: Call,
  client: ClientProtocol,
  request: GatewayRequest,
): Promise<GatewayResponse> {
  try {
    const { preferredCredential, missingKey } = call.dialect
    const key = readCredentials(request.headers, preferredCredential)
    const identity = await core.authenticator.authenticate({ key, missingMessage: missingKey })
    call.identity = identity
    const counting = countingOf(client)
    const body = await readBody(request.body, core.settings.maxBodyBytes)
    const json = counting.toRequest(body.json)
    const { model } = client.client.inspectRequest(json)
    call.model = model.slice(0, KEPT_LENGTH)
    const { requestId, endpoint } = call
    await core.hooks.request({ requestId, endpoint, identity, model, body: json })
    await takeCount(core, call, identity)
    const leg = resolveLeg(core, identity, model, client.words)
    await takeRoute(core, call, leg)
    const whole = bodyOf(json)
    const kept = (await client.openState?.(core, call, { client, identity, body: whole, leg })) ?? null
    const prepared = kept?.prepare(leg, whole) ?? null
    const counted = await askVendor(core, call, { client, request, body, json, leg, prepared })
    call.headers['x-crossmodel-token-count'] = counted === null ? 'estimate' : 'vendor'
    const input = pickFields((kept?.body ?? whole).json, counting.inputFields)
    const tokens = counted ?? estimateInputTokens(input)
    const response = respondJson(call, 200, JSON.stringify(counting.encodeCount(tokens)))
    reportFreeEnd(core, call, { error: null })
    return response
  } catch (thrown) {
    reportFreeEnd(core, call, { error: toCallError(call, thrown) })
    throw thrown
  } finally {
    call.close()
  }
}

function countingOf({ client, protocol }: ClientProtocol): ClientCounting {
  if (client.counting === undefined) throw new TypeError(`clients of ${protocol.id} count no tokens`)
  return client.counting
}
