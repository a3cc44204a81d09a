/** What is bound and read. Integers are BigInt, so none is rounded; other types are not for sale: libsql dies of them. */
export type SqlValue = string | bigint | null

/** A row by column name. */
export type SqlRow = Readonly<Record<string, SqlValue>>

/** A prepared statement. */
export interface SqliteStatement {
  /** How many rows have changed. */
  run(values: readonly SqlValue[]): number
  get(values: readonly SqlValue[]): SqlRow | undefined
  all(values: readonly SqlValue[]): readonly SqlRow[]
}

/** An open database file, as this package needs it of a driver. */
export interface SqliteDatabase {
  /** Runs statements without values. */
  exec(sql: string): void
  prepare(sql: string): SqliteStatement
  close(): void
}

/** Where SQLite comes from: Node 22.13 and newer have it, `libsql` is a package that Node 20 can load as well. */
export type SqliteDriverName = 'node:sqlite' | 'libsql'

/** Opens a file with a driver; `':memory:'` for a database that is gone when closed. */
export type OpenDatabase = (path: string) => SqliteDatabase

/** The two drivers differ in how values are handed over, and in how BigInt is asked for. */
interface NodeStatement {
  setReadBigInts(enabled: boolean): void
  run(...values: readonly SqlValue[]): { readonly changes: number | bigint }
  get(...values: readonly SqlValue[]): SqlRow | undefined
  all(...values: readonly SqlValue[]): readonly SqlRow[]
}

interface NodeDatabase {
  exec(sql: string): void
  prepare(sql: string): NodeStatement
  close(): void
}

interface LibsqlStatement {
  run(values: readonly SqlValue[]): { readonly changes: number | bigint }
  get(values: readonly SqlValue[]): SqlRow | undefined
  all(values: readonly SqlValue[]): readonly SqlRow[]
}

interface LibsqlDatabase {
  defaultSafeIntegers(enabled: boolean): unknown
  exec(sql: string): void
  prepare(sql: string): LibsqlStatement
  close(): void
}

const LOADERS: Readonly<Record<SqliteDriverName, () => Promise<OpenDatabase | null>>> = {
  'node:sqlite': loadNodeSqlite,
  libsql: loadLibsql,
}
const IN_ORDER: readonly SqliteDriverName[] = ['node:sqlite', 'libsql']

/** The driver of that name, or the first one that is there; throws an error that says what to install. */
export async function loadDriver(name?: SqliteDriverName): Promise<OpenDatabase> {
  for (const candidate of name === undefined ? IN_ORDER : [name]) {
    const open = await LOADERS[candidate]()
    if (open !== null) return open
  }
  const wanted = name === undefined ? 'SQLite' : `The SQLite driver ${name}`
  throw new Error(
    `${wanted} is not available: run Node 22.13 or newer, which has node:sqlite, or install the package libsql (npm install libsql)`,
  )
}

function loadNodeSqlite(): Promise<OpenDatabase | null> {
  const loaded = process.getBuiltinModule('node:sqlite') as
    | { readonly DatabaseSync: new (path: string) => NodeDatabase }
    | undefined
  if (loaded === undefined) return Promise.resolve(null)
  const { DatabaseSync } = loaded
  return Promise.resolve((path) => fromNode(new DatabaseSync(path)))
}

function fromNode(database: NodeDatabase): SqliteDatabase {
  return {
    exec: (sql) => database.exec(sql),
    prepare(sql) {
      const statement = database.prepare(sql)
      statement.setReadBigInts(true)
      return {
        run: (values) => Number(statement.run(...values).changes),
        get: (values) => statement.get(...values),
        all: (values) => statement.all(...values),
      }
    },
    close: () => database.close(),
  }
}

async function loadLibsql(): Promise<OpenDatabase | null> {
  const loaded = await importLibsql()
  return loaded === null ? null : (path) => fromLibsql(new loaded.default(path))
}

/** Not a literal: bundlers would want to have it, and it is optional. */
const LIBSQL: string = 'libsql'

async function importLibsql(): Promise<{ readonly default: new (path: string) => LibsqlDatabase } | null> {
  try {
    return (await import(LIBSQL)) as { readonly default: new (path: string) => LibsqlDatabase }
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

/** The package, or its part for this machine, is not installed; anything else is worth its own message. */
function isMissing(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND'
}

function fromLibsql(database: LibsqlDatabase): SqliteDatabase {
  database.defaultSafeIntegers(true)
  return {
    exec: (sql) => database.exec(sql),
    prepare(sql) {
      const statement = database.prepare(sql)
      return {
        run: (values) => Number(statement.run(values).changes),
        get: (values) => statement.get(values),
        all: (values) => statement.all(values),
      }
    },
    close: () => database.close(),
  }
}
