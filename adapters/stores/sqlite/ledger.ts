import {
  type BalanceSnapshot,
  extendHold,
  type HoldRequest,
  type HoldSituation,
  type HoldState,
  type Ledger,
  type LedgerStep,
  placeHold,
  postMoney,
  releaseHold,
  type ReservationSituation,
  settleHold,
  spendQuestions,
  type SpendSum,
} from '../../../src/index.js'
import { runInBatches } from './batches.js'
import type { SqliteConnection } from './connection.js'
import type { SqlRow } from './driver.js'
import { auditWallets, EARLIER_POSTING, entryOf, selectEntries, writeEntry } from './ledger-entries.js'
import { bindInteger, bindTime, integerOf, jsonOf, textOf } from './values.js'

const WALLET = 'SELECT balance_micro, held_micro FROM crossmodel_wallets WHERE account_id = ?'
const WRITE_WALLET = `
  INSERT INTO crossmodel_wallets (account_id, balance_micro, held_micro) VALUES (?, ?, ?)
  ON CONFLICT DO UPDATE SET balance_micro = excluded.balance_micro, held_micro = excluded.held_micro`

const HOLD_COLUMNS =
  'account_id, amount_micro, status, placed_at, expires_at, scopes, charged_micro, shortfall_micro'
/** A hold with the wallet of its account. */
const HOLD = `
  SELECT hold.*, balance_micro, held_micro FROM crossmodel_holds AS hold
  LEFT JOIN crossmodel_wallets AS wallet ON wallet.account_id = hold.account_id WHERE id = ?`
const WRITE_HOLD = `
  INSERT INTO crossmodel_holds (id, ${HOLD_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET amount_micro = excluded.amount_micro, status = excluded.status,
    expires_at = excluded.expires_at, charged_micro = excluded.charged_micro,
    shortfall_micro = excluded.shortfall_micro`
const EXPIRED = `
  SELECT id FROM crossmodel_holds WHERE status = 'open' AND expires_at <= ? ORDER BY expires_at LIMIT ?`

const SPENT = `
  SELECT coalesce(sum(spent_micro), 0) AS spent FROM crossmodel_spend WHERE scope = ? AND day >= ?`
const COMMITTED = `
  SELECT coalesce(sum(spent_micro + held_micro), 0) FROM crossmodel_spend WHERE scope = ? AND day >= ?`
const ADD_SPEND = `
  INSERT INTO crossmodel_spend (scope, day, spent_micro, held_micro) VALUES (?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET spent_micro = spent_micro + excluded.spent_micro,
    held_micro = held_micro + excluded.held_micro`

/** Prepaid money in a SQLite file: each step is one transaction; `now` in milliseconds since the epoch. */
export function createSqliteLedger(connection: SqliteConnection, now: () => number): Ledger {
  function situation(holdId: string, accountId?: string): HoldSituation {
    const row = connection.get(HOLD, holdId)
    if (row !== undefined) return { hold: holdOf(row), wallet: walletOf(row) }
    return { hold: null, wallet: accountId === undefined ? null : readWallet(connection, accountId) }
  }

  function reservation(
    { holdId, scopes }: Pick<HoldRequest, 'holdId' | 'scopes'>,
    accountId?: string,
  ): ReservationSituation {
    return { ...situation(holdId, accountId), spend: readSpend(connection, scopes) }
  }

  /** Reads, decides and writes in one transaction. */
  function take<Result>(decide: () => LedgerStep<Result>): Result {
    return connection.write(() => writeStep(connection, decide()))
  }

  function expire(at: number, size: bigint): number {
    const expired = connection.all(EXPIRED, bindTime(at), size).map((row) => textOf(row, 'id'))
    for (const holdId of expired) writeStep(connection, releaseHold(situation(holdId), 'expire', at))
    return expired.length
  }

  return {
    balance: (accountId) => readWallet(connection, accountId),
    post: (posting) =>
      take(() => {
        const row = connection.get(EARLIER_POSTING, posting.externalId)
        const earlier = row === undefined ? null : entryOf(row)
        return postMoney({ wallet: readWallet(connection, posting.accountId), earlier }, posting, now())
      }),
    hold: (request) => take(() => placeHold(reservation(request, request.accountId), request, now())),
    extend: (extension) => take(() => extendHold(reservation(extension), extension, now())),
    settle: (holdId, costMicro) => take(() => settleHold(situation(holdId), costMicro, now())),
    release: (holdId) => void take(() => releaseHold(situation(holdId), 'release', now())),
    sweep: (at) => runInBatches((size) => connection.write(() => expire(at, size))),
    spent: (scope, since) => readSpent(connection, scope, since),
    entries(query) {
      const { sql, values } = selectEntries(query)
      return connection.all(sql, ...values).map(entryOf)
    },
    audit: (page) => auditWallets(connection, page),
  }
}

function writeStep<Result>(connection: SqliteConnection, { result, write }: LedgerStep<Result>): Result {
  if (write === null) return result
  const { accountId, wallet, hold, entry, spend } = write
  if (hold !== null) writeHold(connection, hold)
  if (entry !== null) {
    const { balanceMicro, heldMicro } = wallet
    connection.run(WRITE_WALLET, accountId, bindInteger(balanceMicro), bindInteger(heldMicro))
    writeEntry(connection, entry)
  }
  for (const { scope, day, spentMicro, heldMicro } of spend)
    connection.run(ADD_SPEND, scope, bindTime(day), bindInteger(spentMicro), bindInteger(heldMicro))
  return result
}

function readWallet(connection: SqliteConnection, accountId: string): BalanceSnapshot | null {
  const row = connection.get(WALLET, accountId)
  return row === undefined ? null : walletOf(row)
}

function walletOf(row: SqlRow): BalanceSnapshot | null {
  if (row['balance_micro'] === null) return null
  return { balanceMicro: integerOf(row, 'balance_micro'), heldMicro: integerOf(row, 'held_micro') }
}

function holdOf(row: SqlRow): HoldState {
  return {
    holdId: textOf(row, 'id'),
    accountId: textOf(row, 'account_id'),
    amountMicro: integerOf(row, 'amount_micro'),
    status: textOf(row, 'status') as HoldState['status'],
    placedAt: integerOf(row, 'placed_at'),
    expiresAt: integerOf(row, 'expires_at'),
    scopes: jsonOf(row, 'scopes') as HoldState['scopes'],
    chargedMicro: integerOf(row, 'charged_micro'),
    shortfallMicro: integerOf(row, 'shortfall_micro'),
  }
}

function writeHold(connection: SqliteConnection, hold: HoldState): void {
  connection.run(
    WRITE_HOLD,
    hold.holdId,
    hold.accountId,
    bindInteger(hold.amountMicro),
    hold.status,
    bindTime(hold.placedAt),
    bindTime(hold.expiresAt),
    JSON.stringify(hold.scopes),
    bindInteger(hold.chargedMicro),
    bindInteger(hold.shortfallMicro),
  )
}

/** All sums in one statement: a hold has several limits as a rule. */
function readSpend(
  connection: SqliteConnection,
  scopes: Parameters<typeof spendQuestions>[0],
): readonly SpendSum[] {
  const questions = spendQuestions(scopes)
  if (questions.length === 0) return []
  const sums = questions.map((_, index) => `(${COMMITTED}) AS sum_${index}`)
  const values = questions.flatMap(({ scope, since }) => [scope, bindTime(since)])
  const row = connection.get(`SELECT ${sums.join(', ')}`, ...values) ?? {}
  return questions.map((question, index) => ({ ...question, spentMicro: integerOf(row, `sum_${index}`) }))
}

function readSpent(connection: SqliteConnection, scope: string, since: number): number {
  const row = connection.get(SPENT, scope, bindTime(since))
  return row === undefined ? 0 : integerOf(row, 'spent')
}
