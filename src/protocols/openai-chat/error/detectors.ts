import type { UpstreamErrorKind } from '../../../canonical/upstream-error.js'

/** What vendors write when a conversation is too long; groups `actual` and `limit` where the text has numbers. */
const OVERFLOW_NUMBERS: readonly RegExp[] = [
  /maximum context length (?:is|of) (?<limit>\d[\d,]*) tokens?\b[^]{0,40}?(?:resulted in|requested(?: about)?|request has|contains?|prompt has) (?<actual>\d[\d,]*)/i,
  /prompt is too long[^\d]*(?<actual>\d[\d,]*) tokens? > (?<limit>\d[\d,]*)/i,
  /input token count \(?(?<actual>\d[\d,]*)\)? exceeds the maximum number of tokens allowed \(?(?<limit>\d[\d,]*)/i,
  /request \((?<actual>\d[\d,]*) tokens\) exceeds the available context size \((?<limit>\d[\d,]*)/i,
  /maximum prompt length is (?<limit>\d[\d,]*) but the request contains (?<actual>\d[\d,]*)/i,
  /prompt contains (?<actual>\d[\d,]*) tokens[^]{0,60}?model with (?<limit>\d[\d,]*) maximum context length/i,
  /must be <= (?<limit>\d[\d,]*)\. given: (?<actual>\d[\d,]*) `?inputs`? tokens/i,
  /cannot exceed (?<limit>\d[\d,]*)[^\d]{1,20}received (?<actual>\d[\d,]*)/i,
  /(?:exceeds?|exceeded)(?: the)?(?: model'?s?)? (?:context window|context length|token limit)[^\d]{0,20}(?<limit>\d[\d,]*)[^\d]{1,40}(?<actual>\d[\d,]*) tokens/i,
]

const OVERFLOW_WORDS =
  /maximum context length|exceeds? (?:the |this )?(?:model'?s? |available )*context (?:window|length|size)|prompt is too long|input (?:is|length is) too long|input token count[^.]{0,40}exceeds|range of input length should be|exceeded model token limit|too large for model with|maximum prompt length|reduce the length of the (?:messages|input)/i

const OVERFLOW_CODES: ReadonlySet<string> = new Set([
  'context_length_exceeded',
  'exceed_context_size_error',
  'context_window_exceeded',
  'string_above_max_context',
])

/** Error codes and types whose meaning does not depend on the HTTP status. */
const KINDS: Readonly<Record<string, UpstreamErrorKind>> = {
  insufficient_quota: 'billing',
  insufficient_user_quota: 'billing',
  insufficient_balance: 'billing',
  credit_balance_exhausted: 'billing',
  credits_exhausted: 'billing',
  billing_hard_limit_reached: 'billing',
  billing_not_active: 'billing',
  billing_error: 'billing',
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
  DEADLINE_EXCEEDED: 'timeout',
  server_error: 'server',
  internal_server_error: 'server',
  api_error: 'server',
  INTERNAL: 'server',
  invalid_request_error: 'bad-request',
  INVALID_ARGUMENT: 'bad-request',
}

const BILLING_WORDS =
  /exceeded your current quota|insufficient (?:balance|quota|credit|funds)|credit balance is too low|out of credits|not enough credits|requires more credits/i
const AUTHENTICATION_WORDS = /api key (?:not valid|expired)|(?:incorrect|invalid) api key|API_KEY_INVALID/i

/** Statuses that decide alone: the vendor refuses our credentials, whatever its text says. */
const FIRM: Readonly<Record<number, UpstreamErrorKind>> = {
  401: 'authentication',
  402: 'billing',
  403: 'permission',
}

/** What a status means when neither code nor text says more. */
const STATUSES: Readonly<Record<number, UpstreamErrorKind>> = {
  404: 'not-found',
  408: 'timeout',
  413: 'too-large',
  422: 'unprocessable',
  429: 'rate-limit',
  503: 'overloaded',
  504: 'timeout',
  524: 'timeout',
  529: 'overloaded',
}

/** What is known of an error. `status` is undefined for one that came inside a stream. */
export interface ErrorFacts {
  readonly status: number | undefined
  readonly message: string
  readonly codes: readonly string[]
  /** False when the body was not an error object at all. */
  readonly structured: boolean
}

/** Finds the canonical kind: credentials by status, then code, then wording, then status. */
export function classifyError({ status, message, codes, structured }: ErrorFacts): UpstreamErrorKind {
  const firm = status === undefined ? undefined : FIRM[status]
  if (firm !== undefined) return firm
  if (codes.some((code) => OVERFLOW_CODES.has(code)) || OVERFLOW_WORDS.test(message))
    return 'context-overflow'
  if (BILLING_WORDS.test(message)) return 'billing'
  if (AUTHENTICATION_WORDS.test(message)) return 'authentication'
  const named = codes.map((code) => KINDS[code]).find((kind) => kind !== undefined)
  const plain = status === undefined ? undefined : kindOfStatus(status)
  if (named !== undefined && !isVague(named, plain)) return named
  return plain ?? named ?? (structured ? 'server' : 'garbage')
}

/** The numbers of a context overflow, where its text has them. */
export function findOverflow(message: string): { actual: number; limit: number } | undefined {
  for (const pattern of OVERFLOW_NUMBERS) {
    const groups = pattern.exec(message)?.groups
    if (groups === undefined) continue
    return { actual: toCount(groups['actual']), limit: toCount(groups['limit']) }
  }
  return undefined
}

/** `invalid_request_error` and `server_error` stand beside every status: then the status says more. */
function isVague(named: UpstreamErrorKind, plain: UpstreamErrorKind | undefined): boolean {
  return plain !== undefined && (named === 'bad-request' || named === 'server')
}

function kindOfStatus(status: number): UpstreamErrorKind | undefined {
  if (status >= 500) return STATUSES[status] ?? 'server'
  return status >= 400 ? (STATUSES[status] ?? 'bad-request') : undefined
}

function toCount(digits: string | undefined): number {
  return Number((digits ?? '0').replaceAll(',', ''))
}
