import { GatewayError } from '../../errors.js'
import type { Call } from '../call.js'
import type { Dialect } from './dialect.js'
import type { GatewayResponse, ResponseStream } from './http.js'

const JSON_TYPE = 'application/json; charset=utf-8'

/** Headers of every answer: the request id in the dialect's names, and no caching of anything behind a key. */
export function baseHeaders(dialect: Dialect, requestId: string): Record<string, string> {
  const headers: Record<string, string> = { 'cache-control': 'private, no-store' }
  for (const name of dialect.requestIdHeaders) headers[name] = requestId
  return headers
}

/** A JSON answer with the call's headers. `body` is text already, so that a vendor's bytes are not written anew. */
export function respondJson(
  { headers }: Pick<Call, 'headers'>,
  status: number,
  body: string,
): GatewayResponse {
  headers['content-type'] = JSON_TYPE
  return { status, headers, body }
}

/** A stream with the call's headers: nothing on the way may hold it back or change it. */
export function respondStream({ headers }: Pick<Call, 'headers'>, body: ResponseStream): GatewayResponse {
  headers['content-type'] = 'text/event-stream; charset=utf-8'
  headers['cache-control'] = 'private, no-store, no-cache, no-transform'
  headers['x-accel-buffering'] = 'no'
  return { status: 200, headers, body }
}

/** The one place where an error becomes a response. `verbatim`: a vendor's body that is fit for the client as it is. */
export function respondError(
  call: Pick<Call, 'headers' | 'dialect' | 'requestId'>,
  error: GatewayError,
  verbatim?: string,
): GatewayResponse {
  const status = call.dialect.status(error)
  Object.assign(call.headers, retryHeaders(error, status))
  return respondJson(
    call,
    status,
    verbatim ?? JSON.stringify(call.dialect.encodeError(error, call.requestId)),
  )
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
  // An agent that is told not to try again does not shorten its conversation, either.
  if (error.code === 'context_length_exceeded') return {}
  return status < 500 && status !== 408 && status !== 409 && status !== 429
    ? { 'x-should-retry': 'false' }
    : {}
}

/** The same for a call: what breaks because its client has gone is no fault of anybody. */
export function toCallError(call: Pick<Call, 'signal' | 'timedOut'>, thrown: unknown): GatewayError {
  if (!call.signal.aborted || call.timedOut()) return toClientError(thrown)
  return new GatewayError('client_closed_request', 'The client closed the request.')
}

/** Anything thrown as an error that a client may see; what it really was goes to `onError` only. */
export function toClientError(thrown: unknown): GatewayError {
  if (GatewayError.isInstance(thrown)) return thrown
  return new GatewayError('internal_error', 'The gateway failed.', { cause: thrown })
}
