import type {
  UsageDimension,
  UsageFilter,
  UsageGroup,
  UsageGrouping,
  UsageQuery,
  UsageRecord,
} from './record.js'

/** The UTC date of a time in milliseconds since the epoch: `2026-01-31`. */
export function utcDate(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}

const GROUP_OF: Readonly<Record<UsageDimension, (record: UsageRecord) => string | null>> = {
  day: ({ time }) => utcDate(time),
  model: ({ model }) => model,
  key: ({ keyId }) => keyId,
  end_user: ({ endUser }) => endUser,
}

/** The group that a record belongs to; null for a call without an end user. */
export function usageGroup(record: UsageRecord, by: UsageDimension): string | null {
  return GROUP_OF[by](record)
}

type CompareGroups = (left: UsageGroup, right: UsageGroup) => number

const byGroup: CompareGroups = (left, right) => compareTexts(left.group, right.group)
const byCost: CompareGroups = (left, right) =>
  right.totals.costMicro - left.totals.costMicro || byGroup(left, right)
const byDayAndCost: CompareGroups = (left, right) =>
  byGroup(left, right) || byCost(left, right) || compareTexts(left.model ?? '', right.model ?? '')

const ORDERS: Readonly<Record<UsageGrouping, CompareGroups>> = {
  day: byGroup,
  model: byCost,
  key: byCost,
  end_user: byCost,
  day_model: byDayAndCost,
}

/** Groups as a usage store answers them: days ascending, others by cost, dearest first, of the same cost by name. */
export function sortUsageGroups(groups: readonly UsageGroup[], by: UsageGrouping): readonly UsageGroup[] {
  return groups.toSorted(ORDERS[by])
}

function compareTexts(left: string, right: string): number {
  if (left === right) return 0
  return left < right ? -1 : 1
}

/** True for a record that a filter lets through. */
export function matchesUsageFilter(record: UsageRecord, filter: UsageFilter): boolean {
  return (
    isOrAny(record.accountId, filter.accountId) &&
    isOrAny(record.keyId, filter.keyId) &&
    isOrAny(record.model, filter.model) &&
    isOrAny(record.status, filter.status) &&
    isOrAny(record.endUser, filter.endUser) &&
    record.time >= (filter.since ?? Number.NEGATIVE_INFINITY) &&
    record.time < (filter.until ?? Number.POSITIVE_INFINITY)
  )
}

function isOrAny(value: string | null, wanted: string | undefined): boolean {
  return wanted === undefined || value === wanted
}

/** The order of records: newest first, of the same time by request id, descending. */
export function compareUsageRecords(
  left: NonNullable<UsageQuery['after']>,
  right: NonNullable<UsageQuery['after']>,
): number {
  if (left.time !== right.time) return right.time - left.time
  if (left.requestId === right.requestId) return 0
  return left.requestId < right.requestId ? 1 : -1
}
