import { GatewayError } from '../../../src/index.js'
import { quoteIdentifier, type Database } from './database.js'
import { MIGRATIONS } from './migrations/index.js'
import { numberOf } from './rows.js'

/**
 * Brings the tables of a schema to the newest version, in one transaction, under a lock: of many processes that start
 * at once one does the work. Throws when a newer version of the package has been here: it knows better.
 */
export async function migrate(database: Database, schema: string): Promise<void> {
  const table = `${database.prefix}migrations`
  await database.transact(
    async (session) => {
      const run = (text: string, values: readonly unknown[] = []) => session.query({ name: '', text }, values)
      await run('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`crossmodel ${schema}`])
      // Asked first, because IF NOT EXISTS wants the privilege to create even when there is nothing to create.
      const schemas = await run('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema])
      if (schemas.length === 0) await run(`CREATE SCHEMA ${quoteIdentifier(schema)}`)
      await run(
        `CREATE TABLE IF NOT EXISTS ${table} (version integer PRIMARY KEY, applied_at bigint NOT NULL)`,
      )
      const [newest] = await run(`SELECT coalesce(max(version), 0) AS version FROM ${table}`)
      const version = newest === undefined ? 0 : numberOf(newest, 'version')
      if (version > MIGRATIONS.length)
        throw new GatewayError(
          'db_error',
          `The tables are of version ${version}, this package knows ${MIGRATIONS.length}.`,
        )
      await run(`SET LOCAL search_path TO ${quoteIdentifier(schema)}`)
      for (const [index, text] of MIGRATIONS.entries()) {
        if (index < version) continue
        await run(text)
        await run(`INSERT INTO ${table} (version, applied_at) VALUES ($1, $2)`, [index + 1, database.now()])
      }
    },
    { repeatable: true },
  )
}
