import { describe, expect, it } from 'vitest'
import { dayStart, monthStart, weekStart, windowTotals } from '../../src/usage/windows.js'
import { usageRecord } from '../contracts/samples.js'

const at = (iso: string): number => Date.parse(iso)

describe('window starts', () => {
  it.each([
    ['2024-05-15T13:45:10.123Z', '2024-05-15', '2024-05-13', '2024-05-01'],
    ['2024-05-13T00:00:00.000Z', '2024-05-13', '2024-05-13', '2024-05-01'], // a Monday
    ['2024-05-12T23:59:59.999Z', '2024-05-12', '2024-05-06', '2024-05-01'], // a Sunday
    ['2024-12-31T12:00:00.000Z', '2024-12-31', '2024-12-30', '2024-12-01'], // week of the next year
    ['2024-03-01T00:00:00.000Z', '2024-03-01', '2024-02-26', '2024-03-01'], // week of the month before
    ['1970-01-01T00:00:00.000Z', '1970-01-01', '1969-12-29', '1970-01-01'],
  ])('of %s are day %s, Monday %s, month %s', (now, day, week, month) => {
    expect(dayStart(at(now))).toBe(at(day))
    expect(weekStart(at(now))).toBe(at(week))
    expect(monthStart(at(now))).toBe(at(month))
  })
})

describe('windowTotals', () => {
  const now = at('2024-05-02T10:00:00Z') // a Thursday; the week began in April

  it('puts each record into the windows that reach back to it', () => {
    const records = [
      '2024-05-02T00:00:00Z',
      '2024-05-01T23:59:59Z',
      '2024-04-29T00:00:00Z',
      '2024-04-28T23:59:59Z',
    ].map((time) => usageRecord({ time: at(time) }))
    const totals = windowTotals(records, now)
    expect(totals.daily.requestCount).toBe(1)
    expect(totals.weekly.requestCount).toBe(3)
    expect(totals.monthly.requestCount).toBe(2)
  })

  it('sums cost and tokens, and counts failures as requests but not as successes', () => {
    const records = [
      usageRecord({ time: now, costMicro: 7, inputTokens: 10, outputTokens: 4 }),
      usageRecord({ time: now, costMicro: 5, inputTokens: 1, outputTokens: 2, status: 'aborted' }),
      usageRecord({ time: now, costMicro: 0, inputTokens: 0, outputTokens: 0, status: 'failed' }),
    ]
    expect(windowTotals(records, now).daily).toEqual({
      costMicro: 12,
      promptTokens: 11,
      completionTokens: 6,
      requestCount: 3,
      successCount: 1,
    })
  })

  it('leaves out what lies beyond the day', () => {
    expect(windowTotals([usageRecord({ time: at('2024-05-03T00:00:00Z') })], now).monthly.requestCount).toBe(
      0,
    )
  })
})
