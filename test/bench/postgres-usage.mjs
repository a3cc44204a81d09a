// node test/bench/postgres-usage.mjs [--records N]: how long the PostgreSQL usage store takes over a long history.
import { rmSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { buildModules } from './modules.mjs'
import { USAGE_RECORD } from './usage-record.mjs'

const { values } = parseArgs({ options: { records: { type: 'string', default: '10000000' } } })
const count = Number(values.records)
const DAY_MS = 86_400_000
const DAYS = 365
const ACCOUNTS = 1000
const END = Math.floor(Date.now() / DAY_MS) * DAY_MS
const START = END - DAYS * DAY_MS
const step = Math.floor((DAYS * DAY_MS) / count)

let appended = 0

const { folder, load } = await buildModules('usage', {
  stores: 'adapters/stores/postgres/index.ts',
  server: 'test/support/postgres-server.ts',
})
const { openPostgres } = await load('stores')
const { startPostgres } = await load('server')
const server = await startPostgres({ settings: { max_wal_size: '8GB', work_mem: '256MB' } })
const pool = server.pool()
const stores = await openPostgres({ pool, timeoutMs: 60_000 })
try {
  await fill()
  await measure()
} finally {
  await stores.close()
  await pool.end()
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
}

async function fill() {
  const begin = performance.now()
  await pool.query(`INSERT INTO crossmodel_usage_records
SELECT 'req_cm_' || n, 'account_' || n % ${ACCOUNTS}, 'key_' || n % ${ACCOUNTS * 3}, ${START} + n * ${step}, 'model_' || n % 20,
  'route', 'chat', 'completed', 200, NULL, NULL, 12.5, 8, 1000, 0, 0, 0, 100, 0, false, 1234, 0, 'user_' || n % 5000, false
FROM generate_series(0::bigint, ${count - 1}) AS n`)
  for (const [dimension, column] of Object.entries({
    day: "''",
    model: 'model',
    key: 'key_id',
    end_user: 'end_user',
  }))
    await pool.query(`INSERT INTO crossmodel_usage_totals
SELECT '${dimension}', account_id, time - time % ${DAY_MS}, ${column}, sum(cost_micro), sum(input_tokens), sum(output_tokens), count(*), count(*)
FROM crossmodel_usage_records GROUP BY 2, 3, 4`)
  await pool.query('VACUUM ANALYZE')
  const { rows } = await pool.query(
    `SELECT pg_size_pretty(pg_total_relation_size('crossmodel_usage_records')) AS records, pg_size_pretty(pg_total_relation_size('crossmodel_usage_totals')) AS totals`,
  )
  console.log(`${count} records in ${((performance.now() - begin) / 1000).toFixed(0)} s, size`, rows[0])
}

async function measure() {
  const { usage } = stores
  const month = { since: END - 30 * DAY_MS, until: END }
  const deep = { time: START + 5 * DAY_MS, requestId: 'req_cm_x' }
  const steps = {
    'windows of an account': () => usage.windows('account_7', END - 1),
    'totals of an account by day, 30 days': () =>
      usage.totals({ accountId: 'account_7', by: 'day', ...month }),
    'totals of an account by model, 365 days': () =>
      usage.totals({ accountId: 'account_7', by: 'model', since: START, until: END }),
    'totals of an account by end user, 30 days': () =>
      usage.totals({ accountId: 'account_7', by: 'end_user', ...month }),
    'totals of all accounts by day, 30 days': () => usage.totals({ by: 'day', ...month }),
    'totals of all accounts by model, 30 days': () => usage.totals({ by: 'model', ...month }),
    'one record': () => usage.record(`req_cm_${count >> 1}`),
    'newest page of all': () => usage.records({ limit: 100 }),
    'newest page of an account': () => usage.records({ accountId: 'account_7', limit: 100 }),
    'deep page of an account': () => usage.records({ accountId: 'account_7', after: deep, limit: 100 }),
    'page of a key': () => usage.records({ keyId: 'key_7', limit: 100 }),
    'page of an end user of an account': () =>
      usage.records({ accountId: 'account_7', endUser: 'user_7', limit: 100 }),
    'append 200 at once': () =>
      Promise.all(Array.from({ length: 200 }, (_, index) => usage.append(record(index)))),
  }
  for (const [name, run] of Object.entries(steps)) {
    const times = []
    for (let round = 0; round < 21; round += 1) {
      const begin = performance.now()
      await run()
      times.push(performance.now() - begin)
    }
    const median = times.toSorted((one, other) => one - other)[10]
    console.log(`${median.toFixed(2).padStart(9)} ms  ${name}`)
  }
}

function record(index) {
  appended += 1
  return {
    ...USAGE_RECORD,
    requestId: `new_${appended}`,
    accountId: `account_${index}`,
    keyId: `key_${index}`,
    time: END - 1,
    model: `model_${index % 20}`,
    endUser: 'user_7',
  }
}
