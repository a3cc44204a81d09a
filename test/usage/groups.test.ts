import { describe, expect, it } from 'vitest'
import {
  compareUsageRecords,
  matchesUsageFilter,
  sortUsageGroups,
  usageGroup,
  utcDate,
} from '../../src/usage/groups.js'
import type { UsageFilter } from '../../src/usage/record.js'
import { EMPTY_TOTALS } from '../../src/usage/windows.js'
import { usageRecord } from '../contracts/samples.js'

const TIME = Date.parse('2024-02-29T23:59:59.999Z')

describe('usageGroup', () => {
  const record = usageRecord({ time: TIME, model: 'a/b', keyId: 'key_7', endUser: 'ann' })

  it.each([
    ['day', '2024-02-29'],
    ['model', 'a/b'],
    ['key', 'key_7'],
    ['end_user', 'ann'],
  ] as const)('by %s is %s', (by, group) => {
    expect(usageGroup(record, by)).toBe(group)
  })

  it('is none for a call without an end user', () => {
    expect(usageGroup(usageRecord(), 'end_user')).toBeNull()
  })

  it('begins a day at midnight, UTC', () => {
    expect([utcDate(TIME), utcDate(TIME + 1)]).toEqual(['2024-02-29', '2024-03-01'])
  })
})

describe('sortUsageGroups', () => {
  const groups = [
    ['b', 5],
    ['c', 7],
    ['a', 5],
  ] as const
  const sorted = (by: 'day' | 'model') =>
    sortUsageGroups(
      groups.map(([group, costMicro]) => ({ group, totals: { ...EMPTY_TOTALS, costMicro } })),
      by,
    ).map(({ group }) => group)

  it('puts the dearest first, of the same cost by name', () => {
    expect(sorted('model')).toEqual(['c', 'a', 'b'])
  })

  it('puts days in their order', () => {
    expect(sorted('day')).toEqual(['a', 'b', 'c'])
  })
})

describe('matchesUsageFilter', () => {
  const record = usageRecord({ time: TIME, endUser: 'ann' })

  it.each<[UsageFilter, boolean]>([
    [{}, true],
    [
      { accountId: 'acme', keyId: 'key_1', model: 'openai/gpt-5.5', status: 'completed', endUser: 'ann' },
      true,
    ],
    [{ accountId: 'other' }, false],
    [{ keyId: 'key_2' }, false],
    [{ model: 'a/b' }, false],
    [{ status: 'failed' }, false],
    [{ endUser: 'bob' }, false],
    [{ since: TIME, until: TIME + 1 }, true],
    [{ since: TIME + 1 }, false],
    [{ until: TIME }, false],
  ])('%j: %s', (filter, expected) => {
    expect(matchesUsageFilter(record, filter)).toBe(expected)
  })
})

describe('compareUsageRecords', () => {
  it('orders by time and request id, both descending', () => {
    const records = [
      { time: 1, requestId: 'b' },
      { time: 2, requestId: 'a' },
      { time: 1, requestId: 'c' },
    ]
    expect(records.sort(compareUsageRecords).map(({ requestId }) => requestId)).toEqual(['a', 'c', 'b'])
    expect(compareUsageRecords({ time: 1, requestId: 'b' }, { time: 1, requestId: 'b' })).toBe(0)
  })
})
