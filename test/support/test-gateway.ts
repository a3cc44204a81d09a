import {
  createGateway,
  createMemoryStore,
  type ErrorEvent,
  type Gateway,
  type GatewayConfig,
  type GatewayRequest,
  type GatewayResponse,
  type MemoryStore,
  type UsageRecord,
  type WarningEvent,
} from '../../src/index.js'
import { createClock, type TestClock } from '../contracts/samples.js'
import { type Answer, type OpenAnswer, openAnswer, readAnswer } from './read-answer.js'
import { createScriptedVendor, type ScriptedVendor } from './scripted-vendor.js'

export const KEY = 'cm-key-of-acme'
export const VENDOR_KEY = 'sk-vendorsecret0123456789'
export const VENDOR_HOST = 'vendor.internal.example'

/** One micro-USD per input token and two per output token; a cached one costs a tenth, a written one more. */
export const PRICE = {
  inputMicroPer1M: 1_000_000,
  outputMicroPer1M: 2_000_000,
  cacheReadMicroPer1M: 100_000,
  cacheWriteMicroPer1M: 1_250_000,
  cacheWriteLongMicroPer1M: 2_000_000,
} as const

const SIZES = { maxOutputTokens: 1000, contextWindowTokens: 100_000 } as const
export const BALANCE = 1_000_000

/** One model for each protocol with an endpoint, and a free one. */
export const BASE_CONFIG: GatewayConfig = {
  upstreams: {
    chat: { protocol: 'openai-chat', baseUrl: `https://${VENDOR_HOST}/v1`, apiKey: VENDOR_KEY },
    responses: { protocol: 'openai-responses', baseUrl: `https://${VENDOR_HOST}/v1`, apiKey: VENDOR_KEY },
    messages: { protocol: 'anthropic-messages', baseUrl: `https://${VENDOR_HOST}`, apiKey: VENDOR_KEY },
  },
  models: [
    { id: 'test/chat', upstream: 'chat', model: 'vendor-chat', price: PRICE, ...SIZES },
    { id: 'test/responses', upstream: 'responses', model: 'vendor-responses', price: PRICE, ...SIZES },
    { id: 'test/messages', upstream: 'messages', model: 'vendor-messages', price: PRICE, ...SIZES },
    { id: 'test/free', upstream: 'chat', model: 'vendor-free', price: 'free', ...SIZES },
  ],
  accounts: [
    { id: 'acme', balanceMicro: BALANCE, keys: [{ key: KEY, id: 'key_acme', rpm: null, tpm: null }] },
  ],
  keySecret: 'pepper of the tests',
}

/** What a test wants otherwise; `key` and `account` change the one key and the one account of {@link BASE_CONFIG}. */
export interface Overrides extends Partial<GatewayConfig> {
  readonly key?: Partial<NonNullable<NonNullable<GatewayConfig['accounts']>[number]['keys']>[number]>
  readonly account?: Partial<NonNullable<GatewayConfig['accounts']>[number]>
}

export type Headers = GatewayRequest['headers']

/** A request as a test writes it: a body that is no string is sent as JSON, and a key is sent unless there are headers. */
export interface TestRequest {
  readonly method?: string
  readonly headers?: Headers
  readonly body?: unknown
  readonly signal?: AbortSignal
}

export interface TestGateway {
  readonly gateway: Gateway
  readonly vendor: ScriptedVendor
  readonly clock: TestClock
  readonly stores: MemoryStore
  readonly records: UsageRecord[]
  readonly errors: ErrorEvent[]
  readonly warnings: WarningEvent[]
  readonly handle: (path: string, request?: TestRequest) => Promise<GatewayResponse>
  /** POSTs with the key and reads the whole answer. */
  readonly post: (path: string, body: unknown, headers?: Headers) => Promise<Answer>
  readonly get: (path: string, headers?: Headers) => Promise<Answer>
  /** POSTs a streaming request and leaves the answer open. */
  readonly open: (path: string, body: object, request?: TestRequest) => Promise<OpenAnswer>
  /** What the account has and what its calls hold. */
  readonly wallet: () => { readonly balanceMicro: number; readonly heldMicro: number }
}

export function createTestGateway(overrides: Overrides = {}): TestGateway {
  const vendor = createScriptedVendor()
  const clock = createClock()
  const records: UsageRecord[] = []
  const errors: ErrorEvent[] = []
  const warnings: WarningEvent[] = []
  const config = mergeConfig(overrides)
  const { accounts = [], keySecret = '' } = config
  const stores = createMemoryStore({ now: clock.now, secret: keySecret, accounts })
  const gateway = createGateway({
    transport: vendor.transport,
    now: clock.now,
    randomBytes: createSeededBytes(),
    stores,
    ...config,
    hooks: {
      onUsage: (record) => void records.push(record),
      onError: (event) => void errors.push(event),
      onWarning: (event) => void warnings.push(event),
      ...config.hooks,
    },
  })
  const handle: TestGateway['handle'] = (
    path,
    { method = 'POST', headers = AUTHORIZED, body = null, signal } = {},
  ) => gateway.handle({ method, path, headers, body: toBody(body), signal })
  return {
    gateway,
    vendor,
    clock,
    stores,
    records,
    errors,
    warnings,
    handle,
    post: async (path, body, headers = AUTHORIZED) => readAnswer(await handle(path, { body, headers })),
    get: async (path, headers = AUTHORIZED) => readAnswer(await handle(path, { method: 'GET', headers })),
    open: async (path, body, request = {}) =>
      openAnswer(await handle(path, { ...request, body: { ...body, stream: true } })),
    wallet: () => stores.ledger.balance('acme') ?? { balanceMicro: 0, heldMicro: 0 },
  }
}

export const AUTHORIZED: Headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' }

function mergeConfig({ key, account, ...config }: Overrides): GatewayConfig {
  const accounts = BASE_CONFIG.accounts?.map((base) => ({
    ...base,
    keys: base.keys?.map((baseKey) => ({ ...baseKey, ...key })),
    ...account,
  }))
  return { ...BASE_CONFIG, accounts, ...config }
}

function toBody(body: unknown): GatewayRequest['body'] {
  if (body === null || typeof body === 'string' || typeof body === 'function' || body instanceof Uint8Array) {
    return body as GatewayRequest['body']
  }
  return JSON.stringify(body)
}

/** Bytes that are the same in every run and never repeat soon: a linear congruential generator. */
function createSeededBytes(): (length: number) => Uint8Array {
  let state = 1
  return (length) =>
    Uint8Array.from({ length }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return state >>> 24
    })
}
