import type {
  BalanceSnapshot,
  LedgerEntry,
  LedgerEntryDraft,
  LedgerEntryKind,
  LedgerQuery,
  WalletAudit,
} from '../../../src/index.js'
import { nextTurn } from './batches.js'
import type { SqliteConnection } from './connection.js'
import type { SqlRow, SqlValue } from './driver.js'
import { bindInteger, bindLimit, bindTime, integerOf, textOf, textOrNull } from './values.js'

const ENTRY_COLUMNS =
  'account_id, kind, time, balance_micro, held_micro, balance_after_micro, shortfall_micro, hold_id, external_id, note, actor'
const WRITE_ENTRY = `
  INSERT INTO crossmodel_ledger_entries (${ENTRY_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
const SELECT_ENTRY = `SELECT id, ${ENTRY_COLUMNS} FROM crossmodel_ledger_entries`

/** The entry that an external id has made. */
export const EARLIER_POSTING: string = `${SELECT_ENTRY} WHERE external_id = ?`

const WALLET_IDS = `
  SELECT account_id FROM crossmodel_wallets WHERE account_id > ? ORDER BY account_id LIMIT ?`
const WALLET = 'SELECT balance_micro, held_micro FROM crossmodel_wallets WHERE account_id = ?'
const ENTRY_SUMS = `
  SELECT coalesce(sum(balance_micro), 0) AS balance_micro, coalesce(sum(held_micro), 0) AS held_micro
  FROM crossmodel_ledger_entries WHERE account_id = ?`
const OPEN_HOLDS = `
  SELECT coalesce(sum(amount_micro), 0) AS open_micro FROM crossmodel_holds
  WHERE status = 'open' AND account_id = ?`
/** Ends that a hold can have only one of; it may expire and then be settled. */
const ENDED_TWICE = `
  SELECT hold_id FROM crossmodel_ledger_entries WHERE account_id = ? AND kind IN ('settle', 'release')
  GROUP BY hold_id HAVING count(*) > 1 ORDER BY hold_id`

/** Appends a line to the books. */
export function writeEntry(connection: SqliteConnection, entry: LedgerEntryDraft): void {
  connection.run(
    WRITE_ENTRY,
    entry.accountId,
    entry.kind,
    bindTime(entry.time),
    bindInteger(entry.balanceMicro),
    bindInteger(entry.heldMicro),
    bindInteger(entry.balanceAfterMicro),
    bindInteger(entry.shortfallMicro),
    entry.holdId,
    entry.externalId,
    entry.note,
    entry.actor,
  )
}

/** The entry of a row. */
export function entryOf(row: SqlRow): LedgerEntry {
  return {
    id: integerOf(row, 'id'),
    accountId: textOf(row, 'account_id'),
    kind: textOf(row, 'kind') as LedgerEntryKind,
    time: integerOf(row, 'time'),
    ...walletOf(row),
    balanceAfterMicro: integerOf(row, 'balance_after_micro'),
    shortfallMicro: integerOf(row, 'shortfall_micro'),
    holdId: textOrNull(row, 'hold_id'),
    externalId: textOrNull(row, 'external_id'),
    note: textOrNull(row, 'note'),
    actor: textOrNull(row, 'actor'),
  }
}

/** Kinds that have an external id, and with it an index of their own. */
const POSTINGS: ReadonlySet<LedgerEntryKind> = new Set(['top_up', 'refund', 'adjustment'])

/** The statement for a page of entries. */
export function selectEntries({ accountId, kinds, beforeId, limit }: LedgerQuery): {
  readonly sql: string
  readonly values: readonly SqlValue[]
} {
  const ofKinds = kinds === undefined ? '' : ` AND kind IN (${kinds.map(() => '?').join(', ')})`
  const ofPostings = kinds?.every((kind) => POSTINGS.has(kind)) === true ? ' AND external_id IS NOT NULL' : ''
  return {
    sql: `${SELECT_ENTRY} WHERE account_id = ? AND id < ?${ofKinds}${ofPostings} ORDER BY id DESC LIMIT ?`,
    values: [accountId, bindInteger(beforeId ?? Number.MAX_SAFE_INTEGER), ...(kinds ?? []), bindLimit(limit)],
  }
}

/** A page of wallets with the sums of their entries and open holds, each wallet as of one moment. */
export async function auditWallets(
  connection: SqliteConnection,
  { afterAccountId = '', limit }: { readonly afterAccountId?: string | undefined; readonly limit: number },
): Promise<readonly WalletAudit[]> {
  const audits: WalletAudit[] = []
  for (const row of connection.all(WALLET_IDS, afterAccountId, bindLimit(limit))) {
    const accountId = textOf(row, 'account_id')
    audits.push(connection.read(() => auditWallet(connection, accountId)))
    await nextTurn()
  }
  return audits
}

function auditWallet(connection: SqliteConnection, accountId: string): WalletAudit {
  const read = (sql: string): SqlRow => connection.get(sql, accountId) ?? {}
  return {
    accountId,
    wallet: walletOf(read(WALLET)),
    entries: walletOf(read(ENTRY_SUMS)),
    openHoldsMicro: integerOf(read(OPEN_HOLDS), 'open_micro'),
    holdsEndedTwice: connection.all(ENDED_TWICE, accountId).map((ended) => textOf(ended, 'hold_id')),
  }
}

function walletOf(row: SqlRow): BalanceSnapshot {
  return { balanceMicro: integerOf(row, 'balance_micro'), heldMicro: integerOf(row, 'held_micro') }
}
