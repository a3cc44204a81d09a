import { GatewayError } from '../errors.js'
import type { Call } from './call.js'
import type { Dialect } from './dialect.js'
import type { GatewayResponse } from './http.js'

const JSON_TYPE = 'application/json; charset=utf-8'

/** Headers of every answer: the request id in the dialect's names, and no caching of anything behind a key. */
export function baseHeaders(dialect: Dialect, requestId: string): Record<string, string> {
  const headers: Record<string, string> = { 'cache-control': 'private, no-store' }
  for (const name of dialect.requestIdHeaders) headers[name] = requestId
  return headers
}

/** A JSON answer. `body` is text already, so that a vendor's bytes are not written anew. */
export function respondJson(call: Pick<Call, 'headers'>, status: number, body: string): GatewayResponse {
  return { status, headers: { ...call.headers, 'content-type': JSON_TYPE }, body }
}

/** The head of a stream: nothing on the way may hold it back or change it. */
export function streamHeaders(call: Pick<Call, 'headers'>): Record<string, string> {
  return {
    ...call.headers,
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'private, no-store, no-cache, no-transform',
    'x-accel-buffering': 'no',
  }
}

/** The one place where an error becomes a response. `verbatim`: a vendor's body that is fit for the client as it is. */
export function respondError(
  call: Pick<Call, 'headers' | 'dialect' | 'requestId'>,
  error: GatewayError,
  verbatim?: string,
): GatewayResponse {
  const status = call.dialect.status(error)
  const headers: Record<string, string> = { ...call.headers, ...retryHeaders(error, status) }
  const body = verbatim ?? JSON.stringify(call.dialect.encodeError(error, call.requestId))
  return respondJson({ headers }, status, body)
}

/** Retrying is useless for the client's own mistakes, and SDKs ask. */
function retryHeaders(error: GatewayError, status: number): Record<string, string> {
  if (error.retryAfterMs !== undefined) {
    return {
      'retry-after': String(Math.max(1, Math.ceil(error.retryAfterMs / 1000))),
      'retry-after-ms': String(Math.ceil(error.retryAfterMs)),
    }
  }
  if (status === 503) return { 'retry-after': '1', 'retry-after-ms': '1000' }
  return status < 500 && status !== 408 && status !== 409 && status !== 429
    ? { 'x-should-retry': 'false' }
    : {}
}

/** Anything thrown as an error that a client may see; what it really was goes to `onError` only. */
export function toClientError(thrown: unknown): GatewayError {
  if (GatewayError.isInstance(thrown)) return thrown
  return new GatewayError('internal_error', 'The gateway failed.', { cause: thrown })
}
