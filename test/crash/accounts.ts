import type { GatewayConfigData } from '../../src/index.js'
import { INPUT_TOKENS } from './vendor.js'

/** An account of the test: its funds, its limits, and how many of ten clients use it. */
export interface Account {
  readonly id: string
  readonly balanceMicro: number
  readonly rpm: number | null
  readonly concurrency: number | null
  readonly share: number
}

const RICH = { balanceMicro: 1_000_000_000, rpm: null, concurrency: null } as const

/** Two that never run dry, one that does, and two that are limited. */
export const ACCOUNTS: readonly Account[] = [
  { ...RICH, id: 'rich', share: 4 },
  { ...RICH, id: 'wealthy', share: 3 },
  { ...RICH, id: 'poor', balanceMicro: 1000, share: 1 },
  { ...RICH, id: 'metered', rpm: 20, share: 1 },
  { ...RICH, id: 'narrow', concurrency: 3, share: 1 },
]

export const MODEL = 'slow/words'
const OUTPUT_MICRO = 2
/** No script has more words, so that every answer ends by itself. */
const MAX_WORDS = 128
/** Never reached: it makes the ledger count what each end user spends. */
const NO_LIMIT_MICRO = 1_000_000_000_000

/** What an answer of so many words costs: a micro-USD per input token, two per word. */
export function priceOf(words: number): number {
  return INPUT_TOKENS + OUTPUT_MICRO * words
}

/** The account whose key it is. */
export function keyOf({ id }: Account): string {
  return `cm-key-of-${id}-account`
}

/** Where the gateways find what. */
export interface Places {
  readonly vendor: string
  readonly store: string
  /** Absent: limits and answers are kept in the store. */
  readonly limits?: string | undefined
  readonly leaseMs: number
  readonly storeMs: number
}

/** The configuration of every gateway process. */
export function createConfig({ vendor, store, limits, leaseMs, storeMs }: Places): GatewayConfigData {
  const price = { inputMicroPer1M: 1_000_000, outputMicroPer1M: OUTPUT_MICRO * 1_000_000 }
  return {
    upstreams: { slow: { protocol: 'openai-chat', baseUrl: `${vendor}/v1`, apiKey: 'sk-of-the-vendor' } },
    models: [{ id: MODEL, upstream: 'slow', price, maxOutputTokens: MAX_WORDS, contextWindowTokens: 10_000 }],
    accounts: ACCOUNTS.map((account) => ({
      id: account.id,
      balanceMicro: account.balanceMicro,
      keys: [
        {
          key: keyOf(account),
          id: account.id,
          rpm: account.rpm,
          tpm: null,
          concurrency: account.concurrency,
          endUserSpendLimits: { monthMicro: NO_LIMIT_MICRO },
        },
      ],
    })),
    store,
    ...(limits === undefined ? {} : { limits }),
    keySecret: 'the pepper of the crash test',
    holds: { sliceTokens: 32 },
    timeouts: { leaseMs, storeMs },
    // A limit that is not asked bounds nothing.
    storeFailure: { limits: 'closed' },
  }
}
