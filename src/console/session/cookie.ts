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

/** A session that only its cookie names. */
export interface NewSession {
  readonly id: string
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

/** A session that begins now; `id` must be random. */
export function createSession(id: string, now: number): NewSession {
  return { id, expiresAt: now + LIFE_MS }
}

/** The `set-cookie` value that gives a session to the browser, signed. */
export function giveCookie(key: Uint8Array, session: NewSession, headers: RequestHeaders): string {
  const payload = encodeBase64Url(utf8ToBytes(JSON.stringify(session)))
  const value = `${payload}.${signatureOf(key, payload)}`
  return `${NAME}=${value}; Max-Age=${LIFE_MS / 1000}; ${ATTRIBUTES}${secure(headers)}`
}

/** The `set-cookie` value that takes the cookie from the browser. */
export function takeCookie(headers: RequestHeaders): string {
  return `${NAME}=; Max-Age=0; ${ATTRIBUTES}${secure(headers)}`
}

/** Ids of the sessions that a request names, signed with the key and not over; no store is asked for any other. */
export function readSessionIds(key: Uint8Array, now: number, headers: RequestHeaders): readonly string[] {
  return readCookies(headers).flatMap((value) => readId(key, now, value) ?? [])
}

function readId(key: Uint8Array, now: number, value: string): string | null {
  const [payload = '', signature = '', ...more] = value.split('.')
  if (more.length > 0 || !isSameText(signature, signatureOf(key, payload))) return null
  const bytes = decodeBase64Url(payload)
  const session = bytes === null ? undefined : parseJson(new TextDecoder().decode(bytes))
  if (!isJsonObject(session) || typeof session['id'] !== 'string') return null
  return typeof session['expiresAt'] === 'number' && session['expiresAt'] > now ? session['id'] : null
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
