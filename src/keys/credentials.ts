/** Header names in lower case, as every face of the gateway gives them. */
type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

/** Which of two credentials counts when a client sends both. */
export type CredentialPreference = 'bearer' | 'x-api-key'

const BEARER = 'authorization'
const KEY_HEADERS: Readonly<Record<CredentialPreference, readonly string[]>> = {
  bearer: [BEARER, 'x-api-key', 'api-key', 'x-goog-api-key'],
  'x-api-key': ['x-api-key', BEARER, 'api-key', 'x-goog-api-key'],
}

/** The key that a client sent as `Authorization: Bearer` or in a key header; null when there is none. */
export function readCredentials(headers: Headers, prefer: CredentialPreference): string | null {
  for (const name of KEY_HEADERS[prefer]) {
    const value = firstValue(headers[name])
    const key = name === BEARER ? bearerToken(value) : value
    if (key !== '') return key
  }
  return null
}

/** Headers that let somebody in, beside those of keys. */
const OTHER_CREDENTIALS: readonly string[] = ['proxy-authorization', 'cookie', 'sec-websocket-protocol']

/** The headers of a request that others may see. */
export function withoutCredentials(headers: Headers): Headers {
  const rest: Record<string, string | readonly string[] | undefined> = { ...headers }
  for (const name of [...KEY_HEADERS.bearer, ...OTHER_CREDENTIALS]) delete rest[name]
  return rest
}

function firstValue(value: string | readonly string[] | undefined): string {
  const first = typeof value === 'string' ? value : value?.[0]
  return first?.trim() ?? ''
}

function bearerToken(value: string): string {
  return /^bearer[ \t]+(\S.*)$/i.exec(value)?.[1] ?? ''
}
