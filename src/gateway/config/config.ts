import type { ModelPrice } from '../../canonical/price.js'
import type { JsonValue } from '../../canonical/json.js'
import type { AccountConfig } from '../../keys/account-config.js'
import type { ProtocolId } from '../../protocols/protocol.js'
import type { RoutingMode } from '../../routing/order.js'
import type { Stores } from '../../stores/stores.js'
import type { Hooks } from '../hooks.js'
import type { MediaFetcher } from '../send/media.js'
import type { Outbox } from '../settle/outbox.js'
import type { Transport } from '../send/transport.js'
import type { BreakerConfig, RetryConfig, StateCacheConfig } from './routing-config.js'

/** A vendor account: a preset (`vendor`), or any server that speaks one of the protocols. */
export interface UpstreamConfig {
  /** Id of a preset (`openai`, `anthropic`, `deepseek`, …): brings protocols, base URL and dialect. */
  readonly vendor?: string | undefined
  readonly protocol?: ProtocolId | undefined
  /** What the vendor's own SDK takes as its base URL: ends in /v1 for OpenAI, holds no version for Anthropic and Gemini. */
  readonly baseUrl?: string | undefined
  readonly apiKey?: string | undefined
  /** Several keys, used in turn; a conversation keeps its own, and one that is refused or limited rests. */
  readonly apiKeys?: readonly string[] | undefined
  /** Sent with every call. */
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** One place that serves a model. */
export interface CandidateConfig {
  /** Name of an upstream. */
  readonly upstream: string
  /** The vendor's own id of the model; `*` in a wildcard entry. */
  readonly model: string
  /** Pins the wire protocol where the upstream speaks several. */
  readonly protocol?: ProtocolId | undefined
  /** Share of the calls under `routing: 'weighted'`. Default 1; 0 = only when no other is left. */
  readonly weight?: number | undefined
}

/** A model of the catalogue: one `upstream` and `model`, or several `candidates` in order of preference. */
export interface ModelConfig {
  /** `vendor/model`, or `vendor/*` for every model of a vendor. */
  readonly id: string
  readonly upstream?: string | undefined
  /** The vendor's own id. Default: the part of `id` after the vendor. */
  readonly model?: string | undefined
  readonly protocol?: ProtocolId | undefined
  readonly candidates?: readonly CandidateConfig[] | undefined
  /** Which candidate comes first. Default `order`: as they stand. Those that fail are followed by the others. */
  readonly routing?: RoutingMode | undefined
  readonly maxOutputTokens?: number | undefined
  readonly contextWindowTokens?: number | undefined
  /** Default: the bundled price snapshot; a model that it does not know is refused at start. */
  readonly price?: ModelPrice | 'free' | undefined
  /** What the price of the snapshot is multiplied by: 1.2 sells at list price and a fifth. Default 1. */
  readonly priceFactor?: number | undefined
  readonly displayName?: string | undefined
  /** Seconds since the epoch. */
  readonly created?: number | undefined
  readonly modalities?: { readonly input: readonly string[]; readonly output: readonly string[] } | undefined
  /** Shown in the catalogue as it is. */
  readonly capabilities?: Readonly<Record<string, JsonValue>> | undefined
}

/** Milliseconds; 0 = none. */
export interface TimeoutConfig {
  /** Longest wait for a vendor's response head. Default 300 000 (a long answer that is not streamed). */
  readonly headMs?: number | undefined
  /** Longest silence of a vendor within an answer. Default 300 000. */
  readonly idleMs?: number | undefined
  /** Longest duration of a whole call. Default 0. */
  readonly totalMs?: number | undefined
  /** A stream without a first event commits status 200 after this time, so that the client does not give up. Default 10 000. */
  readonly commitMs?: number | undefined
  /**
   * Longest wait for the response head of a stream while another candidate is left that has not been tried, and never
   * more than four fifths of what is left of `commitMs`: a vendor that hangs is passed by before the status has to be
   * committed. Whole answers wait for `headMs`. Default 8 000.
   */
  readonly fallbackMs?: number | undefined
  /** Silence towards the client after which a stream is kept alive. Default and maximum 15 000. */
  readonly keepAliveMs?: number | undefined
  /** Longest wait for a store within a call: one that hangs has failed. Default 5 000. */
  readonly storeMs?: number | undefined
  /** How long `close` goes on doing what calls owe to stores that had failed. Default 10 000. */
  readonly drainMs?: number | undefined
  /**
   * How long money, a slot and an idempotency key stay taken when nobody ends their call (a crash); never none, and
   * longer than any call takes. Default 3 600 000.
   */
  readonly leaseMs?: number | undefined
}

/** Fetching of media URLs for vendors that take them only inline; off unless switched on. */
export interface MediaConfig {
  readonly fetchUrls: boolean
  /** Default 20 MiB each. */
  readonly maxBytes?: number | undefined
  /** Of all media of one request together. Default 32 MiB. */
  readonly maxTotalBytes?: number | undefined
  /** Default 10 000, redirects included. */
  readonly timeoutMs?: number | undefined
  /** Beginnings of media types. Default images, audio, video and PDF. */
  readonly types?: readonly string[] | undefined
}

/** How much money a call reserves. Whole answers are always reserved as a whole. */
export interface HoldConfig {
  /**
   * `steps` (default): a stream reserves a slice ahead of what it has put out, so that many can share a small balance,
   * and ends with a billing error when the balance does. `whole`: it reserves its output limit, which is lowered to what
   * the balance pays for.
   */
  readonly stream?: 'steps' | 'whole' | undefined
  /** Output tokens of a slice. Default 1024. */
  readonly sliceTokens?: number | undefined
}

/** What becomes of calls while a store is down. `closed`: refused with `db_error`. */
export interface StoreFailureConfig {
  /** `open` (default): they pass without limits. */
  readonly limits?: 'open' | 'closed' | undefined
  /** `open`: they run without a hold, and are charged when the ledger is back. Default `closed`. */
  readonly ledger?: 'open' | 'closed' | undefined
}

/** Answers to requests with an `Idempotency-Key`. */
export interface IdempotencyConfig {
  /** How long an answer is kept, in milliseconds. Default 24 hours. */
  readonly ttlMs?: number | undefined
  /** A larger answer is not kept; a repetition of its request is refused. Default 1 MiB. */
  readonly maxAnswerBytes?: number | undefined
}

/** Responses and conversations that are kept between requests, in the state store. */
export interface ResponsesConfig {
  /**
   * `vendor` (default): a vendor that speaks Responses keeps its own state, and the gateway whose it is; for all others
   * the gateway keeps it. `gateway`: it keeps all of it, and vendors are asked to store nothing. `off`: nothing is kept.
   */
  readonly state?: 'vendor' | 'gateway' | 'off' | undefined
  /** How long after its last change something is kept, in milliseconds. Default 7 days. */
  readonly ttlMs?: number | undefined
  /** Of one response with all of its input, or of one conversation; larger ones are not stored. Default 4 MiB. */
  readonly maxBytes?: number | undefined
  /** Whether calls may go on after their answer. Default: where the platform lets them (Node, Bun, Deno). */
  readonly background?: boolean | undefined
}

export interface CorsConfig {
  readonly origins: '*' | readonly string[]
  readonly maxAgeSeconds?: number | undefined
}

/** The console of the command; code gives the same to `createConsole` and `stripePayments`. */
export interface ConsoleConfig {
  /** Default `Console`. */
  readonly title?: string | undefined
  /** Where clients reach the gateway: an absolute URL, or a path on the console's origin. Default `/`. */
  readonly gatewayUrl?: string | undefined
  /** Top-ups by Stripe, whose secrets come by the environment. */
  readonly payments?: ConsolePaymentsConfig | undefined
}

/** How the command's console takes top-ups. */
export interface ConsolePaymentsConfig {
  /** Which payments of the Stripe account are this deployment's: a name that no other one has. */
  readonly project: string
  /** Default: card and Alipay. */
  readonly methods?: readonly ('card' | 'alipay')[] | undefined
  /** Micro-USD. Default: 5 US dollars. */
  readonly minimumMicro?: number | undefined
}

/** The part of the configuration that can stand in a JSON file. */
export interface GatewayConfigData {
  readonly upstreams: Readonly<Record<string, UpstreamConfig>>
  readonly models: readonly ModelConfig[]
  /** alias → model id. */
  readonly aliases?: Readonly<Record<string, string>> | undefined
  readonly accounts?: readonly AccountConfig[] | undefined
  /**
   * Where keys, money and usage live: `memory` (default), `sqlite:FILE` or `postgres://…`. All but memory are opened by
   * the command; code opens them itself and gives them as `stores`.
   */
  readonly store?: string | undefined
  /** Where rates and concurrency are counted: `memory` or `redis://…`. Default: in `store`. */
  readonly limits?: string | undefined
  /** Where answers for repeated requests are kept: with the `limits` (default), or in the `store`. */
  readonly state?: 'limits' | 'store' | undefined
  /** Days after which the command forgets usage records; totals stay. Default: never. */
  readonly retentionDays?: number | undefined
  readonly timeouts?: TimeoutConfig | undefined
  /** Default 32 MiB. */
  readonly maxBodyBytes?: number | undefined
  /** Losses in translation are reported (`lenient`, default), or refused where they change the meaning (`strict`). */
  readonly policy?: 'lenient' | 'strict' | undefined
  readonly cors?: CorsConfig | undefined
  readonly media?: MediaConfig | undefined
  /** Secret of the keyed hash of API keys, at least 16 characters. Random per process when keys live in memory only. */
  readonly keySecret?: string | undefined
  /** Sign reasoning state that travels through clients of another protocol; the first one signs, all verify. */
  readonly envelopeSecrets?: readonly { readonly id: string; readonly secret: string }[] | undefined
  /** Output tokens that a call reserves of its key's TPM at most; reconciled after it. Default 4096. */
  readonly maxReservedOutputTokens?: number | undefined
  /** Output limit assumed where neither client nor model names one. Default 16384. */
  readonly defaultMaxOutputTokens?: number | undefined
  readonly holds?: HoldConfig | undefined
  readonly storeFailure?: StoreFailureConfig | undefined
  readonly idempotency?: IdempotencyConfig | undefined
  readonly responses?: ResponsesConfig | undefined
  /**
   * Where what calls owe to stores that have failed waits: `memory` (default), gone with the process, or `sqlite:FILE`, a
   * file of its own, which the next process takes up. Opened by the command; code gives an `Outbox`.
   */
  readonly outbox?: string | undefined
  /** Jobs for stores that have failed that are kept in memory at most. Default 10 000. */
  readonly outboxSize?: number | undefined
  readonly retries?: RetryConfig | undefined
  /** `false`: no breaker opens. */
  readonly breaker?: BreakerConfig | false | undefined
  /** True: `models` and `fallbacks` of a request name models to go on with. Default false. */
  readonly clientFallbacks?: boolean | undefined
  /** Absent: nothing is kept. */
  readonly stateCache?: StateCacheConfig | undefined
  /** What the command's console is made with; code calls `createConsole`. */
  readonly console?: ConsoleConfig | undefined
}

/** What `createGateway` takes: the JSON part, and what only code can give. */
export interface GatewayConfig extends Omit<GatewayConfigData, 'outbox'> {
  readonly hooks?: Hooks | undefined
  /** Makes the calls to vendors. Default: undici on Node, `fetch` elsewhere. */
  readonly transport?: Transport | undefined
  /** Fetches media where `media.fetchUrls` allows it. Default on Node: public addresses only; elsewhere there is none. */
  readonly fetchMedia?: MediaFetcher | undefined
  /** Milliseconds since the epoch. Default: the system clock. */
  readonly now?: (() => number) | undefined
  /**
   * Stores of the host's own instead of those in memory. Key hashes in them are made with `keySecret`, which must
   * then be given; `accounts` are written into them before the first answer.
   */
  readonly stores?: Partial<Stores> | undefined
  /**
   * Keeps what calls owe to stores that have failed. Default, or `memory`: in memory, `outboxSize` jobs. One that the
   * configuration only names is refused: somebody has to open it.
   */
  readonly outbox?: Outbox | string | undefined
  /** Cryptographically random bytes. Default: `crypto.getRandomValues`. */
  readonly randomBytes?: ((length: number) => Uint8Array) | undefined
}

/** One line of what is wrong with a configuration. */
export interface ConfigProblem {
  /** `models[0].price` */
  readonly path: string
  readonly message: string
}

const MARKER = Symbol.for('crossmodel-gateway.config-error')

/** Thrown by `createGateway`: lists every problem at once, each with its path. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly ConfigProblem[]

  constructor(problems: readonly ConfigProblem[]) {
    super(
      `Invalid gateway configuration:\n${problems.map(({ path, message }) => `  ${path}: ${message}`).join('\n')}`,
    )
    this.problems = problems
    Object.defineProperty(this, MARKER, { value: true })
  }

  static isInstance(value: unknown): value is ConfigError {
    return typeof value === 'object' && value !== null && MARKER in value
  }
}
