import { describe, expect, it } from 'vitest'
import type { SpendLimit } from '../../src/balance/ledger.js'
import { findSpendRefusal, spendChanges, spendDay, spendQuestions } from '../../src/balance/spend.js'
import { DAY_MS } from '../contracts/samples.js'

const limit = (since: number, limitMicro: number): SpendLimit => ({ window: 'day', since, limitMicro })

describe('spendDay', () => {
  it.each([
    ['2024-05-15T00:00:00.000Z', '2024-05-15'],
    ['2024-05-15T23:59:59.999Z', '2024-05-15'],
    ['2024-05-16T00:00:00.000Z', '2024-05-16'],
    ['1969-12-31T23:00:00.000Z', '1969-12-31'],
  ])('of %s is the midnight of %s', (time, day) => {
    expect(spendDay(Date.parse(time))).toBe(Date.parse(`${day}T00:00:00Z`))
  })
})

describe('spendQuestions', () => {
  it('asks for one sum for each limit', () => {
    const scopes = [
      { scope: 'a', limits: [limit(1, 10), limit(2, 20)] },
      { scope: 'b', limits: [] },
      { scope: 'c', limits: [limit(1, 5)] },
    ]
    expect(spendQuestions(scopes)).toEqual([
      { scope: 'a', since: 1 },
      { scope: 'a', since: 2 },
      { scope: 'c', since: 1 },
    ])
  })

  it('asks for nothing without scopes', () => {
    expect(spendQuestions(undefined)).toEqual([])
    expect(spendQuestions([])).toEqual([])
  })
})

describe('findSpendRefusal', () => {
  const scopes = [
    { scope: 'a', limits: [limit(1, 100), limit(2, 50)] },
    { scope: 'b', limits: [limit(2, 30)] },
  ]
  const sums = (a1: number, a2: number, b2: number) => [
    { scope: 'a', since: 1, spentMicro: a1 },
    { scope: 'a', since: 2, spentMicro: a2 },
    { scope: 'b', since: 2, spentMicro: b2 },
  ]

  it('is none while every limit bears the amount', () => {
    expect(findSpendRefusal(scopes, sums(90, 40, 20), 10)).toBeNull()
  })

  it.each([
    ['the first limit', sums(91, 41, 21), { scope: 'a', limit: limit(1, 100), spentMicro: 91 }],
    ['the second limit', sums(90, 41, 21), { scope: 'a', limit: limit(2, 50), spentMicro: 41 }],
    ['another scope', sums(90, 40, 21), { scope: 'b', limit: limit(2, 30), spentMicro: 21 }],
  ])('names the first that does not: %s', (_name, given, expected) => {
    expect(findSpendRefusal(scopes, given, 10)).toEqual(expected)
  })

  it('takes a sum that is not given for zero', () => {
    expect(findSpendRefusal(scopes, [], 30)).toBeNull()
    expect(findSpendRefusal(scopes, [], 31)).toEqual({ scope: 'b', limit: limit(2, 30), spentMicro: 0 })
  })

  it('limits nothing without scopes', () => {
    expect(findSpendRefusal(undefined, [], 1e9)).toBeNull()
    expect(findSpendRefusal([{ scope: 'a', limits: [] }], [], 1e9)).toBeNull()
  })
})

describe('spendChanges', () => {
  it('changes every scope on the day of the hold', () => {
    const hold = { scopes: ['a', 'b'], placedAt: 3 * DAY_MS + 7 }
    const change = { spentMicro: 5, heldMicro: -9 }
    expect(spendChanges(hold, change)).toEqual([
      { scope: 'a', day: 3 * DAY_MS, ...change },
      { scope: 'b', day: 3 * DAY_MS, ...change },
    ])
  })
})
