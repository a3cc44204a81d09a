import type { JsonObject } from '../../../canonical/json.js'
import { asArray, asNumber, asObject } from '../../../canonical/narrow.js'
import type { PartialUsage } from '../../../canonical/usage.js'
import type { WireUsage } from './index.js'

type Counts = Readonly<Record<string, number | undefined>>

/**
 * What a usage object says, absent fields left out. The wire reports disjoint parts, perhaps in different events, so
 * the parts are given beside the totals that can be known from this object alone.
 */
export function readUsage(wire: JsonObject): PartialUsage {
  return fromCounts(countsOf(wire), wire)
}

/**
 * The same for billing: iterations that the top level leaves out (compaction) are paid for as well.
 * Calls of an advisor model have other prices and stay in `raw`.
 */
export function readBilledUsage(wire: JsonObject): PartialUsage {
  let counts = countsOf(wire)
  for (const iteration of asArray(wire.iterations)) {
    const entry = asObject(iteration)
    if (entry?.type === 'compaction') counts = addCounts(counts, countsOf(entry))
  }
  return fromCounts(counts, wire)
}

function countsOf(wire: WireUsage): Counts {
  const split = asObject(wire.cache_creation)
  const short = asNumber(split?.ephemeral_5m_input_tokens)
  const long = asNumber(split?.ephemeral_1h_input_tokens)
  const written =
    asNumber(wire.cache_creation_input_tokens) ??
    (short === undefined && long === undefined ? undefined : (short ?? 0) + (long ?? 0))
  return {
    uncached: asNumber(wire.input_tokens),
    read: asNumber(wire.cache_read_input_tokens),
    written,
    long,
    output: asNumber(wire.output_tokens),
    reasoning: asNumber(asObject(wire.output_tokens_details)?.thinking_tokens),
  }
}

function addCounts(one: Counts, other: Counts): Counts {
  const sum: Record<string, number | undefined> = { ...one }
  for (const [field, value] of Object.entries(other)) {
    if (value !== undefined) sum[field] = (sum[field] ?? 0) + value
  }
  return sum
}

function fromCounts(counts: Counts, raw: JsonObject): PartialUsage {
  const { uncached, read, written, long, output, reasoning } = counts
  return {
    ...(uncached === undefined
      ? {}
      : { inputTokens: uncached + (read ?? 0) + (written ?? 0), uncachedInputTokens: uncached }),
    ...(read === undefined ? {} : { cacheReadTokens: read }),
    ...(written === undefined
      ? {}
      : { cacheWriteTokens: Math.max(0, written - (long ?? 0)), cacheWriteTotalTokens: written }),
    ...(long === undefined ? {} : { cacheWriteLongTokens: long }),
    ...(output === undefined ? {} : { outputTokens: output }),
    ...(reasoning === undefined ? {} : { reasoningTokens: reasoning }),
    raw,
  }
}
