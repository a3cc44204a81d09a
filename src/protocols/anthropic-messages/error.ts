import { kindOfCode, kindOfStatus, isVague } from '../../canonical/error-codes.js'
import { clipMessage, kindOfWording, readOverflow } from '../../canonical/error-signs.js'
import type { JsonObject, JsonValue } from '../../canonical/json.js'
import { asObject, asString } from '../../canonical/narrow.js'
import { readRetryAfterMs } from '../../canonical/retry-after.js'
import type { UpstreamError, UpstreamErrorKind } from '../../canonical/upstream-error.js'
import type { ErrorCode, GatewayError } from '../../errors.js'
import { ERROR_TYPE_BY_CODE, ERROR_TYPE_BY_STATUS, RETRYABLE_IN_STREAM } from './vocabulary.js'
import { overflowWording, refusalWording } from './wire/wording.js'

/** A vendor's error in canonical form; total over anything that can come in its place. */
export function decodeError(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: JsonValue,
): UpstreamError {
  const { code, type, param, fields, ...read } = readError(Array.isArray(body) ? body[0] : body)
  const message = clipMessage(read.message)
  const kind = kindOf(status, type, `${code ?? ''} ${message}`)
  const retryAfterMs = readRetryAfterMs(headers, fields, message)
  const tokens = kind === 'context-overflow' ? readOverflow(message, fields) : undefined
  return {
    kind,
    message: message === '' ? `The vendor answered with status ${status}.` : message,
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

/** Codes of requests that a model, or the gateway for it, cannot serve as they are. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['invalid_request', 'unsupported_parameter'])

function wording(error: GatewayError): string {
  const { code, param, message } = error
  if (code === 'context_length_exceeded') return overflowWording(error)
  const refused = REFUSALS.has(code) ? refusalWording(message) : message
  if (refused !== message) return refused
  const isNamed = code !== 'unsupported_parameter' || param === null || message.startsWith(param)
  return isNamed ? message : `${param}: ${message}`
}

interface ReadError {
  readonly message: string
  readonly type?: string | undefined
  readonly code?: string | undefined
  readonly param?: string | undefined
  /** The object that they stand in. */
  readonly fields?: JsonObject | undefined
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
    fields: inner,
  }
}

function kindOf(status: number, type: string | undefined, text: string): UpstreamErrorKind {
  const byText = kindOfWording(text)
  if (byText !== undefined) return byText
  const byStatus = kindOfStatus(status)
  // 401, 404, 429 … say more than a type: OpenAI-like bodies call them all `invalid_request_error`.
  if (byStatus !== undefined && !isVague(byStatus)) return byStatus
  return kindOfCode(type) ?? byStatus ?? 'garbage'
}
