import { type JsonObject, lookUp } from '../../../canonical/json.js'
import type { Usage } from '../../../canonical/usage.js'
import { TIER_BY_SERVED, SERVED_BY_TIER } from '../vocabulary.js'

/** Wire usage of a whole answer. */
export function encodeUsage(usage: Usage, serviceTier: string | undefined): JsonObject {
  return {
    ...encodeCounts(usage),
    cache_creation: {
      ephemeral_5m_input_tokens: usage.cacheWriteTokens,
      ephemeral_1h_input_tokens: usage.cacheWriteLongTokens,
    },
    server_tool_use: null,
    service_tier: serviceTier === undefined ? null : (lookUp(SERVED_BY_TIER, serviceTier) ?? null),
  }
}

/** The counts that the end of a stream may still correct. */
export function encodeCounts(usage: Usage): JsonObject {
  const written = usage.cacheWriteTokens + usage.cacheWriteLongTokens
  return {
    input_tokens: Math.max(0, usage.inputTokens - usage.cacheReadTokens - written),
    cache_creation_input_tokens: written,
    cache_read_input_tokens: usage.cacheReadTokens,
    output_tokens: usage.outputTokens,
    output_tokens_details: { thinking_tokens: usage.reasoningTokens },
  }
}

/** Canonical tier that served an answer. */
export function decodeTier(wire: string | undefined): string | undefined {
  return wire === undefined ? undefined : (lookUp(TIER_BY_SERVED, wire) ?? wire)
}

/** Usage where the vendor sent none: our count of the input, and a rough one of the output. */
export function estimatedUsage(inputTokens: number, outputCharacters: number): Usage {
  return {
    inputTokens,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    cacheWriteLongTokens: 0,
    outputTokens: Math.ceil(outputCharacters / 4),
    reasoningTokens: 0,
    estimated: true,
  }
}
