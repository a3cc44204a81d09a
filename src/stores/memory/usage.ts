import {
  compareUsageRecords,
  matchesUsageFilter,
  sortUsageGroups,
  usageGroup,
  utcDate,
} from '../../usage/groups.js'
import type {
  UsageDimension,
  UsageGroup,
  UsageGrouping,
  UsageQuery,
  UsageRecord,
  UsageStore,
  UsageTotals,
  UsageTotalsQuery,
  UsageWindows,
} from '../../usage/record.js'
import { addTotals, dayStart, EMPTY_TOTALS, recordTotals, sumWindows } from '../../usage/windows.js'
import { createRecent } from './recent.js'

/** Usage in memory: totals per day, and the latest records. */
export interface MemoryUsageStore extends UsageStore {
  append(record: UsageRecord): void
  windows(accountId: string, now: number): UsageWindows
  record(requestId: string): UsageRecord | null
  records(query: UsageQuery): readonly UsageRecord[]
  totals(query: UsageTotalsQuery): readonly UsageGroup[]
  prune(before: number): number
}

type Groups = Map<string, UsageTotals>

/** The totals of one account and UTC day. */
interface DayTotals {
  total: UsageTotals
  readonly groups: Readonly<Record<Exclude<UsageDimension, 'day'>, Groups>>
}

/** How many records are kept by default; totals do not depend on them. */
const RECORD_LIMIT = 5000
/** Totals further back than this, behind the latest day of the account, are forgotten. */
const KEPT_MS = 92 * 86_400_000
/** Models and end users are words of the client: in one day of one account so many have totals of their own. */
const GROUPS_PER_DAY = 10_000
const GROUPED = ['model', 'key', 'end_user'] as const

/** An empty usage store that keeps the last `recordLimit` records, and repetitions of them out. */
export function createMemoryUsageStore(recordLimit: number = RECORD_LIMIT): MemoryUsageStore {
  const days = new Map<string, Map<number, DayTotals>>()
  const kept = createRecent<UsageRecord>(recordLimit)

  function addToDay(record: UsageRecord): void {
    const { accountId, time } = record
    const day = dayStart(time)
    const ofAccount = days.get(accountId) ?? new Map<number, DayTotals>()
    days.set(accountId, ofAccount)
    const dayTotals = ofAccount.get(day) ?? openDay(ofAccount, day)
    const totals = recordTotals(record)
    dayTotals.total = addTotals(dayTotals.total, totals)
    for (const by of GROUPED) addToGroup(dayTotals.groups[by], usageGroup(record, by), totals)
  }

  return {
    append(record) {
      if (kept.get(record.requestId) !== undefined) return
      addToDay(record)
      kept.set(record.requestId, withoutRaw(record))
    },
    windows(accountId, now) {
      const ofAccount = [...(days.get(accountId) ?? [])]
      return sumWindows(
        ofAccount.map(([day, { total }]) => [day, total] as const),
        now,
      )
    },
    record: (requestId) => kept.get(requestId) ?? null,
    records: ({ after, limit, ...filter }) =>
      [...kept.values()]
        .filter((record) => matchesUsageFilter(record, filter))
        .filter((record) => after === undefined || compareUsageRecords(record, after) > 0)
        .sort(compareUsageRecords)
        .slice(0, limit),
    totals({ accountId, by, since, until }) {
      const accounts = accountId === undefined ? [...days.values()] : [days.get(accountId) ?? []]
      const sums = new Map<string, UsageGroup>()
      for (const ofAccount of accounts) {
        for (const [day, dayTotals] of ofAccount) {
          if (day < since || day >= until) continue
          for (const [key, group] of groupsOf(day, dayTotals, by)) {
            const before = sums.get(key)?.totals ?? EMPTY_TOTALS
            sums.set(key, { ...group, totals: addTotals(before, group.totals) })
          }
        }
      }
      return sortUsageGroups([...sums.values()], by)
    },
    prune(before) {
      const old = [...kept.values()].filter(({ time }) => time < before)
      for (const { requestId } of old) kept.delete(requestId)
      return old.length
    },
  }
}

function openDay(ofAccount: Map<number, DayTotals>, day: number): DayTotals {
  for (const old of ofAccount.keys()) if (old < day - KEPT_MS) ofAccount.delete(old)
  const groups = { model: new Map(), key: new Map(), end_user: new Map() }
  const dayTotals: DayTotals = { total: EMPTY_TOTALS, groups }
  ofAccount.set(day, dayTotals)
  return dayTotals
}

function addToGroup(groups: Groups, group: string | null, totals: UsageTotals): void {
  if (group === null) return
  const current = groups.get(group)
  if (current === undefined && groups.size >= GROUPS_PER_DAY) return
  groups.set(group, addTotals(current ?? EMPTY_TOTALS, totals))
}

/** The groups of one day, each under what makes it one. */
function groupsOf(
  day: number,
  { total, groups }: DayTotals,
  by: UsageGrouping,
): readonly (readonly [key: string, group: UsageGroup])[] {
  const date = utcDate(day)
  if (by === 'day') return [[date, { group: date, totals: total }]]
  if (by === 'day_model')
    return [...groups.model].map(([model, totals]) => [`${date} ${model}`, { group: date, model, totals }])
  return [...groups[by]].map(([group, totals]) => [group, { group, totals }])
}

/** The vendor's own usage object is for hooks; kept here it would hold whole responses in memory. */
function withoutRaw(record: UsageRecord): UsageRecord {
  if (record.usage.raw === undefined) return record
  const { raw: _raw, ...usage } = record.usage
  return { ...record, usage }
}
