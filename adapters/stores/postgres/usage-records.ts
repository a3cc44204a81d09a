import type { CallStatus, UsageQuery, UsageRecord, UsageStore } from '../../../src/index.js'
import type { PgRow } from './client.js'
import type { Database } from './database.js'
import { numberOf, numberOrNull, storable, textOf, textOrNull } from './rows.js'

/** A condition of a page: the SQL of its parameters, and their values. */
interface Condition {
  readonly sql: (first: number) => string
  readonly values: readonly (string | number)[]
}

/** Reads single records and pages of them. */
export function createUsageRecords(database: Database): Pick<UsageStore, 'record' | 'records'> {
  const table = `${database.prefix}usage_records`
  const one = { name: '', text: `SELECT * FROM ${table} WHERE request_id = $1` }
  return {
    async record(requestId) {
      const [row] = await database.execute(one, [storable(requestId)])
      return row === undefined ? null : readRecord(row)
    },
    async records(query) {
      const conditions = conditionsOf(query)
      const values: (string | number)[] = []
      const where: string[] = []
      for (const condition of conditions) {
        where.push(condition.sql(values.length + 1))
        values.push(...condition.values)
      }
      const filter = where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`
      const text = `SELECT * FROM ${table} ${filter} ORDER BY time DESC, request_id DESC LIMIT $${values.length + 1}`
      const rows = await database.execute({ name: '', text }, [...values, query.limit])
      return rows.map(readRecord)
    },
  }
}

function conditionsOf(query: UsageQuery): readonly Condition[] {
  const { accountId, keyId, model, status, endUser, since, until, after } = query
  return [
    equals('account_id', accountId),
    equals('key_id', keyId),
    equals('model', model),
    equals('status', status),
    equals('end_user', endUser),
    since === undefined ? [] : [{ sql: (first: number) => `time >= $${first}`, values: [Math.ceil(since)] }],
    until === undefined ? [] : [{ sql: (first: number) => `time < $${first}`, values: [Math.ceil(until)] }],
    after === undefined
      ? []
      : [
          {
            sql: (first: number) => `(time, request_id) < ($${first}, $${first + 1})`,
            values: [Math.floor(after.time), storable(after.requestId)],
          },
        ],
  ].flat()
}

function equals(column: string, value: string | undefined): readonly Condition[] {
  if (value === undefined) return []
  return [{ sql: (first) => `${column} = $${first}`, values: [storable(value)] }]
}

function readRecord(row: PgRow): UsageRecord {
  const attempts = textOrNull(row, 'attempts')
  return {
    requestId: textOf(row, 'request_id'),
    accountId: textOf(row, 'account_id'),
    keyId: textOf(row, 'key_id'),
    time: numberOf(row, 'time'),
    model: textOf(row, 'model'),
    route: textOrNull(row, 'route'),
    endpoint: textOf(row, 'endpoint'),
    status: textOf(row, 'status') as CallStatus,
    httpStatus: numberOf(row, 'http_status'),
    errorCode: textOrNull(row, 'error_code'),
    errorMessage: textOrNull(row, 'error_message'),
    latencyMs: numberOf(row, 'latency_ms'),
    timeToFirstByteMs: numberOrNull(row, 'time_to_first_byte_ms'),
    usage: {
      inputTokens: numberOf(row, 'input_tokens'),
      cacheReadTokens: numberOf(row, 'cache_read_tokens'),
      cacheWriteTokens: numberOf(row, 'cache_write_tokens'),
      cacheWriteLongTokens: numberOf(row, 'cache_write_long_tokens'),
      outputTokens: numberOf(row, 'output_tokens'),
      reasoningTokens: numberOf(row, 'reasoning_tokens'),
      ...(row['estimated'] === true ? { estimated: true } : {}),
    },
    costMicro: numberOf(row, 'cost_micro'),
    shortfallMicro: numberOf(row, 'shortfall_micro'),
    endUser: textOrNull(row, 'end_user'),
    streamed: row['streamed'] === true,
    ...(attempts === null ? {} : { attempts: JSON.parse(attempts) as UsageRecord['attempts'] }),
  }
}
