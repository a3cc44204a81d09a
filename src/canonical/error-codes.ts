import { lookUp } from './json.js'
import type { UpstreamErrorKind } from './upstream-error.js'

/** What an HTTP status means where the body says nothing. */
const KIND_BY_STATUS: Readonly<Record<number, UpstreamErrorKind>> = {
  401: 'authentication',
  402: 'billing',
  403: 'permission',
  404: 'not-found',
  408: 'timeout',
  413: 'too-large',
  422: 'unprocessable',
  429: 'rate-limit',
  499: 'timeout',
  503: 'overloaded',
  504: 'timeout',
  524: 'timeout',
  529: 'overloaded',
}

/**
 * What a vendor's `code`, `type` or RPC status means. One table for all protocols, as compatible endpoints keep the
 * words of their own house.
 * @see https://google.aip.dev/193
 */
const KIND_BY_CODE: Readonly<Record<string, UpstreamErrorKind>> = {
  context_length_exceeded: 'context-overflow',
  context_window_exceeded: 'context-overflow',
  exceed_context_size_error: 'context-overflow',
  string_above_max_context: 'context-overflow',

  insufficient_quota: 'billing',
  insufficient_user_quota: 'billing',
  insufficient_balance: 'billing',
  credit_balance_exhausted: 'billing',
  credit_limit_exceeded: 'billing',
  credits_exhausted: 'billing',
  billing_hard_limit_reached: 'billing',
  billing_not_active: 'billing',
  billing_error: 'billing',
  BILLING_DISABLED: 'billing',
  usage_not_included: 'billing',
  usage_limit_reached: 'billing',

  invalid_api_key: 'authentication',
  authentication_error: 'authentication',
  API_KEY_INVALID: 'authentication',
  UNAUTHENTICATED: 'authentication',

  permission_error: 'permission',
  PERMISSION_DENIED: 'permission',
  unsupported_country_region_territory: 'permission',

  model_not_found: 'not-found',
  not_found_error: 'not-found',
  NOT_FOUND: 'not-found',

  content_policy_violation: 'policy',
  content_filter: 'policy',
  data_inspection_failed: 'policy',
  policy_blocked: 'policy',
  invalid_prompt: 'policy',
  bio_policy: 'policy',
  cyber_policy: 'policy',
  misalignment_policy_violation: 'policy',
  moderation_blocked: 'policy',

  request_too_large: 'too-large',

  slow_down: 'overloaded',
  server_is_overloaded: 'overloaded',
  overloaded_error: 'overloaded',
  engine_overloaded_error: 'overloaded',
  service_unavailable_error: 'overloaded',
  UNAVAILABLE: 'overloaded',

  rate_limit_exceeded: 'rate-limit',
  rate_limit_error: 'rate-limit',
  rate_limit_reached_error: 'rate-limit',
  RESOURCE_EXHAUSTED: 'rate-limit',

  timeout_error: 'timeout',
  vector_store_timeout: 'timeout',
  CANCELLED: 'timeout',
  DEADLINE_EXCEEDED: 'timeout',

  server_error: 'server',
  internal_server_error: 'server',
  api_error: 'server',
  ABORTED: 'server',
  UNKNOWN: 'server',
  INTERNAL: 'server',
  DATA_LOSS: 'server',

  invalid_request_error: 'bad-request',
  conflict_error: 'bad-request',
  data_residency_mismatch: 'bad-request',
  INVALID_ARGUMENT: 'bad-request',
  FAILED_PRECONDITION: 'bad-request',
  OUT_OF_RANGE: 'bad-request',
  ALREADY_EXISTS: 'bad-request',
  UNIMPLEMENTED: 'bad-request',
}

/** What a status means by itself; undefined for one that is no error. */
export function kindOfStatus(status: number): UpstreamErrorKind | undefined {
  if (status < 400) return undefined
  return KIND_BY_STATUS[status] ?? (status >= 500 ? 'server' : 'bad-request')
}

/** What a vendor's word for an error means; undefined for unknown words. */
export function kindOfCode(code: string | undefined): UpstreamErrorKind | undefined {
  return lookUp(KIND_BY_CODE, code)
}

/** True for kinds that only say on whose side the fault is: any other sign tells more. */
export function isVague(kind: UpstreamErrorKind | undefined): boolean {
  return kind === 'bad-request' || kind === 'server'
}
