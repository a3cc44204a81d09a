import { isJsonObject, type JsonObject, parseJson } from '../../canonical/json.js'
import { GatewayError } from '../../errors.js'
import type { RequestBody } from './http.js'
import { type ObjectText, scanObject } from './json-text.js'

/** A request body, parsed once and kept as text for forwarding. */
export interface ReadBody {
  readonly json: JsonObject
  readonly source: ObjectText
  /** UTF-8 size; more than `source.text.length` when there is text outside ASCII. */
  readonly byteLength: number
}

/**
 * Reads a body whatever its source. Throws `request_too_large` over `maxBytes` and `invalid_json` for anything
 * that is not one JSON object in UTF-8.
 */
export async function readBody(body: RequestBody, maxBytes: number): Promise<ReadBody> {
  const raw = typeof body === 'function' ? await body(maxBytes) : body
  if (raw === null) throw new GatewayError('invalid_json', 'The request has no body.')
  if (typeof raw === 'object' && 'json' in raw) return readParsed(raw.json, maxBytes)
  const text = typeof raw === 'string' ? raw : decodeUtf8(raw, maxBytes)
  const byteLength = typeof raw === 'string' ? raw.length : raw.byteLength
  if (byteLength > maxBytes) throw tooLarge(maxBytes)
  return finish(parseJson(text), text, byteLength)
}

/** Decodes a parsed body back into text: the host's parser took the bytes before the gateway could. */
function readParsed(value: unknown, maxBytes: number): ReadBody {
  let text: string | undefined
  try {
    text = JSON.stringify(value)
  } catch (cause) {
    throw new GatewayError('invalid_json', 'The request body is nested too deeply.', { cause })
  }
  if (text === undefined) throw new GatewayError('invalid_json', 'The request has no body.')
  if (text.length > maxBytes) throw tooLarge(maxBytes)
  return finish(value, text, text.length)
}

function finish(value: unknown, text: string, byteLength: number): ReadBody {
  if (value === undefined) throw new GatewayError('invalid_json', 'The request body is not valid JSON.')
  if (!isJsonObject(value)) throw new GatewayError('invalid_json', 'The request body must be a JSON object.')
  return { json: value, source: scanObject(text), byteLength }
}

/** A body that the gateway has written itself. */
export function writeBody(json: JsonObject): ReadBody {
  const text = JSON.stringify(json)
  return { json, source: scanObject(text), byteLength: text.length }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function decodeUtf8(bytes: Uint8Array, maxBytes: number): string {
  if (bytes.byteLength > maxBytes) throw tooLarge(maxBytes)
  try {
    return utf8.decode(bytes)
  } catch (cause) {
    throw new GatewayError('invalid_json', 'The request body is not valid UTF-8.', { cause })
  }
}

/** The 413 of a body over the limit; adapters use it too. */
export function tooLarge(maxBytes: number): GatewayError {
  return new GatewayError('request_too_large', `The request body is larger than ${maxBytes} bytes.`)
}
