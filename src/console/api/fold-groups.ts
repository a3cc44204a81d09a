import type { UsageGroup, UsageGrouping } from '../../usage/record.js'
import { addTotals, EMPTY_TOTALS } from '../../usage/windows.js'

/** A group, or several of them summed up. */
export interface FoldedGroup extends UsageGroup {
  /** How many the row stands for: those have no name in it. */
  readonly folded?: number | undefined
}

/**
 * The dearest groups, and the others as one row behind them. Of days none is folded; of the models of days those that
 * cost most over all of them stay, the others are one row a day.
 */
export function foldGroups(
  groups: readonly UsageGroup[],
  by: UsageGrouping,
  limit: number,
): readonly FoldedGroup[] {
  if (by === 'day') return groups
  if (by === 'day_model') return foldModels(groups, limit)
  return groups.length <= limit ? groups : [...groups.slice(0, limit), fold('', groups.slice(limit))]
}

function foldModels(groups: readonly UsageGroup[], limit: number): readonly FoldedGroup[] {
  const costs = new Map<string, number>()
  for (const { model = '', totals } of groups) costs.set(model, (costs.get(model) ?? 0) + totals.costMicro)
  if (costs.size <= limit) return groups
  const dearest = [...costs].sort(([, one], [, other]) => other - one).slice(0, limit)
  const kept = new Set(dearest.map(([model]) => model))
  const days = new Map<string, UsageGroup[]>()
  for (const each of groups) {
    const ofDay = days.get(each.group)
    if (ofDay === undefined) days.set(each.group, [each])
    else ofDay.push(each)
  }
  return [...days].flatMap(([day, ofDay]) => {
    const others = ofDay.filter(({ model = '' }) => !kept.has(model))
    const named = ofDay.filter(({ model = '' }) => kept.has(model))
    return others.length === 0 ? named : [...named, { ...fold(day, others), model: '' }]
  })
}

function fold(group: string, groups: readonly UsageGroup[]): FoldedGroup {
  const totals = groups.reduce((sum, each) => addTotals(sum, each.totals), EMPTY_TOTALS)
  return { group, totals, folded: groups.length }
}
