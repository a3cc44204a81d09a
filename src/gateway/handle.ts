import { GatewayError } from '../errors.js'
import { readCredentials, withoutCredentials } from '../keys/credentials.js'
import { createDeadline } from './send/deadline.js'
import type { Call } from './call.js'
import type { Core } from './core.js'
import type { StartEvent } from './hooks.js'
import { answerReady } from './health.js'
import { type ClientProtocol, clientFor, compactFor, embeddingsFor } from './client-protocol.js'
import { countTokens } from './count/count-tokens.js'
import { type Dialect, selectDialect } from './http/dialect.js'
import type { GatewayRequest, GatewayResponse } from './http/http.js'
import { runCall } from './pipeline.js'
import { QUERIES } from './queries.js'
import { baseHeaders, respondError, respondJson, toClientError } from './http/respond.js'
import { openResponseState } from './state/open-state.js'
import { answerState, STATE_OPERATIONS } from './state/operations.js'
import { dialectOfPath, matchRoute, type Operation, type RouteMatch, type RouteRow } from './http/routes.js'

/** What an endpoint does for its clients. */
interface Endpoint {
  readonly client: ClientProtocol
  readonly run: typeof runCall
}

/** The endpoints that speak a protocol. */
const ENDPOINTS: Readonly<Partial<Record<Operation, Endpoint>>> = {
  chat: { client: clientFor('openai-chat'), run: runCall },
  responses: { client: { ...clientFor('openai-responses'), openState: openResponseState }, run: runCall },
  compact: { client: compactFor('openai-responses'), run: runCall },
  messages: { client: clientFor('anthropic-messages'), run: runCall },
  'count-responses': {
    client: { ...clientFor('openai-responses'), openState: openResponseState },
    run: countTokens,
  },
  'count-messages': { client: clientFor('anthropic-messages'), run: countTokens },
  embeddings: { client: embeddingsFor('openai-chat'), run: runCall },
}

/** Answers one request. Resolves always: what is thrown anywhere becomes an error of the client's dialect. */
export async function handleRequest(core: Core, request: GatewayRequest): Promise<GatewayResponse> {
  const route = matchRoute(request.path, request.method)
  const dialect = selectDialect(route?.row.dialect ?? dialectOfPath(request.path), request.headers)
  const startedAt = core.now()
  const requestId = core.createId('req_cm_')
  const headers = baseHeaders(dialect, requestId)
  core.cors.addHeaders(headers, request.headers)
  const plain: Plain = { headers, dialect, requestId, startedAt }
  try {
    if (request.method === 'OPTIONS') return answerOptions(core, request, headers)
    if (route === null) throw notFound(request)
    const { operation } = route.row
    const refused = refuseMethod(route.row, request)
    if (refused !== null) {
      Object.assign(headers, refused.headers)
      return respondError(plain, refused.error)
    }
    if (operation === 'ready') return await answerReady(core, plain)
    if (operation === 'live') return respondJson(plain, 200, '{"status":"ok"}')
    if (request.method === 'HEAD' || operation === 'probe') return { status: 200, headers, body: '' }
    const preparing = core.prepare()
    if (preparing !== null) await preparing
    const endpoint = ENDPOINTS[operation]
    if (endpoint === undefined) return await answerQuery(core, request, route, plain)
    const call = openCall(core, request, route.row, plain)
    core.hooks.start?.(startEvent(call, request))
    return await endpoint.run(core, call, endpoint.client, request)
  } catch (thrown) {
    const error = toClientError(thrown)
    core.hooks.error({ requestId, error, cause: thrown })
    return respondError(plain, error)
  }
}

interface Plain {
  readonly headers: Record<string, string>
  readonly dialect: Dialect
  readonly requestId: string
  readonly startedAt: number
}

function openCall(
  core: Core,
  request: GatewayRequest,
  { endpoint }: RouteRow,
  { headers, dialect, requestId, startedAt }: Plain,
): Call {
  const deadline = createDeadline(request.signal, core.settings.totalTimeoutMs)
  return {
    headers,
    dialect,
    requestId,
    endpoint,
    startedAt,
    signal: deadline.signal,
    timedOut: deadline.timedOut,
    close: deadline.close,
    identity: null,
    model: '',
    route: null,
    leg: null,
    endUser: null,
    streamed: false,
    firstByteAt: null,
    ended: null,
    isDetached: false,
    warnings: [],
  }
}

function startEvent({ requestId, endpoint, startedAt: time }: Call, request: GatewayRequest): StartEvent {
  return { requestId, endpoint, time, headers: withoutCredentials(request.headers) }
}

async function answerQuery(
  core: Core,
  request: GatewayRequest,
  route: RouteMatch,
  plain: Plain,
): Promise<GatewayResponse> {
  const { dialect } = plain
  const key = readCredentials(request.headers, dialect.preferredCredential)
  const identity = await core.authenticator.authenticate({ key, missingMessage: dialect.missingKey })
  const state = STATE_OPERATIONS[route.row.operation]
  if (state !== undefined) return await answerState(core, state, { request, route, plain, identity })
  const query = QUERIES[route.row.operation]
  if (query === undefined) throw notFound(request)
  try {
    return respondJson(plain, 200, JSON.stringify(await query(core, identity, route)))
  } catch (cause) {
    if (GatewayError.isInstance(cause)) throw cause
    throw new GatewayError('db_error', 'The store could not be read.', { cause })
  }
}

function answerOptions(
  core: Core,
  request: GatewayRequest,
  headers: Record<string, string>,
): GatewayResponse {
  return { status: 204, headers: { ...headers, ...core.cors.preflight(request.headers) }, body: '' }
}

interface Refused {
  readonly error: GatewayError
  readonly headers: Record<string, string>
}

function refuseMethod(route: RouteRow, { method, headers }: GatewayRequest): Refused | null {
  if (method === route.method || method === 'HEAD') return null
  if (route.operation === 'responses' && method === 'GET' && headers['upgrade'] !== undefined) {
    return {
      error: new GatewayError(
        'upgrade_required',
        'WebSocket is not supported here; use HTTP with streaming.',
      ),
      headers: { upgrade: 'HTTP/1.1', connection: 'Upgrade' },
    }
  }
  return {
    error: new GatewayError('method_not_allowed', `${method} is not allowed here; use ${route.method}.`),
    headers: { allow: `${route.method}, HEAD, OPTIONS` },
  }
}

function notFound({ method, path }: GatewayRequest): GatewayError {
  const plain = path.split('?', 1)[0] ?? ''
  return new GatewayError('not_found', `There is no ${method} ${plain.slice(0, 200)} here.`)
}
