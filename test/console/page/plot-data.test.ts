import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TotalsGroup } from '../../../src/console/page/api/types.js'
import {
  chartDays,
  chartModels,
  lastDays,
  nextDay,
  OTHERS,
  stack,
  sum,
} from '../../../src/console/page/plot-data.js'

const DAYS = ['2026-02-27', '2026-02-28', '2026-03-01'] as const

const group = (day: string, prompt: number, model?: string): TotalsGroup => ({
  group: day,
  model,
  cost_micro: prompt * 2,
  prompt_tokens: prompt,
  completion_tokens: 0,
  request_count: 1,
  success_count: 1,
})

const prompts = ({ prompt_tokens }: TotalsGroup): number => prompt_tokens

describe('days', () => {
  it('end today and have no gaps, over months and leap years', () => {
    expect(lastDays(new Date('2026-03-01T00:00:00Z'), 3)).toEqual(DAYS)
    expect(lastDays(new Date('2028-03-01T23:59:59Z'), 2)).toEqual(['2028-02-29', '2028-03-01'])
    expect(nextDay('2026-12-31')).toBe('2027-01-01')
  })

  it('without calls are zero, and days that are not shown are not counted', () => {
    const groups = [group('2026-02-27', 5), group('2026-03-01', 7), group('2026-01-01', 99)]
    expect(chartDays(DAYS, groups, { Tokens: prompts })).toEqual({
      days: DAYS,
      series: [{ name: 'Tokens', values: [5, 0, 7] }],
    })
  })
})

describe('models over time', () => {
  it('stand largest first, and without those that used nothing', () => {
    const groups = [
      group('2026-02-27', 1, 'small'),
      group('2026-02-28', 9, 'large'),
      group('2026-03-01', 3, 'small'),
      group('2026-03-01', 0, 'idle'),
    ]
    expect(chartModels(DAYS, groups, { most: 5, read: prompts }).series).toEqual([
      { name: 'large', values: [0, 9, 0] },
      { name: 'small', values: [1, 0, 3] },
    ])
  })

  it('beyond the largest are one series together', () => {
    const groups = ['a', 'b', 'c', 'd'].map((model, index) => group('2026-02-28', 10 - index, model))
    expect(chartModels(DAYS, groups, { most: 3, read: prompts }).series).toEqual([
      { name: 'a', values: [0, 10, 0] },
      { name: 'b', values: [0, 9, 0] },
      { name: OTHERS, values: [0, 15, 0] },
    ])
  })

  it('that the API has summed up stay with the others, however few are named', () => {
    const groups = [group('2026-02-28', 20, ''), group('2026-02-28', 3, 'a'), group('2026-03-01', 2, 'b')]
    expect(chartModels(DAYS, groups, { most: 5, read: prompts }).series).toEqual([
      { name: 'a', values: [0, 3, 0] },
      { name: 'b', values: [0, 0, 2] },
      { name: OTHERS, values: [0, 20, 0] },
    ])
    expect(chartModels(DAYS, groups, { most: 2, read: prompts }).series).toEqual([
      { name: 'a', values: [0, 3, 0] },
      { name: OTHERS, values: [0, 20, 2] },
    ])
  })

  it('lose no token, however many there are', () => {
    const record = fc.record({
      day: fc.constantFrom(...DAYS),
      model: fc.constantFrom('', 'a', 'b', 'c', 'd', 'e', 'constructor', '__proto__'),
      tokens: fc.nat(1_000_000),
    })
    fc.assert(
      fc.property(fc.array(record), fc.integer({ min: 1, max: 8 }), (records, most) => {
        const groups = records.map(({ day, model, tokens }) => group(day, tokens, model))
        const { series } = chartModels(DAYS, groups, { most, read: prompts })
        expect(series.length).toBeLessThanOrEqual(most)
        expect(sum(series.map(({ values }) => sum(values)))).toBe(sum(groups.map(prompts)))
      }),
    )
  })
})

describe('stacked bars', () => {
  it('each begin where the one below ends', () => {
    const series = [
      { name: 'a', values: [1, 2] },
      { name: 'b', values: [3, 0] },
      { name: 'c', values: [5, 7] },
    ]
    expect(stack(series)).toEqual([
      [1, 2],
      [4, 2],
      [9, 9],
    ])
    expect(stack([])).toEqual([])
  })
})
