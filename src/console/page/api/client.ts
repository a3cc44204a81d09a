import { ApiError, readProblem } from './api-error.js'

/** Parameters of a query; what is null or empty is left out. */
export type Query = Readonly<Record<string, string | number | null | undefined>>

/** The console's API as this page calls it. Every method throws an `ApiError` for what is no success. */
export interface Client {
  get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T>
  send<T>(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T>
  /** An answer to be read as it comes. */
  open(path: string, body: unknown, signal: AbortSignal): Promise<Response>
  /** An address for a link: downloads. */
  url(path: string, query?: Query): string
}

/** What a client needs. */
export interface ClientOptions {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>
  /** Where `api/v1/…` begins, with a slash at its end. */
  readonly base: string
  readonly csrfToken: () => string | null
  /** Called when the session has ended. */
  readonly onSignedOut: () => void
}

/** The folder of the page's own address: `/console` and `/console/` are the same one. */
export function baseOf(pathname: string): string {
  return pathname.endsWith('/') ? pathname : `${pathname}/`
}

/** A path of segments that may hold any character. */
export function pathOf(...segments: readonly (string | number)[]): string {
  return segments.map((segment) => encodeURIComponent(segment)).join('/')
}

/** A client for the API beside this page. */
export function createClient({ fetch, base, csrfToken, onSignedOut }: ClientOptions): Client {
  const url = (path: string, query: Query = {}): string => {
    const entries = Object.entries(query).flatMap(([name, value]) =>
      value === null || value === undefined || value === '' ? [] : [[name, String(value)]],
    )
    const text = new URLSearchParams(entries).toString()
    return `${base}api/v1/${path}${text === '' ? '' : `?${text}`}`
  }

  const call = async (path: string, init: RequestInit): Promise<Response> => {
    const response = await fetch(path, { credentials: 'same-origin', ...init })
    if (response.ok) return response
    const problem = await readProblem(response)
    if (problem.status === 401) onSignedOut()
    throw new ApiError(problem)
  }

  const writing = (method: string, body: unknown): RequestInit => {
    const token = csrfToken()
    return {
      method,
      headers: {
        'content-type': 'application/json',
        ...(token === null ? {} : { 'x-csrf-token': token }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }
  }

  return {
    url,
    get: async <T>(path: string, query?: Query, signal?: AbortSignal) =>
      (await (await call(url(path, query), signal === undefined ? {} : { signal })).json()) as T,
    async send<T>(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown) {
      const text = await (await call(url(path), writing(method, body))).text()
      return (text === '' ? null : JSON.parse(text)) as T
    },
    open: (path, body, signal) => call(url(path), { ...writing('POST', body), signal }),
  }
}
