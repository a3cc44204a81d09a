import { isVague, kindOfCode, kindOfStatus } from '../../canonical/error-codes.js'
import { clipMessage, kindOfWording, readOverflow } from '../../canonical/error-signs.js'
import type { JsonObject, JsonValue } from '../../canonical/json.js'
import { asNumber, asObject, asObjects, asString, asText } from '../../canonical/narrow.js'
import { readRetryAfterMs } from '../../canonical/retry-after.js'
import type { UpstreamError, UpstreamErrorKind } from '../../canonical/upstream-error.js'
import type { ErrorCode, GatewayError } from '../../errors.js'

const NO_STATUS = 200

/** A vendor's error in canonical form; total over anything that can come in its place. */
export function decodeError(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: JsonValue,
): UpstreamError {
  const { code, type, param, fields, status: said, ...read } = readError(body)
  const message = clipMessage(read.message)
  const known = status >= 400 ? status : said
  const kind = kindOf(known ?? status, [code, type], message)
  const retryAfterMs = readRetryAfterMs(headers, fields, message)
  const tokens = kind === 'context-overflow' ? readOverflow(message, fields) : undefined
  return {
    kind,
    message,
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
  const { param, retryAfterMs } = error
  const code = IN_STREAM[error.code] ?? error.code
  const message = error.message + waitText(error.message, retryAfterMs)
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

/** Codes that agents do not retry inside a stream, though a retry is what helps. */
const IN_STREAM: Readonly<Partial<Record<ErrorCode, string>>> = {
  server_is_overloaded: 'server_error',
  model_unavailable: 'server_error',
  upstream_stream_truncated: 'server_error',
  upstream_timeout: 'server_error',
  provider_error: 'server_error',
}

/** The time to wait as agents read it from a text: a stream has no header for it any more. */
export function waitText(text: string, retryAfterMs: number | undefined): string {
  if (retryAfterMs === undefined || /try again in/i.test(text)) return ''
  return ` Please try again in ${retryAfterMs / 1000}s.`
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
  /** The object that they stand in. */
  readonly fields?: JsonObject | undefined
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
    fields: inner,
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
  const byText = kindOfWording(message)
  if (byText !== undefined) return byText
  const byStatus = kindOfStatus(status)
  const byName = names.map(kindOfCode).find((kind) => kind !== undefined)
  // A status says more than a vague name, and a 400 is the request's fault, whatever is missing.
  const says =
    byName !== undefined && !isVague(byName) && !(byName === 'not-found' && byStatus === 'bad-request')
  return (says ? byName : byStatus) ?? byName ?? 'garbage'
}
