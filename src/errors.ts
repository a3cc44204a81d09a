/**
 * Every error code that the gateway itself can answer with.
 * The first block is documented by the CrossModel API; the second is ours.
 */
export type ErrorCode = keyof typeof ERRORS

interface ErrorRow {
  readonly status: number
  readonly type: ErrorType
}

/** The `error.type` of the OpenAI dialect; the Anthropic dialect derives its own from the status. */
export type ErrorType =
  | 'invalid_request_error'
  | 'authentication_error'
  | 'billing_error'
  | 'rate_limit_error'
  | 'api_error'
  | 'provider_error'

/** One code, one status, one type. The only place that pairs them. */
const ERRORS = {
  invalid_json: { status: 400, type: 'invalid_request_error' },
  invalid_messages: { status: 400, type: 'invalid_request_error' },
  unsupported_parameter: { status: 400, type: 'invalid_request_error' },
  unsupported_responses_feature: { status: 400, type: 'invalid_request_error' },
  missing_api_key: { status: 401, type: 'authentication_error' },
  invalid_api_key: { status: 401, type: 'authentication_error' },
  api_key_inactive: { status: 401, type: 'authentication_error' },
  user_inactive: { status: 401, type: 'authentication_error' },
  insufficient_balance: { status: 402, type: 'billing_error' },
  no_wallet: { status: 402, type: 'billing_error' },
  model_not_found: { status: 404, type: 'invalid_request_error' },
  rate_limit_exceeded: { status: 429, type: 'rate_limit_error' },
  internal_error: { status: 500, type: 'api_error' },
  db_error: { status: 500, type: 'api_error' },
  provider_error: { status: 502, type: 'provider_error' },
  model_unavailable: { status: 503, type: 'api_error' },

  invalid_value: { status: 400, type: 'invalid_request_error' },
  invalid_request: { status: 400, type: 'invalid_request_error' },
  missing_required_parameter: { status: 400, type: 'invalid_request_error' },
  context_length_exceeded: { status: 400, type: 'invalid_request_error' },
  previous_response_not_found: { status: 400, type: 'invalid_request_error' },
  content_policy_violation: { status: 400, type: 'invalid_request_error' },
  request_refused: { status: 403, type: 'invalid_request_error' },
  not_found: { status: 404, type: 'invalid_request_error' },
  method_not_allowed: { status: 405, type: 'invalid_request_error' },
  idempotency_key_in_use: { status: 409, type: 'invalid_request_error' },
  request_too_large: { status: 413, type: 'invalid_request_error' },
  idempotency_key_reused: { status: 422, type: 'invalid_request_error' },
  upgrade_required: { status: 426, type: 'invalid_request_error' },
  client_closed_request: { status: 499, type: 'invalid_request_error' },
  server_is_overloaded: { status: 503, type: 'api_error' },
  upstream_timeout: { status: 504, type: 'provider_error' },
  upstream_stream_truncated: { status: 502, type: 'provider_error' },
} as const

/** What a {@link GatewayError} may carry besides its code and message. */
export interface GatewayErrorOptions {
  /** JSON path of the field at fault, in the client's own protocol. */
  readonly param?: string | undefined
  /** Milliseconds after which a retry can succeed; becomes `Retry-After` and `retry-after-ms`. */
  readonly retryAfterMs?: number | undefined
  /** Overrides the status of the code: an upstream 422 stays a 422. */
  readonly status?: number | undefined
  /** Structured details for dialects that have a place for them (Anthropic `error.details`). */
  readonly details?: Readonly<Record<string, unknown>> | undefined
  /** The two numbers of `context_length_exceeded`, where the vendor named them: clients parse them from the message. */
  readonly tokens?: { readonly actual: number; readonly limit: number } | undefined
  readonly cause?: unknown
}

const MARKER = Symbol.for('crossmodel-gateway.error')

/**
 * The one error class of the package: thrown inside, turned into a response in one place.
 * `code` decides status and type; the message is safe to show to a client.
 */
export class GatewayError extends Error {
  override readonly name = 'GatewayError'
  readonly code: ErrorCode
  readonly status: number
  readonly type: ErrorType
  readonly param: string | null
  readonly retryAfterMs: number | undefined
  readonly details: Readonly<Record<string, unknown>> | undefined
  readonly tokens: { readonly actual: number; readonly limit: number } | undefined

  constructor(code: ErrorCode, message: string, options: GatewayErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    const row: ErrorRow = ERRORS[code]
    this.code = code
    this.status = options.status ?? row.status
    this.type = row.type
    this.param = options.param ?? null
    this.retryAfterMs = options.retryAfterMs
    this.details = options.details
    this.tokens = options.tokens
    Object.defineProperty(this, MARKER, { value: true })
  }

  /** True for a `GatewayError` of any copy of this package (two versions in one process). */
  static isInstance(value: unknown): value is GatewayError {
    return typeof value === 'object' && value !== null && MARKER in value
  }
}
