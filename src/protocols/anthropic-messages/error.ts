import {
  asArray,
  asNumber,
  asObject,
  asString,
  type JsonObject,
  type JsonValue,
} from '../../canonical/json.js'
import type { UpstreamError, UpstreamErrorKind } from '../../canonical/upstream-error.js'
import type { GatewayError } from '../../errors.js'
import {
  ERROR_TYPE_BY_CODE,
  ERROR_TYPE_BY_STATUS,
  KIND_BY_ERROR_TYPE,
  KIND_BY_STATUS,
  RETRYABLE_IN_STREAM,
} from './vocabulary.js'

const LONGEST_MESSAGE = 2000
const TIMES_TO_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
const TRY_AGAIN = /try again in\s+(\d+(?:\.\d+)?)\s*(ms|s|m|h)/i

/** Wordings of a context overflow that hold both numbers; `actual` and `limit` are group numbers. */
const OVERFLOWS: readonly { readonly text: RegExp; readonly actual: number; readonly limit: number }[] = [
  { text: /prompt is too long[^0-9]*([\d,]+)\s*tokens?\s*>\s*([\d,]+)/i, actual: 1, limit: 2 },
  { text: /maximum context length is ([\d,]+)[^0-9]*([\d,]+)\s*tokens/i, actual: 2, limit: 1 },
  { text: /maximum prompt length is ([\d,]+)[^0-9]*([\d,]+)\s*tokens/i, actual: 2, limit: 1 },
  { text: /input token count \(?([\d,]+)\)? exceeds[^0-9]*([\d,]+)/i, actual: 1, limit: 2 },
  { text: /\(([\d,]+) tokens?\) exceeds the available context size \(([\d,]+)/i, actual: 1, limit: 2 },
  { text: /contains ([\d,]+) tokens[^0-9]*([\d,]+) maximum context/i, actual: 1, limit: 2 },
  { text: /([\d,]+) tokens?,? (?:which )?exceeds the context window of ([\d,]+)/i, actual: 1, limit: 2 },
]
const SUMMED_OVERFLOW = /exceed context limit: ([\d,]+) \+ ([\d,]+) > ([\d,]+)/i

/** What the text or code of an error tells better than its type and status. The first match decides. */
const DETECTORS: readonly { readonly text: RegExp; readonly kind: UpstreamErrorKind }[] = [
  {
    text: /prompt is too long|context_length_exceeded|maximum context length|maximum prompt length|exceeds? the context window|exceeds? the available context|exceed_context_size|exceed context limit|input token count.{0,40}exceeds|input is too long|model_context_window_exceeded/i,
    kind: 'context-overflow',
  },
  {
    text: /credit balance is too low|insufficient_quota|insufficient balance|credit_(?:balance|limit)|spend_limit_reached|exceeded_current_quota/i,
    kind: 'billing',
  },
  { text: /API_KEY_INVALID|api key not valid|api key expired|invalid x-api-key/i, kind: 'authentication' },
]

/** A vendor's error in canonical form; total over anything that can come in its place. */
export function decodeError(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: JsonValue,
): UpstreamError {
  const { message, code, type, param } = readError(Array.isArray(body) ? body[0] : body)
  const retryAfterMs = retryAfter(headers, message, body)
  const tokens = overflowTokens(message)
  return {
    kind: kindOf(status, type, `${code ?? ''} ${message}`),
    message:
      message === '' ? `The vendor answered with status ${status}.` : message.slice(0, LONGEST_MESSAGE),
    ...(status === 200 ? {} : { status }),
    ...(code === undefined ? {} : { code }),
    ...(param === undefined ? {} : { param }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(tokens === undefined ? {} : { tokens }),
  }
}

/** The body of an HTTP error. */
export function encodeError(error: GatewayError, requestId: string): JsonObject {
  const type =
    ERROR_TYPE_BY_CODE[error.code] ??
    ERROR_TYPE_BY_STATUS[error.status] ??
    (error.status < 500 ? 'invalid_request_error' : 'api_error')
  return {
    type: 'error',
    error: {
      type,
      message: wording(error),
      ...(error.details === undefined ? {} : { details: error.details as JsonObject }),
    },
    request_id: requestId,
  }
}

/** The event that ends a stream in error. */
export function encodeStreamError(error: GatewayError, state: { readonly requestId: string }): string {
  const body = encodeError(error, state.requestId)
  const retried = RETRYABLE_IN_STREAM.has(error.code)
    ? { ...body, error: { ...asObject(body.error), type: 'overloaded_error' } }
    : body
  return `event: error\ndata: ${JSON.stringify(retried)}\n\n`
}

/** Both numbers of a context overflow, whatever vendor worded it. */
function overflowTokens(message: string): { actual: number; limit: number } | undefined {
  const summed = SUMMED_OVERFLOW.exec(message)
  if (summed !== null) return { actual: digits(summed[1]) + digits(summed[2]), limit: digits(summed[3]) }
  for (const { text, actual, limit } of OVERFLOWS) {
    const match = text.exec(message)
    if (match !== null) return { actual: digits(match[actual]), limit: digits(match[limit]) }
  }
  return undefined
}

/** The words from which agents learn that a conversation is too long, and by how much. */
export function overflowWording({ message, tokens }: Pick<UpstreamError, 'message' | 'tokens'>): string {
  const numbers = tokens ?? overflowTokens(message)
  if (numbers !== undefined) return `prompt is too long: ${numbers.actual} tokens > ${numbers.limit} maximum`
  return /^prompt is too long/i.test(message) ? message : `prompt is too long: ${message}`
}

function wording(error: GatewayError): string {
  const { code, param, message } = error
  if (code === 'context_length_exceeded') return overflowWording(error)
  const isNamed = code !== 'unsupported_parameter' || param === null || message.startsWith(param)
  return isNamed ? message : `${param}: ${message}`
}

interface ReadError {
  readonly message: string
  readonly type?: string | undefined
  readonly code?: string | undefined
  readonly param?: string | undefined
}

function readError(body: JsonValue | undefined): ReadError {
  if (typeof body === 'string') return { message: body.trimStart().startsWith('<') ? '' : body.trim() }
  const outer = asObject(body)
  if (outer === undefined) return { message: '' }
  const inner = asObject(outer.error) ?? outer
  const code = asString(asObject(inner.details)?.error_code) ?? asString(inner.code)
  return {
    message:
      asString(inner.message) ??
      asString(outer.error) ??
      asString(outer.message) ??
      asString(outer.detail) ??
      '',
    type: asString(inner.type),
    code,
    param: asString(inner.param),
  }
}

function kindOf(status: number, type: string | undefined, text: string): UpstreamErrorKind {
  for (const detector of DETECTORS) if (detector.text.test(text)) return detector.kind
  const byStatus = KIND_BY_STATUS[status]
  const byType = type === undefined ? undefined : KIND_BY_ERROR_TYPE[type]
  // 401, 404, 429 … say more than a type: OpenAI-like bodies call them all `invalid_request_error`.
  if (byStatus !== undefined && byStatus !== 'bad-request') return byStatus
  if (byType !== undefined) return byType
  if (byStatus !== undefined) return byStatus
  if (status >= 500) return 'server'
  return status >= 400 ? 'bad-request' : 'garbage'
}

function retryAfter(
  headers: Readonly<Record<string, string>>,
  message: string,
  body: JsonValue,
): number | undefined {
  const milliseconds = positive(headers['retry-after-ms'])
  if (milliseconds !== undefined) return milliseconds
  const seconds = positive(headers['retry-after'])
  if (seconds !== undefined) return seconds * 1000
  const said = TRY_AGAIN.exec(message)
  if (said !== null) return Math.ceil(Number(said[1]) * (TIMES_TO_MS[said[2]?.toLowerCase() ?? ''] ?? 1000))
  for (const detail of asArray(asObject(asObject(body)?.error)?.details)) {
    const delay = asString(asObject(detail)?.retryDelay)
    if (delay !== undefined) return (positive(delay.replace(/s$/, '')) ?? 0) * 1000
  }
  return undefined
}

function positive(text: string | undefined): number | undefined {
  const value = text === undefined || text.trim() === '' ? Number.NaN : Number(text)
  return asNumber(value) !== undefined && value >= 0 ? value : undefined
}

function digits(text: string | undefined): number {
  return Number((text ?? '').replaceAll(',', ''))
}
