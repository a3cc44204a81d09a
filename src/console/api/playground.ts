import { isJsonObject, parseJson } from '../../canonical/json.js'
import { GatewayError } from '../../errors.js'
import type { GatewayResponse } from '../../gateway/http/http.js'
import { createApiKey } from '../../keys/api-key.js'
import type { ConsoleContext } from '../context.js'
import type { Principal } from '../principal.js'
import { rawRoute, type Route } from '../route.js'
import { sign } from '../secrets.js'
import { createKey } from './change-key.js'
import type { PlaygroundCall } from './types.js'
import { notFound, scopeOf } from './values.js'

const KEY_NAME = 'Console playground'

/** A model tried out from the page, through the gateway itself. */
export const PLAYGROUND_ROUTES: readonly Route[] = [
  rawRoute({
    method: 'POST',
    path: 'playground',
    access: 'owner',
    summary:
      'A call of /v1/chat/completions with the key "Console playground" of an account: limited and billed as any other.',
    body: 'PlaygroundCall',
    contentType: 'application/json',
    async run(context, { request, principal, body }, headers) {
      const { account_id: named, ...chat } = body
      const accountId = needAccount(principal, named)
      const secret = await playgroundSecret(context, accountId)
      const call = (): Promise<GatewayResponse> =>
        context.gateway.handle({
          method: 'POST',
          path: '/v1/chat/completions',
          headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
          body: JSON.stringify(chat),
          signal: request.signal,
        })
      const answer = await call()
      if (!isUnknownKey(answer)) return withHeaders(answer, headers)
      await createPlaygroundKey(context, principal, { accountId, secret })
      return withHeaders(await call(), headers)
    },
  }),
]

function needAccount(principal: Principal, named: PlaygroundCall['account_id']): string {
  const accountId = scopeOf(principal, named)
  if (accountId !== undefined) return accountId
  throw new GatewayError('invalid_value', 'account_id is missing.', { param: 'account_id' })
}

/** The same in every process, known to none but the gateway: nothing has to be kept to have it again. */
async function playgroundSecret({ secrets }: ConsoleContext, accountId: string): Promise<string> {
  const { playground } = await secrets()
  return createApiKey((count) => sign(playground, accountId).slice(0, count))
}

/** Nothing tells a first call from others but the gateway's own word: looking before each call would cost each of them. */
function isUnknownKey({ status, body }: GatewayResponse): boolean {
  if (status !== 401 || typeof body !== 'string') return false
  const json = parseJson(body)
  const error = isJsonObject(json) ? json['error'] : undefined
  return isJsonObject(error) && error['code'] === 'invalid_api_key'
}

async function createPlaygroundKey(
  { gateway: { admin } }: ConsoleContext,
  principal: Principal,
  key: { readonly accountId: string; readonly secret: string },
): Promise<void> {
  try {
    if ((await createKey(admin, principal, { ...key, body: { name: KEY_NAME } })) === null)
      throw notFound('account', key.accountId)
  } catch (error) {
    // Another call has made it in the meantime.
    if (!GatewayError.isInstance(error) || error.status !== 409) throw error
  }
}

/** The gateway's own request id stays: it is the one that the usage knows. */
function withHeaders(answer: GatewayResponse, headers: Record<string, string>): GatewayResponse {
  return { ...answer, headers: { ...headers, ...answer.headers } }
}
