/** What went wrong, as the console's API told it. */
export interface Problem {
  /** 0: there was no answer at all. */
  readonly status: number
  readonly code: string
  readonly message: string
  readonly param: string | null
  readonly requestId: string | null
  /** When it may be tried again, if the answer said so. */
  readonly retryAfterSeconds: number | null
  /** Set for 401 where the answer says how to sign in. */
  readonly signIn: SignIn | null
}

/** How one signs in: with a token here, or at the host's own page. */
export interface SignIn {
  readonly login: 'token' | 'host'
  readonly loginUrl: string | null
}

/** Thrown by the client for everything that is no success. */
export class ApiError extends Error {
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.message)
    this.name = 'ApiError'
    this.problem = problem
  }
}

const SENTENCES: Readonly<Record<number, string>> = {
  0: 'The server could not be reached.',
  401: 'You are not signed in.',
  402: 'The balance is used up.',
  403: 'You may not do this.',
  404: 'There is no such thing.',
  409: 'This conflicts with what is there.',
  413: 'This is too large.',
  429: 'Too many requests.',
}

/** Reads an error answer, whatever its body is. */
export async function readProblem(response: Response): Promise<Problem> {
  const body = asRecord(parseJson(await response.text().catch(() => '')))
  const error = asRecord(body['error'])
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN)
  return {
    status: response.status,
    code: asText(error['code']) ?? asText(error['type']) ?? `http_${response.status}`,
    message:
      asText(error['message']) ?? SENTENCES[response.status] ?? `The server answered ${response.status}.`,
    param: asText(error['param']),
    requestId: asText(body['request_id']) ?? response.headers.get('x-request-id'),
    retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : null,
    signIn: readSignIn({ ...error, ...body }),
  }
}

/** The problem behind anything thrown. */
export function toProblem(thrown: unknown): Problem {
  if (thrown instanceof ApiError) return thrown.problem
  const isFetch = thrown instanceof TypeError
  return {
    status: 0,
    code: isFetch ? 'network' : 'unexpected',
    message: isFetch ? 'The server could not be reached.' : String(thrown),
    param: null,
    requestId: null,
    retryAfterSeconds: null,
    signIn: null,
  }
}

/** A problem in one line, with the request id to quote. */
export function problemWords({ message, requestId }: Problem): string {
  return requestId === null ? message : `${message} (${requestId})`
}

function readSignIn(body: Readonly<Record<string, unknown>>): SignIn | null {
  const { login } = body
  return login === 'token' || login === 'host' ? { login, loginUrl: asText(body['login_url']) } : null
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function asText(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}
