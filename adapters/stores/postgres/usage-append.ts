import { dayStart, recordTotals, type UsageRecord } from '../../../src/index.js'
import type { Outcome } from './batcher.js'
import type { Database, Statement } from './database.js'
import { storable, storableOrNull } from './rows.js'

/** A column of the records: its name, its type in PostgreSQL and its value. */
type Column = readonly [
  name: string,
  type: string,
  valueOf: (record: UsageRecord) => string | number | boolean | null,
]

const COLUMNS: readonly Column[] = [
  ['request_id', 'text', (record) => storable(record.requestId)],
  ['account_id', 'text', (record) => storable(record.accountId)],
  ['key_id', 'text', (record) => storable(record.keyId)],
  ['time', 'bigint', (record) => Math.floor(record.time)],
  ['model', 'text', (record) => storable(record.model)],
  ['route', 'text', (record) => storableOrNull(record.route)],
  ['endpoint', 'text', (record) => record.endpoint],
  ['status', 'text', (record) => record.status],
  ['http_status', 'integer', (record) => record.httpStatus],
  ['error_code', 'text', (record) => storableOrNull(record.errorCode)],
  ['error_message', 'text', (record) => storableOrNull(record.errorMessage)],
  ['latency_ms', 'double precision', (record) => record.latencyMs],
  ['time_to_first_byte_ms', 'double precision', (record) => record.timeToFirstByteMs],
  ['input_tokens', 'bigint', (record) => record.usage.inputTokens],
  ['cache_read_tokens', 'bigint', (record) => record.usage.cacheReadTokens],
  ['cache_write_tokens', 'bigint', (record) => record.usage.cacheWriteTokens],
  ['cache_write_long_tokens', 'bigint', (record) => record.usage.cacheWriteLongTokens],
  ['output_tokens', 'bigint', (record) => record.usage.outputTokens],
  ['reasoning_tokens', 'bigint', (record) => record.usage.reasoningTokens],
  ['estimated', 'boolean', (record) => record.usage.estimated ?? false],
  ['cost_micro', 'bigint', (record) => record.costMicro],
  ['shortfall_micro', 'bigint', (record) => record.shortfallMicro],
  ['end_user', 'text', (record) => storableOrNull(record.endUser)],
  ['streamed', 'boolean', (record) => record.streamed],
  [
    'attempts',
    'text',
    ({ attempts }) => storableOrNull(attempts === undefined ? null : JSON.stringify(attempts)),
  ],
]

/** Appends records and adds them to the totals of their days, in one statement and so in one transaction. */
export function createUsageAppend(
  database: Database,
): (records: readonly UsageRecord[]) => Promise<readonly Outcome<void>[]> {
  const statement = appendStatement(database.prefix)
  return async (records) => {
    // One order for all processes: those that bring the same records wait for each other, and never in a circle.
    const ordered = records.toSorted((left, right) => (left.requestId < right.requestId ? -1 : 1))
    const values = COLUMNS.map(([, , valueOf]) => ordered.map(valueOf))
    const days = ordered.map(({ time }) => dayStart(time))
    const successes = ordered.map((record) => recordTotals(record).successCount)
    await database.execute(statement, [...values, days, successes])
    return records.map(() => ({ ok: true, value: undefined }))
  }
}

/** Only records that were not there are added to the totals, each to four groups; rows of totals are locked in order. */
function appendStatement(prefix: string): Statement {
  const names = COLUMNS.map(([name]) => name).join(', ')
  const parameters = COLUMNS.map(([, type], index) => `$${index + 1}::${type}[]`).join(', ')
  const [day, success] = [`$${COLUMNS.length + 1}::bigint[]`, `$${COLUMNS.length + 2}::integer[]`]
  return {
    name: 'usage_append',
    text: `WITH given AS (
  SELECT * FROM unnest(${parameters}, ${day}, ${success}) AS given (${names}, day, success)
), fresh AS (
  INSERT INTO ${prefix}usage_records (${names}) SELECT ${names} FROM given ON CONFLICT (request_id) DO NOTHING
  RETURNING request_id
), counted AS (
  SELECT DISTINCT ON (request_id) given.* FROM given JOIN fresh USING (request_id) ORDER BY request_id
)
INSERT INTO ${prefix}usage_totals AS totals
  (dimension, account_id, day, group_name, cost_micro, prompt_tokens, completion_tokens, request_count, success_count)
SELECT dimension, account_id, day, group_name, sum(cost_micro), sum(input_tokens), sum(output_tokens), count(*), sum(success)
FROM counted, LATERAL (VALUES ('day', ''), ('model', model), ('key', key_id), ('end_user', end_user)) AS groups (dimension, group_name)
WHERE group_name IS NOT NULL
GROUP BY dimension, account_id, day, group_name
ORDER BY dimension, account_id, day, group_name
ON CONFLICT (dimension, account_id, day, group_name) DO UPDATE SET
  cost_micro = totals.cost_micro + excluded.cost_micro,
  prompt_tokens = totals.prompt_tokens + excluded.prompt_tokens,
  completion_tokens = totals.completion_tokens + excluded.completion_tokens,
  request_count = totals.request_count + excluded.request_count,
  success_count = totals.success_count + excluded.success_count`,
  }
}
