// node test/bench/postgres.mjs [--seconds N] [--pipeline]: requests per second (hold, settle and usage record each) of
// the PostgreSQL stores, on a server of its own that waits for the disk, and what the time goes into.
import { fork } from 'node:child_process'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { buildModules } from './modules.mjs'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    clients: { type: 'string', default: '200' },
    pipeline: { type: 'boolean', default: false },
  },
})
const seconds = Number(values.seconds)
const CLOCK_TICKS = 100

const { folder, load } = await buildModules('postgres', {
  stores: 'adapters/stores/postgres/index.ts',
  server: 'test/support/postgres-server.ts',
  worker: 'test/bench/postgres-worker.mjs',
})
const { openPostgres } = await load('stores')
const { startPostgres } = await load('server')
const server = await startPostgres({ fsync: true, settings: { track_wal_io_timing: 'on' } })
const pool = server.pool()
const stores = await openPostgres({ pool })

const ROUNDS = [
  { name: 'one hot account, 1 process', processes: 1, accounts: 1 },
  { name: 'one hot account, 4 processes', processes: 4, accounts: 1 },
  { name: '1,000 accounts, 1 process', processes: 1, accounts: 1000 },
  { name: '1,000 accounts, 4 processes', processes: 4, accounts: 1000 },
]

try {
  for (const round of ROUNDS) await play(round)
} finally {
  await stores.close()
  await pool.end()
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
}

async function play({ name, processes, accounts }) {
  const prefix = name.replaceAll(/\W+/g, '_')
  const posting = { kind: 'top_up', amountMicro: 1e12 }
  for (let index = 0; index < accounts; index += 1) {
    const accountId = `${prefix}_${index}`
    await stores.ledger.post({ ...posting, accountId, externalId: accountId })
  }
  const clients = Math.ceil(Number(values.clients) / processes)
  const task = { url: server.url, prefix, accounts, clients, seconds, pipeline: values.pipeline }
  const before = await readings()
  const workers = await Promise.all(Array.from({ length: processes }, () => run(task)))
  const after = await readings()
  const requests = workers.reduce((sum, worker) => sum + worker.requests, 0)
  const node = workers.reduce((sum, worker) => sum + worker.cpuMicros, 0) / requests
  const database = ((after.cpuSeconds - before.cpuSeconds) * 1e6) / requests
  const latencies = workers.flatMap((worker) => worker.latenciesMs).sort((one, other) => one - other)
  const figure = (number, digits = 0) => number.toFixed(digits).padStart(6)
  console.log(
    [
      name.padEnd(30),
      `${figure(requests / seconds)} requests/s`,
      `CPU µs/request: node ${figure(node)}, postgres ${figure(database)}`,
      `cores busy: ${figure((requests * (node + database)) / seconds / 1e6, 2)}`,
      `commits/s ${figure((after.commits - before.commits) / seconds)}`,
      `syncs/s ${figure((after.syncs - before.syncs) / seconds)} taking ${figure((after.syncMs - before.syncMs) / seconds / 10)} % of the time`,
      `p50 ${figure(at(latencies, 0.5), 1)} ms, p99 ${figure(at(latencies, 0.99), 1)} ms`,
    ].join(' | '),
  )
  for (let index = 0; index < accounts; index += 1) {
    const wallet = await stores.ledger.balance(`${prefix}_${index}`)
    if (wallet.heldMicro !== 0) throw new Error(`${prefix}_${index} still holds ${wallet.heldMicro}`)
  }
}

function at(sorted, share) {
  return sorted[Math.floor(sorted.length * share)] ?? 0
}

function run(task) {
  const child = fork(`${folder}worker.mjs`, [JSON.stringify(task)])
  return new Promise((resolve, reject) => {
    child.once('message', resolve)
    child.once('exit', (code) => code === 0 || reject(new Error(`a worker ended with ${code}`)))
  })
}

/** What the server has done so far. */
async function readings() {
  const { rows } = await pool.query(
    `SELECT wal_sync, wal_sync_time, (SELECT sum(xact_commit) FROM pg_stat_database) AS commits FROM pg_stat_wal`,
  )
  const [{ wal_sync: syncs, wal_sync_time: syncMs, commits }] = rows
  return {
    syncs: Number(syncs),
    syncMs: Number(syncMs),
    commits: Number(commits),
    cpuSeconds: cpuOf(server.pid()),
  }
}

/** CPU seconds of a process and its children, also those that have ended. */
function cpuOf(parent) {
  let ticks = 0
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const fields = readStat(pid)
    const [own, ended] = [Number(fields[11]) + Number(fields[12]), Number(fields[13]) + Number(fields[14])]
    if (Number(pid) === parent) ticks += own + ended
    else if (Number(fields[1]) === parent) ticks += own
  }
  return ticks / CLOCK_TICKS
}

/** The fields of a process behind its name; none when it has ended meanwhile. */
function readStat(pid) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
  } catch {
    return []
  }
}
