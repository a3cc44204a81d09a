import type { UsageRecord } from '../../usage/record.js'
import { type Columns, toCsv } from './csv.js'

/** The columns, in their order. */
const COLUMNS: Columns<UsageRecord> = {
  time: ({ time }) => new Date(time).toISOString(),
  request_id: ({ requestId }) => requestId,
  account_id: ({ accountId }) => accountId,
  key_id: ({ keyId }) => keyId,
  end_user: ({ endUser }) => endUser,
  endpoint: ({ endpoint }) => endpoint,
  model: ({ model }) => model,
  route: ({ route }) => route,
  streamed: ({ streamed }) => streamed,
  status: ({ status }) => status,
  http_status: ({ httpStatus }) => httpStatus,
  error_code: ({ errorCode }) => errorCode,
  latency_ms: ({ latencyMs }) => latencyMs,
  time_to_first_byte_ms: ({ timeToFirstByteMs }) => timeToFirstByteMs,
  input_tokens: ({ usage }) => usage.inputTokens,
  cache_read_tokens: ({ usage }) => usage.cacheReadTokens,
  cache_write_tokens: ({ usage }) => usage.cacheWriteTokens,
  output_tokens: ({ usage }) => usage.outputTokens,
  reasoning_tokens: ({ usage }) => usage.reasoningTokens,
  cost_micro: ({ costMicro }) => costMicro,
  shortfall_micro: ({ shortfallMicro }) => shortfallMicro,
  attempts: ({ attempts, route }) => attempts?.length ?? (route === null ? 0 : 1),
}

/** What a table of usage leaves out. */
export interface UsageCsvOptions {
  /** Names of columns, as they stand in the first line. Default: none. */
  readonly without?: readonly string[] | undefined
}

/**
 * Lines of CSV (RFC 4180, each with its CRLF): the names of the columns, then one line for each record. A text that a
 * spreadsheet would take for a formula gets an apostrophe in front.
 */
export function usageCsv(
  records: AsyncIterable<UsageRecord> | Iterable<UsageRecord>,
  { without = [] }: UsageCsvOptions = {},
): AsyncGenerator<string, void, undefined> {
  const columns = Object.entries(COLUMNS).filter(([name]) => !without.includes(name))
  return toCsv(Object.fromEntries(columns), records)
}
