import { describe, expect, it } from 'vitest'
import type { UsageQuery, UsageRecord, UsageStore } from '../../src/usage/record.js'
import { windowTotals } from '../../src/usage/windows.js'
import { DAY_MS, usageOf, usageRecord } from './samples.js'

/** An empty usage store. Called for each test. */
export type CreateUsageStore = () => UsageStore | Promise<UsageStore>

type StartUsageStore = (...records: readonly UsageRecord[]) => Promise<UsageStore>

const NOW = Date.parse('2024-05-02T10:00:00Z')
const TODAY = Date.parse('2024-05-02T00:00:00Z')
const HOUR_MS = 3_600_000

/** The contract of every {@link UsageStore}. */
export function testUsageStore(name: string, create: CreateUsageStore): void {
  const start: StartUsageStore = async (...records) => {
    const store = await create()
    for (const record of records) await store.append(record)
    return store
  }

  describe(`${name}: usage store`, () => {
    testWindows(start)
    testRecords(start)
    testTotals(start)
    testRetention(start)
  })
}

function testWindows(start: StartUsageStore): void {
  it('answers zeros for an account without records', async () => {
    const store = await start()
    expect(await store.windows('nobody', NOW)).toEqual(windowTotals([], NOW))
  })

  it('sums the records of an account into day, week and month as the pure function does', async () => {
    const records = Array.from({ length: 300 }, (_, index) =>
      usageRecord({
        requestId: `req_cm_${index}`,
        time: NOW - index * 3 * HOUR_MS,
        status: index % 3 === 0 ? 'failed' : 'completed',
        costMicro: index,
      }),
    ).reverse()
    const store = await start(...records)
    expect(await store.windows('acme', NOW)).toEqual(windowTotals(records, NOW))
  })

  it('keeps accounts apart', async () => {
    const other = usageRecord({ requestId: 'req_cm_2', time: NOW, accountId: 'other' })
    const store = await start(usageRecord({ time: NOW }), other)
    expect((await store.windows('acme', NOW)).daily.requestCount).toBe(1)
  })

  it('takes records that come late and out of order', async () => {
    const times = [NOW, NOW - 30 * DAY_MS, NOW - DAY_MS, NOW]
    const records = times.map((time, index) => usageRecord({ requestId: `req_cm_${index}`, time }))
    const store = await start(...records)
    expect(await store.windows('acme', NOW)).toEqual(windowTotals(records, NOW))
  })

  it('counts a request once, however often its record comes', async () => {
    const store = await start(usageRecord({ time: NOW, costMicro: 5 }))
    const again = usageRecord({ time: NOW, costMicro: 9 })
    await Promise.all([again, again, again].map(async (record) => store.append(record)))
    expect((await store.windows('acme', NOW)).daily).toMatchObject({ requestCount: 1, costMicro: 5 })
    expect(await store.records({ limit: 10 })).toHaveLength(1)
    const [day] = await store.totals({ by: 'day', since: TODAY, until: TODAY + DAY_MS })
    expect(day?.totals).toMatchObject({ requestCount: 1, costMicro: 5 })
  })
}

function testRecords(start: StartUsageStore): void {
  it('gives a record back with every field, but not the raw usage of the vendor', async () => {
    const full = usageRecord({
      time: NOW,
      route: null,
      status: 'failed',
      httpStatus: 502,
      errorCode: 'upstream_error',
      errorMessage: `it's "ä🧀" \\ ?`,
      timeToFirstByteMs: null,
      usage: usageOf({
        inputTokens: 100,
        cacheReadTokens: 40,
        outputTokens: 7,
        reasoningTokens: 3,
        estimated: true,
      }),
      costMicro: 2 ** 40,
      shortfallMicro: 3,
      endUser: 'ann',
      streamed: true,
      attempts: [
        { route: 'a:m', status: null, errorCode: 'upstream_timeout', latencyMs: 12 },
        { route: 'b:m', status: 502, errorCode: 'upstream_error', latencyMs: 3 },
      ],
    })
    const store = await start({ ...full, usage: { ...full.usage, raw: { huge: true } } }, usageRecord())
    expect(await store.record('req_cm_1')).toEqual(full)
    expect(await store.records({ limit: 1 })).toEqual([full])
    expect(await store.record('unknown')).toBeNull()
  })

  it('lists the newest first, of the same time by request id, page by page', async () => {
    const ids = ['b', 'a', 'd', 'c', 'e']
    const times = [NOW, NOW, NOW - 1, NOW + 1, NOW]
    const store = await start(
      ...ids.map((requestId, index) => usageRecord({ requestId, time: times[index] ?? 0 })),
    )
    const seen: string[] = []
    let after: UsageQuery['after']
    for (;;) {
      const page: readonly UsageRecord[] = await store.records({ limit: 2, after })
      if (page.length === 0) break
      seen.push(...page.map(({ requestId }) => requestId))
      after = page.at(-1)
    }
    expect(seen).toEqual(['c', 'e', 'b', 'a', 'd'])
  })

  it.each<[string, Omit<UsageQuery, 'limit'>, string[]]>([
    ['account', { accountId: 'other' }, ['other']],
    ['key', { keyId: 'key_2' }, ['key']],
    ['model', { model: 'anthropic/claude' }, ['model']],
    ['model and time', { model: 'anthropic/claude', since: NOW - 1, until: NOW }, ['model']],
    ['model before its time', { model: 'anthropic/claude', until: NOW - 1 }, []],
    ['model behind its time', { model: 'anthropic/claude', since: NOW }, []],
    ['model of an account', { accountId: 'acme', model: 'anthropic/claude' }, ['model']],
    ['model of another account', { accountId: 'other', model: 'anthropic/claude' }, []],
    ['model that nobody called', { model: 'none' }, []],
    ['status', { status: 'aborted' }, ['status']],
    ['end user', { endUser: 'ann' }, ['user']],
    ['start, included', { since: NOW }, ['new']],
    ['end, not included', { until: NOW - 8 }, ['old']],
    ['all at once', { accountId: 'acme', keyId: 'key_1', since: NOW - 9, until: NOW - 8 }, ['old']],
    ['what nothing is', { accountId: 'other', endUser: 'ann' }, []],
  ])('filters by %s', async (_name, filter, expected) => {
    const time = NOW - 1
    const store = await start(
      usageRecord({ requestId: 'old', time: NOW - 9 }),
      usageRecord({ requestId: 'older end', time: NOW - 8 }),
      usageRecord({ requestId: 'other', time, accountId: 'other' }),
      usageRecord({ requestId: 'key', time, keyId: 'key_2' }),
      usageRecord({ requestId: 'model', time, model: 'anthropic/claude' }),
      usageRecord({ requestId: 'status', time, status: 'aborted' }),
      usageRecord({ requestId: 'user', time, endUser: 'ann' }),
      usageRecord({ requestId: 'new', time: NOW }),
    )
    const found = await store.records({ ...filter, limit: 10 })
    expect(found.map(({ requestId }) => requestId)).toEqual(expected)
  })
}

function testTotals(start: StartUsageStore): void {
  const calls = [
    usageRecord({ requestId: '1', time: TODAY, costMicro: 5, endUser: 'ann' }),
    usageRecord({ requestId: '2', time: TODAY + DAY_MS - 1, costMicro: 7, model: 'b', keyId: 'key_2' }),
    usageRecord({ requestId: '3', time: TODAY + DAY_MS, costMicro: 11, status: 'failed', endUser: 'bob' }),
    usageRecord({ requestId: '4', time: TODAY - 1, costMicro: 100, endUser: 'ann' }),
    usageRecord({ requestId: '5', time: TODAY + 5, costMicro: 50, accountId: 'other', model: 'c' }),
  ]
  const range = { since: TODAY, until: TODAY + 2 * DAY_MS }

  it('sums whole days, ascending', async () => {
    const store = await start(...calls)
    expect(await store.totals({ accountId: 'acme', by: 'day', ...range })).toEqual([
      {
        group: '2024-05-02',
        totals: { costMicro: 12, promptTokens: 20, completionTokens: 10, requestCount: 2, successCount: 2 },
      },
      {
        group: '2024-05-03',
        totals: { costMicro: 11, promptTokens: 10, completionTokens: 5, requestCount: 1, successCount: 0 },
      },
    ])
    const before = { since: TODAY - DAY_MS, until: TODAY }
    const [day] = await store.totals({ accountId: 'acme', by: 'day', ...before })
    expect(day).toMatchObject({ group: '2024-05-01', totals: { costMicro: 100 } })
  })

  it('sums by model, key and end user, dearest first', async () => {
    const store = await start(...calls)
    const costs = async (by: 'model' | 'key' | 'end_user') =>
      (await store.totals({ accountId: 'acme', by, ...range })).map(({ group, totals }) => [
        group,
        totals.costMicro,
      ])
    expect(await costs('model')).toEqual([
      ['openai/gpt-5.5', 16],
      ['b', 7],
    ])
    expect(await costs('key')).toEqual([
      ['key_1', 16],
      ['key_2', 7],
    ])
    expect(await costs('end_user')).toEqual([
      ['bob', 11],
      ['ann', 5],
    ])
  })

  it('sums the models of each day: days ascending, the dearest model first', async () => {
    const again = usageRecord({ requestId: '6', time: TODAY + 9, costMicro: 4, model: 'b' })
    const store = await start(...calls, again)
    const groups = await store.totals({ accountId: 'acme', by: 'day_model', ...range })
    expect(groups.map(({ group, model, totals }) => [group, model, totals.costMicro])).toEqual([
      ['2024-05-02', 'b', 11],
      ['2024-05-02', 'openai/gpt-5.5', 5],
      ['2024-05-03', 'openai/gpt-5.5', 11],
    ])
    expect(groups[0]?.totals).toMatchObject({ promptTokens: 20, completionTokens: 10, requestCount: 2 })
    const all = await store.totals({ by: 'day_model', ...range })
    expect(all.map(({ model, totals }) => [model, totals.costMicro])).toEqual([
      ['c', 50],
      ['b', 11],
      ['openai/gpt-5.5', 5],
      ['openai/gpt-5.5', 11],
    ])
  })

  it('sums all accounts together when none is named', async () => {
    const store = await start(...calls)
    const [dearest] = await store.totals({ by: 'model', ...range })
    expect(dearest).toMatchObject({ group: 'c', totals: { costMicro: 50 } })
    const days = await store.totals({ by: 'day', ...range })
    expect(days.map(({ totals }) => totals.costMicro)).toEqual([62, 11])
  })

  it('answers nothing where nothing was', async () => {
    const store = await start(...calls)
    expect(await store.totals({ accountId: 'unknown', by: 'day', ...range })).toEqual([])
    const never = { since: TODAY + 5 * DAY_MS, until: TODAY + 6 * DAY_MS }
    expect(await store.totals({ by: 'end_user', ...never })).toEqual([])
  })
}

function testRetention(start: StartUsageStore): void {
  it('forgets old records, not what they add up to', async () => {
    const old = usageRecord({ requestId: 'old', time: NOW - 2 })
    const young = usageRecord({ requestId: 'young', time: NOW - 1 })
    const store = await start(old, young)
    const windows = await store.windows('acme', NOW)
    expect(await store.prune(NOW - 1)).toBe(1)
    expect(await store.prune(NOW - 1)).toBe(0)
    expect(await store.record('old')).toBeNull()
    expect(await store.records({ limit: 10 })).toEqual([young])
    expect(await store.windows('acme', NOW)).toEqual(windows)
    const [day] = await store.totals({ by: 'day', since: TODAY, until: TODAY + DAY_MS })
    expect(day?.totals.requestCount).toBe(2)
  })
}
