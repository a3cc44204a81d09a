import type { JsonObject } from '../canonical/json.js'
import { readCredentials } from '../keys/credentials.js'
import type { Identity } from '../keys/key-store.js'
import type { RequestFacts } from '../protocols/protocol.js'
import { estimateInputTokens } from '../usage/estimate-input.js'
import { admitCall } from './admit/admit.js'
import type { Exchange } from './reply/answer.js'
import { type Admission, type Call, KEPT_LENGTH } from './call.js'
import { type ClientProtocol, readWords } from './client-protocol.js'
import type { Core } from './core.js'
import { createExchange } from './reply/exchange.js'
import type { GatewayRequest, GatewayResponse } from './http/http.js'
import { type Once, openOnce } from './admit/idempotency.js'
import { reportFreeEnd } from './settle/end-event.js'
import { createMeter, type Meter } from './settle/meter.js'
import { readBody, type ReadBody } from './http/read-body.js'
import { chooseLeg, type LegRequest, takeRoute } from './send/choose-leg.js'
import { bodyFor, takeFallbacks } from './send/client-fallbacks.js'
import type { Leg } from './send/resolve.js'
import { respondError, toCallError } from './http/respond.js'
import type { KeptCall } from './state/open-state.js'
import { type ReadyCall, tryPlaces } from './send/try-places.js'

/** What the steps before the call to the vendor have found out. */
export interface Prepared {
  readonly client: ClientProtocol
  readonly request: GatewayRequest
  readonly body: ReadBody
  readonly facts: RequestFacts
  readonly leg: Leg
  readonly admission: Admission
  readonly exchange: Exchange
  /** Null: nothing is kept between this request and others. */
  readonly kept: KeptCall | null
}

/**
 * One request, one room after the other: identify → read → resolve → admit → send → reply → settle.
 * A repeated one with an idempotency key ends behind `read`, with the answer of before.
 * Whatever is thrown on the way ends the call in the meter and becomes an error in the client's dialect.
 */
export async function runCall(
  core: Core,
  call: Call,
  spoken: ClientProtocol,
  request: GatewayRequest,
): Promise<GatewayResponse> {
  let admission: Admission | null = null
  let once: Once | null = null
  const meter = createMeter(core, call, () => admission)
  try {
    const identity = await identify(core, call, request)
    const read = await readBody(request.body, core.settings.maxBodyBytes)
    once = openOnce(core, call, { request, identity, body: read })
    const earlier = once === null ? null : await once.recall()
    if (earlier !== null) {
      reportFreeEnd(core, call, { error: null, isReplay: true })
      return earlier
    }
    const client = readWords(spoken, read.json)
    const { body: asked, fallbacks } = takeFallbacks(core, call, {
      identity,
      client: client.client,
      body: read,
    })
    const facts = await inspect(core, call, client, { asked: asked.json, sent: read.json })
    const leg = await resolve(core, call, { identity, client, facts, request, body: asked, fallbacks })
    const body = bodyFor(core, identity, { asked, fallbacks, leg })
    const opening = client.openState?.(core, call, { client, identity, body, leg }) ?? null
    const kept = opening === null ? null : await opening
    admission = await admit(core, call, identity, { leg, facts, body: (kept?.body ?? body).json })
    const exchange = await createExchange(core, call, { client, body, facts, leg, admission, kept })
    const ready: ReadyCall = {
      identity,
      client,
      request,
      body,
      facts,
      fallbacks,
      leg,
      admission,
      exchange,
      kept,
      meter,
      onAdmission: (other) => void (admission = other),
      asked,
      triedAt: core.now(),
    }
    const response = await (kept === null
      ? tryPlaces(core, call, ready)
      : kept.answer(() => tryPlaces(core, call, ready).catch((thrown) => fail(core, call, meter, thrown))))
    return once === null ? response : await once.keep(response)
  } catch (thrown) {
    if (once !== null) await once.free()
    return await fail(core, call, meter, thrown)
  }
}

/** key → account */
async function identify(core: Core, call: Call, request: GatewayRequest): Promise<Identity> {
  const { preferredCredential, missingKey } = call.dialect
  const key = readCredentials(request.headers, preferredCredential)
  const identity = await core.authenticator.authenticate({ key, missingMessage: missingKey })
  call.identity = identity
  return identity
}

/** body → model, stream, limits, end user */
async function inspect(
  core: Core,
  call: Call,
  { client }: ClientProtocol,
  { asked, sent }: { readonly asked: JsonObject; readonly sent: JsonObject },
): Promise<RequestFacts> {
  if (typeof asked['model'] === 'string') call.model = asked['model'].slice(0, KEPT_LENGTH)
  const facts = client.inspectRequest(asked)
  call.streamed = facts.stream
  call.endUser = facts.endUser?.slice(0, KEPT_LENGTH) ?? null
  const { requestId, endpoint, identity } = call
  if (identity !== null) {
    await core.hooks.request({ requestId, endpoint, identity, model: facts.model, body: sent })
  }
  return facts
}

/** model id → route */
async function resolve(core: Core, call: Call, request: LegRequest): Promise<Leg> {
  const leg = chooseLeg(core, call, request)
  await takeRoute(core, call, leg)
  return leg
}

/** RPM, TPM, concurrency, hold */
async function admit(
  core: Core,
  call: Call,
  identity: Identity,
  { leg, facts, body }: { readonly leg: Leg; readonly facts: RequestFacts; readonly body: JsonObject },
): Promise<Admission> {
  const { price } = leg.model
  if (price === null) throw new TypeError('an unpriced model is never resolved')
  return await admitCall(core, call, {
    identity,
    price,
    estimatedInputTokens: estimateInputTokens(body),
    requestedOutputTokens: boundedOutput(facts, leg),
    modelOutputTokens: leg.model.maxOutputTokens,
    candidateCount: facts.candidateCount,
  })
}

/** A client's limit beyond the model's own would hold money for output that cannot come. */
function boundedOutput({ maxOutputTokens: asked }: RequestFacts, { model }: Leg): number | undefined {
  return asked === undefined ? undefined : Math.min(asked, model.maxOutputTokens ?? asked)
}

/** The only place where something thrown becomes a response. */
async function fail(core: Core, call: Call, meter: Meter, thrown: unknown): Promise<GatewayResponse> {
  const error = toCallError(call, thrown)
  call.attempts?.pass(core.now())
  core.hooks.error({ requestId: call.requestId, error, cause: thrown })
  if (error.code === 'client_closed_request') await meter.abort(null)
  else await meter.fail(error, null)
  return respondError(call, error)
}
