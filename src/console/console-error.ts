/** What the console refuses in words of its own; whatever else goes wrong is a `GatewayError`. */
export type ConsoleErrorCode = keyof typeof REFUSALS

/** One code, one status, one type. */
const REFUSALS = {
  not_signed_in: { status: 401, type: 'authentication_error' },
  wrong_token: { status: 401, type: 'authentication_error' },
  forbidden: { status: 403, type: 'permission_error' },
  csrf_token: { status: 403, type: 'permission_error' },
  cross_site: { status: 403, type: 'permission_error' },
  conflict: { status: 409, type: 'invalid_request_error' },
  unsupported_media_type: { status: 415, type: 'invalid_request_error' },
} as const

/** Thrown inside the console, turned into an answer in one place; the message is fit for whoever asks. */
export class ConsoleError extends Error {
  override readonly name = 'ConsoleError'
  readonly code: ConsoleErrorCode
  readonly status: number
  readonly type: string
  readonly param: string | null

  constructor(code: ConsoleErrorCode, message: string, param: string | null = null) {
    super(message)
    this.code = code
    this.status = REFUSALS[code].status
    this.type = REFUSALS[code].type
    this.param = param
  }
}
