import {
  asNumber,
  asObject,
  asObjects,
  asString,
  asText,
  type JsonObject,
  type JsonValue,
  lookUp,
} from '../../canonical/json.js'
import type { UpstreamError, UpstreamErrorKind } from '../../canonical/upstream-error.js'
import type { GatewayError } from '../../errors.js'
import { KIND_BY_CODE, KIND_BY_STATUS } from './vocabulary.js'

const LONGEST_MESSAGE = 2000
const NO_STATUS = 200

/** Texts that say what the code does not. The first match decides. */
const DETECTORS: readonly { readonly text: RegExp; readonly kind: UpstreamErrorKind }[] = [
  {
    text: /maximum context length|maximum prompt length|prompt is too long|input is too long|exceeds? (?:the|your) context window|exceeds? the (?:model's )?(?:maximum|available) context|exceed context limit|input token count.{0,40}exceeds/i,
    kind: 'context-overflow',
  },
  { text: /API_KEY_INVALID|api key (?:not valid|expired)|incorrect api key/i, kind: 'authentication' },
  { text: /credit balance is too low|insufficient (?:balance|credits|funds)/i, kind: 'billing' },
]

/** Wordings of a context overflow that hold both numbers. */
const OVERFLOWS: readonly RegExp[] = [
  /too long:?\s*(?<actual>[\d,]+) tokens? > (?<limit>[\d,]+)/i,
  /maximum (?:context|prompt) length (?:of the model )?is (?<limit>[\d,]+)\D+(?<actual>[\d,]+)/i,
  /token count \(?(?<actual>[\d,]+)\)? exceeds\D*(?<limit>[\d,]+)/i,
  /\((?<actual>[\d,]+) tokens?\) exceeds the available context size \((?<limit>[\d,]+)/i,
  /(?<actual>[\d,]+) tokens?\b\D*\bcontext (?:window|length|size) (?:of|is) (?<limit>[\d,]+)/i,
  /context window (?:of|is) (?<limit>[\d,]+)\D+(?<actual>[\d,]+)/i,
]
const SUMMED_OVERFLOW = /context limit: ([\d,]+) \+ ([\d,]+) > ([\d,]+)/i

const WAIT = /(?:try again|retry)\s+(?:in|after)\s+((?:\d+(?:\.\d+)?\s*[a-z]+\s*)+)/i
const DURATION = /(\d+(?:\.\d+)?)\s*(ms|milli|s|m|h)/gi
const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, milli: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** A vendor's error in canonical form; total over anything that can come in its place. */
export function decodeError(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: JsonValue,
): UpstreamError {
  const { message, code, type, param, details, status: said } = readError(body)
  const known = status >= 400 ? status : said
  const retryAfterMs =
    retryAfterFromHeaders(headers) ?? retryAfterFromDetails(details) ?? retryAfterFromText(message)
  const tokens = overflowTokens(message, details)
  return {
    kind: kindOf(known ?? status, [code, type], message),
    message: message.slice(0, LONGEST_MESSAGE),
    ...(status >= 400 ? { status } : {}),
    ...(code === undefined ? {} : { code }),
    ...(param === undefined ? {} : { param }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(tokens === undefined ? {} : { tokens }),
  }
}

/** An error inside a 200: an `error` event in either form, or a response object that failed. */
export function decodeStreamError(body: JsonObject): UpstreamError {
  const error = decodeError(NO_STATUS, {}, body)
  return error.kind === 'garbage' ? { ...error, kind: 'server' } : error
}

/** The body of an HTTP error. */
export function encodeError(error: GatewayError): JsonObject {
  return { error: errorObject(error) }
}

/**
 * The events that end a stream in error: `response.failed` when the response that was opened is known (agents read
 * its code), then `error` with the fields flat, as documented.
 */
export function encodeStreamError(
  error: GatewayError,
  state: { readonly sequence: number; readonly responseId?: string | undefined },
): string {
  const { code, message, param } = error
  const { responseId, sequence } = state
  const failed =
    responseId === undefined
      ? ''
      : formatEvent('response.failed', {
          type: 'response.failed',
          response: {
            id: responseId,
            object: 'response',
            status: 'failed',
            error: { code, message },
            output: [],
          },
          sequence_number: sequence,
        })
  const number = responseId === undefined ? sequence : sequence + 1
  return failed + formatEvent('error', { type: 'error', code, message, param, sequence_number: number })
}

/** One event of the stream. */
export function formatEvent(type: string, data: JsonObject): string {
  return `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`
}

function errorObject({ message, type, param, code }: GatewayError): JsonObject {
  return { message, type, param, code }
}

interface ReadError {
  readonly message: string
  readonly code?: string | undefined
  readonly type?: string | undefined
  readonly param?: string | undefined
  readonly status?: number | undefined
  /** The object that the fields came from. */
  readonly details?: JsonObject | undefined
}

/** Bodies are `{error:{…}}`, flat, `{error:"text"}`, `{detail}`, an array of one of them, or no JSON at all. */
function readError(body: JsonValue): ReadError {
  if (typeof body === 'string') return { message: body.trimStart().startsWith('<') ? '' : body.trim() }
  const outer = asObject(Array.isArray(body) ? (body as readonly JsonValue[])[0] : body)
  if (outer === undefined) return { message: '' }
  const inner = asObject(outer['error']) ?? asObject(outer['detail']) ?? outer
  const flatType = inner === outer && outer['type'] === 'error' ? undefined : asText(inner['type'])
  return {
    message:
      asText(inner['message']) ??
      asText(outer['message']) ??
      textOf(outer['error']) ??
      textOf(outer['detail']) ??
      '',
    code: asText(inner['code']) ?? asText(outer['code']),
    type: flatType ?? asText(inner['status']),
    param: asText(inner['param']),
    status: [inner['code'], inner['status'], outer['status']]
      .map(asStatus)
      .find((value) => value !== undefined),
    details: inner,
  }
}

function textOf(value: JsonValue | undefined): string | undefined {
  const said = asObjects(value).map((entry) => asString(entry['msg']) ?? asString(entry['message']) ?? '')
  return asText(value) ?? asText(said.join('; '))
}

function asStatus(value: JsonValue | undefined): number | undefined {
  const status = typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : asNumber(value)
  return status !== undefined && status >= 400 && status < 600 ? status : undefined
}

function kindOf(status: number, names: readonly (string | undefined)[], message: string): UpstreamErrorKind {
  const detected = DETECTORS.find(({ text }) => text.test(message))
  if (detected !== undefined) return detected.kind
  const byStatus = KIND_BY_STATUS[status]
  const byName = names.map((name) => lookUp(KIND_BY_CODE, name)).find((kind) => kind !== undefined)
  // A status says more than a name that only means "bad request", and a 400 is the request's fault, whatever is missing.
  const vague = byName === 'bad-request' || (byName === 'not-found' && byStatus === 'bad-request')
  if (byName !== undefined && !(vague && byStatus !== undefined)) return byName
  if (byStatus !== undefined) return byStatus
  if (status >= 500) return 'server'
  return status >= 400 ? 'bad-request' : 'garbage'
}

function overflowTokens(
  message: string,
  details: JsonObject | undefined,
): { readonly actual: number; readonly limit: number } | undefined {
  const counted = asNumber(details?.n_prompt_tokens)
  const context = asNumber(details?.n_ctx)
  if (counted !== undefined && context !== undefined) return { actual: counted, limit: context }
  const summed = SUMMED_OVERFLOW.exec(message)
  if (summed !== null) return { actual: digits(summed[1]) + digits(summed[2]), limit: digits(summed[3]) }
  for (const pattern of OVERFLOWS) {
    const groups = pattern.exec(message)?.groups
    if (groups !== undefined) return { actual: digits(groups['actual']), limit: digits(groups['limit']) }
  }
  return undefined
}

function digits(text: string | undefined): number {
  return Number((text ?? '').replaceAll(',', ''))
}

function retryAfterFromHeaders(headers: Readonly<Record<string, string>>): number | undefined {
  const milliseconds = positive(headers['retry-after-ms'])
  if (milliseconds !== undefined) return milliseconds
  const seconds = positive(headers['retry-after'])
  return seconds === undefined ? undefined : seconds * 1000
}

function retryAfterFromDetails(details: JsonObject | undefined): number | undefined {
  for (const detail of asObjects(details?.details)) {
    const delay = asString(detail['retryDelay'])
    if (delay !== undefined) return duration(delay)
  }
  const resetsIn = asNumber(details?.resets_in_seconds)
  return resetsIn === undefined || resetsIn < 0 ? undefined : resetsIn * 1000
}

function retryAfterFromText(message: string): number | undefined {
  const said = WAIT.exec(message)?.[1]
  return said === undefined ? undefined : duration(said)
}

/** `1.5s`, `300ms`, `1m12.5s`, `7 seconds`. */
function duration(text: string): number | undefined {
  let milliseconds = 0
  let found = false
  for (const [, amount, unit] of text.matchAll(DURATION)) {
    found = true
    milliseconds += Number(amount) * (UNIT_MS[unit?.toLowerCase() ?? ''] ?? 0)
  }
  return found ? Math.ceil(milliseconds) : undefined
}

function positive(text: string | undefined): number | undefined {
  const value = text === undefined || text.trim() === '' ? Number.NaN : Number(text)
  return Number.isFinite(value) && value >= 0 ? value : undefined
}
