import type { Effort } from './request.js'

/** All efforts, ascending. */
const EFFORTS: readonly Effort[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']

/** Share of the largest reasoning budget that each effort gets, where effort has to be said in tokens. */
export const BUDGET_SHARES: Readonly<Record<Effort, number>> = {
  none: 0,
  minimal: 0.02,
  low: 0.1,
  medium: 0.3,
  high: 0.6,
  xhigh: 0.9,
  max: 1,
}

/** Upper bounds of the share of the output limit that a budget takes; a larger share is `xhigh`. */
const EFFORT_BY_SHARE: readonly { readonly below: number; readonly effort: Effort }[] = [
  { below: 0.2, effort: 'low' },
  { below: 0.45, effort: 'medium' },
  { below: 0.75, effort: 'high' },
]

/** The value if it is an effort's name. */
export function asEffort(value: unknown): Effort | undefined {
  return EFFORTS.find((effort) => effort === value)
}

/**
 * What a model that takes only some efforts is asked for: the wish itself, else the next lower effort that still
 * reasons, else the lowest that does. `none` is never put for another wish; undefined when nothing else is taken.
 */
export function nearestEffort(asked: Effort, taken: readonly Effort[]): Effort | undefined {
  if (taken.includes(asked)) return asked
  const rank = EFFORTS.indexOf(asked)
  const reasons = (effort: Effort): boolean => effort !== 'none' && taken.includes(effort)
  return EFFORTS.slice(0, rank).findLast(reasons) ?? EFFORTS.slice(rank).find(reasons)
}

/** The effort that a reasoning budget amounts to, given the output limit that contains it (both in tokens). */
export function effortOfBudget(budgetTokens: number, limitTokens: number | undefined): Effort {
  const share = budgetTokens / Math.max(limitTokens ?? 0, budgetTokens, 1)
  return EFFORT_BY_SHARE.find(({ below }) => share < below)?.effort ?? 'xhigh'
}
