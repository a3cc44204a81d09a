import type { UsageRecord, UsageTotals, UsageWindows } from './record.js'

/** Milliseconds of one UTC day. */
const DAY_MS = 86_400_000

/** Totals of nothing. */
export const EMPTY_TOTALS: UsageTotals = {
  costMicro: 0,
  promptTokens: 0,
  completionTokens: 0,
  requestCount: 0,
  successCount: 0,
}

/** Start of the UTC day of a time, both in milliseconds since the epoch. */
export function dayStart(time: number): number {
  return Math.floor(time / DAY_MS) * DAY_MS
}

/** Start of the ISO week of a time: Monday 00:00 UTC. */
export function weekStart(time: number): number {
  // The epoch began on a Thursday, three days after a Monday.
  const daysSinceMonday = (Math.floor(time / DAY_MS) + 3) % 7
  return dayStart(time) - daysSinceMonday * DAY_MS
}

/** Start of the month of a time: the 1st, 00:00 UTC. */
export function monthStart(time: number): number {
  const date = new Date(time)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1)
}

/** The earliest time that any window of `now` reaches back to. */
export function earliestStart(now: number): number {
  return Math.min(weekStart(now), monthStart(now))
}

/** What one record adds to its windows: every request counts, tokens and costs as they stand on it. */
export function recordTotals(record: UsageRecord): UsageTotals {
  return {
    costMicro: record.costMicro,
    promptTokens: record.usage.inputTokens,
    completionTokens: record.usage.outputTokens,
    requestCount: 1,
    successCount: record.status === 'completed' ? 1 : 0,
  }
}

/** Sum of two totals. */
export function addTotals(left: UsageTotals, right: UsageTotals): UsageTotals {
  return {
    costMicro: left.costMicro + right.costMicro,
    promptTokens: left.promptTokens + right.promptTokens,
    completionTokens: left.completionTokens + right.completionTokens,
    requestCount: left.requestCount + right.requestCount,
    successCount: left.successCount + right.successCount,
  }
}

/** Windows of `now` from totals of points in time: single records, or whole days by their start. */
export function sumWindows(
  points: Iterable<readonly [time: number, totals: UsageTotals]>,
  now: number,
): UsageWindows {
  const [day, week, month, end] = [dayStart(now), weekStart(now), monthStart(now), dayStart(now) + DAY_MS]
  let [daily, weekly, monthly] = [EMPTY_TOTALS, EMPTY_TOTALS, EMPTY_TOTALS]
  for (const [time, totals] of points) {
    if (time >= end) continue
    if (time >= day) daily = addTotals(daily, totals)
    if (time >= week) weekly = addTotals(weekly, totals)
    if (time >= month) monthly = addTotals(monthly, totals)
  }
  return { daily, weekly, monthly }
}

/** Windows of `now` from records, of whatever accounts they are. */
export function windowTotals(records: readonly UsageRecord[], now: number): UsageWindows {
  return sumWindows(
    records.map((record) => [record.time, recordTotals(record)] as const),
    now,
  )
}
