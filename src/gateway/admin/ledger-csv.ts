import type { LedgerEntry } from '../../balance/ledger.js'
import { type Columns, toCsv } from './csv.js'

/** The columns, in their order. */
const COLUMNS: Columns<LedgerEntry> = {
  time: ({ time }) => new Date(time).toISOString(),
  id: ({ id }) => id,
  account_id: ({ accountId }) => accountId,
  kind: ({ kind }) => kind,
  balance_micro: ({ balanceMicro }) => balanceMicro,
  held_micro: ({ heldMicro }) => heldMicro,
  balance_after_micro: ({ balanceAfterMicro }) => balanceAfterMicro,
  shortfall_micro: ({ shortfallMicro }) => shortfallMicro,
  hold_id: ({ holdId }) => holdId,
  external_id: ({ externalId }) => externalId,
  note: ({ note }) => note,
  actor: ({ actor }) => actor,
}

/** Entries of the books as lines of CSV, in the form of `usageCsv`. */
export function ledgerCsv(
  entries: AsyncIterable<LedgerEntry> | Iterable<LedgerEntry>,
): AsyncGenerator<string, void, undefined> {
  return toCsv(COLUMNS, entries)
}
