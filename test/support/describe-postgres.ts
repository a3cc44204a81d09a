import type pg from 'pg'
import { afterAll, afterEach, beforeAll, describe } from 'vitest'
import {
  openPostgres,
  type PostgresOptions,
  type PostgresStores,
} from '../../adapters/stores/postgres/index.js'
import {
  postgresMissing,
  type PostgresServer,
  type PostgresServerOptions,
  startPostgres,
} from './postgres-server.js'

/** What the tests of a file share: a server, and stores that are closed after each test. */
export interface PostgresBench {
  readonly server: () => PostgresServer
  /** A pool of its own, as a process of its own would have it. */
  readonly openPool: (options?: pg.PoolConfig) => pg.Pool
  /** Stores over one pool for all tests, in a schema that nobody has used before, unless it is told otherwise. */
  readonly open: (options?: Partial<PostgresOptions>) => Promise<PostgresStores>
  /** The name of a schema that nobody has used before. */
  readonly freshSchema: () => string
}

/** Runs tests on a PostgreSQL server; skipped with a printed reason when there is none, unless nothing may be skipped. */
export function describePostgres(
  name: string,
  body: (bench: PostgresBench) => void,
  options: PostgresServerOptions = {},
): void {
  const reason = postgresMissing()
  if (reason !== null && process.env['CROSSMODEL_NO_SKIP'] === '1') throw new Error(reason)
  if (reason !== null) console.warn(`skipped: ${name}: ${reason}`)
  describe.skipIf(reason !== null)(`PostgreSQL: ${name}`, () => {
    let started: PostgresServer | undefined
    let shared: pg.Pool | undefined
    let schemas = 0
    const cleanups: (() => Promise<unknown>)[] = []
    const server = (): PostgresServer => {
      if (started === undefined) throw new Error('the server was not started')
      return started
    }
    const openPool = (config?: pg.PoolConfig): pg.Pool => {
      const pool = server().pool(config)
      cleanups.push(() => pool.end())
      return pool
    }
    const freshSchema = (): string => {
      schemas += 1
      return `test_${schemas}`
    }
    const open = async (overrides: Partial<PostgresOptions> = {}): Promise<PostgresStores> => {
      shared ??= server().pool()
      const stores = await openPostgres({ pool: shared, schema: freshSchema(), ...overrides })
      cleanups.push(() => stores.close())
      return stores
    }
    beforeAll(async () => {
      started = await startPostgres(options)
    })
    afterEach(async () => {
      for (const cleanup of cleanups.splice(0).toReversed()) await cleanup()
    })
    afterAll(async () => {
      await shared?.end()
      await started?.stop()
    })
    body({ server, openPool, open, freshSchema })
  })
}
