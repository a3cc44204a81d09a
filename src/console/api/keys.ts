import type { KeyRecord } from '../../keys/key-store.js'
import type { ConsoleContext } from '../context.js'
import { maySee, type Principal } from '../principal.js'
import { emptyRoute, jsonRoute, type Route } from '../route.js'
import { changeKey, createKey, deleteKey } from './change-key.js'
import { isText, readPage } from './cursor.js'
import { toKey } from './key-shape.js'
import type { Key, List, PageQuery } from './types.js'
import { formatOptionalTime, found, notFound } from './values.js'

/** Keys: what programs show. */
export const KEY_ROUTES: readonly Route[] = [
  jsonRoute({
    method: 'GET',
    path: 'accounts/{account_id}/keys',
    access: 'viewer',
    summary: 'Keys of an account in the order of their ids.',
    query: 'PageQuery',
    answer: 'KeyList',
    async run({ gateway: { admin } }, { params: { account_id: id }, query }) {
      found(await admin.accounts.get(id), 'account', id)
      return await listKeys(admin.keys, query, id)
    },
  }),
  jsonRoute({
    method: 'POST',
    path: 'accounts/{account_id}/keys',
    access: 'owner',
    summary:
      'Creates a key; its secret is in this answer and nowhere else. Of an owner with `limits`, what is absent is their ceiling.',
    status: 201,
    body: 'NewKey',
    answer: 'CreatedKey',
    async run({ gateway }, { principal, params: { account_id: accountId }, body }) {
      const created = await createKey(gateway.admin, principal, { accountId, body })
      const { key, secret } = found(created, 'account', accountId)
      return { ...toKey(key), secret }
    },
  }),
  jsonRoute({
    method: 'GET',
    path: 'keys',
    access: 'operator',
    summary: 'Keys of all accounts in the order of their ids.',
    query: 'PageQuery',
    answer: 'KeyList',
    run: ({ gateway }, { query }) => listKeys(gateway.admin.keys, query),
  }),
  jsonRoute({
    method: 'GET',
    path: 'keys/{key_id}',
    access: 'viewer',
    summary: 'One key, and when it was last used.',
    answer: 'Key',
    async run(context, { principal, params: { key_id: id } }) {
      const key = await findKey(context, principal, id)
      const [latest] = await context.gateway.admin.usage.records({ keyId: id, limit: 1 })
      return { ...toKey(key), last_used_at: formatOptionalTime(latest?.time) }
    },
  }),
  jsonRoute({
    method: 'PATCH',
    path: 'keys/{key_id}',
    access: 'owner',
    summary:
      'Changes limits, name or status of a key, from its next call on. What an operator has disabled, an operator enables.',
    body: 'KeyChange',
    answer: 'Key',
    async run(context, { principal, params: { key_id: id }, body }) {
      const key = await findKey(context, principal, id)
      const changed = await changeKey(context.gateway.admin, principal, { key, body })
      return toKey(found(changed, 'key', id))
    },
  }),
  emptyRoute({
    method: 'DELETE',
    path: 'keys/{key_id}',
    access: 'owner',
    summary:
      'Deletes a key; what was spent with it stays in the books. What an operator has disabled, an operator deletes.',
    async run(context, { principal, params: { key_id: id } }) {
      const key = await findKey(context, principal, id)
      found(await deleteKey(context.gateway.admin, principal, key), 'key', id)
      return null
    },
  }),
  jsonRoute({
    method: 'GET',
    path: 'keys/{key_id}/spent',
    access: 'viewer',
    summary: 'What a key has spent this day, week and month.',
    answer: 'Spent',
    async run(context, { principal, params: { key_id: keyId } }) {
      await findKey(context, principal, keyId)
      const { dayMicro, weekMicro, monthMicro } = await context.gateway.admin.usage.spent({ keyId })
      return { day_micro: dayMicro, week_micro: weekMicro, month_micro: monthMicro }
    },
  }),
]

type KeyAdmin = ConsoleContext['gateway']['admin']['keys']

function listKeys(keys: KeyAdmin, query: PageQuery, accountId?: string): Promise<List<Key>> {
  return readPage(
    query,
    {
      read: ({ after, limit }) => keys.list({ accountId, afterId: after, limit }),
      positionOf: ({ id }) => id,
      isPosition: isText,
    },
    toKey,
  )
}

/** The key of an id. Throws `not_found`, also for one of an account that the principal may not see. */
async function findKey({ gateway }: ConsoleContext, principal: Principal, id: string): Promise<KeyRecord> {
  const key = found(await gateway.admin.keys.get(id), 'key', id)
  if (!maySee(principal, key.accountId)) throw notFound('key', id)
  return key
}
