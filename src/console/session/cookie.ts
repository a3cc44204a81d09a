import { utf8ToBytes } from '@noble/hashes/utils.js'
import { decodeBase64Url, encodeBase64Url } from '../../canonical/base64-url.js'
import { isJsonObject, parseJson } from '../../canonical/json.js'
import type { RequestHeaders } from '../../gateway/http/http.js'
import { isSameText, sign } from '../secrets.js'

const NAME = 'crossmodel_console'
const LIFE_MS = 12 * 60 * 60 * 1000
/** No Path: the browser keeps it for the folder of the API alone, whatever prefix that has. */
const ATTRIBUTES = 'HttpOnly; SameSite=Strict'
/** Cookies of the name that are looked at: hosts of one domain may have set others. */
const MOST_COOKIES = 8

/** A signed session of the operator, as a `set-cookie` value. */
export function openSession(key: Uint8Array, now: number, headers: RequestHeaders): string {
  const expiresAt = now + LIFE_MS
  const payload = encodeBase64Url(utf8ToBytes(JSON.stringify({ role: 'operator', expiresAt })))
  const value = `${payload}.${signatureOf(key, payload)}`
  return `${NAME}=${value}; Max-Age=${LIFE_MS / 1000}; ${ATTRIBUTES}${secure(headers)}`
}

/** The `set-cookie` value that ends a session. */
export function closeSession(headers: RequestHeaders): string {
  return `${NAME}=; Max-Age=0; ${ATTRIBUTES}${secure(headers)}`
}

/** True when a request carries a session that was signed with the key and has not ended. */
export function hasSession(key: Uint8Array, now: number, headers: RequestHeaders): boolean {
  return readCookies(headers).some((value) => isSession(key, now, value))
}

function isSession(key: Uint8Array, now: number, value: string): boolean {
  const [payload = '', signature = '', ...more] = value.split('.')
  if (more.length > 0 || !isSameText(signature, signatureOf(key, payload))) return false
  const bytes = decodeBase64Url(payload)
  const session = bytes === null ? undefined : parseJson(new TextDecoder().decode(bytes))
  if (!isJsonObject(session) || session['role'] !== 'operator') return false
  return typeof session['expiresAt'] === 'number' && session['expiresAt'] > now
}

function signatureOf(key: Uint8Array, payload: string): string {
  return encodeBase64Url(sign(key, payload))
}

function readCookies({ cookie = '' }: RequestHeaders): readonly string[] {
  const line = typeof cookie === 'string' ? cookie : cookie.join(';')
  return line
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${NAME}=`))
    .slice(0, MOST_COOKIES)
    .map((pair) => pair.slice(NAME.length + 1))
}

/** Browsers drop `Secure` cookies of plain http in part, so a first try on the own machine goes without. */
function secure({ origin }: RequestHeaders): string {
  const isLocal =
    typeof origin === 'string' && /^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/.test(origin)
  return isLocal ? '' : '; Secure'
}
