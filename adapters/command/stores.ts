import type { GatewayConfig, GatewayConfigData, Outbox, Stores } from '../../src/index.js'
import { loadPackage } from './load-package.js'
import { CommandError, EXIT, type Terminal } from './terminal.js'

/** The stores that a configuration names, open. */
export interface OpenStores {
  /** Empty where everything lives in memory. */
  readonly stores: Partial<Stores>
  readonly close: () => Promise<void>
}

type StoreConfig = Pick<GatewayConfigData, 'store' | 'limits' | 'state'>
type Engine = (address: string, terminal: Terminal) => Promise<OpenStores>

const CLOSED: OpenStores = { stores: {}, close: () => Promise.resolve() }
const CONNECT_MS = 5000
const MAX_CONNECTIONS = 20
/** How long keys stay in Redis; a change drops them at once. */
const KEY_CACHE_MS = 60_000
const MOST_RETRY_MS = 2000

/** By what stands before the colon. */
const ENGINES: Readonly<Record<string, Engine>> = {
  memory: () => Promise.resolve(CLOSED),
  sqlite: async (address) => {
    const { openSqlite } = await import('../stores/sqlite/index.js')
    const stores = await openSqlite({ path: address.slice('sqlite:'.length) })
    return { stores, close: async () => stores.close() }
  },
  postgres: openPostgresPool,
  postgresql: openPostgresPool,
}

/** Opens what a configuration names. Throws a {@link CommandError} that shows no password. */
export async function openStores(config: StoreConfig, terminal: Terminal): Promise<OpenStores> {
  const { store = 'memory', limits, state = 'limits' } = config
  const opened = await open('store', store, (address) => engineOf(address)(address, terminal))
  if (limits === undefined) return opened
  const { limits: ofStore, ...rest } = opened.stores
  if (limits === 'memory') return { ...opened, stores: rest }
  try {
    const redis = await open('limits', limits, (address) => openRedisClient(address, terminal))
    const { keys } = opened.stores
    return {
      stores: {
        ...opened.stores,
        limits: redis.limits,
        ...(state === 'limits' ? { state: redis.state } : {}),
        ...(keys === undefined ? {} : { keys: redis.cacheKeys(keys, { ttlMs: KEY_CACHE_MS }) }),
      },
      close: async () => {
        await Promise.all([opened.close(), redis.close()])
      },
    }
  } catch (error) {
    await opened.close()
    throw error
  }
}

/** The outbox that a configuration names, open. */
export interface OpenOutbox {
  /** Undefined where it lives in memory. */
  readonly outbox: Outbox | undefined
  readonly close: () => Promise<void>
}

/** Opens the outbox that a configuration names. Throws as {@link openStores}. */
export async function openOutbox({ outbox: name }: Pick<GatewayConfig, 'outbox'>): Promise<OpenOutbox> {
  if (typeof name !== 'string' || name === 'memory') return { outbox: undefined, close: CLOSED.close }
  return await open('outbox', name, async () => {
    const { openSqliteOutbox } = await import('../stores/sqlite/outbox.js')
    const outbox = await openSqliteOutbox({ path: name.slice('sqlite:'.length) })
    return { outbox, close: () => outbox.close() }
  })
}

function engineOf(address: string): Engine {
  const name = address.split(':', 1)[0] ?? ''
  const engine = Object.hasOwn(ENGINES, name) ? ENGINES[name] : undefined
  if (engine === undefined) throw new Error('there is no such store')
  return engine
}

async function openPostgresPool(address: string, { printError }: Terminal): Promise<OpenStores> {
  const { default: pg } = await loadPackage(() => import('pg'), { neededBy: 'pg', install: 'pg' })
  const { openPostgres } = await import('../stores/postgres/index.js')
  const pool = new pg.Pool({
    connectionString: address,
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
    application_name: 'crossmodel-gateway',
  })
  // An idle connection that breaks is replaced by the next query; without a listener it would end the process.
  pool.on('error', (error) => printError(`crossmodel-gateway: store: ${withoutSecrets(error, address)}`))
  try {
    // Asked first: the stores themselves wait long for a database that is away.
    await pool.query('SELECT 1').catch(unlessStarting)
    const stores = await openPostgres({ pool })
    return {
      stores,
      close: async () => {
        await stores.close()
        await pool.end()
      },
    }
  } catch (error) {
    await pool.end()
    throw error
  }
}

/** The server is there, and will be ready soon. */
function unlessStarting(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === '57P03')) throw error
}

async function openRedisClient(address: string, { printError }: Terminal) {
  const { createClient } = await loadPackage(() => import('redis'), { neededBy: 'redis', install: 'redis' })
  const { openRedis } = await import('../stores/redis/index.js')
  let connected = false
  const client = createClient({
    url: address,
    // Commands do not wait for a server that is away: the stores know what to do without it.
    disableOfflineQueue: true,
    socket: {
      connectTimeout: CONNECT_MS,
      reconnectStrategy: (attempts, cause) => (connected ? Math.min(attempts * 50, MOST_RETRY_MS) : cause),
    },
  })
  let reported = false
  client.on('error', (error: unknown) => {
    if (!connected || reported) return
    reported = true
    printError(`crossmodel-gateway: limits: ${withoutSecrets(error, address)}`)
  })
  client.on('ready', () => {
    reported = false
  })
  await client.connect()
  connected = true
  return {
    ...openRedis({ client }),
    close: async () => {
      if (client.isReady) await client.close()
      else client.destroy()
    },
  }
}

async function open<T>(setting: string, address: string, work: (address: string) => Promise<T>): Promise<T> {
  try {
    return await work(address)
  } catch (error) {
    if (error instanceof CommandError) throw error
    const reason = withoutSecrets(error, address)
    throw new CommandError(
      `crossmodel-gateway: ${setting}: cannot open ${place(address)}: ${reason}`,
      EXIT.failed,
    )
  }
}

/** Where a store is, without user and password. */
function place(address: string): string {
  if (!URL.canParse(address) || !address.includes('://')) return address.split('://', 1)[0] ?? ''
  const { protocol, host, pathname } = new URL(address)
  return `${protocol}//${host}${pathname}`
}

/** The words of a driver; those that quote a part of an address are not shown. */
export function withoutSecrets(error: unknown, ...addresses: readonly string[]): string {
  const cause = error instanceof AggregateError ? (error.errors[0] as unknown) : error
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const message = cause instanceof Error ? cause.message : String(cause)
  const shown = addresses.flatMap(secretsOf).some((secret) => message.includes(secret)) ? '' : message
  return [code, shown].filter((text) => text !== '' && !shown.includes(`${text} `)).join(' ') || 'it failed'
}

function secretsOf(address: string): readonly string[] {
  const url = URL.canParse(address) ? new URL(address) : null
  const password = url?.password ?? ''
  return [address, password, decode(password), url?.search ?? ''].filter((text) => text !== '')
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
