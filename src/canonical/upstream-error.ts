/** What went wrong at a vendor, whatever it called it. */
export type UpstreamErrorKind =
  | 'bad-request'
  | 'context-overflow'
  | 'authentication'
  | 'billing'
  | 'permission'
  | 'not-found'
  | 'too-large'
  | 'unprocessable'
  | 'rate-limit'
  | 'overloaded'
  | 'timeout'
  | 'server'
  | 'policy'
  | 'truncated'
  | 'garbage'
  /** Not the vendor at all: the client's own funds ended within a stream. */
  | 'unfunded'

/** An error of a vendor in canonical form. `message` is the vendor's text: it is redacted before a client sees it. */
export interface UpstreamError {
  readonly kind: UpstreamErrorKind
  readonly message: string
  /** HTTP status that the vendor sent, if it was an HTTP error. */
  readonly status?: number | undefined
  /** The vendor's own code. */
  readonly code?: string | undefined
  readonly param?: string | undefined
  readonly retryAfterMs?: number | undefined
  /** Numbers of a context overflow, where the text holds them. */
  readonly tokens?: { readonly actual: number; readonly limit: number } | undefined
}
