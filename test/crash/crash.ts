import { setTimeout as sleep } from 'node:timers/promises'
import { openPostgres } from '../../adapters/stores/postgres/index.js'
import { verifyLedger } from '../../src/balance/audit.js'
import { type PostgresServer, startPostgres } from '../support/postgres-server.js'
import { startRedis } from '../support/redis-server.js'
import { createConfig } from './accounts.js'
import { readBooks } from './books.js'
import { runClients } from './clients.js'
import { type Fleet, startFleet } from './fleet.js'
import { createRandom, type Random } from './random.js'
import { startVendor } from './vendor.js'
import { judge, type Verdict } from './verdict.js'

export interface CrashOptions {
  /** Where the project is. */
  readonly root: URL
  /** How long clients begin new orders. */
  readonly seconds: number
  readonly clients: number
  /** Gateways that are killed on the way. */
  readonly kills: number
  /** Where limits and answers live. */
  readonly limits: 'postgres' | 'redis'
  /** The same seed, the same orders; what happens at the same time is another matter. */
  readonly seed: number
  /** How long what a crash leaves behind stays taken. */
  readonly leaseMs: number
}

const PROCESSES = 4
const STORE_MS = 2000
const DATABASE_DOWN_MS = 700
const MOST_WORDS = 40

/**
 * Many clients, a slow vendor, gateway processes that are killed at random and a database that crashes once; when all is
 * quiet again, what the books say of it.
 */
export async function runCrash(options: CrashOptions): Promise<Verdict> {
  const cleanups: (() => Promise<unknown>)[] = []
  try {
    const database = await startPostgres({ fsync: true })
    cleanups.push(() => database.stop())
    const redis = options.limits === 'redis' ? await startRedis() : null
    cleanups.push(async () => redis?.stop())
    const vendor = await startVendor()
    cleanups.push(vendor.close)
    const { leaseMs } = options
    const config = createConfig({
      vendor: vendor.url,
      store: database.url,
      limits: redis?.url,
      leaseMs,
      storeMs: STORE_MS,
    })
    const fleet = await startFleet(options.root, config, PROCESSES)
    cleanups.push(fleet.close)
    const run = await runFleet(fleet, database, options)
    const last = await settleBooks(database, leaseMs)
    const verdict = judge({
      ...run.observed,
      ...last,
      calls: vendor.calls,
      limitsInDatabase: redis === null,
    })
    return {
      violations: [...run.violations, ...verdict.violations],
      figures: [...run.figures, ...verdict.figures],
    }
  } finally {
    for (const cleanup of cleanups.toReversed()) await cleanup()
  }
}

async function runFleet(fleet: Fleet, database: PostgresServer, options: CrashOptions) {
  const { seconds, clients, kills, leaseMs, seed } = options
  const random = createRandom(seed)
  const startedAt = Date.now()
  const endsAt = startedAt + seconds * 1000
  const ordering = runClients(fleet, {
    clients,
    random,
    words: MOST_WORDS,
    patienceMs: leaseMs + 2 * STORE_MS,
    isOver: () => Date.now() >= endsAt,
  })
  const [attempts, crashedAt] = await Promise.all([
    ordering,
    crashOnce(database, (seconds * 1000) / 2),
    killAtRandom(fleet, random, { kills, everyMs: (seconds * 1000) / (kills + 1) }),
  ])
  const endedAt = Date.now()
  const exitCodes = await fleet.stop()
  return {
    observed: { attempts, startedAt, endedAt, crashedAt },
    violations: exitCodes.filter((code) => code !== 0).map((code) => `a gateway ended with ${code}`),
    figures: [
      ['seconds', Math.round((endedAt - startedAt) / 1000)],
      ['clients', clients],
      ['gateways killed', kills],
      ['database crashed', 1],
      ...[...new Set(fleet.complaints)].map((line) => [line, ''] as const),
      ['complaints of gateways', new Set(fleet.complaints).size],
    ] as const,
  }
}

/** Ends the database without a word and starts it again; answers when it ended. */
async function crashOnce(database: PostgresServer, afterMs: number): Promise<number> {
  await sleep(afterMs)
  await database.kill('crash')
  const crashedAt = Date.now()
  await sleep(DATABASE_DOWN_MS)
  await database.start()
  return crashedAt
}

/** Kills one gateway after the other, and starts another one for each. */
async function killAtRandom(
  fleet: Fleet,
  random: Random,
  { kills, everyMs }: { readonly kills: number; readonly everyMs: number },
): Promise<void> {
  const restarts: Promise<unknown>[] = []
  for (let killed = 0; killed < kills; killed += 1) {
    await sleep(everyMs * (0.5 + random.next()))
    const victim = random.pick(fleet.running())
    if (victim !== undefined) await fleet.kill(victim)
    restarts.push(fleet.start())
  }
  await Promise.all(restarts)
}

/** Waits until what crashes left behind has expired, sweeps it and reads the books. */
async function settleBooks(database: PostgresServer, leaseMs: number) {
  await sleep(leaseMs)
  const pool = database.pool()
  const stores = await openPostgres({ pool })
  try {
    await stores.ledger.sweep(Date.now())
    return { books: await readBooks(pool), verification: await verifyLedger(stores.ledger) }
  } finally {
    await stores.close()
    await pool.end()
  }
}
