/**
 * Tokens of one call, as the vendor counted them, in disjoint-by-subtraction form: every part is contained in its total.
 * `inputTokens` includes cache reads and writes; `outputTokens` includes reasoning.
 */
export interface Usage {
  readonly inputTokens: number
  /** Part of the input read from the vendor's prompt cache. */
  readonly cacheReadTokens: number
  /** Part of the input written to the cache with the short life (5 min at Anthropic, 30 min at OpenAI). */
  readonly cacheWriteTokens: number
  /** Part of the input written to the cache with the long life (1 h, 12 h). */
  readonly cacheWriteLongTokens: number
  readonly outputTokens: number
  /** Part of the output spent on reasoning. */
  readonly reasoningTokens: number
  /** True when the vendor sent no usage and the numbers are ours. */
  readonly estimated?: boolean | undefined
  /** The vendor's own usage object, for hooks. */
  readonly raw?: unknown
}

/** What a stream reports piece by piece: a field given later replaces the earlier one, absent fields stay. */
export interface PartialUsage extends Partial<Usage> {
  /**
   * Input outside the cache, from wires that report disjoint parts in different events: `inputTokens` is then this
   * and the cache parts, whichever event they came in.
   */
  readonly uncachedInputTokens?: number | undefined
  /** All cache writes, from such wires: `cacheWriteTokens` is then this without the long-lived ones. */
  readonly cacheWriteTotalTokens?: number | undefined
}

/** Merges cumulative reports: the last given value of each field wins, nothing is summed. */
export function mergeUsage(earlier: PartialUsage, later: PartialUsage): PartialUsage {
  const merged: Record<string, unknown> = { ...earlier }
  for (const [field, value] of Object.entries(later)) {
    if (value !== undefined) merged[field] = value
  }
  return merged
}

/** Adds the reports of two calls that make one answer. The vendor's own object is the later call's. */
export function addUsage(one: PartialUsage, other: PartialUsage): PartialUsage {
  const sum: Record<string, unknown> = { ...mergeUsage(one, other) }
  for (const [field, value] of Object.entries(one)) {
    const more: unknown = sum[field]
    if (Object.hasOwn(other, field) && typeof value === 'number' && typeof more === 'number')
      sum[field] = value + more
  }
  if (one.estimated === true) sum['estimated'] = true
  return sum
}

/** Fills absent fields with 0 and clamps parts into their totals (vendors report contradictions). */
export function completeUsage(partial: PartialUsage): Usage {
  const inputTokens = totalInput(partial)
  const outputTokens = count(partial.outputTokens)
  const cacheReadTokens = Math.min(count(partial.cacheReadTokens), inputTokens)
  const cacheWriteLongTokens = Math.min(count(partial.cacheWriteLongTokens), inputTokens - cacheReadTokens)
  const cacheWriteTokens = Math.min(
    shortWrites(partial),
    inputTokens - cacheReadTokens - cacheWriteLongTokens,
  )
  return {
    inputTokens,
    cacheReadTokens,
    cacheWriteTokens,
    cacheWriteLongTokens,
    outputTokens,
    reasoningTokens: Math.min(count(partial.reasoningTokens), outputTokens),
    ...(partial.estimated ? { estimated: true } : {}),
    ...(partial.raw === undefined ? {} : { raw: partial.raw }),
  }
}

function totalInput(partial: PartialUsage): number {
  if (partial.uncachedInputTokens === undefined) return count(partial.inputTokens)
  return (
    count(partial.uncachedInputTokens) +
    count(partial.cacheReadTokens) +
    count(partial.cacheWriteLongTokens) +
    shortWrites(partial)
  )
}

function shortWrites(partial: PartialUsage): number {
  if (partial.cacheWriteTotalTokens === undefined) return count(partial.cacheWriteTokens)
  return Math.max(0, count(partial.cacheWriteTotalTokens) - count(partial.cacheWriteLongTokens))
}

function count(value: number | undefined): number {
  return value !== undefined && Number.isFinite(value) && value > 0 ? Math.floor(value) : 0
}
