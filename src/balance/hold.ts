import { PICO_PER_MICRO, picoCost, roundUpToMicro, type ModelPrice, type TokenPrice } from './price.js'

/** What a call may cost at most, before it is made. */
export interface HoldEstimate {
  /** Estimated input tokens, whole. */
  readonly inputTokens: number
  /** The most that the model may put out, whole. */
  readonly outputTokens: number
  readonly price: ModelPrice
}

/** The real input may be a quarter longer than its estimate, and so reach the next price tier. */
const TIER_MARGIN = 1.25

/** Micro-USD to hold for a call: as if every input token had the dearest input price that could apply. */
export function holdAmount({ inputTokens, outputTokens, price }: HoldEstimate): number {
  const worst = worstPrice(price, inputTokens)
  return roundUpToMicro(picoCost(inputTokens, worst.input) + picoCost(outputTokens, worst.output))
}

/** The largest number of output tokens whose hold fits into an amount; 0 when not even one fits. */
export function affordableOutputTokens(
  availableMicro: number,
  inputTokens: number,
  price: ModelPrice,
): number {
  const worst = worstPrice(price, inputTokens)
  const left = BigInt(availableMicro) * PICO_PER_MICRO - picoCost(inputTokens, worst.input)
  if (left < 0n) return 0
  if (worst.output === 0) return Number.MAX_SAFE_INTEGER
  return Math.min(Number(left / BigInt(worst.output)), Number.MAX_SAFE_INTEGER)
}

function worstPrice(
  price: ModelPrice,
  inputTokens: number,
): { readonly input: number; readonly output: number } {
  const reachable = (price.tiers ?? []).filter((tier) => inputTokens * TIER_MARGIN > tier.aboveInputTokens)
  const candidates = [price, ...reachable]
  return {
    input: Math.max(...candidates.map(dearestInput)),
    output: Math.max(...candidates.map((candidate) => candidate.outputMicroPer1M)),
  }
}

function dearestInput(price: TokenPrice): number {
  return Math.max(
    price.inputMicroPer1M,
    price.cacheReadMicroPer1M ?? 0,
    price.cacheWriteMicroPer1M ?? 0,
    price.cacheWriteLongMicroPer1M ?? 0,
  )
}
