import type {
  BalanceSnapshot,
  EarlierPosting,
  HoldState,
  LedgerEntryKind,
  SpendQuestion,
} from '../../../src/index.js'
import type { PgRow } from './client.js'
import type { Session, Statement } from './database.js'
import type { LedgerOperation, ReadBooks } from './ledger-books.js'
import { numberOf, storable, textOf, textOrNull } from './rows.js'

/** Locks and reads in a transaction what operations have to know. */
export type LedgerReader = (
  session: Session,
  operations: readonly LedgerOperation<unknown>[],
) => Promise<ReadBooks>

/** Wallets are locked in the order of their ids: transactions wait for each other, and never in a circle. */
export function createLedgerReader(prefix: string): LedgerReader {
  const statements = readStatements(prefix)
  return async (session, operations) => {
    const holdIds = distinct(operations.map(({ holdId }) => holdId))
    const accountIds = distinct(operations.map(({ accountId }) => accountId))
    const externalIds = distinct(operations.map(({ externalId }) => externalId))
    const questions = distinctQuestions(operations)
    const scopes = questions.map(({ scope }) => storable(scope))
    const starts = questions.map(({ since }) => since)
    const [walletRows = [], holdRows = [], postingRows = [], sumRows = []] = await session.queryAll([
      { statement: statements.wallets, values: [accountIds, holdIds] },
      { statement: statements.holds, values: [holdIds] },
      { statement: externalIds.length > 0 ? statements.postings : null, values: [externalIds] },
      { statement: questions.length > 0 ? statements.spend : null, values: [scopes, starts] },
    ])
    const wallets = new Map(walletRows.map((row) => [textOf(row, 'account_id'), readWallet(row)]))
    // A hold that was placed after the wallets were locked is not there yet; placing it again would be a conflict.
    const locked = holdRows.filter((row) => wallets.has(textOf(row, 'account_id')))
    return {
      wallets,
      holds: new Map(locked.map((row) => [textOf(row, 'hold_id'), readHold(row)])),
      postings: new Map(postingRows.map((row) => [textOf(row, 'external_id'), readPosting(row)])),
      spend: sumRows.flatMap((row) => {
        const question = questions[numberOf(row, 'position') - 1]
        return question === undefined ? [] : [{ ...question, spentMicro: numberOf(row, 'amount') }]
      }),
    }
  }
}

function readStatements(
  prefix: string,
): Readonly<Record<'wallets' | 'holds' | 'postings' | 'spend', Statement>> {
  return {
    wallets: {
      name: 'ledger_wallets',
      text: `SELECT account_id, balance_micro, held_micro FROM ${prefix}wallets
WHERE account_id = ANY ($1::text[] || ARRAY(SELECT account_id FROM ${prefix}holds WHERE hold_id = ANY ($2::text[])))
ORDER BY account_id FOR UPDATE`,
    },
    holds: {
      name: 'ledger_holds',
      text: `SELECT hold_id, account_id, amount_micro, status, placed_at, expires_at, scopes, charged_micro, shortfall_micro
FROM ${prefix}holds WHERE hold_id = ANY ($1::text[])`,
    },
    postings: {
      name: 'ledger_postings',
      text: `SELECT external_id, account_id, kind, balance_micro, shortfall_micro
FROM ${prefix}entries WHERE external_id = ANY ($1::text[])`,
    },
    spend: {
      name: 'ledger_spend',
      text: `SELECT question.position, sums.amount
FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS question (scope, since, position),
LATERAL (
  SELECT coalesce(sum(spent_micro + held_micro), 0) AS amount FROM ${prefix}spend AS days
  WHERE days.scope = question.scope AND days.day >= question.since
) AS sums`,
    },
  }
}

/** The money of a row that has `balance_micro` and `held_micro`. */
export function readWallet(row: PgRow): BalanceSnapshot {
  return { balanceMicro: numberOf(row, 'balance_micro'), heldMicro: numberOf(row, 'held_micro') }
}

function readHold(row: PgRow): HoldState {
  return {
    holdId: textOf(row, 'hold_id'),
    accountId: textOf(row, 'account_id'),
    amountMicro: numberOf(row, 'amount_micro'),
    status: textOf(row, 'status') as HoldState['status'],
    placedAt: numberOf(row, 'placed_at'),
    expiresAt: numberOf(row, 'expires_at'),
    scopes: readScopes(textOrNull(row, 'scopes')),
    chargedMicro: numberOf(row, 'charged_micro'),
    shortfallMicro: numberOf(row, 'shortfall_micro'),
  }
}

function readScopes(json: string | null): readonly string[] {
  const parsed: unknown = json === null ? [] : JSON.parse(json)
  return Array.isArray(parsed) ? parsed.map(String) : []
}

function readPosting(row: PgRow): EarlierPosting {
  return {
    accountId: textOf(row, 'account_id'),
    kind: textOf(row, 'kind') as LedgerEntryKind,
    balanceMicro: numberOf(row, 'balance_micro'),
    shortfallMicro: numberOf(row, 'shortfall_micro'),
  }
}

function distinct(values: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(values.filter((value) => value !== undefined))]
}

function distinctQuestions(operations: readonly LedgerOperation<unknown>[]): readonly SpendQuestion[] {
  const all = operations.flatMap(({ questions }) => questions ?? [])
  return [...new Map(all.map((question) => [`${question.since} ${question.scope}`, question])).values()]
}
