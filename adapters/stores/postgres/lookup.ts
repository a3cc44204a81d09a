import { type Batcher, createBatcher } from './batcher.js'
import { BATCH } from './batch-sizes.js'
import type { PgRow } from './client.js'
import type { Database, Statement } from './database.js'
import { textOf } from './rows.js'

/** How rows are found by a key. */
export interface LookupOptions<Value> {
  /** Takes an array of keys as its only parameter; the key of a row is in its column `lookup_key`. */
  readonly statement: Statement
  readonly read: (row: PgRow) => Value
}

/** Finds rows by key; lookups that come at the same time are one query. */
export function createLookup<Value>(
  database: Database,
  { statement, read }: LookupOptions<Value>,
): Batcher<string, Value | null> {
  return createBatcher<string, Value | null>({
    ...BATCH,
    async run(keys) {
      const rows = await database.execute(statement, [[...new Set(keys)]])
      const values = new Map(rows.map((row) => [textOf(row, 'lookup_key'), read(row)]))
      return keys.map((key) => ({ ok: true, value: values.get(key) ?? null }))
    },
  })
}
