import * as z from 'zod/mini'
import type { Model, ModelQuery, Price, RateTier, Upstream } from '../types.js'
import {
  anyText,
  count,
  flag,
  id,
  list,
  nullable,
  number,
  object,
  oneOf,
  optional,
  type Schema,
} from './base.js'

const RATES = {
  input_micro_per_1m: count,
  output_micro_per_1m: count,
  cache_read_micro_per_1m: count,
  cache_write_micro_per_1m: count,
  cache_write_long_micro_per_1m: count,
} as const

const price: Schema<Price | 'free'> = z.union([
  z.literal('free'),
  object<Price>({
    ...RATES,
    tiers: optional(list(object<RateTier>({ ...RATES, above_input_tokens: count }))),
  }),
])

export const model: Schema<Model> = object<Model>({
  id: anyText,
  display_name: nullable(anyText),
  vendor: anyText,
  context_window_tokens: nullable(count),
  max_output_tokens: nullable(count),
  price: nullable(price),
  capabilities: list(anyText),
  aliases: list(anyText, 100_000),
})

export const modelQuery: Schema<ModelQuery> = object<ModelQuery>({ account_id: optional(id) })

export const upstream: Schema<Upstream> = object<Upstream>({
  route: anyText,
  state: oneOf('closed', 'open', 'half-open'),
  resting: flag,
  calls: count,
  error_rate: number,
  limited: count,
  latency_ms: nullable(number),
})
