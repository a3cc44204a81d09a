import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import {
  openSqlite,
  type SqliteOptions,
  type SqliteStores,
} from '../../../../adapters/stores/sqlite/index.js'

/** Fresh files for the tests of one test file; all are closed and removed behind them. */
export interface SqliteFiles {
  /** The path of a file that is not there yet. */
  readonly path: () => string
  /** Opens a file, a new one unless a path is given. */
  readonly open: (options?: Partial<SqliteOptions>) => Promise<SqliteStores>
}

export function useSqliteFiles(): SqliteFiles {
  const folder = mkdtempSync(join(tmpdir(), 'crossmodel-sqlite-'))
  const opened: SqliteStores[] = []
  let files = 0
  const path = (): string => join(folder, `${(files += 1)}.db`)

  afterAll(async () => {
    for (const stores of opened) await stores.close()
    rmSync(folder, { recursive: true })
  })

  return {
    path,
    async open(options) {
      const stores = await openSqlite({ path: path(), ...options })
      opened.push(stores)
      return stores
    },
  }
}
