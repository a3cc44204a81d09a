import type { CorsConfig } from '../config/config.js'
import type { RequestHeaders } from './http.js'
import { single } from './headers.js'

const EXPOSED = [
  'x-request-id',
  'request-id',
  'retry-after',
  'retry-after-ms',
  'idempotent-replayed',
  'x-crossmodel-model',
  'x-crossmodel-attempts',
  'x-crossmodel-warnings',
  'x-crossmodel-token-count',
].join(', ')
const METHODS = 'GET, HEAD, POST, DELETE, OPTIONS'
/** Browsers forget a preflight after this long anyway. */
const DEFAULT_MAX_AGE_SECONDS = 7200

/** Adds CORS headers for browsers that call the gateway directly; without configuration there are none. */
export interface Cors {
  /** Adds what every answer to a browser needs. */
  addHeaders(headers: Record<string, string>, request: RequestHeaders): void
  /** For the answer to a preflight. */
  preflight(request: RequestHeaders): Record<string, string>
}

const NONE: Cors = { addHeaders: () => undefined, preflight: () => ({}) }

/** CORS by configuration. */
export function createCors(config: CorsConfig | undefined): Cors {
  if (config === undefined) return NONE
  const { origins, maxAgeSeconds = DEFAULT_MAX_AGE_SECONDS } = config
  const allow = (request: RequestHeaders): Record<string, string> => {
    if (origins === '*') return { 'access-control-allow-origin': '*' }
    const origin = request['origin'] === undefined ? '' : single(request['origin'])
    const vary = { vary: 'origin' }
    return origins.includes(origin) ? { ...vary, 'access-control-allow-origin': origin } : vary
  }
  return {
    addHeaders(headers, request) {
      if (request['origin'] === undefined) return
      Object.assign(headers, allow(request), { 'access-control-expose-headers': EXPOSED })
    },
    preflight(request) {
      const asked = request['access-control-request-headers']
      return {
        ...allow(request),
        'access-control-allow-methods': METHODS,
        'access-control-max-age': String(maxAgeSeconds),
        ...(asked === undefined ? {} : { 'access-control-allow-headers': single(asked) }),
      }
    },
  }
}
