import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { counterexampleOf } from '../contracts/counterexample.js'
import { affordableOutputTokens, holdAmount } from '../../src/balance/hold.js'
import { costMicro, type ModelPrice } from '../../src/balance/price.js'
import { completeUsage } from '../../src/canonical/usage.js'

const rate = fc.nat(50_000_000)
const optionalRate = fc.option(rate, { nil: undefined })
const tokenPrice = {
  inputMicroPer1M: rate,
  outputMicroPer1M: rate,
  cacheReadMicroPer1M: optionalRate,
  cacheWriteMicroPer1M: optionalRate,
  cacheWriteLongMicroPer1M: optionalRate,
}
const anyPrice: fc.Arbitrary<ModelPrice> = fc.record({
  ...tokenPrice,
  tiers: fc.array(fc.record({ ...tokenPrice, aboveInputTokens: fc.nat(500_000) }), { maxLength: 3 }),
})
const tokens = fc.nat(1_000_000)

describe('holdAmount', () => {
  it('takes the dearest price that input can have', () => {
    const price = {
      inputMicroPer1M: 3_000_000,
      outputMicroPer1M: 15_000_000,
      cacheWriteMicroPer1M: 3_750_000,
    }
    expect(holdAmount({ inputTokens: 1000, outputTokens: 100, price })).toBe(3750 + 1500)
  })

  it('covers the next price tier when the estimate comes near it', () => {
    const base = { inputMicroPer1M: 1_000_000, outputMicroPer1M: 0 }
    const price = {
      ...base,
      tiers: [{ aboveInputTokens: 200_000, inputMicroPer1M: 2_000_000, outputMicroPer1M: 0 }],
    }
    expect(holdAmount({ inputTokens: 160_000, outputTokens: 0, price })).toBe(160_000)
    expect(holdAmount({ inputTokens: 170_000, outputTokens: 0, price })).toBe(340_000)
  })

  it('covers the cost of every usage within the estimate', () => {
    const parts = fc.record({
      cacheReadTokens: tokens,
      cacheWriteTokens: tokens,
      cacheWriteLongTokens: tokens,
    })
    expect(
      counterexampleOf(
        fc.property(anyPrice, parts, tokens, tokens, (price, cached, inputTokens, outputTokens) => {
          const usage = completeUsage({ ...cached, inputTokens, outputTokens })
          return costMicro(usage, price) <= holdAmount({ inputTokens, outputTokens, price })
        }),
      ),
    ).toBeNull()
  })

  it.each([Number.NaN, -5, 0.5, 1e300, Number.POSITIVE_INFINITY])(
    'survives an output limit of %d',
    (outputTokens) => {
      const price = { inputMicroPer1M: 1, outputMicroPer1M: 1_000_000 }
      const amountMicro = holdAmount({ inputTokens: 0, outputTokens, price })
      expect(Number.isSafeInteger(amountMicro)).toBe(true)
      expect(amountMicro).toBeGreaterThanOrEqual(0)
    },
  )
})

describe('affordableOutputTokens', () => {
  it('is the largest output whose hold fits', () => {
    expect(
      counterexampleOf(
        fc.property(anyPrice, tokens, fc.nat(20_000_000), (price, inputTokens, available) => {
          const affordable = affordableOutputTokens(available, inputTokens, price)
          const hold = (outputTokens: number): number => holdAmount({ inputTokens, outputTokens, price })
          if (affordable === Number.MAX_SAFE_INTEGER) return hold(1e9) <= available
          if (affordable > 0 && hold(affordable) > available) return false
          return hold(affordable + 1) > available
        }),
      ),
    ).toBeNull()
  })

  it('is none when not even the input can be paid', () => {
    const price = { inputMicroPer1M: 1_000_000, outputMicroPer1M: 0 }
    expect(affordableOutputTokens(9, 10, price)).toBe(0)
    expect(affordableOutputTokens(-1, 0, price)).toBe(0)
    expect(affordableOutputTokens(10, 10, price)).toBe(Number.MAX_SAFE_INTEGER)
  })
})
