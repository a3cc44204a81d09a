import type { UpstreamError, UpstreamErrorKind } from '../../canonical/upstream-error.js'
import { type ErrorCode, GatewayError } from '../../errors.js'

interface Row {
  readonly code: ErrorCode
  /** Fixed text; absent = the vendor's own, redacted. */
  readonly message?: string
  /** Keep the vendor's status. */
  readonly keepStatus?: boolean
}

/**
 * A vendor's error as the client's. Trouble between the gateway and the vendor's account (key, funds, permission)
 * is not the client's fault and says nothing about the account.
 */
const ROWS: Readonly<Record<UpstreamErrorKind, Row>> = {
  'bad-request': { code: 'invalid_request' },
  'context-overflow': { code: 'context_length_exceeded' },
  authentication: { code: 'provider_error', message: 'The provider refused the gateway.' },
  billing: { code: 'provider_error', message: 'The provider refused the gateway.' },
  permission: { code: 'provider_error', message: 'The provider refused the gateway.' },
  'not-found': { code: 'model_not_found' },
  'too-large': { code: 'request_too_large' },
  unprocessable: { code: 'invalid_request', keepStatus: true },
  'rate-limit': { code: 'rate_limit_exceeded' },
  overloaded: { code: 'server_is_overloaded' },
  timeout: {
    code: 'upstream_timeout',
    message: 'Request timed out: the provider did not answer. Try again later.',
  },
  server: { code: 'provider_error' },
  policy: { code: 'content_policy_violation' },
  truncated: {
    code: 'upstream_stream_truncated',
    message: 'Connection error: the provider broke off the answer. Try again later.',
  },
  garbage: { code: 'provider_error', message: 'The provider sent an answer that is not readable.' },
  unfunded: { code: 'insufficient_balance' },
}

const NO_TEXT: Readonly<Partial<Record<ErrorCode, string>>> = {
  provider_error: 'The provider failed.',
  rate_limit_exceeded: 'The provider is limiting requests.',
  server_is_overloaded: 'The provider is overloaded.',
  model_not_found: 'The model was not found or is unavailable.',
}

/**
 * Turns a vendor's error into the one that a client may see. `redact` takes secrets out of the vendor's text.
 */
export function toGatewayError(
  error: UpstreamError,
  redact: (text: string) => string = (text) => text,
): GatewayError {
  const row = ROWS[error.kind]
  const text = redact(error.message).trim().slice(0, 2000)
  const message =
    row.message ?? (text === '' ? (NO_TEXT[row.code] ?? 'The provider refused the request.') : text)
  return new GatewayError(row.code, message, {
    param: error.param,
    retryAfterMs: error.retryAfterMs,
    status: row.keepStatus ? error.status : undefined,
    tokens: error.tokens,
  })
}
