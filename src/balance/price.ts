import type { ModelPrice, TokenPrice } from '../canonical/price.js'
import type { Usage } from '../canonical/usage.js'

export type { ModelPrice, TokenPrice } from '../canonical/price.js'

/** Tokens of one call in buckets that overlap nowhere, each with a price of its own. */
export interface UsageBuckets {
  readonly uncachedInput: number
  readonly cacheRead: number
  readonly cacheWrite: number
  readonly cacheWriteLong: number
  /** Includes reasoning. */
  readonly output: number
}

/** Pico-USD in one micro-USD. */
export const PICO_PER_MICRO = 1_000_000n

/** Cuts a usage into disjoint buckets; parts that contradict their total are cut to fit. */
export function splitUsage(usage: Usage): UsageBuckets {
  const cacheRead = Math.min(usage.cacheReadTokens, usage.inputTokens)
  const cacheWriteLong = Math.min(usage.cacheWriteLongTokens, usage.inputTokens - cacheRead)
  const cacheWrite = Math.min(usage.cacheWriteTokens, usage.inputTokens - cacheRead - cacheWriteLong)
  return {
    uncachedInput: usage.inputTokens - cacheRead - cacheWrite - cacheWriteLong,
    cacheRead,
    cacheWrite,
    cacheWriteLong,
    output: usage.outputTokens,
  }
}

/** The prices that apply to a call with so many input tokens in total. */
export function priceFor(price: ModelPrice, inputTokens: number): TokenPrice {
  let best: NonNullable<ModelPrice['tiers']>[number] | undefined
  for (const tier of price.tiers ?? []) {
    if (
      inputTokens > tier.aboveInputTokens &&
      (best === undefined || tier.aboveInputTokens > best.aboveInputTokens)
    )
      best = tier
  }
  return best ?? price
}

/** A price times a factor, such as 1.2 for a fifth more; each rate is rounded to whole micro-USD per 1M tokens. */
export function scalePrice(price: ModelPrice, factor: number): ModelPrice {
  const { tiers, ...rates } = price
  return {
    ...scaleRates(rates, factor),
    ...(tiers === undefined
      ? {}
      : {
          tiers: tiers.map(({ aboveInputTokens, ...rest }) => ({
            ...scaleRates(rest, factor),
            aboveInputTokens,
          })),
        }),
  }
}

function scaleRates(rates: TokenPrice, factor: number): TokenPrice {
  const scale = (rate: number): number => Math.round(rate * factor)
  const scaleOptional = (rate: number | undefined): number | undefined =>
    rate === undefined ? undefined : scale(rate)
  return {
    inputMicroPer1M: scale(rates.inputMicroPer1M),
    outputMicroPer1M: scale(rates.outputMicroPer1M),
    cacheReadMicroPer1M: scaleOptional(rates.cacheReadMicroPer1M),
    cacheWriteMicroPer1M: scaleOptional(rates.cacheWriteMicroPer1M),
    cacheWriteLongMicroPer1M: scaleOptional(rates.cacheWriteLongMicroPer1M),
  }
}

/** Cost of a call in micro-USD: exact, summed over the buckets, rounded up once. */
export function costMicro(usage: Usage, price: ModelPrice): number {
  const buckets = splitUsage(usage)
  const rates = priceFor(price, usage.inputTokens)
  const cacheWriteRate = rates.cacheWriteMicroPer1M ?? rates.inputMicroPer1M
  return roundUpToMicro(
    picoCost(buckets.uncachedInput, rates.inputMicroPer1M) +
      picoCost(buckets.cacheRead, rates.cacheReadMicroPer1M ?? rates.inputMicroPer1M) +
      picoCost(buckets.cacheWrite, cacheWriteRate) +
      picoCost(buckets.cacheWriteLong, rates.cacheWriteLongMicroPer1M ?? cacheWriteRate) +
      picoCost(buckets.output, rates.outputMicroPer1M),
  )
}

/** Tokens × micro-USD per 1M tokens, exact, in pico-USD. What is no count of tokens counts as 0 or as the largest one. */
export function picoCost(tokens: number, microPer1M: number): bigint {
  const whole = Math.ceil(Math.min(Math.max(tokens, 0), Number.MAX_SAFE_INTEGER))
  return whole > 0 ? BigInt(whole) * BigInt(microPer1M) : 0n
}

/** Micro-USD that cover an amount of pico-USD; a nonsensical amount ends at the largest safe integer. */
export function roundUpToMicro(pico: bigint): number {
  const micro = (pico + PICO_PER_MICRO - 1n) / PICO_PER_MICRO
  return micro > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(micro)
}
