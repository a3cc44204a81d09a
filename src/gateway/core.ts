import type { CodecContext } from '../protocols/protocol.js'
import type { Authenticator } from '../keys/authenticate.js'
import type { ModelCatalog } from '../models/catalog.js'
import type { ModelResolver } from '../models/resolver.js'
import type { Stores } from '../stores/stores.js'
import type { Cors } from './http/cors.js'
import type { Delivery } from './settle/delivery.js'
import type { Redact } from './redact.js'
import type { MediaFetcher } from './send/media.js'
import type { StateCache } from './recall/state-cache.js'
import type { Readiness } from './health.js'
import type { LegFinder } from './send/resolve.js'
import type { Places } from './send/places.js'
import type { HookRunner } from './run-hooks.js'
import type { Transport } from './send/transport.js'
import type { Jobs } from './state/jobs.js'

/** Everything that the pipeline needs, made once by `createGateway` and never changed. */
export interface Core {
  readonly settings: Settings
  /** Waited for no longer than `storeMs`. */
  readonly stores: Stores
  readonly delivery: Delivery
  readonly authenticator: Authenticator
  readonly resolver: ModelResolver
  readonly catalog: ModelCatalog
  readonly cors: Cors
  readonly legs: LegFinder
  readonly places: Places
  /** Background responses that this process works on. */
  readonly jobs: Jobs
  readonly transport: Transport
  readonly codec: CodecContext
  /** Null: nothing is kept for clients that drop the reasoning of their tool calls. */
  readonly stateCache: StateCache | null
  /** Null: media URLs are not fetched. */
  readonly fetchMedia: MediaFetcher | null
  readonly hooks: HookRunner
  readonly redact: Redact
  readonly now: () => number
  readonly createId: (prefix: string) => string
  /** A number from 0 to 1, for spreading and jitter. */
  readonly random: () => number
  /** Null when the configured accounts are in the stores; until then what the first answers wait for. */
  readonly prepare: () => Promise<void> | null
  readonly readiness: Readiness
}

/** Numbers and choices of the configuration, defaults filled in. */
export interface Settings {
  readonly headTimeoutMs: number
  readonly idleTimeoutMs: number
  readonly totalTimeoutMs: number
  readonly commitMs: number
  /** 0 = a stream waits for one place as long as for the last one. */
  readonly fallbackMs: number
  readonly keepAliveMs: number
  readonly maxBodyBytes: number
  /** Of all media together that are fetched for one request. */
  readonly maxMediaBytes: number
  readonly maxReservedOutputTokens: number
  readonly defaultMaxOutputTokens: number
  /** Life of leases and holds that nobody ends. */
  readonly leaseTtlMs: number
  readonly policy: 'lenient' | 'strict'
  /** Output tokens that a stream holds money for ahead of what it has put out; 0 = for its whole answer. */
  readonly sliceTokens: number
  /** What a call does without when the store fails. */
  readonly storeFailure: Readonly<Record<'limits' | 'ledger', 'open' | 'closed'>>
  readonly storeTimeoutMs: number
  readonly drainTimeoutMs: number
  readonly idempotencyTtlMs: number
  readonly maxStoredAnswerBytes: number
  readonly responses: ResponseSettings
  /** True: `models` and `fallbacks` of a request are honoured. */
  readonly clientFallbacks: boolean
}

/** How responses and conversations are kept for later requests. */
export interface ResponseSettings {
  /** `vendor`: by the vendor where it speaks Responses, too. `gateway`: by the gateway only. `off`: not at all. */
  readonly state: 'vendor' | 'gateway' | 'off'
  readonly ttlMs: number
  /** Of one response with its input, or of one conversation. */
  readonly maxBytes: number
  /** False: nothing goes on after an answer. */
  readonly background: boolean
}
