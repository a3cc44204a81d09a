import { GatewayError, type Stores } from '../../../src/index.js'
import type { PgPool } from './client.js'
import { createDatabase } from './database.js'
import { createPostgresKeys } from './keys.js'
import { createPostgresLedger } from './ledger.js'
import { createPostgresLimits } from './limits.js'
import { migrate } from './migrate.js'
import { createPostgresState } from './state.js'
import { createPostgresUsage } from './usage.js'

export type { PgClient, PgPool, PgQuery, PgResult, PgRow } from './client.js'

/** Where the stores live. */
export interface PostgresOptions {
  /** A pool of `pg`, or anything shaped like it; ten connections are plenty. It stays yours: `close` does not end it. */
  readonly pool: PgPool
  /** Milliseconds since the epoch. Default: `Date.now`. */
  readonly now?: (() => number) | undefined
  /** Schema of the tables; created when it is not there. Default `public`. */
  readonly schema?: string | undefined
  /** Milliseconds after which an operation rejects while the database is away. Default 5,000. */
  readonly timeoutMs?: number | undefined
  /** False behind a proxy that knows no prepared statements. Default true. */
  readonly prepare?: boolean | undefined
}

/** All stores of a gateway, shared by every process that opens the same schema. */
export interface PostgresStores extends Stores {
  /** Resolves when what was asked for has been answered; afterwards every operation rejects. */
  close(): Promise<void>
}

const TIMEOUT_MS = 5000
/** Migrations may take longer, and wait for those of another process. */
const MIGRATION_TIMEOUT_MS = 60_000

/**
 * Opens the stores of a gateway in PostgreSQL 13 or later and brings their tables to the newest version.
 * Operations reject with a `GatewayError` `db_error`, its cause what the driver said.
 *
 * @example
 * const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
 * const stores = await openPostgres({ pool })
 */
export async function openPostgres(options: PostgresOptions): Promise<PostgresStores> {
  const { pool, now = Date.now, schema = 'public', timeoutMs = TIMEOUT_MS, prepare = true } = options
  let closed = false
  const connect: PgPool['connect'] = () =>
    closed ? Promise.reject(new GatewayError('db_error', 'The stores are closed.')) : pool.connect()
  // An idle connection that breaks is replaced; if nobody listened, it would end the process.
  if ((pool.listenerCount?.('error') ?? 0) === 0) pool.on?.('error', ignore)
  const settings = { pool: { connect }, now, schema, prepare }
  await migrate(createDatabase({ ...settings, timeoutMs: Math.max(timeoutMs, MIGRATION_TIMEOUT_MS) }), schema)
  const database = createDatabase({ ...settings, timeoutMs })
  const stores = {
    keys: createPostgresKeys(database),
    limits: createPostgresLimits(database),
    ledger: createPostgresLedger(database),
    usage: createPostgresUsage(database),
    state: createPostgresState(database),
  }
  return {
    ...stores,
    async close() {
      const { keys, limits, ledger, usage } = stores
      await Promise.all([keys, limits, ledger, usage].map((store) => store.drain()))
      closed = true
    },
  }
}

function ignore(): void {
  // The next operation meets it.
}
