import { createMediaFetcher, createTransport } from '#platform'
import { createAuthenticator } from '../keys/authenticate.js'
import { createModelCatalog } from '../models/catalog.js'
import { createModelResolver, type ModelResolver } from '../models/resolver.js'
import { createCodecContext } from '../protocols/state-envelope.js'
import { createMemoryStore } from '../stores/memory/index.js'
import { ConfigError, type GatewayConfig, type GatewayConfigData } from './config.js'
import type { Core, Settings } from './core.js'
import { createCors } from './cors.js'
import { createIdSource, systemNow, systemRandomBytes } from './defaults.js'
import { toFetch } from './fetch.js'
import { handleRequest } from './handle.js'
import type { GatewayRequest, GatewayResponse, Handler } from './http.js'
import { fillFromSnapshot } from './models.js'
import { readConfig } from './read-config.js'
import { createRedactor } from './redact.js'
import { createLegFinder } from './resolve.js'
import type { MediaFetcher } from './media.js'
import { createHookRunner } from './run-hooks.js'

/** A gateway: mount `handle` by an adapter, or serve `fetch` where the platform speaks Request and Response. */
export interface Gateway extends Handler {
  /** Resolves always, never rejects. */
  handle(request: GatewayRequest): Promise<GatewayResponse>
  fetch(request: Request): Promise<Response>
  /** Closes connections to vendors; calls in flight end first when the host has stopped taking new ones. */
  close(): Promise<void>
}

const DEFAULTS: Settings = {
  headTimeoutMs: 300_000,
  idleTimeoutMs: 300_000,
  totalTimeoutMs: 0,
  commitMs: 10_000,
  keepAliveMs: 15_000,
  maxBodyBytes: 32 * 1024 * 1024,
  maxReservedOutputTokens: 4096,
  defaultMaxOutputTokens: 16_384,
  leaseTtlMs: 60 * 60 * 1000,
  policy: 'lenient',
}

/**
 * Creates a gateway. Throws one {@link ConfigError} that lists every problem of the configuration with its path.
 * Holds no module-level state: two gateways in one process share nothing.
 */
export function createGateway(config: GatewayConfig): Gateway {
  const build = prepareCore(config)
  let built: Core | undefined
  // Built by the first request: Workers give no random bytes before it, and a secret may have to be drawn.
  const handle = (request: GatewayRequest): Promise<GatewayResponse> =>
    handleRequest((built ??= build()), request)
  const fetch = toFetch({ handle })
  return { handle, fetch, close: async () => built?.transport.close?.() }
}

/** Checks the configuration now; what is returned builds from it. */
function prepareCore(config: GatewayConfig): () => Core {
  const {
    hooks = {},
    transport,
    fetchMedia,
    now = systemNow,
    randomBytes = systemRandomBytes,
    ...rest
  } = config
  const { stores: ownStores, ...data } = rest
  const { config: parsed, upstreams, models } = readConfig(data)
  const media = mediaFetcherOf(parsed, fetchMedia)
  const resolver = withSnapshot(createModelResolver({ models, aliases: parsed.aliases }), parsed)
  return () => {
    const secret = parsed.keySecret ?? toHex(randomBytes(32))
    const stores = { ...createMemoryStore({ now, secret, accounts: parsed.accounts ?? [] }), ...ownStores }
    return {
      settings: toSettings(parsed),
      stores,
      authenticator: createAuthenticator({ store: stores.keys, secret, now }),
      resolver,
      catalog: createModelCatalog({ models, aliases: parsed.aliases, resolver }),
      cors: createCors(parsed.cors),
      legs: createLegFinder(upstreams),
      transport: transport ?? createTransport(),
      fetchMedia: media,
      codec: createCodecContext(parsed.envelopeSecrets),
      hooks: createHookRunner(hooks),
      redact: createRedactor([...upstreams.values()].flatMap(({ secrets }) => secrets)),
      now,
      createId: createIdSource(randomBytes),
    }
  }
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
  const { timeouts = {} } = config
  return {
    headTimeoutMs: timeouts.headMs ?? DEFAULTS.headTimeoutMs,
    idleTimeoutMs: timeouts.idleMs ?? DEFAULTS.idleTimeoutMs,
    totalTimeoutMs: timeouts.totalMs ?? DEFAULTS.totalTimeoutMs,
    commitMs: timeouts.commitMs ?? DEFAULTS.commitMs,
    keepAliveMs: timeouts.keepAliveMs ?? DEFAULTS.keepAliveMs,
    maxBodyBytes: config.maxBodyBytes ?? DEFAULTS.maxBodyBytes,
    maxReservedOutputTokens: config.maxReservedOutputTokens ?? DEFAULTS.maxReservedOutputTokens,
    defaultMaxOutputTokens: config.defaultMaxOutputTokens ?? DEFAULTS.defaultMaxOutputTokens,
    leaseTtlMs: DEFAULTS.leaseTtlMs,
    policy: config.policy ?? DEFAULTS.policy,
  }
}

function toHex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
