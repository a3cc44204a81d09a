import { createMediaFetcher, createTransport, isLongLived } from '#platform'
import { createAuthenticator } from '../keys/authenticate.js'
import { createModelCatalog } from '../models/catalog.js'
import { createModelResolver, type ModelResolver } from '../models/resolver.js'
import { createCodecContext } from '../protocols/state-envelope.js'
import { createMemoryStore } from '../stores/memory/index.js'
import type { Stores } from '../stores/stores.js'
import {
  ConfigError,
  type GatewayConfig,
  type GatewayConfigData,
  type ResponsesConfig,
} from './config/config.js'
import type { Core, ResponseSettings, Settings } from './core.js'
import { createAdmin, type Admin } from './admin/index.js'
import type { AdminContext } from './admin/context.js'
import { boundStores } from './admit/bounded-stores.js'
import { createCors } from './http/cors.js'
import { createIdSource, createRandom, systemNow, systemRandomBytes } from './defaults.js'
import { createDelivery } from './settle/delivery.js'
import { toFetch } from './http/fetch.js'
import { handleRequest } from './handle.js'
import { createReadiness } from './health.js'
import type { GatewayRequest, GatewayResponse, Handler } from './http/http.js'
import { fillFromSnapshot } from './config/models.js'
import { createMemoryOutbox } from './settle/outbox.js'
import { readConfig } from './config/read-config.js'
import { createRedactor } from './redact.js'
import { createLegFinder } from './send/resolve.js'
import { createPlaces } from './send/places.js'
import { createStateCache, type StateCache, type StateCacheOptions } from './recall/state-cache.js'
import type { MediaFetcher } from './send/media.js'
import { createHookRunner } from './run-hooks.js'
import { createJobs } from './state/jobs.js'
import { createOnce, seedAccounts } from './config/seed.js'

/** A gateway: mount `handle` by an adapter, or serve `fetch` where the platform speaks Request and Response. */
export interface Gateway extends Handler {
  /** Resolves always, never rejects. */
  handle(request: GatewayRequest): Promise<GatewayResponse>
  fetch(request: Request): Promise<Response>
  /** Accounts, keys, money, usage and the audit, for a console and for code of the host's own. */
  readonly admin: Admin
  /**
   * Writes the configured accounts into the stores, as the first request would; for hosts that want to know before they
   * listen. Rejects with `db_error` when a store fails; may be called again.
   */
  ready(): Promise<void>
  /**
   * Does what calls still owe to stores that had failed, for a bounded time, and closes connections to vendors; calls in
   * flight end first when the host has stopped taking new ones.
   */
  close(): Promise<void>
}

const DEFAULTS: Settings = {
  headTimeoutMs: 300_000,
  idleTimeoutMs: 300_000,
  totalTimeoutMs: 0,
  commitMs: 10_000,
  fallbackMs: 8000,
  keepAliveMs: 15_000,
  maxBodyBytes: 32 * 1024 * 1024,
  maxMediaBytes: 32 * 1024 * 1024,
  maxReservedOutputTokens: 4096,
  defaultMaxOutputTokens: 16_384,
  leaseTtlMs: 60 * 60 * 1000,
  policy: 'lenient',
  sliceTokens: 1024,
  storeFailure: { limits: 'open', ledger: 'closed' },
  storeTimeoutMs: 5000,
  drainTimeoutMs: 10_000,
  idempotencyTtlMs: 24 * 60 * 60 * 1000,
  maxStoredAnswerBytes: 1024 * 1024,
  responses: {
    state: 'vendor',
    ttlMs: 7 * 24 * 60 * 60 * 1000,
    maxBytes: 4 * 1024 * 1024,
    background: isLongLived,
  },
  clientFallbacks: false,
}

/** Jobs that the outbox in memory holds at most. */
const OUTBOX_SIZE = 10_000

/**
 * Creates a gateway. Throws one {@link ConfigError} that lists every problem of the configuration with its path.
 * Holds no module-level state: two gateways in one process share nothing.
 */
export function createGateway(config: GatewayConfig): Gateway {
  const build = prepareCore(config)
  let built: Built | undefined
  // Built by the first request: Workers give no random bytes before it, and a secret may have to be drawn.
  const open = (): Built => (built ??= build())
  const handle = (request: GatewayRequest): Promise<GatewayResponse> => handleRequest(open().core, request)
  const ready = async (): Promise<void> => {
    await open().core.prepare()
  }
  const admin = createAdmin(async () => {
    await ready()
    return open().admin
  })
  const fetch = toFetch({ handle })
  const close = async (): Promise<void> => {
    if (built === undefined) return
    const { delivery, jobs, settings, transport } = built.core
    await jobs.close(settings.drainTimeoutMs)
    await delivery.drain(settings.drainTimeoutMs)
    await transport.close?.()
  }
  return { handle, fetch, admin, ready, close }
}

/** What the first request builds, for requests and for administrators. */
interface Built {
  readonly core: Core
  readonly admin: AdminContext
}

/** Checks the configuration now; what is returned builds from it. */
function prepareCore(config: GatewayConfig): () => Built {
  const {
    hooks = {},
    transport,
    fetchMedia,
    now = systemNow,
    randomBytes = systemRandomBytes,
    ...rest
  } = config
  const { stores: ownStores, outbox, ...data } = rest
  const [ownOutbox, named] = typeof outbox === 'string' ? [undefined, outbox] : [outbox]
  const { config: parsed, upstreams, models } = readConfig({ ...data, outbox: named }, ownStores ?? {})
  const media = mediaFetcherOf(parsed, fetchMedia)
  const resolver = withSnapshot(createModelResolver({ models, aliases: parsed.aliases }), parsed)
  return () => {
    const secret = parsed.keySecret ?? toHex(randomBytes(32))
    const accounts = parsed.accounts ?? []
    const stores: Stores = { ...createMemoryStore({ now, secret, accounts }), ...ownStores }
    const settings = toSettings(parsed)
    const bounded = boundStores(stores, settings.storeTimeoutMs)
    const runner = createHookRunner(hooks)
    const places = createPlaces(parsed)
    const prepare = isFilled(ownStores)
      ? () => null
      : createOnce(() => seedAccounts({ accounts, stores: bounded, secret, now }))
    const core: Core = {
      settings,
      stores: bounded,
      delivery: createDelivery({
        outbox: ownOutbox ?? createMemoryOutbox(parsed.outboxSize ?? OUTBOX_SIZE),
        stores: bounded,
        hooks: runner,
        now,
        leaseTtlMs: settings.leaseTtlMs,
      }),
      authenticator: createAuthenticator({ store: bounded.keys, secret, now }),
      resolver,
      catalog: createModelCatalog({ models, aliases: parsed.aliases, resolver }),
      cors: createCors(parsed.cors),
      legs: createLegFinder(upstreams, places),
      places,
      transport: transport ?? createTransport(),
      jobs: createJobs(),
      fetchMedia: media,
      codec: createCodecContext(parsed.envelopeSecrets),
      stateCache: openStateCache(parsed, { store: bounded.state, now }),
      hooks: runner,
      redact: createRedactor([...upstreams.values()].flatMap(({ secrets }) => secrets)),
      now,
      createId: createIdSource(randomBytes),
      random: createRandom(randomBytes),
      prepare,
      readiness: createReadiness({ stores: bounded, settings, hooks: runner, now, prepare }),
    }
    return { core, admin: { ...core, stores, keySecret: secret, randomBytes } }
  }
}

function openStateCache(
  { stateCache: config }: GatewayConfigData,
  options: Omit<StateCacheOptions, 'config'>,
): StateCache | null {
  return config === undefined ? null : createStateCache({ config, ...options })
}

/** Stores in memory have got the accounts when they were made. */
function isFilled(own: Partial<Stores> = {}): boolean {
  return own.keys === undefined && own.ledger === undefined
}

function mediaFetcherOf({ media }: GatewayConfigData, own: MediaFetcher | undefined): MediaFetcher | null {
  if (media === undefined || !media.fetchUrls) return null
  const fetcher = own ?? createMediaFetcher(media)
  if (fetcher !== null) return fetcher
  throw new ConfigError([{ path: 'media.fetchUrls', message: 'needs fetchMedia on this platform' }])
}

function withSnapshot(resolver: ModelResolver, config: GatewayConfigData): ModelResolver {
  return {
    resolve(requested, aliases) {
      const route = resolver.resolve(requested, aliases)
      return route === null ? null : { ...route, model: fillFromSnapshot(route.model, config) }
    },
  }
}

function toSettings(config: GatewayConfigData): Settings {
  const { timeouts = {}, holds = {}, idempotency = {}, storeFailure = {} } = config
  return {
    headTimeoutMs: timeouts.headMs ?? DEFAULTS.headTimeoutMs,
    idleTimeoutMs: timeouts.idleMs ?? DEFAULTS.idleTimeoutMs,
    totalTimeoutMs: timeouts.totalMs ?? DEFAULTS.totalTimeoutMs,
    commitMs: timeouts.commitMs ?? DEFAULTS.commitMs,
    fallbackMs: timeouts.fallbackMs ?? DEFAULTS.fallbackMs,
    keepAliveMs: timeouts.keepAliveMs ?? DEFAULTS.keepAliveMs,
    maxBodyBytes: config.maxBodyBytes ?? DEFAULTS.maxBodyBytes,
    maxMediaBytes: config.media?.maxTotalBytes ?? DEFAULTS.maxMediaBytes,
    maxReservedOutputTokens: config.maxReservedOutputTokens ?? DEFAULTS.maxReservedOutputTokens,
    defaultMaxOutputTokens: config.defaultMaxOutputTokens ?? DEFAULTS.defaultMaxOutputTokens,
    leaseTtlMs: timeouts.leaseMs ?? DEFAULTS.leaseTtlMs,
    policy: config.policy ?? DEFAULTS.policy,
    sliceTokens: holds.stream === 'whole' ? 0 : (holds.sliceTokens ?? DEFAULTS.sliceTokens),
    storeFailure: {
      limits: storeFailure.limits ?? DEFAULTS.storeFailure.limits,
      ledger: storeFailure.ledger ?? DEFAULTS.storeFailure.ledger,
    },
    storeTimeoutMs: timeouts.storeMs ?? DEFAULTS.storeTimeoutMs,
    drainTimeoutMs: timeouts.drainMs ?? DEFAULTS.drainTimeoutMs,
    idempotencyTtlMs: idempotency.ttlMs ?? DEFAULTS.idempotencyTtlMs,
    maxStoredAnswerBytes: idempotency.maxAnswerBytes ?? DEFAULTS.maxStoredAnswerBytes,
    responses: toResponseSettings(config.responses),
    clientFallbacks: config.clientFallbacks ?? DEFAULTS.clientFallbacks,
  }
}

function toResponseSettings({ state, ttlMs, maxBytes, background }: ResponsesConfig = {}): ResponseSettings {
  const defaults = DEFAULTS.responses
  return {
    state: state ?? defaults.state,
    ttlMs: ttlMs ?? defaults.ttlMs,
    maxBytes: maxBytes ?? defaults.maxBytes,
    background: background ?? defaults.background,
  }
}

function toHex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
