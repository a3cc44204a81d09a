import { matchStateRoute, type StateOperation } from './state-routes.js'

/** What an endpoint does; the tables here and in state-routes.ts are the only places that know paths. */
export type Operation =
  | 'chat'
  | 'responses'
  | 'compact'
  | 'messages'
  | 'count-responses'
  | 'count-messages'
  | 'embeddings'
  | 'models'
  | 'model'
  | 'credits'
  | 'usage'
  | 'probe'
  | 'live'
  | 'ready'
  | StateOperation

/** Whose error bodies and headers a route speaks; GET routes decide by header. */
export type RouteDialect = 'openai' | 'anthropic' | 'by-header'

/** One endpoint. */
export interface RouteRow {
  readonly operation: Operation
  readonly dialect: RouteDialect
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Path as documented, without the query: `/v1/messages`. */
  readonly endpoint: string
}

export interface RouteMatch {
  readonly row: RouteRow
  /** Decoded `{id}` of the path. */
  readonly id: string | null
  /** Decoded second id of the path, where there is one. */
  readonly itemId?: string | null | undefined
  /** Query without `?`. */
  readonly query: string
}

const ROWS: ReadonlyMap<string, RouteRow> = new Map(
  (
    [
      ['chat', 'openai', 'POST', '/v1/chat/completions'],
      ['responses', 'openai', 'POST', '/v1/responses'],
      ['compact', 'openai', 'POST', '/v1/responses/compact'],
      ['messages', 'anthropic', 'POST', '/v1/messages'],
      ['count-messages', 'anthropic', 'POST', '/v1/messages/count_tokens'],
      ['count-responses', 'openai', 'POST', '/v1/responses/input_tokens'],
      ['embeddings', 'openai', 'POST', '/v1/embeddings'],
      ['models', 'by-header', 'GET', '/v1/models'],
      ['credits', 'by-header', 'GET', '/v1/credits'],
      ['usage', 'by-header', 'GET', '/v1/usage'],
      ['live', 'by-header', 'GET', '/v1/healthz'],
      ['ready', 'by-header', 'GET', '/v1/readyz'],
    ] as const
  ).map(([operation, dialect, method, endpoint]) => [
    endpoint.slice('/v1'.length),
    { operation, dialect, method, endpoint },
  ]),
)

const MODEL: RouteRow = {
  operation: 'model',
  dialect: 'by-header',
  method: 'GET',
  endpoint: '/v1/models/{id}',
}
const MODEL_PREFIX = '/models/'

/** Paths that clients probe before their first call (Claude Code: `HEAD /api/hello`). */
const PROBES: ReadonlySet<string> = new Set(['', '/api/hello'])
const PROBE: RouteRow = { operation: 'probe', dialect: 'openai', method: 'GET', endpoint: '/' }

/**
 * Finds the route of a path: with or without `/v1`, a trailing slash and a query. The model id may be
 * percent-encoded or hold plain slashes. `method` decides where a path has several. Null when there is none.
 * A base URL that ends in a slash, or in the `/v1` which its SDK adds as well, does no harm.
 */
export function matchRoute(path: string, method: string = 'GET'): RouteMatch | null {
  const mark = path.indexOf('?')
  const query = mark < 0 ? '' : path.slice(mark + 1)
  const plain = stripVersion(stripSlashes(mark < 0 ? path : path.slice(0, mark)))
  const row = ROWS.get(plain)
  if (row !== undefined) return { row, id: null, query }
  if (plain.startsWith(MODEL_PREFIX))
    return { row: MODEL, id: decode(plain.slice(MODEL_PREFIX.length)), query }
  const kept = matchStateRoute(plain, method)
  if (kept !== null) return { ...kept, query }
  return PROBES.has(plain) ? { row: PROBE, id: null, query } : null
}

/** Which dialect answers on a path that has no route: the nearest endpoint's. */
export function dialectOfPath(path: string): RouteDialect {
  return stripVersion(stripSlashes(path)).startsWith('/messages') ? 'anthropic' : 'by-header'
}

function stripSlashes(path: string): string {
  const single = path.includes('//') ? path.replace(/\/{2,}/g, '/') : path
  let end = single.length
  while (end > 0 && single.charCodeAt(end - 1) === 47) end--
  return single.slice(0, end)
}

function stripVersion(path: string): string {
  let rest = path
  while (rest.startsWith('/v1/')) rest = rest.slice('/v1'.length)
  return rest === '/v1' ? '' : rest
}

function decode(id: string): string {
  try {
    return decodeURIComponent(id)
  } catch {
    return id
  }
}
