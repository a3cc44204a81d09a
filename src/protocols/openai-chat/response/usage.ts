import type { JsonObject, JsonValue } from '../../../canonical/json.js'
import { asNumber, asObject } from '../../../canonical/narrow.js'
import type { PartialUsage, Usage } from '../../../canonical/usage.js'

/**
 * Reads a vendor's usage object; `undefined` when it holds no number. `prompt_tokens` includes cached and
 * cache-written tokens, `completion_tokens` includes reasoning: where a vendor counts otherwise, its totals show it.
 */
function readUsage(value: unknown): PartialUsage | undefined {
  const wire = asObject(value)
  if (wire === undefined) return undefined
  const prompt = asNumber(wire['prompt_tokens'])
  const completion = asNumber(wire['completion_tokens'])
  const reasoning = readReasoning(wire)
  const cacheRead = readCacheRead(wire)
  if (prompt === undefined && completion === undefined && cacheRead === undefined) return undefined
  const { short, long } = readCacheWrite(wire)
  // xAI has left cached tokens out of the prompt.
  const excluded = prompt !== undefined && (cacheRead ?? 0) > prompt
  return defined({
    inputTokens: excluded ? prompt + (cacheRead ?? 0) : prompt,
    cacheReadTokens: cacheRead,
    cacheWriteTokens: short,
    cacheWriteLongTokens: long,
    outputTokens: addHiddenReasoning(wire, prompt, completion, reasoning),
    reasoningTokens: reasoning,
    raw: wire,
  })
}

/** Leaves out what the vendor did not say, so that a later report cannot erase an earlier one. */
function defined(fields: { readonly [Field in keyof Usage]?: Usage[Field] | undefined }): PartialUsage {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

/** Usage wherever a chunk or a whole answer may carry it: the top level, Groq's own object, or the first choice. */
export function findUsage(body: JsonObject): PartialUsage | undefined {
  const own = body['usage']
  if (typeof own === 'object' && own !== null) return readUsage(own)
  const groq = asObject(body['x_groq'])
  if (groq !== undefined) return readUsage(groq['usage'])
  const choices = body['choices']
  return Array.isArray(choices) ? readUsage(asObject(choices[0])?.['usage']) : undefined
}

/** Writes OpenAI's usage object; `null` for numbers that are only our estimate. */
export function writeUsage(usage: Usage | null): JsonObject | null {
  if (usage === null || usage.estimated === true) return null
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: {
      cached_tokens: usage.cacheReadTokens,
      cache_write_tokens: usage.cacheWriteTokens + usage.cacheWriteLongTokens,
    },
    completion_tokens_details: { reasoning_tokens: usage.reasoningTokens },
  }
}

function promptDetails(wire: JsonObject): JsonObject {
  return asObject(wire['prompt_tokens_details']) ?? asObject(wire['prompt_token_details']) ?? {}
}

function readReasoning(wire: JsonObject): number | undefined {
  const details = asObject(wire['completion_tokens_details'])
  return asNumber(details?.['reasoning_tokens']) ?? asNumber(wire['reasoning_tokens'])
}

function readCacheRead(wire: JsonObject): number | undefined {
  return firstNumber(
    promptDetails(wire)['cached_tokens'],
    wire['prompt_cache_hit_tokens'],
    wire['cached_tokens'],
    wire['num_cached_tokens'],
    wire['cache_read_input_tokens'],
  )
}

function readCacheWrite(wire: JsonObject): { short: number | undefined; long: number | undefined } {
  const details = promptDetails(wire)
  const written = firstNumber(
    details['cache_write_tokens'],
    details['cache_creation_tokens'],
    details['cache_creation_input_tokens'],
    wire['cache_creation_input_tokens'],
  )
  const creation = asObject(wire['cache_creation']) ?? asObject(details['cache_creation'])
  const long = asNumber(creation?.['ephemeral_1h_input_tokens'])
  if (written === undefined || long === undefined) return { short: written, long }
  return { short: Math.max(0, written - long), long: Math.min(long, written) }
}

/** Some vendors leave reasoning out of `completion_tokens`; their own total tells. */
function addHiddenReasoning(
  wire: JsonObject,
  prompt: number | undefined,
  completion: number | undefined,
  reasoning: number | undefined,
): number | undefined {
  if (completion === undefined || prompt === undefined || !reasoning) return completion
  return asNumber(wire['total_tokens']) === prompt + completion + reasoning
    ? completion + reasoning
    : completion
}

function firstNumber(...values: readonly (JsonValue | undefined)[]): number | undefined {
  for (const value of values) {
    if (typeof value === 'number' && Number.isFinite(value)) return value
  }
  return undefined
}
