import type { Outcome } from './batcher.js'
import type { Database } from './database.js'
import { openBooks, type LedgerOperation } from './ledger-books.js'
import { createLedgerReader } from './ledger-reader.js'
import { createLedgerWriter } from './ledger-writer.js'

/** Carries out operations in order, in one transaction. */
export type LedgerTransaction = (
  operations: readonly LedgerOperation<unknown>[],
) => Promise<readonly Outcome<unknown>[]>

/** Read, decide, write. Repeating it is harmless, because every operation is idempotent by its id. */
export function createLedgerTransaction(database: Database): LedgerTransaction {
  const read = createLedgerReader(database.prefix)
  const write = createLedgerWriter(database.prefix)
  return (operations) =>
    database.transact(
      async (session) => {
        const books = openBooks(await read(session, operations))
        const now = database.now()
        const outcomes = operations.map((operation) => attempt(() => books.apply(operation, now)))
        const change = books.change()
        if (change !== null) await write(session, change)
        return outcomes
      },
      { repeatable: true },
    )
}

function attempt(decide: () => unknown): Outcome<unknown> {
  try {
    return { ok: true, value: decide() }
  } catch (error) {
    return { ok: false, error }
  }
}
