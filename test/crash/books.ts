import type pg from 'pg'
import type { LedgerEntryKind } from '../../src/balance/ledger.js'

/** A hold as it stands at the end. */
export interface HoldRow {
  readonly holdId: string
  readonly status: string
  readonly chargedMicro: number
  readonly shortfallMicro: number
  /** The order that it was for. */
  readonly marker: string
}

export interface EntryRow {
  readonly accountId: string
  readonly kind: LedgerEntryKind
  readonly balanceMicro: number
  readonly balanceAfterMicro: number
  readonly holdId: string | null
}

export interface UsageRow {
  readonly requestId: string
  readonly costMicro: number
}

/** Everything that the database knows of money, read past the stores. */
export interface Books {
  readonly wallets: ReadonlyMap<string, { readonly balanceMicro: number; readonly heldMicro: number }>
  readonly holds: ReadonlyMap<string, HoldRow>
  readonly entries: readonly EntryRow[]
  readonly usage: readonly UsageRow[]
  /** Sum of the daily totals of usage. */
  readonly usageTotal: { readonly costMicro: number; readonly requests: number }
}

type Row = Readonly<Record<string, unknown>>

/** Reads the books of a schema that nobody writes any more. */
export async function readBooks(pool: pg.Pool): Promise<Books> {
  const read = async (text: string): Promise<readonly Row[]> => (await pool.query<Row>(text)).rows
  const wallets = await read('SELECT account_id, balance_micro, held_micro FROM crossmodel_wallets')
  const holds = await read(
    'SELECT hold_id, status, charged_micro, shortfall_micro, scopes FROM crossmodel_holds',
  )
  const entries = await read(
    'SELECT account_id, kind, balance_micro, balance_after_micro, hold_id FROM crossmodel_entries ORDER BY id',
  )
  const usage = await read('SELECT request_id, cost_micro FROM crossmodel_usage_records')
  const [total = {}] = await read(
    `SELECT coalesce(sum(cost_micro), 0) AS cost_micro, coalesce(sum(request_count), 0) AS requests
FROM crossmodel_usage_totals WHERE dimension = 'day'`,
  )
  return {
    wallets: new Map(
      wallets.map((row) => [
        String(row['account_id']),
        { balanceMicro: Number(row['balance_micro']), heldMicro: Number(row['held_micro']) },
      ]),
    ),
    holds: new Map(holds.map((row) => [String(row['hold_id']), readHold(row)])),
    entries: entries.map(readEntry),
    usage: usage.map((row) => ({
      requestId: String(row['request_id']),
      costMicro: Number(row['cost_micro']),
    })),
    usageTotal: { costMicro: Number(total['cost_micro']), requests: Number(total['requests']) },
  }
}

function readHold(row: Row): HoldRow {
  return {
    holdId: String(row['hold_id']),
    status: String(row['status']),
    chargedMicro: Number(row['charged_micro']),
    shortfallMicro: Number(row['shortfall_micro']),
    marker: /end-user:\d+:[a-z]+:(\w+)/.exec(String(row['scopes']))?.[1] ?? '',
  }
}

function readEntry(row: Row): EntryRow {
  return {
    accountId: String(row['account_id']),
    kind: String(row['kind']) as LedgerEntryKind,
    balanceMicro: Number(row['balance_micro']),
    balanceAfterMicro: Number(row['balance_after_micro']),
    holdId: row['hold_id'] === null ? null : String(row['hold_id']),
  }
}
