import {
  asArray,
  asNumber,
  asObject,
  asText,
  isJsonObject,
  type JsonObject,
  type JsonValue,
} from '../../../canonical/json.js'
import type { UpstreamError } from '../../../canonical/upstream-error.js'
import { classifyError, findOverflow } from './detectors.js'

const MAX_MESSAGE_LENGTH = 2_000

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
  const retryAfterMs = readRetryAfter(headers, message, object)
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
  const inner = asObject(outer['error']) ?? asObject(outer['detail']) ?? listed ?? outer
  const codes = [inner['code'], inner['type'], inner['status'], outer['code'], outer['type']]
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
  for (const field of ['message', 'error', 'detail', 'msg']) {
    const value = object[field]
    if (typeof value === 'string' && value !== '') return clip(value)
    if (Array.isArray(value) && value.length > 0) return clip(value.map(describeItem).join('; '))
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
  return trimmed.startsWith('<') || trimmed.startsWith('{') || trimmed.startsWith('[') ? '' : clip(trimmed)
}

function clip(text: string): string {
  return text.length > MAX_MESSAGE_LENGTH ? `${text.slice(0, MAX_MESSAGE_LENGTH)}…` : text
}

function describe(status: number | undefined): string {
  return status === undefined
    ? 'The provider reported an error without a description.'
    : `The provider answered with status ${status} and no description.`
}

function readOverflow(
  message: string,
  object: JsonObject | undefined,
): { actual: number; limit: number } | undefined {
  const actual = asNumber(object?.['n_prompt_tokens'])
  const limit = asNumber(object?.['n_ctx'])
  if (actual !== undefined && limit !== undefined) return { actual, limit }
  return findOverflow(message)
}

function readRetryAfter(
  headers: Readonly<Record<string, string>>,
  message: string,
  object: JsonObject | undefined,
): number | undefined {
  return (
    toMilliseconds(headers['retry-after-ms'], 1) ??
    toMilliseconds(headers['retry-after'], 1_000) ??
    untilDate(headers['retry-after'], headers['date']) ??
    readRetryInfo(object) ??
    readRetryText(message)
  )
}

function toMilliseconds(value: string | undefined, unitMs: number): number | undefined {
  return value !== undefined && /^\s*\d+(?:\.\d+)?\s*$/.test(value)
    ? Math.ceil(Number(value) * unitMs)
    : undefined
}

/** The other form of `Retry-After`, measured against the vendor's own clock. */
function untilDate(value: string | undefined, now: string | undefined): number | undefined {
  const wait = Date.parse(value ?? '') - Date.parse(now ?? '')
  return Number.isFinite(wait) ? Math.max(0, wait) : undefined
}

/** Google's `RetryInfo`, which its OpenAI-compatible endpoint keeps. */
function readRetryInfo(object: JsonObject | undefined): number | undefined {
  for (const detail of asArray(object?.['details'])) {
    const seconds = /^(\d+(?:\.\d+)?)s$/.exec(asText(asObject(detail)?.['retryDelay']) ?? '')?.[1]
    if (seconds !== undefined) return Math.ceil(Number(seconds) * 1_000)
  }
  return undefined
}

const UNITS_MS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 }

/** "Please try again in 6m0.5s", "… in 20ms", "… in 7 seconds". */
function readRetryText(message: string): number | undefined {
  const text = /(?:try again|retry)(?: after| in)?:? ((?:\d+(?:\.\d+)?\s?(?:ms|h|m|s)[a-z]*\s?)+)/i.exec(
    message,
  )?.[1]
  if (text === undefined) return undefined
  let total = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)\s?(ms|h|m|s)/gi)) {
    total += Number(amount) * (UNITS_MS[(unit ?? '').toLowerCase()] ?? 0)
  }
  return Math.ceil(total)
}
