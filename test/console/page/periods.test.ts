import { describe, expect, it } from 'vitest'
import type { TotalsGroup } from '../../../src/console/page/api/types.js'
import {
  emptyDay,
  errorRate,
  groupMonths,
  startOfRange,
  sumSince,
  windowStarts,
} from '../../../src/console/page/periods.js'

const day = (name: string, cost: number): TotalsGroup => ({
  group: name,
  cost_micro: cost,
  prompt_tokens: 10,
  completion_tokens: 1,
  request_count: 4,
  success_count: 3,
})

describe('windows', () => {
  it('begin at UTC midnight, on Monday and on the first', () => {
    const sunday = new Date('2026-11-22T23:59:59Z')
    expect(windowStarts(sunday)).toEqual({ day: '2026-11-22', week: '2026-11-16', month: '2026-11-01' })
    const monday = new Date('2026-11-23T00:00:00Z')
    expect(windowStarts(monday)).toEqual({ day: '2026-11-23', week: '2026-11-23', month: '2026-11-01' })
  })

  it('sum the days since they began', () => {
    const days = [day('2026-11-21', 1), day('2026-11-22', 2), day('2026-11-23', 4)]
    expect(sumSince(days, '2026-11-22')).toMatchObject({ cost_micro: 6, request_count: 8, prompt_tokens: 20 })
    expect(sumSince([], '2026-11-22')).toMatchObject({ cost_micro: 0, request_count: 0 })
  })
})

describe('a range by its name', () => {
  it('begins so long ago', () => {
    const now = new Date('2026-11-23T12:00:00Z')
    expect(startOfRange('24h', now)).toBe('2026-11-22T12:00:00.000Z')
    expect(startOfRange('7d', now)).toBe('2026-11-16T12:00:00.000Z')
  })

  it.each([undefined, '', 'custom', 'constructor', '100y'])('has no beginning as %j', (name) => {
    expect(startOfRange(name, new Date())).toBeNull()
  })
})

describe('months', () => {
  it('are summed newest first, each with the day behind its last', () => {
    const months = groupMonths([day('2025-12-31', 1), day('2026-02-01', 2), day('2026-02-28', 4)])
    expect(months.map(({ name, since, until, totals }) => [name, since, until, totals.cost_micro])).toEqual([
      ['2026-02', '2026-02-01', '2026-03-01', 6],
      ['2025-12', '2025-12-01', '2026-01-01', 1],
    ])
  })

  it('are there for a day without calls, too', () => {
    const months = groupMonths([day('2026-02-01', 2), emptyDay('2026-02-03'), emptyDay('2026-01-31')])
    expect(months.map(({ name, totals }) => [name, totals.cost_micro, totals.request_count])).toEqual([
      ['2026-02', 2, 4],
      ['2026-01', 0, 0],
    ])
  })
})

describe('the error rate', () => {
  it('is the part that did not complete, and unknown without calls', () => {
    expect(errorRate(day('2026-11-23', 0))).toBe(0.25)
    expect(errorRate({ ...day('2026-11-23', 0), request_count: 0, success_count: 0 })).toBeNull()
  })
})
