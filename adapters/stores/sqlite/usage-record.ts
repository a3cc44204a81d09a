import type { UsageRecord } from '../../../src/index.js'
import type { SqlRow, SqlValue } from './driver.js'
import { bindInteger, bindJson, bindTime, integerOf, integerOrNull, textOf, textOrNull } from './values.js'

/** How each column gets its value. The vendor's own usage object is not kept: it is for hooks. */
const COLUMNS: readonly (readonly [column: string, bind: (record: UsageRecord) => SqlValue])[] = [
  ['request_id', ({ requestId }) => requestId],
  ['account_id', ({ accountId }) => accountId],
  ['key_id', ({ keyId }) => keyId],
  ['time', ({ time }) => bindTime(time)],
  ['model', ({ model }) => model],
  ['route', ({ route }) => route],
  ['endpoint', ({ endpoint }) => endpoint],
  ['status', ({ status }) => status],
  ['http_status', ({ httpStatus }) => bindInteger(httpStatus)],
  ['error_code', ({ errorCode }) => errorCode],
  ['error_message', ({ errorMessage }) => errorMessage],
  ['latency_ms', ({ latencyMs }) => bindTime(latencyMs)],
  ['time_to_first_byte_ms', ({ timeToFirstByteMs: time }) => (time === null ? null : bindTime(time))],
  ['input_tokens', ({ usage }) => bindInteger(usage.inputTokens)],
  ['cache_read_tokens', ({ usage }) => bindInteger(usage.cacheReadTokens)],
  ['cache_write_tokens', ({ usage }) => bindInteger(usage.cacheWriteTokens)],
  ['cache_write_long_tokens', ({ usage }) => bindInteger(usage.cacheWriteLongTokens)],
  ['output_tokens', ({ usage }) => bindInteger(usage.outputTokens)],
  ['reasoning_tokens', ({ usage }) => bindInteger(usage.reasoningTokens)],
  ['estimated', ({ usage }) => bindFlag(usage.estimated === true)],
  ['cost_micro', ({ costMicro }) => bindInteger(costMicro)],
  ['shortfall_micro', ({ shortfallMicro }) => bindInteger(shortfallMicro)],
  ['end_user', ({ endUser }) => endUser],
  ['streamed', ({ streamed }) => bindFlag(streamed)],
  ['attempts', ({ attempts }) => bindJson(attempts)],
]

/** The columns of a usage record, in the order of {@link bindRecord}. */
export const RECORD_COLUMNS: readonly string[] = COLUMNS.map(([column]) => column)

/** The values of a record to be bound. */
export function bindRecord(record: UsageRecord): readonly SqlValue[] {
  return COLUMNS.map(([, bind]) => bind(record))
}

/** The record of a row. */
export function recordOf(row: SqlRow): UsageRecord {
  const attempts = textOrNull(row, 'attempts')
  return {
    requestId: textOf(row, 'request_id'),
    accountId: textOf(row, 'account_id'),
    keyId: textOf(row, 'key_id'),
    time: integerOf(row, 'time'),
    model: textOf(row, 'model'),
    route: textOrNull(row, 'route'),
    endpoint: textOf(row, 'endpoint'),
    status: textOf(row, 'status') as UsageRecord['status'],
    httpStatus: integerOf(row, 'http_status'),
    errorCode: textOrNull(row, 'error_code'),
    errorMessage: textOrNull(row, 'error_message'),
    latencyMs: integerOf(row, 'latency_ms'),
    timeToFirstByteMs: integerOrNull(row, 'time_to_first_byte_ms'),
    usage: {
      inputTokens: integerOf(row, 'input_tokens'),
      cacheReadTokens: integerOf(row, 'cache_read_tokens'),
      cacheWriteTokens: integerOf(row, 'cache_write_tokens'),
      cacheWriteLongTokens: integerOf(row, 'cache_write_long_tokens'),
      outputTokens: integerOf(row, 'output_tokens'),
      reasoningTokens: integerOf(row, 'reasoning_tokens'),
      ...(integerOf(row, 'estimated') === 1 ? { estimated: true } : {}),
    },
    costMicro: integerOf(row, 'cost_micro'),
    shortfallMicro: integerOf(row, 'shortfall_micro'),
    endUser: textOrNull(row, 'end_user'),
    streamed: integerOf(row, 'streamed') === 1,
    ...(attempts === null ? {} : { attempts: JSON.parse(attempts) as UsageRecord['attempts'] }),
  }
}

function bindFlag(flag: boolean): bigint {
  return flag ? 1n : 0n
}
