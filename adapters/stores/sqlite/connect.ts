import { createConnection, type Durability, type SqliteConnection } from './connection.js'
import { loadDriver, type SqliteDatabase, type SqliteDriverName } from './driver.js'

/** How a SQLite file is opened. */
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

/** Opens a file and has it prepared; rejects, and closes it again, when either fails. */
export async function connect(
  { path, now = Date.now, driver, durability = 'process' }: SqliteOptions,
  prepare: (connection: SqliteConnection, now: number) => void,
): Promise<SqliteConnection> {
  const open = await loadDriver(driver)
  const connection = await openFile(path, () => open(path), durability)
  try {
    prepare(connection, now())
    return connection
  } catch (error) {
    connection.close()
    throw error
  }
}

async function openFile(
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
