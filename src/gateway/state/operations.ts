import type { Identity } from '../../keys/key-store.js'
import type { Core } from '../core.js'
import type { Dialect } from '../http/dialect.js'
import type { GatewayRequest, GatewayResponse } from '../http/http.js'
import type { Operation, RouteMatch } from '../http/routes.js'
import type { StateOperation } from '../http/state-routes.js'
import { CONVERSATION_OPERATIONS } from './conversations.js'
import { createRecords, type Records } from './records.js'
import { RESPONSE_OPERATIONS } from './responses.js'

/** A request for something that is kept. */
export interface StateQuery {
  readonly identity: Identity
  readonly request: GatewayRequest
  readonly records: Records
  readonly id: string
  readonly itemId: string
  readonly query: URLSearchParams
  /** What the answer's headers are made of. */
  readonly plain: {
    readonly headers: Record<string, string>
    readonly dialect: Dialect
    readonly requestId: string
  }
}

/** Answers a request for something that is kept; throws GatewayError. */
export type AnswerStateQuery = (core: Core, query: StateQuery) => Promise<GatewayResponse>

const ALL: Readonly<Record<StateOperation, AnswerStateQuery>> = {
  ...RESPONSE_OPERATIONS,
  ...CONVERSATION_OPERATIONS,
}

/** The endpoints of responses and conversations that are kept. */
export const STATE_OPERATIONS: Readonly<Partial<Record<Operation, AnswerStateQuery>>> = ALL

/** Runs one of them for the account of a key. */
export async function answerState(
  core: Core,
  answer: AnswerStateQuery,
  {
    route: { id, itemId, query },
    ...given
  }: Pick<StateQuery, 'identity' | 'request' | 'plain'> & { readonly route: RouteMatch },
): Promise<GatewayResponse> {
  return await answer(core, {
    ...given,
    records: createRecords(core, {
      accountId: given.identity.account.id,
      requestId: given.plain.requestId,
      isAnswered: () => false,
    }),
    id: id ?? '',
    itemId: itemId ?? '',
    query: new URLSearchParams(query),
  })
}
