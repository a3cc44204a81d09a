import { describe, expect, it } from 'vitest'
import type { UsageStore } from '../../src/usage/record.js'
import { windowTotals } from '../../src/usage/windows.js'
import { usageRecord } from './samples.js'

const NOW = Date.parse('2024-05-02T10:00:00Z')
const HOUR_MS = 3_600_000

/** The contract of every {@link UsageStore}. */
export function testUsageStore(name: string, create: () => UsageStore | Promise<UsageStore>): void {
  describe(`${name}: usage store`, () => {
    it('answers zeros for an account without records', async () => {
      const store = await create()
      expect(await store.windows('nobody', NOW)).toEqual(windowTotals([], NOW))
    })

    it('sums the records of an account into day, week and month as the pure function does', async () => {
      const store = await create()
      const records = Array.from({ length: 900 }, (_, index) =>
        usageRecord({
          requestId: `req_cm_${index}`,
          time: NOW - index * HOUR_MS,
          status: index % 3 === 0 ? 'failed' : 'completed',
          costMicro: index,
        }),
      ).reverse()
      for (const record of records) await store.append(record)
      expect(await store.windows('acme', NOW)).toEqual(windowTotals(records, NOW))
    })

    it('keeps accounts apart', async () => {
      const store = await create()
      await store.append(usageRecord({ time: NOW }))
      await store.append(usageRecord({ requestId: 'req_cm_2', time: NOW, accountId: 'other' }))
      expect((await store.windows('acme', NOW)).daily.requestCount).toBe(1)
    })

    it('takes records that come late and out of order', async () => {
      const store = await create()
      const times = [NOW, NOW - 30 * 24 * HOUR_MS, NOW - 24 * HOUR_MS, NOW]
      const records = times.map((time, index) => usageRecord({ requestId: `req_cm_${index}`, time }))
      for (const record of records) await store.append(record)
      expect(await store.windows('acme', NOW)).toEqual(windowTotals(records, NOW))
    })
  })
}
