import { encodeBase64Url } from '../../canonical/base64-url.js'
import type { GatewayRequest, RequestHeaders } from '../../gateway/http/http.js'
import { single } from '../../gateway/http/headers.js'
import { ConsoleError } from '../console-error.js'
import { type Principal, principalKey } from '../principal.js'
import { isSameText, sign } from '../secrets.js'
import type { Identified } from './identify.js'

/** What the page of a principal shows on everything that it writes, and no other site can know. */
export function csrfToken(key: Uint8Array, principal: Principal): string {
  return encodeBase64Url(sign(key, principalKey(principal)))
}

/** Throws `cross_site` when a browser says that another site has made a writing request. */
export function checkSite({ method, headers }: GatewayRequest): void {
  if (isReading(method)) return
  const site = headers['sec-fetch-site']
  if (site === undefined || site === 'same-origin' || site === 'none') return
  throw new ConsoleError('cross_site', 'Requests from other sites are not taken.')
}

/**
 * Throws `csrf_token` when a writing request lacks its token. Only who is known by the operator's token in the header
 * needs none: cookies, and headers of a proxy, come with what another site makes a browser send, too.
 */
export function checkCsrf(
  { method, headers }: GatewayRequest,
  key: Uint8Array,
  { principal, proof }: Identified,
): void {
  if (isReading(method) || proof === 'token') return
  const given = headers['x-csrf-token']
  if (given !== undefined && isSameText(single(given), csrfToken(key, principal))) return
  throw new ConsoleError('csrf_token', 'The x-csrf-token header is missing or not the one of this session.')
}

/** The token of an `Authorization: Bearer` header; null when there is none. */
export function bearerOf({ authorization }: RequestHeaders): string | null {
  const line = authorization === undefined ? '' : single(authorization)
  return /^bearer[ \t]+(\S+)[ \t]*$/i.exec(line)?.[1] ?? null
}

function isReading(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}
