import { GatewayError } from '../../errors.js'
import type { AccountRecord } from '../../keys/key-store.js'
import type { UsageTotals } from '../../usage/record.js'
import { ConsoleError } from '../console-error.js'
import type { ConsoleContext } from '../context.js'
import { changedBy, type Principal } from '../principal.js'
import { jsonRoute, type Route } from '../route.js'
import { isText, readPage } from './cursor.js'
import type { Account, AccountChange, Overview, Totals } from './types.js'
import { formatTime, found } from './values.js'

/** Keys are counted to here: it is a number to look at. */
const MOST_COUNTED_KEYS = 1000

/** Who has a balance. */
export const ACCOUNT_ROUTES: readonly Route[] = [
  jsonRoute({
    method: 'GET',
    path: 'accounts',
    access: 'operator',
    summary: 'Accounts in the order of their ids.',
    query: 'PageQuery',
    answer: 'AccountList',
    run: ({ gateway }, { query }) =>
      readPage(
        query,
        {
          read: ({ after, limit }) => gateway.admin.accounts.list({ afterId: after, limit }),
          positionOf: ({ id }) => id,
          isPosition: isText,
        },
        toAccount,
      ),
  }),
  jsonRoute({
    method: 'POST',
    path: 'accounts',
    access: 'operator',
    summary: 'Creates an account.',
    status: 201,
    body: 'NewAccount',
    answer: 'Account',
    run: async ({ gateway }, { principal, body }) =>
      toAccount(await gateway.admin.accounts.create({ ...body, actor: principal.actor })),
  }),
  jsonRoute({
    method: 'GET',
    path: 'accounts/{account_id}',
    access: 'viewer',
    summary: 'One account.',
    answer: 'Account',
    run: async ({ gateway }, { params: { account_id: id } }) =>
      toAccount(found(await gateway.admin.accounts.get(id), 'account', id)),
  }),
  jsonRoute({
    method: 'PATCH',
    path: 'accounts/{account_id}',
    access: 'owner',
    summary: 'Changes name, aliases or, by an operator, the status of an account.',
    body: 'AccountChange',
    answer: 'Account',
    run: async ({ gateway }, { principal, params: { account_id: id }, body }) =>
      toAccount(found(await changeAccount(gateway.admin.accounts, id, { principal, body }), 'account', id)),
  }),
  jsonRoute({
    method: 'GET',
    path: 'accounts/{account_id}/overview',
    access: 'viewer',
    summary: 'Balance, and what was used this day, week and month.',
    answer: 'Overview',
    run: async ({ gateway }, { params: { account_id: id } }) =>
      found(await readOverview(gateway.admin, id), 'account', id),
  }),
]

type Admin = ConsoleContext['gateway']['admin']

async function changeAccount(
  accounts: Admin['accounts'],
  accountId: string,
  { principal, body }: { readonly principal: Principal; readonly body: AccountChange },
): Promise<AccountRecord | null> {
  const { status, ...settings } = body
  if (status !== undefined && principal.role !== 'operator')
    throw new ConsoleError('forbidden', 'Only an operator may change the status.', 'status')
  if (Object.keys(body).length === 0) throw new GatewayError('invalid_value', 'There is nothing to change.')
  const by = changedBy(principal)
  const changed =
    Object.keys(settings).length === 0
      ? await accounts.get(accountId)
      : await accounts.change(accountId, { ...settings, ...by })
  if (status === undefined || changed === null || changed.status === status) return changed
  return await (status === 'active' ? accounts.activate(accountId, by) : accounts.suspend(accountId, by))
}

async function readOverview({ accounts, money, usage, keys }: Admin, id: string): Promise<Overview | null> {
  const [account, balance, windows, counted] = await Promise.all([
    accounts.get(id),
    money.balance(id),
    usage.windows(id),
    keys.list({ accountId: id, limit: MOST_COUNTED_KEYS }),
  ])
  if (account === null) return null
  const { balanceMicro = 0, heldMicro = 0 } = balance ?? {}
  const { daily, weekly, monthly } = windows
  return {
    balance_micro: balanceMicro,
    held_micro: heldMicro,
    spendable_micro: balanceMicro - heldMicro,
    windows: { day: toTotals(daily), week: toTotals(weekly), month: toTotals(monthly) },
    key_count: counted.length,
  }
}

/** Sums as the API shows them. */
export function toTotals(totals: UsageTotals): Totals {
  return {
    cost_micro: totals.costMicro,
    prompt_tokens: totals.promptTokens,
    completion_tokens: totals.completionTokens,
    request_count: totals.requestCount,
    success_count: totals.successCount,
  }
}

function toAccount({ id, name, status, aliases, createdAt }: AccountRecord): Account {
  return { id, name: name ?? null, status, aliases: aliases ?? {}, created_at: formatTime(createdAt) }
}
