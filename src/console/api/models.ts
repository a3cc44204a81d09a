import { isJsonObject, type JsonValue } from '../../canonical/json.js'
import type { ModelPrice, TokenPrice } from '../../canonical/price.js'
import type { ListedModel } from '../../models/catalog.js'
import { parseModelId } from '../../models/model-id.js'
import type { ModelEntry } from '../../models/route.js'
import { jsonRoute, type Route } from '../route.js'
import { wholeList } from './cursor.js'
import type { Model, Price, Rates, Upstream } from './types.js'
import type { UpstreamHealth } from '../../gateway/send/places.js'
import { scopeOf } from './values.js'

/** What can be called, and how those who serve it are. */
export const MODEL_ROUTES: readonly Route[] = [
  jsonRoute({
    method: 'GET',
    path: 'models',
    access: 'viewer',
    summary: 'The catalogue with prices and aliases, in its order.',
    query: 'ModelQuery',
    answer: 'ModelList',
    async run({ gateway }, { principal, query }) {
      const models = await gateway.admin.models.list(scopeOf(principal, query.account_id))
      return wholeList(models.map(toModel))
    },
  }),
  jsonRoute({
    method: 'GET',
    path: 'upstreams',
    access: 'operator',
    summary: 'What calls of this process have shown of each vendor: breaker, faults, latency.',
    answer: 'UpstreamList',
    run: async ({ gateway }) => wholeList((await gateway.admin.upstreams.health()).map(toUpstream)),
  }),
]

function toModel({ model, aliases }: ListedModel): Model {
  return {
    id: model.id,
    display_name: model.displayName ?? null,
    vendor: parseModelId(model.id)?.vendor ?? model.id,
    context_window_tokens: model.contextWindowTokens ?? null,
    max_output_tokens: model.maxOutputTokens ?? null,
    price: toPrice(model.price),
    capabilities: capabilitiesOf(model),
    aliases,
  }
}

function toPrice(price: ModelEntry['price']): Price | 'free' | null {
  if (price === null || price === 'free') return price
  const tiers = (price satisfies ModelPrice).tiers?.map((tier) => ({
    above_input_tokens: tier.aboveInputTokens,
    ...toRates(tier),
  }))
  return { ...toRates(price), ...(tiers === undefined || tiers.length === 0 ? {} : { tiers }) }
}

/** What a call really costs: prices that are not set are those they default to. */
function toRates(price: TokenPrice): Rates {
  const cacheWrite = price.cacheWriteMicroPer1M ?? price.inputMicroPer1M
  return {
    input_micro_per_1m: price.inputMicroPer1M,
    output_micro_per_1m: price.outputMicroPer1M,
    cache_read_micro_per_1m: price.cacheReadMicroPer1M ?? price.inputMicroPer1M,
    cache_write_micro_per_1m: cacheWrite,
    cache_write_long_micro_per_1m: price.cacheWriteLongMicroPer1M ?? cacheWrite,
  }
}

/** Names of what the configuration says the model can do, and of what goes in and out beside text. */
function capabilitiesOf({ capabilities = {}, modalities }: ModelEntry): readonly string[] {
  const named = Object.entries(capabilities).flatMap(([name, value]) => (isOn(value) ? [name] : []))
  const beside = (way: 'input' | 'output'): readonly string[] =>
    (modalities?.[way] ?? []).filter((kind) => kind !== 'text').map((kind) => `${kind}_${way}`)
  return [...new Set([...named, ...beside('input'), ...beside('output')])]
}

function isOn(value: JsonValue | undefined): boolean {
  return isJsonObject(value) ? value['supported'] !== false : value === true
}

function toUpstream({
  route,
  state,
  resting,
  calls,
  errorRate,
  limited,
  latencyMs,
}: UpstreamHealth): Upstream {
  return { route, state, resting, calls, error_rate: errorRate, limited, latency_ms: latencyMs }
}
