import { asString, asText, isJsonObject, type JsonObject, type JsonValue } from '../../canonical/json.js'
import type { UpstreamError, UpstreamErrorKind } from '../../canonical/upstream-error.js'
import { toNumber, toObjects } from './wire/index.js'

const BY_STATUS: Readonly<Record<number, UpstreamErrorKind>> = {
  400: 'bad-request',
  401: 'authentication',
  402: 'billing',
  403: 'permission',
  404: 'not-found',
  405: 'bad-request',
  408: 'timeout',
  413: 'too-large',
  422: 'unprocessable',
  429: 'rate-limit',
  499: 'timeout',
  503: 'overloaded',
  504: 'timeout',
  529: 'overloaded',
}

/** @see https://google.aip.dev/193 */
const BY_RPC_STATUS: Readonly<Record<string, UpstreamErrorKind>> = {
  INVALID_ARGUMENT: 'bad-request',
  FAILED_PRECONDITION: 'bad-request',
  OUT_OF_RANGE: 'bad-request',
  UNAUTHENTICATED: 'authentication',
  PERMISSION_DENIED: 'permission',
  NOT_FOUND: 'not-found',
  ALREADY_EXISTS: 'bad-request',
  ABORTED: 'server',
  RESOURCE_EXHAUSTED: 'rate-limit',
  CANCELLED: 'timeout',
  UNKNOWN: 'server',
  INTERNAL: 'server',
  DATA_LOSS: 'server',
  UNIMPLEMENTED: 'bad-request',
  UNAVAILABLE: 'overloaded',
  DEADLINE_EXCEEDED: 'timeout',
}

interface Details {
  readonly reason?: string | undefined
  readonly field?: string | undefined
  readonly retryAfterMs?: number | undefined
}

const BAD_KEY = /api key (?:not valid|expired|not found)|api_key_invalid|invalid (?:api key|authentication)/i
const NO_FUNDS =
  /insufficient_quota|(?:enable|disabled|requires?) billing|billing (?:account )?(?:is |to be |has been )?(?:disabled|enabled|closed)|credits? (?:are |is |have been )?(?:depleted|exhausted|used up)/i

/** Both numbers of "too many input tokens", in the wordings that Google has used. */
const OVERFLOW: readonly { readonly pattern: RegExp; readonly limitFirst?: boolean }[] = [
  { pattern: /input token count \((\d+)\) exceeds the maximum number of tokens allowed \((\d+)\)/i },
  { pattern: /input token count is (\d+) but model only supports up to (\d+)/i },
  { pattern: /(\d+) tokens? > (\d+) maximum/i },
  { pattern: /maximum context length is (\d+) tokens[^0-9]*(\d+)/i, limitFirst: true },
]
const OVERFLOW_WORDS =
  /input token count[^.]*exceeds|exceeds the maximum number of tokens|maximum context length|prompt is too long|exceeds the context window/i

/** Reads an HTTP error, or the error object of a stream, of a Gemini API; total over garbage. */
export function decodeError(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: JsonValue,
): UpstreamError {
  const error = findError(body)
  const text = readMessage(error, body)
  const details: Details = error === undefined ? {} : readDetails(error)
  const rpcStatus = asText(error?.['status'])
  const effective = status >= 400 ? status : (toNumber(error?.['code']) ?? 0)
  const tokens = effective < 500 ? readOverflow(text ?? '') : undefined
  const kind = readKind(effective, rpcStatus, details.reason, text ?? '')
  const code = details.reason ?? rpcStatus ?? codeOf(error)
  const retryAfterMs = details.retryAfterMs ?? retryFromHeaders(headers) ?? retryFromText(text ?? '')
  return {
    kind: tokens === undefined ? kind : 'context-overflow',
    message: text ?? describe(effective),
    ...(status >= 400 ? { status } : {}),
    ...(code === undefined ? {} : { code }),
    ...(details.field === undefined ? {} : { param: details.field }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(tokens === undefined ? {} : { tokens }),
  }
}

function readKind(
  status: number,
  rpcStatus: string | undefined,
  reason: string | undefined,
  text: string,
): UpstreamErrorKind {
  const refused = status < 500
  if (refused && (reason?.startsWith('API_KEY_') === true || BAD_KEY.test(text))) return 'authentication'
  if (refused && (reason === 'BILLING_DISABLED' || NO_FUNDS.test(text))) return 'billing'
  if (refused && OVERFLOW_WORDS.test(text)) return 'context-overflow'
  const byStatus = BY_STATUS[status]
  if (byStatus !== undefined) return byStatus
  if (rpcStatus !== undefined && Object.hasOwn(BY_RPC_STATUS, rpcStatus)) {
    const byRpc = BY_RPC_STATUS[rpcStatus]
    if (byRpc !== undefined && (status < 400 || status >= 500 === !isClientFault(byRpc))) return byRpc
  }
  if (status >= 500) return 'server'
  return status >= 400 ? 'bad-request' : 'garbage'
}

function isClientFault(kind: UpstreamErrorKind): boolean {
  return kind !== 'server' && kind !== 'overloaded' && kind !== 'timeout'
}

/** `{error:{…}}`, the same in a list, or a flat object with a message. */
function findError(body: JsonValue): JsonObject | undefined {
  const first: unknown = Array.isArray(body) ? body[0] : body
  if (!isJsonObject(first)) return undefined
  const error = first['error']
  if (isJsonObject(error)) return error
  if (typeof error === 'string') return { message: error }
  return typeof first['message'] === 'string' ? first : undefined
}

function readMessage(error: JsonObject | undefined, body: JsonValue): string | undefined {
  const message = asText(error?.['message'])
  if (message !== undefined) return message
  // A proxy's plain sentence helps; its HTML page does not.
  return typeof body === 'string' && body.trim() !== '' && body.length <= 500 && !body.includes('<')
    ? body.trim()
    : undefined
}

function describe(status: number): string {
  return status >= 400
    ? `The upstream answered with status ${status} and no readable error.`
    : 'The upstream answered with something that is no response.'
}

function codeOf(error: JsonObject | undefined): string | undefined {
  const code = error?.['code']
  return typeof code === 'number' ? String(code) : asText(code)
}

function readDetails(error: JsonObject): Details {
  const details = toObjects(error['details'])
  const ofType = (name: string): JsonObject | undefined =>
    details.find((detail) => asString(detail['@type'])?.endsWith(name) === true)
  return {
    reason: asText(ofType('ErrorInfo')?.['reason']),
    field: asText(toObjects(ofType('BadRequest')?.['fieldViolations'])[0]?.['field']),
    retryAfterMs: durationMs(asString(ofType('RetryInfo')?.['retryDelay'])),
  }
}

function readOverflow(text: string): UpstreamError['tokens'] {
  for (const { pattern, limitFirst } of OVERFLOW) {
    const match = pattern.exec(text)
    if (match === null) continue
    const [first, second] = [Number(match[1]), Number(match[2])]
    return limitFirst === true ? { actual: second, limit: first } : { actual: first, limit: second }
  }
  return undefined
}

function retryFromHeaders(headers: Readonly<Record<string, string>>): number | undefined {
  const ms = toNumber(headers['retry-after-ms'])
  if (ms !== undefined && ms >= 0) return ms
  const seconds = toNumber(headers['retry-after'])
  return seconds !== undefined && seconds >= 0 ? Math.ceil(seconds * 1000) : undefined
}

function retryFromText(text: string): number | undefined {
  return durationMs(/(?:retry|try again) in ([\d.]+\s*m?s)\b/i.exec(text)?.[1])
}

/** `34.4s` or `250ms` in milliseconds. */
function durationMs(text: string | undefined): number | undefined {
  const match = /^([\d.]+)\s*(ms|s)$/i.exec(text?.trim() ?? '')
  if (match === null) return undefined
  const value = Number(match[1])
  if (!Number.isFinite(value)) return undefined
  return Math.ceil(match[2]?.toLowerCase() === 'ms' ? value : value * 1000)
}
