import type { BalanceSnapshot, HoldState, LedgerEntryDraft, SpendChange } from '../../../src/index.js'
import type { Session, Statement } from './database.js'
import type { BooksChange } from './ledger-books.js'
import { storable, storableOrNull } from './rows.js'

/** Writes in a transaction what its operations have changed. */
export type LedgerWriter = (session: Session, change: BooksChange) => Promise<void>

/** One statement for all tables, whatever the size of the batch. */
export function createLedgerWriter(prefix: string): LedgerWriter {
  const statement = writeStatement(prefix)
  return async (session, change) => {
    await session.query(statement, [
      ...walletColumns(change.newWallets),
      ...walletColumns(change.wallets),
      ...newHoldColumns([...change.newHolds.values()]),
      ...holdColumns([...change.holds.values()]),
      ...spendColumns(change.spend),
      ...entryColumns(change.entries),
    ])
  }
}

/**
 * What is new is inserted without a thought for what may be there: another transaction can only have been faster, and
 * then this one is repeated and finds it.
 */
function writeStatement(prefix: string): Statement {
  return {
    name: 'ledger_write',
    text: `WITH new_wallets AS (
  INSERT INTO ${prefix}wallets (account_id, balance_micro, held_micro)
  SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[])
), changed_wallets AS (
  UPDATE ${prefix}wallets AS wallets SET balance_micro = changed.balance_micro, held_micro = changed.held_micro
  FROM unnest($4::text[], $5::bigint[], $6::bigint[]) AS changed (account_id, balance_micro, held_micro)
  WHERE wallets.account_id = changed.account_id
), new_holds AS (
  INSERT INTO ${prefix}holds (hold_id, amount_micro, status, expires_at, charged_micro, shortfall_micro, account_id, placed_at, scopes)
  SELECT * FROM unnest($7::text[], $8::bigint[], $9::text[], $10::bigint[], $11::bigint[], $12::bigint[], $13::text[], $14::bigint[], $15::text[])
), changed_holds AS (
  UPDATE ${prefix}holds AS holds SET amount_micro = changed.amount_micro, status = changed.status,
    expires_at = changed.expires_at, charged_micro = changed.charged_micro, shortfall_micro = changed.shortfall_micro
  FROM unnest($16::text[], $17::bigint[], $18::text[], $19::bigint[], $20::bigint[], $21::bigint[])
    AS changed (hold_id, amount_micro, status, expires_at, charged_micro, shortfall_micro)
  WHERE holds.hold_id = changed.hold_id
), changed_spend AS (
  INSERT INTO ${prefix}spend AS spend (scope, day, spent_micro, held_micro)
  SELECT * FROM unnest($22::text[], $23::bigint[], $24::bigint[], $25::bigint[])
  ON CONFLICT (scope, day) DO UPDATE SET
    spent_micro = spend.spent_micro + excluded.spent_micro, held_micro = spend.held_micro + excluded.held_micro
)
INSERT INTO ${prefix}entries (account_id, kind, time, balance_micro, held_micro, balance_after_micro, shortfall_micro, hold_id, external_id, note, actor)
SELECT * FROM unnest($26::text[], $27::text[], $28::bigint[], $29::bigint[], $30::bigint[], $31::bigint[], $32::bigint[], $33::text[], $34::text[], $35::text[], $36::text[])`,
  }
}

type Columns = readonly (readonly (string | number | null)[])[]

function walletColumns(wallets: ReadonlyMap<string, BalanceSnapshot>): Columns {
  const values = [...wallets.values()]
  return [
    [...wallets.keys()],
    values.map(({ balanceMicro }) => balanceMicro),
    values.map(({ heldMicro }) => heldMicro),
  ]
}

function holdColumns(holds: readonly HoldState[]): Columns {
  return [
    holds.map(({ holdId }) => holdId),
    holds.map(({ amountMicro }) => amountMicro),
    holds.map(({ status }) => status),
    holds.map(({ expiresAt }) => Math.ceil(expiresAt)),
    holds.map(({ chargedMicro }) => chargedMicro),
    holds.map(({ shortfallMicro }) => shortfallMicro),
  ]
}

function newHoldColumns(holds: readonly HoldState[]): Columns {
  return [
    ...holdColumns(holds),
    holds.map(({ accountId }) => accountId),
    holds.map(({ placedAt }) => placedAt),
    holds.map(({ scopes }) => (scopes.length === 0 ? null : JSON.stringify(scopes))),
  ]
}

function spendColumns(spend: readonly SpendChange[]): Columns {
  return [
    spend.map(({ scope }) => storable(scope)),
    spend.map(({ day }) => day),
    spend.map(({ spentMicro }) => spentMicro),
    spend.map(({ heldMicro }) => heldMicro),
  ]
}

function entryColumns(entries: readonly LedgerEntryDraft[]): Columns {
  return [
    entries.map(({ accountId }) => accountId),
    entries.map(({ kind }) => kind),
    entries.map(({ time }) => time),
    entries.map(({ balanceMicro }) => balanceMicro),
    entries.map(({ heldMicro }) => heldMicro),
    entries.map(({ balanceAfterMicro }) => balanceAfterMicro),
    entries.map(({ shortfallMicro }) => shortfallMicro),
    entries.map(({ holdId }) => holdId),
    entries.map(({ externalId }) => externalId),
    entries.map(({ note }) => storableOrNull(note)),
    entries.map(({ actor }) => storableOrNull(actor)),
  ]
}
