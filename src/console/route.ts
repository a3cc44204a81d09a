import type { GatewayRequest, GatewayResponse } from '../gateway/http/http.js'
import type { ShapeName, Shapes } from './api/schemas/index.js'
import type { ConsoleContext } from './context.js'
import type { Access, Principal } from './principal.js'

export type RouteMethod = 'GET' | 'POST' | 'PATCH' | 'DELETE'

/** A request that has passed everything that its route asks for. */
export interface ApiCall<Param extends string, Query, Body> {
  readonly request: GatewayRequest
  readonly requestId: string
  readonly principal: Principal
  /** Decoded ids of the path. */
  readonly params: Readonly<Record<Param, string>>
  readonly query: Query
  readonly body: Body
}

/** The names in the braces of a path. */
type ParamOf<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParamOf<Rest>
  : never

/** What the API document and the way to the route need to know of it. */
export interface RouteHead<Path extends string = string> {
  readonly method: RouteMethod
  /** Below `api/v1/`: `accounts/{account_id}/keys`. A principal who may not see `{account_id}` gets no further. */
  readonly path: Path
  readonly access: Access
  /** One sentence for the API document. */
  readonly summary: string
  /** Of an answer that went well. Default 200. */
  readonly status?: number | undefined
}

/** A route as the table holds it: what it takes and gives has been checked by whoever made it. */
export interface Route extends RouteHead {
  readonly query: ShapeName
  /** `raw`: read by the route itself, nothing of it is checked before. */
  readonly body: ShapeName | 'raw' | null
  /** `null`: nothing. A text: the content type of what is no JSON. */
  readonly answer: { readonly shape: ShapeName } | { readonly contentType: string } | null
  readonly run: (
    context: ConsoleContext,
    call: ApiCall<string, unknown, unknown>,
    headers: Record<string, string>,
  ) => Promise<object | null | GatewayResponse>
}

type Run<Path extends string, Query extends ShapeName, Body extends ShapeName, Result> = (
  context: ConsoleContext,
  call: ApiCall<ParamOf<Path>, Shapes[Query], Shapes[Body]>,
  headers: Record<string, string>,
) => Promise<Result> | Result

/** A route that takes and gives JSON; `headers` of its `run` are those of the answer, to be added to. */
export function jsonRoute<
  const Path extends string,
  Answer extends ShapeName,
  Query extends ShapeName = 'Nothing',
  Body extends ShapeName = 'Nothing',
>(
  row: RouteHead<Path> & {
    readonly query?: Query
    readonly body?: Body
    readonly answer: Answer
    readonly run: Run<Path, Query, Body, Shapes[Answer]>
  },
): Route {
  return { ...row, ...defaults(row), answer: { shape: row.answer } } as unknown as Route
}

/** A route whose answer is empty: status 204. */
export function emptyRoute<const Path extends string>(
  row: RouteHead<Path> & { readonly run: Run<Path, 'Nothing', 'Nothing', null> },
): Route {
  return { ...row, ...defaults({}), status: 204, answer: null } as unknown as Route
}

/** A route that makes its whole answer itself, of a content type that is no JSON of ours. */
export function rawRoute<
  const Path extends string,
  Query extends ShapeName = 'Nothing',
  Body extends ShapeName = 'Nothing',
>(
  row: RouteHead<Path> & {
    readonly query?: Query
    /** `raw`: left to the route. */
    readonly body?: Body | 'raw'
    readonly contentType: string
    readonly run: Run<Path, Query, Body, GatewayResponse>
  },
): Route {
  const { contentType, ...rest } = row
  return { ...rest, ...defaults(row), answer: { contentType } } as unknown as Route
}

function defaults(row: { readonly query?: unknown; readonly body?: unknown }): object {
  return { query: row.query ?? 'Nothing', body: row.body ?? null }
}
