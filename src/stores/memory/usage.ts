import type { UsageRecord, UsageStore, UsageTotals, UsageWindows } from '../../usage/record.js'
import {
  addTotals,
  dayStart,
  earliestStart,
  EMPTY_TOTALS,
  recordTotals,
  sumWindows,
} from '../../usage/windows.js'

/** Usage in memory: totals per day as far back as a window reaches, and the latest records. */
export interface MemoryUsageStore extends UsageStore {
  append(record: UsageRecord): void
  windows(accountId: string, now: number): UsageWindows
  /** The latest records of one account, or of all, newest first. */
  recent(filter: { readonly accountId?: string | undefined; readonly limit: number }): readonly UsageRecord[]
}

/** How many records are kept by default; totals do not depend on them. */
const RECORD_LIMIT = 5000

/** An empty usage store that keeps the last `recordLimit` records. */
export function createMemoryUsageStore(recordLimit: number = RECORD_LIMIT): MemoryUsageStore {
  const days = new Map<string, Map<number, UsageTotals>>()
  const ring: UsageRecord[] = []
  let appended = 0

  function addToDay({ accountId, time }: UsageRecord, totals: UsageTotals): void {
    const day = dayStart(time)
    const ofAccount = days.get(accountId) ?? new Map<number, UsageTotals>()
    if (!ofAccount.has(day)) forgetDays(ofAccount, earliestStart(time))
    ofAccount.set(day, addTotals(ofAccount.get(day) ?? EMPTY_TOTALS, totals))
    days.set(accountId, ofAccount)
  }

  return {
    append(record) {
      addToDay(record, recordTotals(record))
      if (recordLimit > 0) ring[appended % recordLimit] = withoutRaw(record)
      appended += 1
    },
    windows: (accountId, now) => sumWindows(days.get(accountId) ?? [], now),
    recent({ accountId, limit }) {
      const newestFirst: UsageRecord[] = []
      for (
        let index = appended - 1;
        index >= appended - ring.length && newestFirst.length < limit;
        index -= 1
      ) {
        const record = ring[index % recordLimit]
        if (record !== undefined && (accountId === undefined || record.accountId === accountId))
          newestFirst.push(record)
      }
      return newestFirst
    },
  }
}

function forgetDays(days: Map<number, UsageTotals>, before: number): void {
  for (const day of days.keys()) if (day < before) days.delete(day)
}

/** The vendor's own usage object is for hooks; kept here it would hold whole responses in memory. */
function withoutRaw(record: UsageRecord): UsageRecord {
  if (record.usage.raw === undefined) return record
  const { raw: _raw, ...usage } = record.usage
  return { ...record, usage }
}
