import type {
  TotalsGroup,
  TotalsQuery,
  UsageAttempt,
  UsageFilter,
  UsageQuery,
  UsageRecord,
  UsageTokens,
} from '../types.js'
import { TOTALS } from './account.js'
import {
  anyText,
  count,
  date,
  flag,
  id,
  list,
  nullable,
  number,
  object,
  oneOf,
  optional,
  page,
  type Schema,
  time,
  timeOrDate,
} from './base.js'

const status = oneOf('completed', 'failed', 'aborted')

const tokens = object<UsageTokens>({
  input_tokens: count,
  cache_read_tokens: count,
  cache_write_tokens: count,
  cache_write_long_tokens: count,
  output_tokens: count,
  reasoning_tokens: count,
  estimated: flag,
})

const attempt = object<UsageAttempt>({
  route: anyText,
  status: nullable(count),
  error_code: nullable(anyText),
  latency_ms: number,
})

export const usageRecord: Schema<UsageRecord> = object<UsageRecord>({
  request_id: anyText,
  account_id: anyText,
  key_id: anyText,
  time,
  model: anyText,
  route: nullable(anyText),
  endpoint: anyText,
  status,
  http_status: count,
  error_code: nullable(anyText),
  error_message: nullable(anyText),
  latency_ms: number,
  time_to_first_byte_ms: nullable(number),
  streamed: flag,
  end_user: nullable(anyText),
  usage: tokens,
  cost_micro: count,
  shortfall_micro: count,
  attempts: optional(list(attempt)),
})

const FILTER = {
  account_id: optional(id),
  key_id: optional(id),
  model: optional(id),
  status: optional(status),
  end_user: optional(id),
  since: optional(timeOrDate),
  until: optional(timeOrDate),
} as const

export const usageFilter: Schema<UsageFilter> = object<UsageFilter>(FILTER)

export const usageQuery: Schema<UsageQuery> = object<UsageQuery>({ ...FILTER, ...page })

export const totalsQuery: Schema<TotalsQuery> = object<TotalsQuery>({
  account_id: optional(id),
  by: oneOf('day', 'model', 'key', 'end_user', 'day_model'),
  since: optional(date),
  until: optional(date),
  limit: page.limit,
})

export const totalsGroup: Schema<TotalsGroup> = object<TotalsGroup>({
  ...TOTALS,
  group: anyText,
  model: optional(anyText),
  folded: optional(count),
})
