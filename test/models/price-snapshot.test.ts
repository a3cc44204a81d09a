import { calcPrice, findProvider } from '@pydantic/genai-prices'
import { describe, expect, it } from 'vitest'
import { buildSnapshot, toMicro } from '../../scripts/build-price-snapshot.mjs'
import { lookUpSnapshot } from '../../src/models/price-snapshot.js'
import { SNAPSHOT, SNAPSHOT_DATE, SNAPSHOT_SOURCE } from '../../src/models/snapshot.js'

describe('the price snapshot', () => {
  it('is what the script makes of the installed price data: run scripts/build-price-snapshot.mjs when this fails', () => {
    expect(SNAPSHOT).toEqual(buildSnapshot(SNAPSHOT_DATE))
  })

  it('says when and from where it is', () => {
    expect(SNAPSHOT_DATE).toMatch(/^\d{4}-\d{2}-\d{2}$/)
    expect(SNAPSHOT_SOURCE).toMatch(/^@pydantic\/genai-prices \d/)
  })

  it('holds only integers', () => {
    const numbers = JSON.stringify(Object.values(SNAPSHOT).flatMap((rows) => Object.values(rows)))
    expect(numbers.match(/\d+\.\d+(?=[,\]])/g)).toBeNull()
    expect(numbers).not.toMatch(/-\d+[,\]]/)
  })

  it('has a row behind every other name', () => {
    const unknown = Object.entries(SNAPSHOT).flatMap(([vendor, rows]) =>
      Object.keys(rows).filter((name) => lookUpSnapshot(vendor, name) === null),
    )
    expect(unknown).toEqual([])
  })
})

describe('lookUpSnapshot', () => {
  it('gives prices, tiers and the context window', () => {
    expect(lookUpSnapshot('anthropic', 'claude-sonnet-4-5')).toEqual({
      contextWindowTokens: 200_000,
      price: {
        inputMicroPer1M: 3_000_000,
        outputMicroPer1M: 15_000_000,
        cacheReadMicroPer1M: 300_000,
        cacheWriteMicroPer1M: 3_750_000,
        cacheWriteLongMicroPer1M: 6_000_000,
        tiers: [
          {
            aboveInputTokens: 200_000,
            inputMicroPer1M: 6_000_000,
            outputMicroPer1M: 22_500_000,
            cacheReadMicroPer1M: 600_000,
            cacheWriteMicroPer1M: 7_500_000,
            cacheWriteLongMicroPer1M: 12_000_000,
          },
        ],
      },
    })
  })

  it.each([
    ['anthropic', 'claude-sonnet-4.5'],
    ['anthropic', 'Claude-Sonnet-4-5'],
    ['anthropic', 'claude-sonnet-4-5[1m]'],
    ['anthropic', 'claude-sonnet-4-5-20250929'],
    ['anthropic', 'claude-sonnet-4-5@20250929'],
  ])('knows %s/%s by any spelling', (vendor, model) => {
    expect(lookUpSnapshot(vendor, model)).toEqual(lookUpSnapshot('anthropic', 'claude-sonnet-4-5'))
  })

  it('prefers a dated row to the row without a date', () => {
    const dated = lookUpSnapshot('openai', 'gpt-4o-2024-05-13')?.price.inputMicroPer1M
    expect(dated).not.toBe(lookUpSnapshot('openai', 'gpt-4o')?.price.inputMicroPer1M)
  })

  it.each([
    ['nobody', 'claude-sonnet-4-5'],
    ['anthropic', 'claude-sonnet-4-5-turbo'],
    ['anthropic', 'claude-sonnet-5-5'],
    ['anthropic', '__proto__'],
    ['__proto__', 'toString'],
    ['constructor', 'name'],
    ['openai', 'gpt-image-1'],
  ])('knows no price of %s/%s', (vendor, model) => {
    expect(lookUpSnapshot(vendor, model)).toBeNull()
  })

  it.each([
    ['openai', 'gpt-5.5', 1000],
    ['openai', 'gpt-5.5', 300_000],
    ['anthropic', 'claude-opus-4-6', 300_000],
    ['gemini', 'gemini-2.5-pro', 250_000],
    ['x-ai', 'grok-4.5', 250_000],
    ['mistral', 'mistral-large-2512', 1000],
  ])('agrees with the source on %s/%s with %i input tokens', (vendor, model, inputTokens) => {
    const price = lookUpSnapshot(vendor, model)?.price
    const rates = price?.tiers?.findLast((tier) => inputTokens > tier.aboveInputTokens) ?? price
    const ours = (rates?.inputMicroPer1M ?? 0) * inputTokens + (rates?.outputMicroPer1M ?? 0) * 500
    const theirs = calcPrice({ input_tokens: inputTokens, output_tokens: 500 }, model, {
      providerId: vendor === 'gemini' ? 'google' : vendor,
      timestamp: new Date(`${SNAPSHOT_DATE}T12:00:00Z`),
    })
    expect(ours / 1e12).toBeCloseTo(theirs?.total_price ?? Number.NaN, 10)
  })

  it('never sells below the price of any hour', () => {
    const conditional = findProvider({ providerId: 'deepseek' })?.models.find(
      ({ id }) => id === 'deepseek-v4-pro',
    )
    const prices = Array.isArray(conditional?.prices) ? conditional.prices : []
    const hourly = prices.filter(({ constraint }) => constraint?.type === 'time_of_date')
    expect(hourly).not.toHaveLength(0)
    for (const { prices: hour } of hourly) {
      expect(lookUpSnapshot('deepseek', 'deepseek-v4-pro')?.price.outputMicroPer1M).toBeGreaterThanOrEqual(
        Math.floor(Number(hour['output_mtok']) * 1e6),
      )
    }
  })
})

describe('toMicro', () => {
  it.each([
    [3, 3_000_000],
    [0, 0],
    [0.003625, 3625],
    [0.0028, 2800],
    [1.1, 1_100_000],
    [18.75, 18_750_000],
    [1e-7, 1],
    [0.0000014, 2],
    ['1.5e3', 1_500_000_000],
    [0.0375, 37_500],
  ])('makes %s dollars %i micro-dollars, exactly or rounded up', (dollars, micro) => {
    expect(toMicro(dollars)).toBe(micro)
  })
})
