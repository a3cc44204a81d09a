import type { JsonObject } from '../../../canonical/json.js'
import { asNumber, asObject } from '../../../canonical/narrow.js'
import type { PartialUsage, Usage } from '../../../canonical/usage.js'

/** What a usage object says, absent fields left out. Input includes cached and written tokens, output includes reasoning. */
export function readUsage(wire: JsonObject): PartialUsage {
  const input = asObject(wire['input_tokens_details'] ?? wire['prompt_tokens_details'])
  const output = asObject(wire['output_tokens_details'] ?? wire['completion_tokens_details'])
  const cacheReadTokens = asNumber(input?.cached_tokens)
  const written = asNumber(input?.cache_write_tokens)
  const lives = asObject(input?.cache_write_tokens_details)
  const long = asNumber(lives?.ttl_12h_tokens)
  const inputTokens = totalInput(asNumber(wire['input_tokens'] ?? wire['prompt_tokens']), cacheReadTokens)
  const reasoningTokens = asNumber(output?.reasoning_tokens)
  const outputTokens = totalOutput(wire, inputTokens, reasoningTokens)
  return {
    ...(inputTokens === undefined ? {} : { inputTokens }),
    ...(cacheReadTokens === undefined ? {} : { cacheReadTokens }),
    ...(written === undefined ? {} : { cacheWriteTokens: Math.max(0, written - (long ?? 0)) }),
    ...(long === undefined ? {} : { cacheWriteLongTokens: long }),
    ...(outputTokens === undefined ? {} : { outputTokens }),
    ...(reasoningTokens === undefined ? {} : { reasoningTokens }),
    raw: wire,
  }
}

/** The usage object of an answer. */
export function writeUsage(usage: Usage): JsonObject {
  const { inputTokens, outputTokens, cacheWriteTokens, cacheWriteLongTokens } = usage
  return {
    input_tokens: inputTokens,
    input_tokens_details: {
      cached_tokens: usage.cacheReadTokens,
      cache_write_tokens: cacheWriteTokens + cacheWriteLongTokens,
      ...(cacheWriteLongTokens === 0
        ? {}
        : {
            cache_write_tokens_details: {
              ttl_30m_tokens: cacheWriteTokens,
              ttl_12h_tokens: cacheWriteLongTokens,
            },
          }),
    },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    total_tokens: inputTokens + outputTokens,
  }
}

/** Some vendors leave cached tokens out of the input: then there are more of them than input. */
function totalInput(input: number | undefined, cached: number | undefined): number | undefined {
  return input !== undefined && cached !== undefined && cached > input ? input + cached : input
}

/** Some vendors leave reasoning out of the output: then the total tells. */
function totalOutput(
  wire: JsonObject,
  input: number | undefined,
  reasoning: number | undefined,
): number | undefined {
  const output = asNumber(wire['output_tokens'] ?? wire['completion_tokens'])
  if (output === undefined || input === undefined || !reasoning) return output
  return asNumber(wire['total_tokens']) === input + output + reasoning ? output + reasoning : output
}
