import type { LedgerEntry as GatewayEntry } from '../../balance/ledger.js'
import type { MoneyAdmin, MoneyMove as GatewayMove } from '../../gateway/admin/money.js'
import { ledgerCsv } from '../../gateway/admin/ledger-csv.js'
import { ConsoleError } from '../console-error.js'
import type { ConsoleContext } from '../context.js'
import { type Principal, SOME_OPERATOR } from '../principal.js'
import { jsonRoute, rawRoute, type Route } from '../route.js'
import { answerCsv } from './csv-answer.js'
import { isEntryId, readPage } from './cursor.js'
import type { LedgerEntry } from './types.js'
import { formatTime, found } from './values.js'

/** Balances and their books. */
export const MONEY_ROUTES: readonly Route[] = [
  jsonRoute({
    method: 'GET',
    path: 'accounts/{account_id}/ledger',
    access: 'viewer',
    summary: 'The books of an account, newest first.',
    query: 'LedgerQuery',
    answer: 'LedgerEntryList',
    async run(context, { principal, params: { account_id: accountId }, query }) {
      const { admin } = context.gateway
      found(await admin.accounts.get(accountId), 'account', accountId)
      return await readPage(
        query,
        {
          read: ({ after, limit }) =>
            admin.money.entries({ accountId, kinds: query.kind, beforeId: after, limit }),
          positionOf: ({ id }) => id,
          isPosition: isEntryId,
        },
        (entry) => toEntry(redact(context, principal, entry)),
      )
    },
  }),
  rawRoute({
    method: 'GET',
    path: 'accounts/{account_id}/ledger.csv',
    access: 'viewer',
    summary: 'The books of an account as CSV, newest first.',
    query: 'LedgerFilter',
    contentType: 'text/csv',
    async run(context, { principal, params: { account_id: accountId }, query }, headers) {
      const { admin } = context.gateway
      found(await admin.accounts.get(accountId), 'account', accountId)
      const entries = admin.money.exportEntries({ accountId, kinds: query.kind })
      return await answerCsv(ledgerCsv(redactAll(context, principal, entries)), headers)
    },
  }),
  moveRoute({
    name: 'credits',
    body: 'MoneyMove',
    summary: 'Adds money that was paid elsewhere.',
    post: (money, move) => money.topUp(move),
  }),
  moveRoute({
    name: 'refunds',
    body: 'MoneyMove',
    summary: 'Takes money back, as far as it is not spent.',
    post: (money, move) => money.refund(move),
  }),
  moveRoute({
    name: 'adjustments',
    body: 'Adjustment',
    summary: 'Adds money, or takes it by a negative amount.',
    post: (money, move) => money.adjust(move),
  }),
]

interface Move {
  /** Last step of the path. */
  readonly name: string
  readonly body: 'MoneyMove' | 'Adjustment'
  readonly summary: string
  readonly post: (money: MoneyAdmin, move: GatewayMove) => ReturnType<MoneyAdmin['topUp']>
}

function moveRoute({ name, body, summary, post }: Move): Route {
  return jsonRoute({
    method: 'POST',
    path: `accounts/{account_id}/${name}`,
    access: 'operator',
    summary: `${summary} A repetition of the external id changes nothing.`,
    body,
    answer: 'PostingResult',
    async run({ gateway }, { principal, params: { account_id: accountId }, body: move }) {
      const { amount_micro: amountMicro, external_id: externalId, note } = move
      const { actor } = principal
      const result = await post(gateway.admin.money, { accountId, amountMicro, externalId, note, actor })
      const { outcome, postedMicro, shortfallMicro, wallet } = found(result, 'account', accountId)
      if (outcome === 'conflict') throw conflict(externalId)
      return {
        outcome,
        posted_micro: postedMicro,
        shortfall_micro: shortfallMicro,
        balance_micro: wallet.balanceMicro,
        held_micro: wallet.heldMicro,
      }
    },
  })
}

/** Who moved the money is the operators' business; a payment names its provider. */
function redact({ payments }: ConsoleContext, { role }: Principal, entry: GatewayEntry): GatewayEntry {
  const { actor } = entry
  if (role === 'operator' || actor === null || actor === payments?.name) return entry
  return { ...entry, actor: SOME_OPERATOR }
}

async function* redactAll(
  context: ConsoleContext,
  principal: Principal,
  entries: AsyncIterable<GatewayEntry>,
): AsyncGenerator<GatewayEntry, void, undefined> {
  for await (const entry of entries) yield redact(context, principal, entry)
}

function conflict(externalId: string): ConsoleError {
  const message = `external_id ${JSON.stringify(externalId)} belongs to another account, kind or amount: nothing was posted.`
  return new ConsoleError('conflict', message, 'external_id')
}

function toEntry(entry: GatewayEntry): LedgerEntry {
  return {
    id: entry.id,
    kind: entry.kind,
    time: formatTime(entry.time),
    balance_micro: entry.balanceMicro,
    held_micro: entry.heldMicro,
    balance_after_micro: entry.balanceAfterMicro,
    shortfall_micro: entry.shortfallMicro,
    hold_id: entry.holdId,
    external_id: entry.externalId,
    note: entry.note,
    actor: entry.actor,
  }
}
