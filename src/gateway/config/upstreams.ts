import type { ChatDialect, ModelTraits, Target } from '../../canonical/target.js'
import type { UpstreamError } from '../../canonical/upstream-error.js'
import type { ModelEntry } from '../../models/route.js'
import { applyErrorHints, type ErrorHint } from '../../providers/error-hint.js'
import { getProvider } from '../../providers/index.js'
import { modelTraits } from '../../providers/model-traits.js'
import type { AuthScheme, ProviderPreset } from '../../providers/provider.js'
import type { Protocol, ProtocolId } from '../../protocols/protocol.js'
import type { ConfigProblem, UpstreamConfig } from './config.js'
import type { ServerAddress } from '../hooks.js'
import { createHeaderFilter, type HeaderFilter } from '../http/headers.js'
import { getProtocol } from './protocols.js'

/** One wire protocol of an upstream, ready to be called. */
export interface Connection {
  readonly protocol: Protocol
  readonly baseUrl: string
  readonly server: ServerAddress
  /** Credentials and configured headers; they win over everything that a client sends. */
  readonly headers: Readonly<Record<string, string>>
  /** What the protocol sends unless somebody says otherwise. */
  readonly defaultHeaders: Readonly<Record<string, string>>
  /** Both together, for the many calls that need nothing else. */
  readonly baseHeaders: Readonly<Record<string, string>>
  /** Client headers that go on to a vendor of the same protocol. */
  readonly forwarded: HeaderFilter
  /** Vendor headers that come back to a client of the same protocol. */
  readonly returned: HeaderFilter
  /** The same with each further key of the upstream. */
  readonly others: readonly Connection[]
}

/** A vendor account of the configuration. */
export interface Upstream {
  readonly name: string
  /** Code of its preset; null = it has none. */
  readonly vendor: string | null
  /** In the vendor's order of preference. */
  readonly connections: readonly Connection[]
  /** Strings that must never get out. */
  readonly secrets: readonly string[]
  target(connection: Connection, model: string, entry: ModelEntry): Target
  /** Corrects an error by what is known of this vendor. */
  refineError(error: UpstreamError): UpstreamError
}

/** Opaque state of servers without a preset: what the protocol itself implies. */
const FAMILIES: Readonly<Record<ProtocolId, string>> = {
  'openai-chat': 'chat:generic',
  'openai-responses': 'openai',
  'anthropic-messages': 'anthropic',
  gemini: 'google-ai',
}

/** The protocol that many vendors speak, each a little differently. */
const DIALECT_PROTOCOL: ProtocolId = 'openai-chat'

const AUTH: Readonly<Record<ProtocolId, AuthScheme>> = {
  'openai-chat': 'bearer',
  'openai-responses': 'bearer',
  'anthropic-messages': 'x-api-key',
  gemini: 'x-goog-api-key',
}

/** Upstreams of the configuration by name, and what is wrong with them. */
export interface BuiltUpstreams {
  readonly built: ReadonlyMap<string, Upstream>
  readonly problems: readonly ConfigProblem[]
}

/** Builds every upstream that can be built. */
export function buildUpstreams(upstreams: Readonly<Record<string, UpstreamConfig>>): BuiltUpstreams {
  const built = new Map<string, Upstream>()
  const problems: ConfigProblem[] = []
  for (const [name, config] of Object.entries(upstreams)) {
    const upstream = createUpstream(name, config)
    const path = `upstreams.${name}`
    if (upstream === null)
      problems.push({ path: `${path}.vendor`, message: `'${config.vendor}' has no preset` })
    else if (upstream.connections.length === 0) {
      problems.push({
        path: `${path}.protocol`,
        message: `'${config.vendor}' does not speak ${config.protocol}`,
      })
    } else built.set(name, upstream)
    const variable = missingKeyOf(config)
    if (variable !== null)
      problems.push({ path: `${path}.apiKey`, message: describeMissingKey(config, variable) })
  }
  return { built, problems }
}

/** Headers in which vendors look for a key. */
const CREDENTIALS: ReadonlySet<string> = new Set(['authorization', 'x-api-key', 'x-goog-api-key', 'api-key'])

/** Where the key usually stands that the vendor's own servers will ask for, and nothing gives; null: nothing is missing. */
function missingKeyOf(config: UpstreamConfig): string | null {
  const preset = config.vendor === undefined ? null : getProvider(config.vendor)
  if (preset === null || preset.keyVariable === null) return null
  const own = new Set(preset.endpoints.map(({ baseUrl }) => baseUrl))
  const isElsewhere = config.baseUrl !== undefined && !own.has(trimSlash(config.baseUrl))
  const hasKey = keysOf(config).some((key) => key.trim() !== '')
  const hasHeader = Object.keys(config.headers ?? {}).some((name) => CREDENTIALS.has(name.toLowerCase()))
  return isElsewhere || hasKey || hasHeader ? null : preset.keyVariable
}

function describeMissingKey({ vendor, apiKey }: UpstreamConfig, variable: string): string {
  const state = apiKey === undefined ? 'is missing' : 'is empty'
  return `${state}: '${vendor}' answers nobody without a key (usually in the environment as ${variable})`
}

/** Null: the vendor has no preset. */
function createUpstream(name: string, config: UpstreamConfig): Upstream | null {
  const preset = config.vendor === undefined ? null : getProvider(config.vendor)
  if (config.vendor !== undefined && preset === null) return null
  const [apiKey, ...otherKeys] = keysOf(config)
  const connections = endpointsOf(config, preset).map((endpoint) => {
    const connect = (key: string | undefined): Connection =>
      createConnection(endpoint, key, { ...preset?.headers, ...config.headers })
    return { ...connect(apiKey), others: otherKeys.map(connect) }
  })
  const dialect: ChatDialect = preset?.dialect ?? { id: 'generic' }
  const hints: readonly ErrorHint[] = preset?.errorHints ?? []
  return {
    name,
    vendor: preset?.id ?? null,
    connections,
    secrets: [...keysOf(config), ...connections.map(({ baseUrl }) => new URL(baseUrl).host)],
    target: ({ protocol }, model, entry) => ({
      model,
      family: preset?.family ?? FAMILIES[protocol.id],
      traits: traitsOf(preset, model),
      ...(protocol.id === DIALECT_PROTOCOL ? { dialect } : {}),
      maxOutputTokens: entry.maxOutputTokens,
      contextWindowTokens: entry.contextWindowTokens,
    }),
    refineError: (error) => applyErrorHints(error, hints),
  }
}

interface Endpoint {
  readonly protocol: ProtocolId
  readonly baseUrl: string
  readonly auth: AuthScheme
}

/** The configuration's own protocol and base URL win over the preset's. */
function endpointsOf(config: UpstreamConfig, preset: ProviderPreset | null): readonly Endpoint[] {
  if (preset === null) {
    const { protocol, baseUrl } = config
    if (protocol === undefined || baseUrl === undefined) return []
    return [{ protocol, baseUrl: trimSlash(baseUrl), auth: AUTH[protocol] }]
  }
  const { protocol: only, baseUrl: override } = config
  // A base URL of one's own stands for the preset's main one: where other endpoints would be, nobody knows.
  const main = preset.endpoints[0]?.baseUrl
  return preset.endpoints
    .filter(({ protocol }) => only === undefined || protocol === only)
    .filter(({ baseUrl }) => only !== undefined || override === undefined || baseUrl === main)
    .map(({ protocol, baseUrl, auth }) => ({
      protocol,
      baseUrl: trimSlash(override ?? baseUrl),
      auth: auth ?? preset.auth,
    }))
}

/** A key that stands twice is one. */
function keysOf({ apiKey, apiKeys = [] }: UpstreamConfig): readonly string[] {
  return [...new Set(apiKey === undefined ? apiKeys : [apiKey, ...apiKeys])]
}

function createConnection(
  { protocol: id, baseUrl, auth }: Endpoint,
  apiKey: string | undefined,
  configured: Readonly<Record<string, string>>,
): Connection {
  const protocol = getProtocol(id)
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  for (const [name, value] of Object.entries(configured)) headers[name.toLowerCase()] = value
  if (apiKey !== undefined) {
    if (auth === 'bearer') headers['authorization'] = `Bearer ${apiKey}`
    else headers[auth] = apiKey
  }
  return {
    protocol,
    baseUrl,
    server: serverOf(new URL(baseUrl)),
    headers,
    defaultHeaders: protocol.upstream.defaultHeaders,
    baseHeaders: { ...protocol.upstream.defaultHeaders, ...headers },
    forwarded: createHeaderFilter(protocol.upstream.forwardedHeaders),
    returned: createHeaderFilter(protocol.upstream.returnedHeaders),
    others: [],
  }
}

const BRACKETS = /^\[|\]$/g

function serverOf({ hostname, port, protocol }: URL): ServerAddress {
  const standard = protocol === 'http:' ? 80 : 443
  return { address: hostname.replace(BRACKETS, ''), port: port === '' ? standard : Number(port) }
}

function traitsOf(preset: ProviderPreset | null, model: string): ModelTraits {
  return preset === null ? {} : modelTraits(preset.id, model)
}

function trimSlash(url: string): string {
  return url.endsWith('/') ? url.slice(0, -1) : url
}
