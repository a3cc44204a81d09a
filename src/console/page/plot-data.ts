import type { TotalsGroup } from './api/types.js'

/** One measure over time, named. */
export interface Series {
  readonly name: string
  /** One value for each day. */
  readonly values: readonly number[]
}

/** Series over the same days. */
export interface Chart {
  /** `2026-01-31`, ascending, without gaps. */
  readonly days: readonly string[]
  readonly series: readonly Series[]
}

const DAY_MS = 86_400_000

/** What the models beyond the largest ones are called together. */
export const OTHERS = 'Others'

/** The `count` UTC days that end with the day of a time, ascending. */
export function lastDays(now: Date, count: number): readonly string[] {
  const today = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate())
  return Array.from({ length: count }, (_, index) => dayName(today - (count - 1 - index) * DAY_MS))
}

/** The UTC day behind a day. */
export function nextDay(day: string): string {
  return dayName(Date.parse(`${day}T00:00:00Z`) + DAY_MS)
}

/** One series of a measure; days without calls are 0. */
export function chartDays(
  days: readonly string[],
  groups: readonly TotalsGroup[],
  measures: Readonly<Record<string, (totals: TotalsGroup) => number>>,
): Chart {
  const byDay = new Map(groups.map((group) => [group.group, group]))
  const series = Object.entries(measures).map(([name, read]) => ({
    name,
    values: days.map((day) => {
      const group = byDay.get(day)
      return group === undefined ? 0 : read(group)
    }),
  }))
  return { days, series }
}

/** One series for each of the largest models, the rest together; largest first. */
export function chartModels(
  days: readonly string[],
  groups: readonly TotalsGroup[],
  { most, read }: { readonly most: number; readonly read: (totals: TotalsGroup) => number },
): Chart {
  const index = new Map(days.map((day, at) => [day, at]))
  const values = new Map<string, number[]>()
  for (const group of groups) {
    const at = index.get(group.group)
    if (at === undefined) continue
    const row = values.get(group.model ?? '') ?? days.map(() => 0)
    row[at] = (row[at] ?? 0) + read(group)
    values.set(group.model ?? '', row)
  }
  const all = [...values]
    .map(([name, row]) => ({ name, values: row }))
    .filter((series) => sum(series.values) > 0)
    .sort((one, other) => sum(other.values) - sum(one.values))
  // Models that the API has summed up have no name.
  const named = all.filter(({ name }) => name !== '')
  if (all.length <= most && named.length === all.length) return { days, series: all }
  const shown = new Set(named.slice(0, most - 1))
  const rest = all.filter((row) => !shown.has(row))
  const others = { name: OTHERS, values: days.map((_, at) => sum(rest.map((row) => row.values[at] ?? 0))) }
  return { days, series: [...shown, others] }
}

/** Each series on top of those before it: what stacked bars are drawn from. */
export function stack(series: readonly Series[]): readonly (readonly number[])[] {
  const below: number[] = []
  return series.map(({ values }) =>
    values.map((value, at) => {
      below[at] = (below[at] ?? 0) + value
      return below[at]
    }),
  )
}

/** The sum of values. */
export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function dayName(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}
