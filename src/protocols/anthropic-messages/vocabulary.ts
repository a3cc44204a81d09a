import type { ReasoningRequest } from '../../canonical/request.js'
import type { FinishReason } from '../../canonical/response.js'
import type { UpstreamErrorKind } from '../../canonical/upstream-error.js'
import type { ErrorCode } from '../../errors.js'

/** The wire's `error.type` for codes whose status alone does not decide it. */
export const ERROR_TYPE_BY_CODE: Readonly<Partial<Record<ErrorCode, string>>> = {
  server_is_overloaded: 'overloaded_error',
  upstream_timeout: 'timeout_error',
  request_refused: 'policy_blocked',
}

/** The wire's `error.type` by HTTP status; anything else is `invalid_request_error` below 500, `api_error` from there. */
export const ERROR_TYPE_BY_STATUS: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  504: 'timeout_error',
  529: 'overloaded_error',
}

/**
 * Codes that become `overloaded_error` inside a stream: an error event has no status, and the clients that retry
 * one at all retry only this type.
 */
export const RETRYABLE_IN_STREAM: ReadonlySet<ErrorCode> = new Set([
  'server_is_overloaded',
  'model_unavailable',
  'rate_limit_exceeded',
  'provider_error',
  'upstream_timeout',
  'upstream_stream_truncated',
] satisfies ErrorCode[])

/** What `thinking.display` asks to see. */
export const SHOW_BY_DISPLAY: Readonly<Record<string, ReasoningRequest['show']>> = {
  summarized: 'summary',
  updates: 'summary',
  omitted: 'none',
}

/** `thinking.display` for what the client wants to see. */
export const DISPLAY_BY_SHOW: Readonly<Record<NonNullable<ReasoningRequest['show']>, string>> = {
  none: 'omitted',
  summary: 'summarized',
  raw: 'summarized',
}

/** Why an answer ended, by the wire's `stop_reason`. */
export const REASON_BY_STOP: Readonly<Record<string, FinishReason>> = {
  end_turn: 'stop',
  stop_sequence: 'stop-sequence',
  tool_use: 'tool-calls',
  max_tokens: 'length',
  model_context_window_exceeded: 'context-full',
  refusal: 'content-filter',
  pause_turn: 'pause',
  compaction: 'compaction',
}

/** The wire's `stop_reason`; whether there are tool calls decides between the first three. */
export const STOP_BY_REASON: Readonly<Record<FinishReason, string>> = {
  stop: 'end_turn',
  'stop-sequence': 'stop_sequence',
  'tool-calls': 'tool_use',
  length: 'max_tokens',
  'context-full': 'model_context_window_exceeded',
  'content-filter': 'refusal',
  pause: 'pause_turn',
  compaction: 'compaction',
  other: 'end_turn',
}

/** Canonical service tiers of a request. */
export const TIER_BY_WIRE: Readonly<Record<string, string>> = { standard_only: 'default', auto: 'auto' }

/** The wire's tier for a canonical one; other tiers have none. */
export const WIRE_BY_TIER: Readonly<Record<string, string>> = {
  default: 'standard_only',
  standard: 'standard_only',
  auto: 'auto',
  priority: 'auto',
  fast: 'auto',
}

/** Canonical tier that served an answer, by the wire's `usage.service_tier`. */
export const TIER_BY_SERVED: Readonly<Record<string, string>> = { standard: 'default' }

/** The wire's `usage.service_tier` for a canonical tier; others have none. */
export const SERVED_BY_TIER: Readonly<Record<string, string>> = {
  default: 'standard',
  standard: 'standard',
  priority: 'priority',
  batch: 'batch',
}

/**
 * `error.type` of a failure inside a stream. Only `overloaded_error` is retried there, so everything that a retry
 * may cure is called so. Trouble with the vendor's account is the operator's: for the client the vendor just failed.
 */
export const STREAM_ERROR_TYPE: Readonly<Record<UpstreamErrorKind, string>> = {
  'bad-request': 'invalid_request_error',
  'context-overflow': 'invalid_request_error',
  authentication: 'api_error',
  billing: 'api_error',
  permission: 'api_error',
  'not-found': 'not_found_error',
  'too-large': 'request_too_large',
  unprocessable: 'invalid_request_error',
  'rate-limit': 'overloaded_error',
  overloaded: 'overloaded_error',
  timeout: 'overloaded_error',
  server: 'overloaded_error',
  policy: 'invalid_request_error',
  truncated: 'overloaded_error',
  garbage: 'overloaded_error',
  unfunded: 'billing_error',
}
