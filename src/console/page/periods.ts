import type { Totals, TotalsGroup } from './api/types.js'
import { nextDay } from './plot-data.js'

const HOUR_MS = 3_600_000

/** Spans that end now, in hours, by the name in the address. */
export const RANGES: Readonly<Record<string, { readonly words: string; readonly hours: number }>> = {
  '1h': { words: 'Last hour', hours: 1 },
  '24h': { words: 'Last 24 hours', hours: 24 },
  '7d': { words: 'Last 7 days', hours: 168 },
  '30d': { words: 'Last 30 days', hours: 720 },
}

/** When a span began, RFC 3339; null for none of them. */
export function startOfRange(name: string | undefined, now: Date): string | null {
  const hours = name !== undefined && Object.hasOwn(RANGES, name) ? RANGES[name]?.hours : undefined
  return hours === undefined ? null : new Date(now.getTime() - hours * HOUR_MS).toISOString()
}

/** The first UTC days of today, of this ISO week and of this month. */
export function windowStarts(now: Date): {
  readonly day: string
  readonly week: string
  readonly month: string
} {
  const today = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate())
  const sinceMonday = (now.getUTCDay() + 6) % 7
  const day = new Date(today).toISOString().slice(0, 10)
  return {
    day,
    week: new Date(today - sinceMonday * 24 * HOUR_MS).toISOString().slice(0, 10),
    month: `${day.slice(0, 8)}01`,
  }
}

const NOTHING: Totals = {
  cost_micro: 0,
  prompt_tokens: 0,
  completion_tokens: 0,
  request_count: 0,
  success_count: 0,
}

/** The sums of the days since one. */
export function sumSince(days: readonly TotalsGroup[], since: string): Totals {
  return days.filter(({ group }) => group >= since).reduce<Totals>(addTotals, NOTHING)
}

/** A UTC day without calls. */
export function emptyDay(day: string): TotalsGroup {
  return { ...NOTHING, group: day }
}

/** One UTC month. */
export interface Month {
  /** `2026-01` */
  readonly name: string
  /** Its first day, and the first one behind it. */
  readonly since: string
  readonly until: string
  readonly totals: Totals
}

/** Months that have calls, newest first. */
export function groupMonths(days: readonly TotalsGroup[]): readonly Month[] {
  const months = new Map<string, Totals>()
  for (const day of days) {
    const name = day.group.slice(0, 7)
    months.set(name, addTotals(months.get(name) ?? NOTHING, day))
  }
  return [...months]
    .map(([name, totals]) => ({ name, since: `${name}-01`, until: firstOfNextMonth(name), totals }))
    .sort((one, other) => (one.name < other.name ? 1 : -1))
}

/** The part of the calls, 0 to 1, that did not end well; null when there were none. */
export function errorRate({ request_count, success_count }: Totals): number | null {
  return request_count === 0 ? null : (request_count - success_count) / request_count
}

function addTotals(one: Totals, other: Totals): Totals {
  return {
    cost_micro: one.cost_micro + other.cost_micro,
    prompt_tokens: one.prompt_tokens + other.prompt_tokens,
    completion_tokens: one.completion_tokens + other.completion_tokens,
    request_count: one.request_count + other.request_count,
    success_count: one.success_count + other.success_count,
  }
}

function firstOfNextMonth(month: string): string {
  let day = `${month}-28`
  while (day.startsWith(month)) day = nextDay(day)
  return day
}
