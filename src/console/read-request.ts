import { isJsonObject, type JsonValue } from '../canonical/json.js'
import { GatewayError } from '../errors.js'
import { single } from '../gateway/http/headers.js'
import type { GatewayRequest } from '../gateway/http/http.js'
import { readBody } from '../gateway/http/read-body.js'
import { ConsoleError } from './console-error.js'

/** Of the bodies of the API. */
export const MAX_BODY_BYTES: number = 64 * 1024

/**
 * The JSON object of a request. Throws `unsupported_media_type` for what is not called JSON, `request_too_large`,
 * `invalid_json`, and `invalid_value` for names that would not be what they look like.
 */
export async function readJson({ headers, body }: GatewayRequest, maxBytes: number): Promise<object> {
  const contentType = headers['content-type'] === undefined ? '' : single(headers['content-type'])
  if (!/^application\/json[ \t]*(?:;|$)/i.test(contentType))
    throw new ConsoleError('unsupported_media_type', 'The content-type must be application/json.')
  const { json } = await readBody(body, maxBytes)
  if (hasProto(json))
    throw new GatewayError('invalid_value', "The name '__proto__' is not allowed.", { param: '__proto__' })
  return json
}

/** Depth is bounded: the body has been scanned for it. */
function hasProto(value: JsonValue | undefined): boolean {
  if (Array.isArray(value)) return value.some(hasProto)
  if (!isJsonObject(value)) return false
  return Object.hasOwn(value, '__proto__') || Object.values(value).some(hasProto)
}

/** How the text of a parameter becomes what its schema asks for; others stay texts. */
const CONVERSIONS: Readonly<Record<string, (texts: readonly string[]) => unknown>> = {
  limit: ([text = '']) => (/^\d{1,9}$/.test(text) ? Number(text) : text),
  kind: (texts) => texts.flatMap((text) => text.split(',')),
}
const REPEATABLE: ReadonlySet<string> = new Set(['kind'])

/** The parameters of a query. Throws `invalid_value` for one that stands twice and may not. */
export function readQuery(query: string): object {
  const given = new URLSearchParams(query)
  const names = [...new Set(given.keys())]
  return Object.fromEntries(
    names.map((name) => {
      const texts = given.getAll(name)
      if (texts.length > 1 && !REPEATABLE.has(name))
        throw new GatewayError('invalid_value', `${name} stands more than once.`, { param: name })
      const convert = Object.hasOwn(CONVERSIONS, name) ? CONVERSIONS[name] : undefined
      return [name, convert === undefined ? texts[0] : convert(texts)]
    }),
  )
}
