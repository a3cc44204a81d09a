import { clipMessage, readOverflow } from '../../../canonical/error-signs.js'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../canonical/json.js'
import { asArray, asObject, asText } from '../../../canonical/narrow.js'
import { readRetryAfterMs } from '../../../canonical/retry-after.js'
import type { UpstreamError } from '../../../canonical/upstream-error.js'
import { classifyError } from './classify.js'

interface Fields {
  readonly message: string
  readonly codes: readonly string[]
  readonly code: string | undefined
  readonly param: string | undefined
  readonly object: JsonObject | undefined
}

/** Reads a vendor's HTTP error, whatever shape its body has: OpenAI's, flat, FastAPI's, a text, HTML or nothing. */
export function decodeError(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: JsonValue,
): UpstreamError {
  return toError(readFields(body), status, headers)
}

/** Reads the error of an event, or of a body that came with status 200. */
export function readError(body: JsonValue | undefined): UpstreamError {
  const fields = readFields(body)
  const numeric = Number(fields.code)
  const status = numeric >= 400 && numeric < 600 ? numeric : undefined
  return toError(fields, status, {})
}

function toError(
  fields: Fields,
  status: number | undefined,
  headers: Readonly<Record<string, string>>,
): UpstreamError {
  const { message, codes, object } = fields
  const kind = classifyError({
    status,
    message,
    codes,
    structured: object !== undefined && (message !== '' || codes.length > 0),
  })
  const retryAfterMs = readRetryAfterMs(headers, object, message)
  const tokens = kind === 'context-overflow' ? readOverflow(message, object) : undefined
  return {
    kind,
    message: message === '' ? describe(status) : message,
    ...(status === undefined ? {} : { status }),
    ...(fields.code === undefined ? {} : { code: fields.code }),
    ...(fields.param === undefined ? {} : { param: fields.param }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(tokens === undefined ? {} : { tokens }),
  }
}

function readFields(body: JsonValue | undefined): Fields {
  const outer = Array.isArray(body) ? asObject(body[0]) : asObject(body)
  if (outer === undefined) {
    const text = typeof body === 'string' ? cleanText(body) : ''
    return { message: text, codes: [], code: undefined, param: undefined, object: undefined }
  }
  const listed = asArray(outer['errors']).find(isJsonObject)
  // MiniMax's errors come with status 200 and in an object of their own.
  const own = asObject(outer['error']) ?? asObject(outer['detail']) ?? asObject(outer['base_resp'])
  const inner = own ?? listed ?? outer
  const codes = [
    inner['code'],
    inner['status_code'],
    inner['type'],
    inner['status'],
    outer['code'],
    outer['type'],
  ]
    .map(toCode)
    .filter((code) => code !== undefined)
  return {
    message: readMessage(inner) || readMessage(outer),
    codes,
    code: codes[0],
    param: asText(inner['param']),
    object: inner,
  }
}

function readMessage(object: JsonObject): string {
  for (const field of ['message', 'error', 'detail', 'msg', 'status_msg']) {
    const value = object[field]
    if (typeof value === 'string' && value !== '') return clipMessage(value)
    if (Array.isArray(value) && value.length > 0) return clipMessage(value.map(describeItem).join('; '))
    const nested = asObject(value)
    if (nested !== undefined && nested !== object) return readMessage(nested)
  }
  return ''
}

/** One entry of a validation report: `{loc: [...], msg}`. */
function describeItem(item: JsonValue): string {
  const entry = asObject(item)
  if (entry === undefined) return asText(item) ?? ''
  const place = asArray(entry['loc'])
    .map((step) => (typeof step === 'number' ? `${step}` : (asText(step) ?? '')))
    .join('.')
  const text = asText(entry['msg']) ?? asText(entry['message']) ?? ''
  return place === '' ? text : `${place}: ${text}`
}

function toCode(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'number') return String(value)
  return asText(value)
}

function cleanText(text: string): string {
  const trimmed = text.trim()
  return trimmed.startsWith('<') || trimmed.startsWith('{') || trimmed.startsWith('[')
    ? ''
    : clipMessage(trimmed)
}

function describe(status: number | undefined): string {
  return status === undefined
    ? 'The provider reported an error without a description.'
    : `The provider answered with status ${status} and no description.`
}
