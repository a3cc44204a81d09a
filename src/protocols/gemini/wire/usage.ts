import { asString } from '../../../canonical/narrow.js'
import type { PartialUsage } from '../../../canonical/usage.js'
import { toNumber, type WireUsage } from './index.js'

type Counts = { -readonly [Field in keyof PartialUsage]: PartialUsage[Field] }

/**
 * Usage in canonical arithmetic: `promptTokenCount` includes cached tokens but not those that hosted tools put into
 * the prompt, and `candidatesTokenCount` leaves out the thoughts.
 */
export function readUsage(usage: WireUsage): PartialUsage {
  const prompt = toNumber(usage.promptTokenCount)
  const toolUse = toNumber(usage.toolUsePromptTokenCount)
  const candidates = toNumber(usage.candidatesTokenCount)
  const thoughts = toNumber(usage.thoughtsTokenCount)
  const cached = toNumber(usage.cachedContentTokenCount)
  const counts: Counts = { raw: usage }
  if (prompt !== undefined || toolUse !== undefined) counts.inputTokens = (prompt ?? 0) + (toolUse ?? 0)
  if (cached !== undefined) counts.cacheReadTokens = cached
  if (candidates !== undefined || thoughts !== undefined) {
    counts.outputTokens = (candidates ?? 0) + (thoughts ?? 0)
  }
  if (thoughts !== undefined) counts.reasoningTokens = thoughts
  return counts
}

const COUNTS = [
  'promptTokenCount',
  'toolUsePromptTokenCount',
  'candidatesTokenCount',
  'thoughtsTokenCount',
  'cachedContentTokenCount',
] as const

/**
 * The later of two reports, with the counts that only the earlier one had: they are sums of two wire fields, so they
 * cannot be merged after the addition. `undefined` when neither counts anything.
 */
export function mergeCounts(earlier: WireUsage | undefined, later: WireUsage): WireUsage | undefined {
  let counted = false
  let lost = false
  for (const field of COUNTS) {
    if (later[field] !== undefined) counted = true
    else if (earlier?.[field] !== undefined) lost = true
  }
  if (!counted) return earlier
  return lost ? { ...earlier, ...later } : later
}

/** Tier that the vendor says it served the call with. */
export function readServiceTier(usage: WireUsage): string | undefined {
  return asString(usage.serviceTier)?.toLowerCase()
}
