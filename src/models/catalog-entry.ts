import type { JsonObject, JsonValue } from '../canonical/json.js'
import type { ModelPrice, TokenPrice } from '../canonical/price.js'
import { parseModelId } from './model-id.js'
import type { ModelEntry } from './route.js'

const TEXT_ONLY = { input: ['text'], output: ['text'] } as const

/**
 * One model as `GET /v1/models/{id}` shows it: the fields of OpenAI's, of Anthropic's and of the public catalogue
 * in one object. `id` is the name it is listed under, which may be an alias. Money is in micro-USD per 1M tokens.
 */
export function encodeCatalogEntry(model: ModelEntry, id: string = model.id): JsonObject {
  const vendor = parseModelId(model.id)?.vendor ?? model.id
  const created = model.created ?? 0
  const modalities = model.modalities ?? TEXT_ONLY
  return {
    id,
    object: 'model',
    created,
    owned_by: vendor,
    type: 'model',
    display_name: model.displayName ?? id,
    created_at: formatSeconds(created),
    max_input_tokens: model.contextWindowTokens ?? null,
    max_tokens: model.maxOutputTokens ?? null,
    vendor_code: vendor,
    context_window_tokens: model.contextWindowTokens ?? null,
    max_output_tokens: model.maxOutputTokens ?? null,
    modalities: { input: modalities.input, output: modalities.output },
    capabilities: model.capabilities ?? null,
    status: 'active',
    currency: 'USD',
    pricing: encodePricing(model.price),
  }
}

/** RFC 3339 in UTC, whole seconds. */
function formatSeconds(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')
}

const FREE: TokenPrice = { inputMicroPer1M: 0, outputMicroPer1M: 0 }

function encodePricing(price: ModelPrice | 'free' | null): JsonValue {
  if (price === null) return null
  if (price === 'free') return { tiers: [encodeTier(FREE, null)] }
  const tiers = price.tiers ?? []
  return { tiers: [encodeTier(price, null), ...tiers.map((tier) => encodeTier(tier, tier.aboveInputTokens))] }
}

/** What a call really costs: prices that are not set are those they default to. */
function encodeTier(price: TokenPrice, threshold: number | null): JsonObject {
  const cacheWrite = price.cacheWriteMicroPer1M ?? price.inputMicroPer1M
  return {
    threshold,
    input_micro_per_1m: price.inputMicroPer1M,
    output_micro_per_1m: price.outputMicroPer1M,
    cache_read_micro_per_1m: price.cacheReadMicroPer1M ?? price.inputMicroPer1M,
    cache_creation_micro_per_1m: cacheWrite,
    cache_creation_1h_micro_per_1m: price.cacheWriteLongMicroPer1M ?? cacheWrite,
  }
}
