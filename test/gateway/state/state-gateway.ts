import OpenAI from 'openai'
import type { Response, ResponseOutputItem } from 'openai/resources/responses/responses'
import type pg from 'pg'
import { afterAll } from 'vitest'
import { openPostgres } from '../../../adapters/stores/postgres/index.js'
import { openRedis, type RedisLike } from '../../../adapters/stores/redis/index.js'
import { createMemoryStore, type StateStore, type UsageStore } from '../../../src/index.js'
import { useSqliteFiles } from '../../adapters/stores/sqlite/files.js'
import { BALANCE_OF_PAIRS, createPairGateway, type PairGateway } from '../../pairs/pair.js'
import { postgresMissing, startPostgres } from '../../support/postgres-server.js'
import { CONNECT } from '../../support/redis-connect.js'
import { hasRedis, startRedis } from '../../support/redis-server.js'
import { replaceMethods } from '../../support/replace-methods.js'
import { KEY, type Overrides } from '../../support/test-gateway.js'

export const RIVAL_KEY = 'cm-key-of-the-rival'

/** A gateway with two accounts, in front of simulated vendors of every protocol. */
export interface StateGateway extends PairGateway {
  /** The official SDK with a key of one of the accounts. */
  readonly openai: (key?: string) => OpenAI
}

/** What a gateway keeps between requests; a store that counts no usage leaves that in memory. */
export interface KeptStores {
  readonly state: StateStore
  readonly usage?: UsageStore
}

/** `kept`: where state is kept; by default in a memory of its own. */
export function createStateGateway(overrides: Overrides = {}, kept?: KeptStores): StateGateway {
  const tested = createPairGateway({
    now: () => Date.now(),
    accounts: [
      { id: 'acme', balanceMicro: BALANCE_OF_PAIRS, keys: [{ key: KEY }] },
      { id: 'rival', balanceMicro: BALANCE_OF_PAIRS, keys: [{ key: RIVAL_KEY }] },
    ],
    ...overrides,
  })
  if (kept !== undefined) replaceMethods(tested.stores.state as StateStore, kept.state)
  if (kept?.usage !== undefined) replaceMethods(tested.stores.usage as UsageStore, kept.usage)
  const openai = (apiKey = KEY): OpenAI =>
    new OpenAI({ apiKey, baseURL: 'http://gateway/v1', maxRetries: 0, fetch: tested.fetch })
  return { ...tested, openai }
}

/** Opens stores that nobody has used before. */
type OpenStores = () => Promise<KeptStores>

/** Where state can live. Each call gives stores of its own; servers are started by the first one that needs them. */
export function useStateStores(): Readonly<Record<string, OpenStores>> {
  const { open } = useSqliteFiles()
  return {
    memory: () =>
      Promise.resolve(createMemoryStore({ now: () => Date.now(), secret: 'pepper', accounts: [] })),
    sqlite: () => open(),
    ...usePostgres(),
    ...useRedis(),
  }
}

/** Empty, and told, where there is no server; a failure where nothing may be left out. */
function unlessMissing(reason: string | null, stores: Readonly<Record<string, OpenStores>>): typeof stores {
  if (reason === null) return stores
  if (process.env['CROSSMODEL_NO_SKIP'] === '1') throw new Error(reason)
  console.warn(`skipped: ${Object.keys(stores).join()}: ${reason}`)
  return {}
}

function usePostgres(): Readonly<Record<string, OpenStores>> {
  const reason = postgresMissing()
  const cleanups: (() => Promise<void>)[] = []
  let pool: Promise<pg.Pool> | undefined
  let schemas = 0
  const start = async (): Promise<pg.Pool> => {
    const server = await startPostgres()
    const started = server.pool()
    cleanups.push(
      () => server.stop(),
      () => started.end(),
    )
    return started
  }
  const postgres: OpenStores = async () => {
    pool ??= start()
    const stores = await openPostgres({ pool: await pool, schema: `state_${(schemas += 1)}` })
    cleanups.push(() => stores.close())
    return stores
  }
  if (reason === null) afterAll(() => runBackwards(cleanups))
  return unlessMissing(reason, { postgres })
}

/** A machine that does much else at the same time takes its time. */
const REDIS_TIMEOUT_MS = 30_000

function useRedis(): Readonly<Record<string, OpenStores>> {
  const reason = hasRedis() ? null : 'Redis is not installed (Debian: apt-get install redis-server)'
  const cleanups: (() => Promise<void>)[] = []
  let client: Promise<RedisLike> | undefined
  let prefixes = 0
  const start = async (): Promise<RedisLike> => {
    const server = await startRedis()
    const connection = await CONNECT['node-redis'](server.url)
    cleanups.push(
      () => server.stop(),
      () => Promise.resolve(connection.close()),
    )
    return connection.client
  }
  const redis: OpenStores = async () => {
    client ??= start()
    const prefix = `state_${(prefixes += 1)}:`
    return openRedis({ client: await client, prefix, timeoutMs: REDIS_TIMEOUT_MS })
  }
  if (reason === null) afterAll(() => runBackwards(cleanups))
  return unlessMissing(reason, { redis })
}

async function runBackwards(cleanups: readonly (() => Promise<void>)[]): Promise<void> {
  for (const cleanup of cleanups.toReversed()) await cleanup()
}

/** Models of vendors that speak another protocol than Responses. */
export const FOREIGN_MODELS = ['pair/chat', 'pair/messages', 'pair/gemini', 'pair/deepseek'] as const

/** The last request that a vendor got, as text. */
export const asked = ({ vendor }: StateGateway): string => vendor.last().text

/** Ids of output items. */
export const idsOf = ({ output }: Pick<Response, 'output'>): readonly (string | undefined)[] =>
  output.map((item: ResponseOutputItem) => item.id ?? undefined)

/** Fetches a background response until it has ended. */
export async function waitForEnd(openai: OpenAI, id: string): Promise<Response> {
  for (;;) {
    const response = await openai.responses.retrieve(id)
    if (response.status !== 'queued' && response.status !== 'in_progress') return response
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Everything of a list, page by page. */
export async function allOf<T>(pages: AsyncIterable<T>): Promise<readonly T[]> {
  const items: T[] = []
  for await (const item of pages) items.push(item)
  return items
}
