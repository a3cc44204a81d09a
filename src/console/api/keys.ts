import { GatewayError } from '../../errors.js'
import type { KeySettings as GatewayKeySettings } from '../../gateway/admin/keys.js'
import type { KeyRecord, SpendLimits as GatewaySpendLimits } from '../../keys/key-store.js'
import type { ConsoleContext } from '../context.js'
import { maySee, type Principal } from '../principal.js'
import { emptyRoute, jsonRoute, type Route } from '../route.js'
import { isText, readPage } from './cursor.js'
import type { Key, KeyChange, List, NewKey, PageQuery, SpendLimits } from './types.js'
import { formatOptionalTime, formatTime, found, notFound, parseTime } from './values.js'

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
    summary: 'Creates a key; its secret is in this answer and nowhere else.',
    status: 201,
    body: 'NewKey',
    answer: 'CreatedKey',
    async run({ gateway }, { principal, params: { account_id: accountId }, body }) {
      const { actor } = principal
      const created = await gateway.admin.keys.create({ ...toSettings(body), accountId, actor })
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
    summary: 'Changes limits, name or status of a key, from its next call on.',
    body: 'KeyChange',
    answer: 'Key',
    async run(context, { principal, params: { key_id: id }, body }) {
      const key = await findKey(context, principal, id)
      const changed = await changeKey(context.gateway.admin.keys, key, { actor: principal.actor, body })
      return toKey(found(changed, 'key', id))
    },
  }),
  emptyRoute({
    method: 'DELETE',
    path: 'keys/{key_id}',
    access: 'owner',
    summary: 'Deletes a key; what was spent with it stays in the books.',
    async run(context, { principal, params: { key_id: id } }) {
      await findKey(context, principal, id)
      const deleted = await context.gateway.admin.keys.delete(id, { actor: principal.actor })
      found(deleted, 'key', id)
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

async function changeKey(
  keys: KeyAdmin,
  key: KeyRecord,
  { actor, body }: { readonly actor: string; readonly body: KeyChange },
): Promise<KeyRecord | null> {
  const { status, ...settings } = body
  if (Object.keys(body).length === 0) throw new GatewayError('invalid_value', 'There is nothing to change.')
  const changed =
    Object.keys(settings).length === 0 ? key : await keys.change(key.id, { ...toSettings(settings), actor })
  if (status === undefined || changed === null || changed.status === status) return changed
  return await (status === 'active' ? keys.enable(key.id, { actor }) : keys.disable(key.id, { actor }))
}

/** Settings as the gateway takes them; what is absent stays absent. */
function toSettings(body: NewKey): GatewayKeySettings {
  const { allowed_models, spend_limits, end_user_spend_limits, expires_at, ...same } = body
  const settings: GatewayKeySettings = {
    ...same,
    allowedModels: allowed_models,
    spendLimits: spend_limits && toSpendLimits(spend_limits),
    endUserSpendLimits: end_user_spend_limits && toSpendLimits(end_user_spend_limits),
    expiresAt: expires_at === null ? null : parseTime(expires_at),
  }
  // The audit writes down all that is said, and `undefined` as something that was taken away.
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
}

function toSpendLimits({ day_micro, week_micro, month_micro }: SpendLimits): GatewaySpendLimits {
  return {
    ...(day_micro === undefined ? {} : { dayMicro: day_micro }),
    ...(week_micro === undefined ? {} : { weekMicro: week_micro }),
    ...(month_micro === undefined ? {} : { monthMicro: month_micro }),
  }
}

/** A key as the API shows it: neither its secret nor the hash of it. */
function toKey(key: KeyRecord): Key {
  return {
    id: key.id,
    account_id: key.accountId,
    name: key.name ?? null,
    hint: key.hint,
    status: key.status,
    rpm: key.rpm,
    tpm: key.tpm,
    concurrency: key.concurrency,
    allowed_models: key.allowedModels ?? null,
    spend_limits: showSpendLimits(key.spendLimits),
    end_user_spend_limits: showSpendLimits(key.endUserSpendLimits),
    expires_at: formatOptionalTime(key.expiresAt),
    created_at: formatTime(key.createdAt),
  }
}

function showSpendLimits(limits: GatewaySpendLimits | undefined): SpendLimits | null {
  if (limits === undefined) return null
  const { dayMicro, weekMicro, monthMicro } = limits
  return { day_micro: dayMicro, week_micro: weekMicro, month_micro: monthMicro }
}
