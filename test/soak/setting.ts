import type { GatewayConfigData, ModelPrice, ProtocolId, Usage } from '../../src/index.js'

/** An account, how many of a hundred sessions use it, and what the gateway may refuse it for. */
export interface Account {
  readonly id: string
  readonly balanceMicro: number
  readonly rpm: number | null
  readonly concurrency: number | null
  readonly keys: number
  readonly share: number
  /** Statuses of refusals that are its own fault. */
  readonly refusals: readonly number[]
}

const RICH = {
  balanceMicro: 1_000_000_000_000,
  rpm: null,
  concurrency: null,
  keys: 3,
  refusals: [],
} as const

export const ACCOUNTS: readonly Account[] = [
  { ...RICH, id: 'rich', share: 50 },
  { ...RICH, id: 'wealthy', share: 30 },
  { ...RICH, id: 'metered', rpm: 30, keys: 1, share: 8, refusals: [429] },
  { ...RICH, id: 'narrow', concurrency: 4, keys: 2, share: 8, refusals: [429] },
  { ...RICH, id: 'poor', balanceMicro: 5_000_000, keys: 1, share: 4, refusals: [402] },
]

/** The account of a session: by the shares. */
export function accountOf(session: number): Account {
  const users = ACCOUNTS.flatMap((account) => Array.from({ length: account.share }, () => account))
  // A step that has no divisor in common with the number of users, so that few sessions use several accounts, too.
  const account = users[(session * 37) % users.length]
  if (account === undefined) throw new Error('there are no accounts')
  return account
}

/** One of the keys of an account. */
export function keyOf({ id, keys }: Account, session: number): string {
  return `cm-key-${session % keys}-of-${id}-account`
}

/** The protocols that the vendor speaks, and by which names its models go. */
const UPSTREAMS: Readonly<Record<string, ProtocolId>> = {
  chat: 'openai-chat',
  responses: 'openai-responses',
  messages: 'anthropic-messages',
  gemini: 'gemini',
}

const NAMES = Object.keys(UPSTREAMS)

/** `single/chat`: one place. `pair/chat`: the same, and behind it another protocol at another place. */
export const MODELS: readonly string[] = NAMES.flatMap((name) => [`single/${name}`, `pair/${name}`])

/** True when a model has a second place. */
export function hasOther(model: string): boolean {
  return model.startsWith('pair/')
}

/** Micro-USD per token, all whole: nothing is rounded. */
const MICRO = { input: 3, cached: 1, written: 4, output: 15 } as const

const PRICE: ModelPrice = {
  inputMicroPer1M: MICRO.input * 1_000_000,
  cacheReadMicroPer1M: MICRO.cached * 1_000_000,
  cacheWriteMicroPer1M: MICRO.written * 1_000_000,
  outputMicroPer1M: MICRO.output * 1_000_000,
}

/** What tokens cost, in micro-USD. */
export function priceOf(
  usage: Pick<Usage, 'inputTokens' | 'cacheReadTokens' | 'cacheWriteTokens' | 'outputTokens'>,
): number {
  const { inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens } = usage
  const fresh = inputTokens - cacheReadTokens - cacheWriteTokens
  return (
    fresh * MICRO.input +
    cacheReadTokens * MICRO.cached +
    cacheWriteTokens * MICRO.written +
    outputTokens * MICRO.output
  )
}

/** How long who waits in vain, as parts of the vendor's longest silence. */
export const PATIENCE = { total: 6, call: 8, commit: 4, fallback: 0.75 } as const
/** The vendor asks for the first wait where the gateway may wait for it, for the second where it may not. */
export const WAITS = { shortMs: 1000, longMs: 4000 } as const

/** Where the gateway finds what, and how long the vendor may be silent. */
export interface Setting {
  readonly vendor: string
  readonly store: string
  /** Of a response head, and between two reads, in milliseconds. */
  readonly silenceMs: number
}

/** The configuration of the gateway. */
export function createConfig({ vendor, store, silenceMs }: Setting): GatewayConfigData {
  const upstreams = Object.fromEntries(
    Object.entries(UPSTREAMS).flatMap(([name, protocol]) =>
      PLACES.map((place) => [
        `${name}-${place}`,
        {
          protocol,
          baseUrl: `${vendor}/${place}${VERSIONED.has(protocol) ? '/v1' : ''}`,
          apiKeys: ['sk-first-of-the-vendor', 'sk-second-of-the-vendor'],
        },
      ]),
    ),
  )
  const models = NAMES.flatMap((name, index) => {
    const home = { upstream: `${name}-home`, model: 'soaked' }
    const other = { upstream: `${NAMES[(index + 1) % NAMES.length] ?? name}-other`, model: 'soaked' }
    const common = { price: PRICE, maxOutputTokens: 8192, contextWindowTokens: 1_000_000 }
    return [
      { ...common, id: `single/${name}`, candidates: [home] },
      { ...common, id: `pair/${name}`, candidates: [home, other] },
    ]
  })
  return {
    upstreams,
    models,
    accounts: ACCOUNTS.map((account) => ({
      id: account.id,
      balanceMicro: account.balanceMicro,
      keys: Array.from({ length: account.keys }, (_, index) => ({
        key: keyOf(account, index),
        id: `${account.id}-${index}`,
        rpm: account.rpm,
        tpm: null,
        concurrency: account.concurrency,
      })),
    })),
    store,
    keySecret: 'the pepper of the soak test',
    envelopeSecrets: [{ id: 'one', secret: 'the envelope secret of the soak test' }],
    timeouts: {
      headMs: silenceMs,
      idleMs: silenceMs,
      commitMs: silenceMs * PATIENCE.commit,
      fallbackMs: silenceMs * PATIENCE.fallback,
      totalMs: silenceMs * PATIENCE.total,
      keepAliveMs: 500,
    },
    retries: { attempts: 2, baseMs: 50, maxMs: 1500 },
    // Faults are drawn at random: it takes more of them in a row than chance brings about.
    breaker: { consecutiveFaults: 20, faultRate: 0.9 },
    // Longer than an agent takes from one turn to the next, whatever goes wrong; shorter than a long run.
    responses: { state: 'gateway', ttlMs: 600_000 },
    idempotency: { ttlMs: 120_000 },
    // Small, so that it is full long before the end: what is kept on purpose is no leak.
    stateCache: { entries: 300 },
  }
}

const PLACES = ['home', 'other'] as const
/** Base URLs that end in a version. */
const VERSIONED: ReadonlySet<ProtocolId> = new Set(['openai-chat', 'openai-responses'])
