import { utf8ToBytes } from '@noble/hashes/utils.js'
import { GatewayError } from '../errors.js'
import { toFetch } from '../gateway/http/fetch.js'
import type { GatewayRequest, GatewayResponse, Handler } from '../gateway/http/http.js'
import { describeApi } from './api/openapi.js'
import { readShape } from './api/schemas/read.js'
import { API_VERSION } from './api/session.js'
import { notFound } from './api/values.js'
import { ConsoleError } from './console-error.js'
import { type ConsoleContext, createContext } from './context.js'
import { createMatcher, type MatchRoute } from './match-route.js'
import { checkOptions, type ConsoleOptions } from './options.js'
import { type AnswerPage, createPageAnswer } from './page-answer.js'
import type { PageBundle } from './page-html.js'
import { maySee, mayUse, type Principal } from './principal.js'
import { MAX_BODY_BYTES, readJson, readQuery } from './read-request.js'
import { baseHeaders, respondError, respondJson } from './respond.js'
import type { ApiCall, Route } from './route.js'
import { ROUTES } from './routes.js'
import { checkCsrf, checkSite } from './session/csrf.js'
import { identify } from './session/identify.js'

/** The console: mount `handle` by an adapter, or serve `fetch`. */
export interface Console extends Handler {
  /** Resolves always, never rejects. */
  handle(request: GatewayRequest): Promise<GatewayResponse>
  fetch(request: Request): Promise<Response>
}

const API = '/api/v1/'

/** A console with a page. Throws a `TypeError` for options that cannot be. Asks nothing of the gateway before a request. */
export function createConsoleWith(options: ConsoleOptions, page: PageBundle): Console {
  checkOptions(options)
  const context = createContext(options, () => JSON.stringify(describeApi(ROUTES, API_VERSION)))
  const match = createMatcher(ROUTES)
  const answerPage = createPageAnswer(page, context.title)
  const handle = (request: GatewayRequest): Promise<GatewayResponse> =>
    answer(context, { match, answerPage }, request)
  return { handle, fetch: toFetch({ handle }) }
}

interface Fixtures {
  readonly match: MatchRoute
  readonly answerPage: AnswerPage
}

async function answer(
  context: ConsoleContext,
  { match, answerPage }: Fixtures,
  request: GatewayRequest,
): Promise<GatewayResponse> {
  const requestId = context.createId('req_con_')
  const headers = baseHeaders(requestId)
  const { path, query } = splitPath(request.path)
  try {
    const method = request.method === 'HEAD' ? 'GET' : request.method
    if (path === '' || path === '/') {
      if (method !== 'GET') throw notAllowed(request, ['GET'], headers)
      return forMethod(request, await answerPage(request, headers))
    }
    const found = path.startsWith(API) ? match(method, path.slice(API.length)) : null
    if (found === null) throw nothingThere(request)
    if (found.route === null) throw notAllowed(request, found.allowed, headers)
    const { route, params } = found
    return forMethod(request, await run(context, { route, params, query, request, requestId, headers }))
  } catch (thrown) {
    return respondError(context, { thrown, requestId, method: request.method, path }, headers)
  }
}

interface Matched {
  readonly route: Route
  readonly params: Readonly<Record<string, string>>
  readonly query: string
  readonly request: GatewayRequest
  readonly requestId: string
  readonly headers: Record<string, string>
}

async function run(context: ConsoleContext, matched: Matched): Promise<GatewayResponse> {
  const { route, params, query, request, requestId, headers } = matched
  const principal = await admit(context, matched)
  const call: ApiCall<string, unknown, unknown> = {
    request,
    requestId,
    principal,
    params,
    query: readShape(route.query, readQuery(query)),
    body: await readRouteBody(route, request),
  }
  const result = await route.run(context, call, headers)
  if (route.answer !== null && 'contentType' in route.answer) return result as GatewayResponse
  return respondJson(route.status ?? 200, result, headers)
}

/** Nobody in particular: routes for anyone ask nothing of their principal. */
const ANYONE: Principal = { actor: 'anyone', role: 'viewer', accountId: '' }

/** Who may use the route now. Throws what stands in the way: from another site, not signed in, no such account, no right. */
async function admit(context: ConsoleContext, { route, params, request }: Matched): Promise<Principal> {
  if (route.body !== 'raw') checkSite(request)
  if (route.access === 'anyone') return ANYONE
  const identified = await identify(context, request)
  if (identified === null) throw new ConsoleError('not_signed_in', 'Sign in first.')
  const { principal } = identified
  context.limits.countCall(principal)
  const { csrf } = await context.secrets()
  checkCsrf(request, csrf, identified)
  const accountId = params['account_id']
  if (accountId !== undefined && !maySee(principal, accountId)) throw notFound('account', accountId)
  if (mayUse(principal, route.access)) return principal
  throw new ConsoleError('forbidden', `This is for ${WHO[route.access]}: you are ${principal.role}.`)
}

const WHO = { viewer: 'members', owner: 'owners and operators', operator: 'operators' } as const

/** A playground call is as large as the gateway lets it be; the gateway itself looks at its size again. */
const MAX_CALL_BYTES = 32 * 1024 * 1024

async function readRouteBody({ body }: Route, request: GatewayRequest): Promise<unknown> {
  if (body === null || body === 'raw') return {}
  const maxBytes = body === 'PlaygroundCall' ? MAX_CALL_BYTES : MAX_BODY_BYTES
  return readShape(body, await readJson(request, maxBytes))
}

function splitPath(whole: string): { readonly path: string; readonly query: string } {
  const mark = whole.indexOf('?')
  return mark < 0 ? { path: whole, query: '' } : { path: whole.slice(0, mark), query: whole.slice(mark + 1) }
}

/** HEAD asks for what GET would answer, its length too, without the body. */
function forMethod({ method }: GatewayRequest, response: GatewayResponse): GatewayResponse {
  const { status, headers, body } = response
  if (method !== 'HEAD' || status === 304) return response
  if (typeof body === 'object' && Symbol.asyncIterator in body) {
    body[Symbol.asyncIterator]()
      .return?.()
      .catch(() => undefined)
    return { status, headers, body: '' }
  }
  const { byteLength } = typeof body === 'string' ? utf8ToBytes(body) : body
  return { status, headers: { ...headers, 'content-length': String(byteLength) }, body: '' }
}

function nothingThere({ method, path }: GatewayRequest): GatewayError {
  const { path: plain } = splitPath(path)
  return new GatewayError('not_found', `There is no ${method} ${plain.slice(0, 200)} here.`)
}

function notAllowed(
  { method }: GatewayRequest,
  allowed: readonly string[],
  headers: Record<string, string>,
): GatewayError {
  const methods = allowed.join(', ')
  headers['allow'] = methods
  return new GatewayError('method_not_allowed', `${method} is not allowed here; use ${methods}.`)
}
