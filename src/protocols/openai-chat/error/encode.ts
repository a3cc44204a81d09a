import type { JsonObject } from '../../../canonical/json.js'
import type { UpstreamError, UpstreamErrorKind } from '../../../canonical/upstream-error.js'
import { GatewayError, type ErrorCode } from '../../../errors.js'

/** The OpenAI error body. */
export function encodeError(error: GatewayError): JsonObject {
  return {
    error: { message: wording(error), type: error.type, param: error.param, code: error.code },
  }
}

/** Clients compact a conversation when they read OpenAI's own words; some look at no code. */
const OVERFLOW = 'Your input exceeds the context window of this model.'

function wording({ code, message }: GatewayError): string {
  const isForeign = code === 'context_length_exceeded' && !/exceeds the context window/i.test(message)
  return isForeign ? `${OVERFLOW} ${message}` : message
}

/** The last event of a stream that broke: no finish and no `[DONE]` follow, so no client takes it for an end. */
export function encodeStreamError(error: GatewayError): string {
  return `data: ${JSON.stringify(encodeError(error))}\n\n`
}

/** The same for an error part of a stream, whose message was made safe to show before. */
export function encodeUpstreamError(error: UpstreamError): string {
  return encodeStreamError(new GatewayError(CODES[error.kind], error.message))
}

const CODES: Readonly<Record<UpstreamErrorKind, ErrorCode>> = {
  'bad-request': 'invalid_request',
  'context-overflow': 'context_length_exceeded',
  authentication: 'provider_error',
  billing: 'provider_error',
  permission: 'provider_error',
  'not-found': 'model_not_found',
  'too-large': 'request_too_large',
  unprocessable: 'invalid_request',
  'rate-limit': 'rate_limit_exceeded',
  overloaded: 'server_is_overloaded',
  timeout: 'upstream_timeout',
  server: 'provider_error',
  policy: 'content_policy_violation',
  truncated: 'upstream_stream_truncated',
  garbage: 'provider_error',
  unfunded: 'insufficient_balance',
}
