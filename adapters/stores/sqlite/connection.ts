import type { SqliteDatabase, SqliteStatement, SqlRow, SqlValue } from './driver.js'

/** One open file: statements are prepared once, writers wait for each other. */
export interface SqliteConnection {
  /** How many rows have changed. */
  run(sql: string, ...values: readonly SqlValue[]): number
  get(sql: string, ...values: readonly SqlValue[]): SqlRow | undefined
  all(sql: string, ...values: readonly SqlValue[]): readonly SqlRow[]
  /** Runs statements without values. */
  exec(sql: string): void
  /** Does all of the work or nothing; nobody else writes meanwhile. */
  write<T>(work: () => T): T
  /** Reads as of one moment. */
  read<T>(work: () => T): T
  close(): void
}

/**
 * `process`: what was answered survives the death of the process (`kill -9`), the last moments may be lost when the
 * machine loses power. `power`: they are not, and every write waits for the disk.
 */
export type Durability = 'process' | 'power'

/** How long a writer waits for another process, in milliseconds, before its call fails. */
const BUSY_TIMEOUT_MS = 5000
/** The switch to WAL does not wait for others as writers do. */
const WAL_TRIES = 100
const WAL_RETRY_MS = 20

/** Pages of 4 KB that the log may hold before it is copied into the file, which waits for the disk. */
const CHECKPOINT_PAGES = 4000
/** Kilobytes of pages kept in memory, taken as they are needed. */
const CACHE_KB = 65_536

const SYNCHRONOUS: Readonly<Record<Durability, string>> = { process: 'NORMAL', power: 'FULL' }

/** Makes an open database ready for several processes at once. */
export async function createConnection(
  database: SqliteDatabase,
  durability: Durability,
): Promise<SqliteConnection> {
  database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`)
  await switchToWal(database)
  database.exec(`PRAGMA synchronous = ${SYNCHRONOUS[durability]}`)
  database.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`)
  database.exec(`PRAGMA cache_size = ${-CACHE_KB}`)
  const statements = new Map<string, SqliteStatement>()
  let closed = false

  function prepare(sql: string): SqliteStatement {
    const known = statements.get(sql)
    if (known !== undefined) return known
    const prepared = database.prepare(sql)
    statements.set(sql, prepared)
    return prepared
  }

  function transaction<T>(begin: string, work: () => T): T {
    database.exec(begin)
    try {
      const result = work()
      database.exec('COMMIT')
      return result
    } catch (error) {
      rollBack(database)
      throw error
    }
  }

  return {
    run: (sql, ...values) => prepare(sql).run(values),
    get: (sql, ...values) => prepare(sql).get(values),
    all: (sql, ...values) => prepare(sql).all(values),
    exec: (sql) => database.exec(sql),
    write: (work) => transaction('BEGIN IMMEDIATE', work),
    read: (work) => transaction('BEGIN', work),
    close() {
      if (closed) return
      closed = true
      statements.clear()
      database.close()
    },
  }
}

async function switchToWal(database: SqliteDatabase): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      database.exec('PRAGMA journal_mode = WAL')
      return
    } catch (error) {
      if (attempt === WAL_TRIES || !isLocked(error)) throw error
      await new Promise((resolve) => setTimeout(resolve, WAL_RETRY_MS))
    }
  }
}

function isLocked(error: unknown): boolean {
  return error instanceof Error && /locked|busy/i.test(error.message)
}

/** Some errors have rolled back already (a full disk); the one that is thrown on is the one that matters. */
function rollBack(database: SqliteDatabase): void {
  try {
    database.exec('ROLLBACK')
  } catch {
    return
  }
}
