import type { JsonObject } from '../canonical/json.js'
import type { UpstreamError } from '../canonical/upstream-error.js'
import { GatewayError } from '../errors.js'
import { readCredentials } from '../keys/credentials.js'
import type { Identity } from '../keys/key-store.js'
import type { ClientWire, Protocol, RequestFacts } from '../protocols/protocol.js'
import { estimateInputTokens } from '../usage/estimate-input.js'
import { admitCall } from './admit/admit.js'
import type { Exchange } from './reply/answer.js'
import type { Admission, Call } from './call.js'
import type { Core } from './core.js'
import { createExchange } from './reply/exchange.js'
import type { GatewayRequest, GatewayResponse } from './http/http.js'
import { type Once, openOnce } from './admit/idempotency.js'
import { createMeter, type Meter } from './settle/meter.js'
import { createPatience } from './send/patience.js'
import { readBody, type ReadBody } from './http/read-body.js'
import { replyStream, replyWhole } from './reply/reply.js'
import { type Leg, resolveLeg } from './send/resolve.js'
import { respondError, toClientError } from './http/respond.js'
import type { Sent } from './send/send.js'
import { sendForgiving } from './send/send-forgiving.js'

/** A client protocol's face together with its codec. */
export interface ClientProtocol {
  readonly protocol: Protocol
  readonly client: ClientWire
}

/** What the steps before the call to the vendor have found out. */
export interface Prepared {
  readonly client: ClientProtocol
  readonly request: GatewayRequest
  readonly body: ReadBody
  readonly facts: RequestFacts
  readonly leg: Leg
  readonly admission: Admission
  readonly exchange: Exchange
}

/**
 * One request, one room after the other: identify → read → resolve → admit → send → reply → settle.
 * A repeated one with an idempotency key ends behind `read`, with the answer of before.
 * Whatever is thrown on the way ends the call in the meter and becomes an error in the client's dialect.
 */
export async function runCall(
  core: Core,
  call: Call,
  client: ClientProtocol,
  request: GatewayRequest,
): Promise<GatewayResponse> {
  let admission: Admission | null = null
  let once: Once | null = null
  const meter = createMeter(core, call, () => admission)
  try {
    const identity = await identify(core, call, request)
    const body = await readBody(request.body, core.settings.maxBodyBytes)
    once = openOnce(core, call, { request, identity, body })
    const earlier = once === null ? null : await once.recall()
    if (earlier !== null) return earlier
    const facts = await inspect(core, call, client, body.json)
    const leg = await resolve(core, call, identity, { client, facts })
    admission = await admit(core, call, identity, { leg, facts, body: body.json })
    const exchange = await createExchange(core, call, { client, body, facts, leg, admission })
    const response = await exchangeWithVendor(core, call, meter, {
      client,
      request,
      body,
      facts,
      leg,
      admission,
      exchange,
    })
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

/** Records outlive their request: of what a client wrote they keep no more than this. */
const KEPT_LENGTH = 512

/** body → model, stream, limits, end user */
async function inspect(
  core: Core,
  call: Call,
  { client }: ClientProtocol,
  body: JsonObject,
): Promise<RequestFacts> {
  if (typeof body['model'] === 'string') call.model = body['model'].slice(0, KEPT_LENGTH)
  const facts = client.inspectRequest(body)
  call.streamed = facts.stream
  call.endUser = facts.endUser?.slice(0, KEPT_LENGTH) ?? null
  const { requestId, endpoint, identity } = call
  if (identity !== null) {
    await core.hooks.request({ requestId, endpoint, identity, model: facts.model, body })
  }
  return facts
}

/** model id → route */
async function resolve(
  core: Core,
  call: Call,
  identity: Identity,
  { client, facts }: { readonly client: ClientProtocol; readonly facts: RequestFacts },
): Promise<Leg> {
  const leg = resolveLeg(core, identity, facts.model, client.protocol.id)
  call.model = leg.model.id
  call.route = leg.name
  call.headers['x-crossmodel-model'] = leg.model.id
  await core.hooks.route({ requestId: call.requestId, model: leg.model.id, route: leg.name })
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

/** request → vendor → client */
async function exchangeWithVendor(
  core: Core,
  call: Call,
  meter: Meter,
  prepared: Prepared,
): Promise<GatewayResponse> {
  const { leg, exchange, facts, client, request } = prepared
  const sending = sendForgiving(core, call, client.client, {
    leg,
    body: exchange.body,
    headers: exchange.headers,
    stream: facts.stream,
    clientHeaders: leg.protocol.id === client.protocol.id ? request.headers : null,
    signal: call.signal,
  })
  const patience = createPatience(facts.stream ? core.settings.commitMs : 0)
  try {
    // Vendors may hold back the head of a stream as long as its first event.
    const sent = await patience.wait(sending)
    if (sent?.ok === false) {
      if (isGone(request)) throw sent.error
      await meter.fail(sent.error, null)
      core.hooks.error({ requestId: call.requestId, error: sent.error, cause: reasonOf(sent, core) })
      return respondError(call, sent.error, sent.verbatim)
    }
    if (sent !== null) Object.assign(call.headers, returnedHeaders(prepared, sent.response.headers))
    if (sent === null || facts.stream) {
      return await replyStream(core, call, { ...prepared, meter, sending, patience })
    }
    return await replyWhole(core, call, { ...prepared, meter, response: sent.response })
  } finally {
    patience.end()
  }
}

/** For the operator: what the vendor said, without what could be a secret. */
function reasonOf({ upstreamError }: Extract<Sent, { ok: false }>, core: Core): UpstreamError {
  return { ...upstreamError, message: core.redact(upstreamError.message) }
}

function returnedHeaders(
  { leg, client }: Prepared,
  headers: Readonly<Record<string, string>>,
): Record<string, string> | null {
  return leg.protocol.id === client.protocol.id ? leg.connection.returned.pick(headers) : null
}

/** The only place where something thrown becomes a response. */
async function fail(core: Core, call: Call, meter: Meter, thrown: unknown): Promise<GatewayResponse> {
  const error = call.signal.aborted && !call.timedOut() ? clientGone() : toClientError(thrown)
  if (error.code === 'client_closed_request') await meter.abort(null)
  else await meter.fail(error, null)
  core.hooks.error({ requestId: call.requestId, error, cause: thrown })
  return respondError(call, error)
}

function clientGone(): GatewayError {
  return new GatewayError('client_closed_request', 'The client closed the request.')
}

function isGone(request: GatewayRequest): boolean {
  return request.signal?.aborted === true
}
