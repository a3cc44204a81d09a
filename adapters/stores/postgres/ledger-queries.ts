import type { Ledger, LedgerEntry, LedgerEntryKind, WalletAudit } from '../../../src/index.js'
import type { PgRow } from './client.js'
import type { Database, Statement } from './database.js'
import { readWallet } from './ledger-reader.js'
import { numberOf, storable, textOf, textOrNull } from './rows.js'

/** What a ledger answers without changing anything. */
export type LedgerQueries = Pick<Ledger, 'spent' | 'entries' | 'audit'>

/** Reads the books. */
export function createLedgerQueries(database: Database): LedgerQueries {
  const { prefix } = database
  const spent = {
    name: '',
    text: `SELECT coalesce(sum(spent_micro), 0) AS amount FROM ${prefix}spend WHERE scope = $1 AND day >= $2::bigint`,
  }
  const entries = {
    name: '',
    text: `SELECT * FROM ${prefix}entries
WHERE account_id = $1 AND ($2::text[] IS NULL OR kind = ANY ($2)) AND ($3::bigint IS NULL OR id < $3)
ORDER BY id DESC LIMIT $4`,
  }
  const audit = auditStatement(prefix)
  return {
    async spent(scope, since) {
      const [row] = await database.execute(spent, [storable(scope), since])
      return row === undefined ? 0 : numberOf(row, 'amount')
    },
    async entries({ accountId, kinds, beforeId, limit }) {
      const rows = await database.execute(entries, [accountId, kinds ?? null, beforeId ?? null, limit])
      return rows.map(readEntry)
    },
    async audit({ afterAccountId, limit }) {
      const rows = await database.execute(audit, [afterAccountId ?? null, limit])
      return rows.map(readAudit)
    },
  }
}

/** One snapshot for all sums: what is written meanwhile is in none of them. */
function auditStatement(prefix: string): Statement {
  return {
    name: '',
    text: `SELECT wallets.account_id, wallets.balance_micro, wallets.held_micro,
  sums.balance_micro AS entries_balance_micro, sums.held_micro AS entries_held_micro,
  open.amount_micro AS open_micro, ended.hold_ids
FROM (
  SELECT * FROM ${prefix}wallets WHERE $1::text IS NULL OR account_id > $1 ORDER BY account_id LIMIT $2
) AS wallets,
LATERAL (
  SELECT coalesce(sum(balance_micro), 0) AS balance_micro, coalesce(sum(held_micro), 0) AS held_micro
  FROM ${prefix}entries AS entries WHERE entries.account_id = wallets.account_id
) AS sums,
LATERAL (
  SELECT coalesce(sum(amount_micro), 0) AS amount_micro
  FROM ${prefix}holds AS holds WHERE holds.account_id = wallets.account_id AND status = 'open'
) AS open,
LATERAL (
  SELECT coalesce(array_agg(hold_id), '{}') AS hold_ids FROM (
    SELECT hold_id FROM ${prefix}entries AS entries
    WHERE entries.account_id = wallets.account_id AND kind IN ('settle', 'release')
    GROUP BY hold_id HAVING count(*) > 1
  ) AS twice
) AS ended
ORDER BY wallets.account_id`,
  }
}

function readEntry(row: PgRow): LedgerEntry {
  return {
    id: numberOf(row, 'id'),
    accountId: textOf(row, 'account_id'),
    kind: textOf(row, 'kind') as LedgerEntryKind,
    time: numberOf(row, 'time'),
    balanceMicro: numberOf(row, 'balance_micro'),
    heldMicro: numberOf(row, 'held_micro'),
    balanceAfterMicro: numberOf(row, 'balance_after_micro'),
    shortfallMicro: numberOf(row, 'shortfall_micro'),
    holdId: textOrNull(row, 'hold_id'),
    externalId: textOrNull(row, 'external_id'),
    note: textOrNull(row, 'note'),
    actor: textOrNull(row, 'actor'),
  }
}

function readAudit(row: PgRow): WalletAudit {
  const holdIds = row['hold_ids']
  return {
    accountId: textOf(row, 'account_id'),
    wallet: readWallet(row),
    entries: {
      balanceMicro: numberOf(row, 'entries_balance_micro'),
      heldMicro: numberOf(row, 'entries_held_micro'),
    },
    openHoldsMicro: numberOf(row, 'open_micro'),
    holdsEndedTwice: Array.isArray(holdIds) ? holdIds.map(String) : [],
  }
}
