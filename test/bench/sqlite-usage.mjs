// node test/bench/sqlite-usage.mjs [--records N] [--driver node:sqlite|libsql] [--file path]: what a SQLite store costs
// over a long history of usage. Fills a file with N records over a year, half of them of one account, and prints the
// times of what a console and `/v1/usage` ask, and the CPU time of a call's writes. Needs about 600 bytes a record.
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { buildModules } from './modules.mjs'

const { values } = parseArgs({
  options: {
    records: { type: 'string', default: '10000000' },
    driver: { type: 'string' },
    file: { type: 'string' },
  },
})
const { folder: modules, load } = await buildModules('sqlite', { stores: 'adapters/stores/sqlite/index.ts' })
const { openSqlite } = await load('stores')
const COUNT = Number(values.records)
const DAY_MS = 86_400_000
const END = Math.floor(Date.now() / DAY_MS) * DAY_MS
const DAYS = 365
const START = END - DAYS * DAY_MS
const folder = mkdtempSync(join(tmpdir(), 'crossmodel-bench-'))
const path = values.file ?? join(folder, 'usage.db')

const RECORDS_OF_A_DAY = `
  WITH RECURSIVE numbers (n) AS (SELECT ?1 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ?2)
  INSERT INTO crossmodel_usage_records (request_id, account_id, key_id, time, model, route, endpoint, status,
    http_status, latency_ms, time_to_first_byte_ms, input_tokens, cache_read_tokens, cache_write_tokens,
    cache_write_long_tokens, output_tokens, reasoning_tokens, estimated, cost_micro, shortfall_micro, end_user, streamed)
  SELECT printf('req_cm_%024x', n), 'account_' || account, 'key_' || account || '_' || (n / 2 % 3),
    ?3 + (n - ?1) * ${DAY_MS} / (?2 - ?1), 'vendor/model-' || model, 'vendor:model-' || model, 'chat',
    iif(n % 100 = 0, 'failed', 'completed'), iif(n % 100 = 0, 502, 200), 1200, 300, 900, 300, 0, 0, 250, 0, 0,
    n % 5000, 0, iif(n % 5 = 0, 'user_' || (n / 10 % 10007), NULL), 1
  FROM (SELECT n, account, iif(account = 0, n / 2 % 50, (account + n / 2 % 2) % 50) AS model
    FROM (SELECT n, iif(n % 2 = 0, 0, 1 + n / 2 % 999) AS account FROM numbers))`
const TOTALS_OF_A_DAY = [
  ['day', "''"],
  ['model', 'model'],
  ['key', 'key_id'],
  ['end_user', 'end_user'],
].map(
  ([dimension, member]) => `
    INSERT INTO crossmodel_usage_totals
    SELECT ?1, '=' || account_id, '${dimension}', ${member}, sum(cost_micro), sum(input_tokens), sum(output_tokens),
      count(*), sum(status = 'completed')
    FROM crossmodel_usage_records WHERE sequence > ?2 AND ${member} IS NOT NULL GROUP BY account_id, ${member}`,
)
const TOTALS_OF_ALL_ACCOUNTS = `
  INSERT INTO crossmodel_usage_totals
  SELECT day, '*', dimension, member, sum(cost_micro), sum(prompt_tokens), sum(completion_tokens), sum(request_count),
    sum(success_count)
  FROM crossmodel_usage_totals WHERE day = ?1 GROUP BY dimension, member`

/** The file without the stores. */
async function openBare() {
  const sqlite = values.driver === 'libsql' ? undefined : process.getBuiltinModule('node:sqlite')
  if (sqlite !== undefined) return new sqlite.DatabaseSync(path)
  const { default: Database } = await import('libsql')
  return new Database(path)
}

/** Rows by SQL, a day at a time: an append each would take an hour. Their sums are as `append` would have made them. */
async function fill() {
  await (await openSqlite({ path, driver: values.driver })).close()
  const database = await openBare()
  database.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -2000000; PRAGMA temp_store = MEMORY')
  // Indexes are made behind the rows: at once they take a fraction of the time.
  const indexes = database
    .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND name LIKE 'crossmodel_usage_by%'")
    .all()
  for (const { name } of indexes) database.exec(`DROP INDEX ${name}`)
  for (let day = 0; day < DAYS; day += 1) {
    const [from, to] = [day, day + 1].map((edge) => BigInt(Math.floor((COUNT * edge) / DAYS)))
    const start = BigInt(START + day * DAY_MS)
    database.exec('BEGIN')
    database.prepare(RECORDS_OF_A_DAY).run(from, to, start)
    for (const sql of TOTALS_OF_A_DAY) database.prepare(sql).run(start, from)
    database.prepare(TOTALS_OF_ALL_ACCOUNTS).run(start)
    database.exec('COMMIT')
  }
  for (const { sql } of indexes) database.exec(sql)
  database.close()
}

const median = (numbers) => numbers.toSorted((one, other) => one - other)[numbers.length >> 1]

/** Milliseconds of one question: the first time, and the median of the times after it. */
async function time(name, ask) {
  const times = []
  let answer
  for (let round = 0; round < 10; round += 1) {
    const before = performance.now()
    answer = await ask()
    times.push(performance.now() - before)
  }
  const size = Array.isArray(answer) ? `${answer.length} rows` : ''
  const [first, ...others] = times
  console.log(
    `${name.padEnd(52)} ${first.toFixed(2).padStart(9)} ${median(others).toFixed(2).padStart(9)} ms  ${size}`,
  )
}

/** CPU microseconds of one of many calls: the median of some bursts. */
async function cpu(name, call) {
  const bursts = []
  for (let burst = 0; burst < 11; burst += 1) {
    const before = process.cpuUsage()
    for (let index = 0; index < 500; index += 1) await call(burst * 500 + index)
    const { user, system } = process.cpuUsage(before)
    bursts.push((user + system) / 500)
  }
  console.log(`${name.padEnd(62)} ${median(bursts).toFixed(0).padStart(9)} µs CPU`)
}

const filled = performance.now()
if (values.file === undefined || statSync(path, { throwIfNoEntry: false }) === undefined) await fill()
console.log(
  `Node ${process.version}, ${COUNT} records, ${(statSync(path).size / 1e9).toFixed(2)} GB, filled in ${((performance.now() - filled) / 1000).toFixed(0)} s`,
)

const stores = await openSqlite({ path, driver: values.driver })
const { usage, ledger, limits } = stores
const month = { since: END - 31 * DAY_MS, until: END }
const year = { since: START, until: END }
const accountId = 'account_0'
const now = END - 1

console.log(`${''.padEnd(52)}     first    median`)
await time('windows, account with half of all records', () => usage.windows(accountId, now))
await time('windows, small account', () => usage.windows('account_7', now))
for (const by of ['day', 'model', 'key', 'end_user']) {
  await time(`totals by ${by}, 31 days`, () => usage.totals({ accountId, by, ...month }))
  await time(`totals by ${by}, a year`, () => usage.totals({ accountId, by, ...year }))
}
await time('totals by model, 31 days, all accounts', () => usage.totals({ by: 'model', ...month }))
await time('totals by key, 31 days, all accounts', () => usage.totals({ by: 'key', ...month }))
await time('records, newest 50, all accounts', () => usage.records({ limit: 50 }))
await time('records, newest 50 of an account', () => usage.records({ accountId, limit: 50 }))
await time('records, 50 of an account, half a year back', () =>
  usage.records({ accountId, after: { time: END - 180 * DAY_MS, requestId: '' }, limit: 50 }),
)
await time('records, newest 50 failed ones of an account', () =>
  usage.records({ accountId, status: 'failed', limit: 50 }),
)
await time('records, newest 50 of a key', () => usage.records({ keyId: 'key_7_0', limit: 50 }))
await time('records, newest 50 of an end user', () => usage.records({ endUser: 'user_77', limit: 50 }))
await time('prune, 30 minutes of records', () => usage.prune(START + 30 * 60_000))

// A file that is used again has the holds of other runs.
const run = process.pid
const call = (id) => ({ holdId: `hold_${run}_${id}`, accountId, amountMicro: 100, expiresAt: now + 600_000 })
const scopes = [
  { scope: 'key:1', limits: [{ window: 'month', since: END - 31 * DAY_MS, limitMicro: 1e12 }] },
  { scope: 'user:1', limits: [{ window: 'day', since: END, limitMicro: 1e12 }] },
]
await ledger.post({ accountId, kind: 'top_up', amountMicro: 1e12, externalId: 'bench' })
await cpu('hold and settle, two scopes with limits', async (id) => {
  await ledger.hold({ ...call(id), scopes })
  await ledger.settle(`hold_${run}_${id}`, 40)
})
await cpu('hold and settle, no scopes', async (id) => {
  await ledger.hold(call(`plain_${id}`))
  await ledger.settle(`hold_${run}_plain_${id}`, 40)
})
const [record] = await usage.records({ accountId, limit: 1 })
await cpu('append of a usage record', (id) =>
  usage.append({ ...record, requestId: `bench_${run}_${id}`, time: now }),
)
const rules = { keyId: 'key_1', rpm: 1e7, tpm: 1e9, concurrency: 10, tokens: 100, leaseTtlMs: 600_000 }
await cpu('take and finish of the limits', async (id) => {
  const request = { ...rules, leaseId: `lease_${id}` }
  await limits.finish(request, await limits.take(request), 50)
})
await stores.close()
rmSync(folder, { recursive: true })
rmSync(modules, { recursive: true })
