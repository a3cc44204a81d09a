import type { Stores } from '../../../src/index.js'
import { createConnection, type Durability, type SqliteConnection } from './connection.js'
import { loadDriver, type SqliteDatabase, type SqliteDriverName } from './driver.js'
import { createSqliteKeyStore } from './keys.js'
import { createSqliteLedger } from './ledger.js'
import { createSqliteLimitStore } from './limits.js'
import { migrate } from './migrations.js'
import { createSqliteStateStore } from './state.js'
import { createSqliteUsageStore } from './usage.js'

export type { Durability } from './connection.js'
export type { SqliteDriverName } from './driver.js'

/** What {@link openSqlite} needs to know. */
export interface SqliteOptions {
  /** The file, made when it is absent, on a local disk; `':memory:'` for one that is gone when closed. */
  readonly path: string
  /** Milliseconds since the epoch. Default: the clock of the machine. */
  readonly now?: (() => number) | undefined
  /** Default: `node:sqlite` where Node has it, else the package `libsql`. */
  readonly driver?: SqliteDriverName | undefined
  /**
   * What is never lost once it was answered: `process`, the default, when the process dies (`kill -9`); `power`, also
   * when the machine loses power, and every write waits for the disk.
   */
  readonly durability?: Durability | undefined
}

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
  const { path, now = Date.now, driver, durability = 'process' } = options
  const open = await loadDriver(driver)
  const connection = await connect(path, () => open(path), durability)
  try {
    migrate(connection, now())
  } catch (error) {
    connection.close()
    throw error
  }
  return {
    keys: createSqliteKeyStore(connection),
    limits: createSqliteLimitStore(connection, now),
    ledger: createSqliteLedger(connection, now),
    usage: createSqliteUsageStore(connection),
    state: createSqliteStateStore(connection, now),
    close: () => Promise.resolve(connection.close()),
  }
}

async function connect(
  path: string,
  open: () => SqliteDatabase,
  durability: Durability,
): Promise<SqliteConnection> {
  let database: SqliteDatabase | undefined
  try {
    database = open()
    return await createConnection(database, durability)
  } catch (error) {
    database?.close()
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`The SQLite file ${path} cannot be opened: ${reason}`, { cause: error })
  }
}
