import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { counterexampleOf } from '../contracts/counterexample.js'
import { costMicro, priceFor, scalePrice, splitUsage, type ModelPrice } from '../../src/balance/price.js'
import { completeUsage, mergeUsage } from '../../src/canonical/usage.js'
import { usageOf } from '../contracts/samples.js'

const PRICE: ModelPrice = {
  inputMicroPer1M: 3_000_000,
  outputMicroPer1M: 15_000_000,
  cacheReadMicroPer1M: 300_000,
  cacheWriteMicroPer1M: 3_750_000,
  cacheWriteLongMicroPer1M: 6_000_000,
}

const tokens = fc.nat(2_000_000)
export const anyUsage = fc
  .record({
    inputTokens: tokens,
    cacheReadTokens: tokens,
    cacheWriteTokens: tokens,
    cacheWriteLongTokens: tokens,
    outputTokens: tokens,
    reasoningTokens: tokens,
  })
  .map(completeUsage)

describe('splitUsage', () => {
  it('cuts any usage into buckets that add up to its totals', () => {
    expect(
      counterexampleOf(
        fc.property(anyUsage, (usage) => {
          const { uncachedInput, cacheRead, cacheWrite, cacheWriteLong, output } = splitUsage(usage)
          const input = uncachedInput + cacheRead + cacheWrite + cacheWriteLong
          return input === usage.inputTokens && output === usage.outputTokens && uncachedInput >= 0
        }),
      ),
    ).toBeNull()
  })

  it('cuts parts that contradict their total', () => {
    const usage = usageOf({
      inputTokens: 10,
      cacheReadTokens: 8,
      cacheWriteLongTokens: 8,
      cacheWriteTokens: 8,
    })
    expect(splitUsage(usage)).toEqual({
      uncachedInput: 0,
      cacheRead: 8,
      cacheWriteLong: 2,
      cacheWrite: 0,
      output: 0,
    })
  })
})

describe('costMicro', () => {
  it('case 60: charges cached input at its own price, and only once', () => {
    const usage = usageOf({ inputTokens: 1_000_000, cacheReadTokens: 900_000 })
    expect(costMicro(usage, PRICE)).toBe(300_000 + 270_000)
  })

  it('case 61: charges short and long cache writes at their own prices', () => {
    const usage = usageOf({
      inputTokens: 1_000_000,
      cacheWriteTokens: 200_000,
      cacheWriteLongTokens: 300_000,
    })
    expect(costMicro(usage, PRICE)).toBe(1_500_000 + 750_000 + 1_800_000)
  })

  it('case 62: charges cache tokens that only the last event of a stream reports', () => {
    const usage = completeUsage(
      mergeUsage(
        { inputTokens: 1_000_000, outputTokens: 1 },
        { cacheReadTokens: 1_000_000, outputTokens: 100 },
      ),
    )
    expect(costMicro(usage, PRICE)).toBe(300_000 + 1500)
  })

  it('counts reasoning inside the output, not on top of it', () => {
    const usage = usageOf({ outputTokens: 1_000_000, reasoningTokens: 900_000 })
    expect(costMicro(usage, PRICE)).toBe(15_000_000)
  })

  it('rounds up once per call', () => {
    const price = { inputMicroPer1M: 400_000, outputMicroPer1M: 400_000, cacheReadMicroPer1M: 400_000 }
    expect(costMicro(usageOf({ inputTokens: 2, cacheReadTokens: 1, outputTokens: 1 }), price)).toBe(2)
    expect(costMicro(usageOf({ inputTokens: 1 }), price)).toBe(1)
    expect(costMicro(usageOf(), price)).toBe(0)
  })

  it('falls back from long writes to short writes to input, and from cache reads to input', () => {
    const base = { inputMicroPer1M: 1_000_000, outputMicroPer1M: 0 }
    const usage = usageOf({
      inputTokens: 30,
      cacheReadTokens: 10,
      cacheWriteTokens: 10,
      cacheWriteLongTokens: 10,
    })
    expect(costMicro(usage, base)).toBe(30)
    expect(costMicro(usage, { ...base, cacheWriteMicroPer1M: 2_000_000 })).toBe(50)
    expect(costMicro(usage, { ...base, cacheWriteLongMicroPer1M: 5_000_000 })).toBe(70)
    expect(costMicro(usage, { ...base, cacheReadMicroPer1M: 0 })).toBe(20)
  })

  it('is exact where floats are not', () => {
    expect(
      counterexampleOf(
        fc.property(anyUsage, fc.nat(1_000_000_000), fc.nat(1_000_000_000), (usage, input, output) => {
          const pico = BigInt(usage.inputTokens) * BigInt(input) + BigInt(usage.outputTokens) * BigInt(output)
          const expected = Number(pico / 1_000_000n) + (pico % 1_000_000n === 0n ? 0 : 1)
          return costMicro(usage, { inputMicroPer1M: input, outputMicroPer1M: output }) === expected
        }),
      ),
    ).toBeNull()
  })

  it('survives a vendor that reports absurd numbers', () => {
    expect(costMicro(usageOf({ outputTokens: Number.MAX_SAFE_INTEGER }), PRICE)).toBe(Number.MAX_SAFE_INTEGER)
  })
})

describe('priceFor', () => {
  const tier = (aboveInputTokens: number, inputMicroPer1M: number) => ({
    aboveInputTokens,
    inputMicroPer1M,
    outputMicroPer1M: 2 * inputMicroPer1M,
  })
  const price: ModelPrice = { ...PRICE, tiers: [tier(500_000, 9_000_000), tier(200_000, 6_000_000)] }

  it.each([
    [0, 3_000_000],
    [200_000, 3_000_000],
    [200_001, 6_000_000],
    [500_000, 6_000_000],
    [500_001, 9_000_000],
  ])(
    'takes the highest tier that %d input tokens exceed, in whatever order they are listed',
    (input, expected) => {
      const ascending = { ...price, tiers: price.tiers?.toReversed() }
      for (const listed of [price, ascending]) expect(priceFor(listed, input).inputMicroPer1M).toBe(expected)
    },
  )

  it('takes the first of two tiers that begin at the same size', () => {
    const twice: ModelPrice = { ...PRICE, tiers: [tier(200_000, 6_000_000), tier(200_000, 9_000_000)] }
    expect(priceFor(twice, 300_000).inputMicroPer1M).toBe(6_000_000)
  })

  it('decides for the whole call, by all input, cached or not', () => {
    const usage = usageOf({ inputTokens: 300_000, cacheReadTokens: 250_000, outputTokens: 1_000_000 })
    expect(costMicro(usage, price)).toBe(1_800_000 + 12_000_000)
  })
})

describe('scalePrice', () => {
  it('multiplies every rate, those of tiers too, and names none that was not named', () => {
    const tiers = [{ aboveInputTokens: 200_000, inputMicroPer1M: 2_000_000, outputMicroPer1M: 3_000_000 }]
    const price = { inputMicroPer1M: 1_000_001, outputMicroPer1M: 10, cacheReadMicroPer1M: 100_000, tiers }
    expect(scalePrice(price, 1.5)).toEqual({
      inputMicroPer1M: 1_500_002,
      outputMicroPer1M: 15,
      cacheReadMicroPer1M: 150_000,
      tiers: [{ aboveInputTokens: 200_000, inputMicroPer1M: 3_000_000, outputMicroPer1M: 4_500_000 }],
    })
  })

  it('gives what a call costs with that factor, but for rounding', () => {
    fc.assert(
      fc.property(anyUsage, fc.integer({ min: 1, max: 5 }), (usage, factor) => {
        const scaled = costMicro(usage, scalePrice(PRICE, factor))
        const exact = costMicro(usage, PRICE) * factor
        expect(scaled).toBeLessThanOrEqual(exact)
        expect(scaled).toBeGreaterThan(exact - factor)
      }),
    )
  })
})
