import { loadDriver } from '../../../adapters/stores/sqlite/driver.js'

/** Makes of a number something that looks drawn, the same in every run. */
const MIXED = '(n * 2654435761 % 4294967296)'
const RECORDS = `
  WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ?1)
  INSERT INTO crossmodel_usage_records (request_id, account_id, key_id, time, model, route, endpoint, status,
    http_status, error_code, error_message, latency_ms, time_to_first_byte_ms, input_tokens, cache_read_tokens,
    cache_write_tokens, cache_write_long_tokens, output_tokens, reasoning_tokens, estimated, cost_micro,
    shortfall_micro, end_user, streamed, attempts)
  SELECT printf('req_fill_%09d', n), iif(${MIXED} % 4 = 0, 'globex', ?2), ?3 || (${MIXED} % 20),
    ?4 - n * ?5, 'test/model-' || (${MIXED} % 12), 'chat:vendor', '/v1/chat/completions',
    iif(${MIXED} % 50 = 0, 'failed', 'completed'), iif(${MIXED} % 50 = 0, 502, 200),
    iif(${MIXED} % 50 = 0, 'upstream_error', NULL), iif(${MIXED} % 50 = 0, 'The vendor failed.', NULL),
    100 + ${MIXED} % 4000, 90, ${MIXED} % 3000, 0, 0, 0, ${MIXED} % 700, 0, 0, ${MIXED} % 5000, 0,
    iif(n % 3 = 0, NULL, 'user-' || (${MIXED} % 1000)), 0, NULL
  FROM numbers`
const OWNERS = ["'*'", "'=' || account_id"] as const
const DIMENSIONS = { day: "''", model: 'model' } as const
const INDEXES = `
  SELECT name, sql FROM sqlite_master
  WHERE type = 'index' AND tbl_name = 'crossmodel_usage_records' AND sql IS NOT NULL`

/** How the rows are made. */
export interface Filling {
  readonly accountId: string
  /** What the ids of keys begin with; a number from 0 to 19 follows. */
  readonly keyPrefix: string
  /** The time of the newest, milliseconds since the epoch. */
  readonly newest: number
}

/** Writes many usage records, over thirty days, straight into the file of a gateway. */
export async function fillUsage(
  file: string,
  count: number,
  { accountId, keyPrefix, newest }: Filling,
): Promise<void> {
  const database = (await loadDriver())(file)
  const step = Math.floor((30 * 86_400_000) / count)
  const indexes = database.prepare(INDEXES).all([])
  database.exec('PRAGMA cache_size = -200000; BEGIN IMMEDIATE')
  // An index is made sooner of all rows at once than row by row.
  for (const { name } of indexes) database.exec(`DROP INDEX ${String(name)}`)
  database.prepare(RECORDS).run([BigInt(count), accountId, keyPrefix, BigInt(newest), BigInt(step)])
  for (const { sql } of indexes) database.exec(String(sql))
  for (const owner of OWNERS)
    for (const [dimension, member] of Object.entries(DIMENSIONS))
      database.exec(totalsOf({ owner, dimension, member }))
  database.exec('COMMIT')
  database.close()
}

/** The sums that the store keeps beside the records. */
function totalsOf({
  owner,
  dimension,
  member,
}: Readonly<Record<'owner' | 'dimension' | 'member', string>>): string {
  return `
    INSERT OR REPLACE INTO crossmodel_usage_totals
      (day, owner, dimension, member, cost_micro, prompt_tokens, completion_tokens, request_count, success_count)
    SELECT (time / 86400000) * 86400000, ${owner}, '${dimension}', ${member}, sum(cost_micro), sum(input_tokens),
      sum(output_tokens), count(*), sum(status = 'completed')
    FROM crossmodel_usage_records GROUP BY 1, 2, 4`
}

/** How SQLite would answer a query, step by step. */
export async function explain(
  file: string,
  { sql, values }: { readonly sql: string; readonly values: readonly (string | bigint | null)[] },
): Promise<readonly string[]> {
  const database = (await loadDriver())(file)
  try {
    return database
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all(values)
      .map(({ detail }) => String(detail))
  } finally {
    database.close()
  }
}
