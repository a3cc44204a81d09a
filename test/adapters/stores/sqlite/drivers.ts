import type { SqliteDriverName } from '../../../../adapters/stores/sqlite/index.js'

/** The drivers that the Node of this run has; libsql is a development dependency. */
export const SQLITE_DRIVERS: readonly SqliteDriverName[] =
  process.getBuiltinModule('node:sqlite') === undefined ? ['libsql'] : ['libsql', 'node:sqlite']
