import { kindOfCode, kindOfStatus } from '../../canonical/error-codes.js'
import { clipMessage, kindOfWording, readOverflow } from '../../canonical/error-signs.js'
import { isJsonObject, type JsonObject, type JsonValue } from '../../canonical/json.js'
import { asString, asText } from '../../canonical/narrow.js'
import { readRetryAfterMs } from '../../canonical/retry-after.js'
import type { UpstreamError, UpstreamErrorKind } from '../../canonical/upstream-error.js'
import { toNumber, toObjects } from './wire/index.js'

interface Details {
  readonly reason?: string | undefined
  readonly field?: string | undefined
  /** It names the quota or the wait: a limit of rate, whose text is the same as that of an empty account. */
  readonly isRateLimit?: boolean | undefined
}

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
  const kind = readKind(effective, { rpcStatus, details, text: text ?? '' })
  const tokens = kind === 'context-overflow' ? readOverflow(text ?? '', error) : undefined
  const code = details.reason ?? rpcStatus ?? codeOf(error)
  const retryAfterMs = readRetryAfterMs(headers, error, text ?? '')
  return {
    kind,
    message: text ?? describe(effective),
    ...(status >= 400 ? { status } : {}),
    ...(code === undefined ? {} : { code }),
    ...(details.field === undefined ? {} : { param: details.field }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(tokens === undefined ? {} : { tokens }),
  }
}

interface Signs {
  readonly rpcStatus: string | undefined
  readonly details: Details
  readonly text: string
}

function readKind(status: number, { rpcStatus, details, text }: Signs): UpstreamErrorKind {
  const { reason } = details
  if (status === 429 && details.isRateLimit === true) return 'rate-limit'
  if (status < 500) {
    if (reason?.startsWith('API_KEY_') === true) return 'authentication'
    if (reason === 'BILLING_DISABLED') return 'billing'
    const byText = kindOfWording(text)
    if (byText !== undefined) return byText
  }
  const byStatus = kindOfStatus(status)
  const byRpc = kindOfCode(rpcStatus)
  if (byStatus === undefined) return byRpc ?? 'garbage'
  return byStatus === 'server' && byRpc !== undefined && !isClientFault(byRpc) ? byRpc : byStatus
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
  if (message !== undefined) return clipMessage(message)
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
    isRateLimit: ofType('QuotaFailure') !== undefined || ofType('RetryInfo') !== undefined,
  }
}
