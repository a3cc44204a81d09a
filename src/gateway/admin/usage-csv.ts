import type { UsageRecord } from '../../usage/record.js'

type Cell = string | number | boolean | null

/** The columns, in their order. */
const COLUMNS: Readonly<Record<string, (record: UsageRecord) => Cell>> = {
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
}

/**
 * Lines of CSV (RFC 4180, each with its CRLF): the names of the columns, then one line for each record. A text that a
 * spreadsheet would take for a formula gets an apostrophe in front.
 */
export async function* usageCsv(
  records: AsyncIterable<UsageRecord> | Iterable<UsageRecord>,
): AsyncGenerator<string, void, undefined> {
  yield toLine(Object.keys(COLUMNS))
  for await (const record of records) yield toLine(Object.values(COLUMNS).map((read) => read(record)))
}

function toLine(cells: readonly Cell[]): string {
  return `${cells.map(toCell).join(',')}\r\n`
}

function toCell(cell: Cell): string {
  if (typeof cell !== 'string') return cell === null ? '' : String(cell)
  const text = /^[=+\-@\t\r\n＝＋－＠]/.test(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
