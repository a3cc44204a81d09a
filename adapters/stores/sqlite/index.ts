import type { Stores } from '../../../src/index.js'
import { connect, type SqliteOptions } from './connect.js'
import { createSqliteKeyStore } from './keys.js'
import { createSqliteLedger } from './ledger.js'
import { createSqliteLimitStore } from './limits.js'
import { migrate, STORES } from './migrations.js'
import { createSqliteStateStore } from './state.js'
import { createSqliteUsageStore } from './usage.js'

export type { SqliteOptions } from './connect.js'
export type { Durability } from './connection.js'
export type { SqliteDriverName } from './driver.js'
export { openSqliteOutbox, type SqliteOutbox } from './outbox.js'

/** All stores in one file, until it is closed. */
export interface SqliteStores extends Stores {
  close(): Promise<void>
}

/**
 * Opens a SQLite file and brings its schema up to date. Several processes of one machine may have it open at once.
 * Rejects when there is no driver, when the file cannot be opened, or when a newer version of this package wrote it.
 *
 * @example
 * const stores = await openSqlite({ path: './gateway.db' })
 */
export async function openSqlite(options: SqliteOptions): Promise<SqliteStores> {
  const { now = Date.now } = options
  const connection = await connect(options, (opened, time) => migrate(opened, { now: time, schema: STORES }))
  return {
    keys: createSqliteKeyStore(connection),
    limits: createSqliteLimitStore(connection, now),
    ledger: createSqliteLedger(connection, now),
    usage: createSqliteUsageStore(connection),
    state: createSqliteStateStore(connection, now),
    close: () => Promise.resolve(connection.close()),
  }
}
