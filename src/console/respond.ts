import { GatewayError } from '../errors.js'
import type { GatewayResponse } from '../gateway/http/http.js'
import type { ErrorAnswer } from './api/types.js'
import type { ConsoleContext } from './context.js'
import { ConsoleError } from './console-error.js'

/** Headers of every answer: nothing is kept, guessed, framed or shown to another site. */
export function baseHeaders(requestId: string): Record<string, string> {
  return {
    'x-request-id': requestId,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  }
}

/** A JSON answer; `null` is an empty one. */
export function respondJson(
  status: number,
  body: object | null,
  headers: Record<string, string>,
): GatewayResponse {
  if (body === null) return { status, headers, body: '' }
  return {
    status,
    headers: { ...headers, 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(body),
  }
}

/** What went wrong, and which request it was. */
export interface Failure {
  readonly thrown: unknown
  readonly requestId: string
  readonly method: string
  /** Without query. */
  readonly path: string
}

/** The one place where what was thrown becomes an answer. */
export function respondError(
  context: ConsoleContext,
  { thrown, requestId, method, path }: Failure,
  headers: Record<string, string>,
): GatewayResponse {
  const error = toError(thrown)
  report(context, { requestId, method, path, error, cause: thrown })
  const { message, type, code, param, status } = error
  const body: ErrorAnswer = {
    error: { message, type, code, param },
    request_id: requestId,
    ...(status === 401 ? howToSignIn(context) : {}),
  }
  return respondJson(status, body, { ...headers, ...retryHeaders(error) })
}

function toError(thrown: unknown): GatewayError | ConsoleError {
  if (thrown instanceof ConsoleError || GatewayError.isInstance(thrown)) return thrown
  return new GatewayError('internal_error', 'The console failed.', { cause: thrown })
}

function report({ onError }: ConsoleContext, event: Parameters<ConsoleContext['onError']>[0]): void {
  try {
    onError(event)
  } catch {
    // Who listens must not change what is answered.
  }
}

function howToSignIn({ operatorToken, loginUrl }: ConsoleContext): Pick<ErrorAnswer, 'login' | 'login_url'> {
  return { login: operatorToken === null ? 'host' : 'token', login_url: loginUrl }
}

function retryHeaders(error: GatewayError | ConsoleError): Record<string, string> {
  if (!('retryAfterMs' in error) || error.retryAfterMs === undefined) return {}
  return { 'retry-after': String(Math.max(1, Math.ceil(error.retryAfterMs / 1000))) }
}
