// One gateway process of postgres.mjs: clients that each make one request after the other.
import pg from 'pg'
import { openPostgres } from '../../adapters/stores/postgres/index.ts'
import { USAGE_RECORD } from './usage-record.mjs'

const { url, prefix, accounts, clients, seconds, pipeline } = JSON.parse(process.argv[2])
const pool = new pg.Pool({ connectionString: url, max: 10, pipeline })
const stores = await openPostgres({ pool })
const latenciesMs = []
let requests = 0

const started = process.cpuUsage()
const end = performance.now() + seconds * 1000
await Promise.all(Array.from({ length: clients }, (_, client) => work(client)))
const { user, system } = process.cpuUsage(started)
await stores.close()
await pool.end()
process.send({ requests, cpuMicros: user + system, latenciesMs }, () => process.disconnect())

async function work(client) {
  for (let call = 0; performance.now() < end; call += 1) {
    const holdId = `req_cm_${prefix}_${process.pid}_${client}_${call}`
    const accountId = `${prefix}_${(client + call * clients) % accounts}`
    const keyId = `key_${accountId}`
    const begin = performance.now()
    const time = Date.now()
    const scopes = [{ scope: `key:${keyId}`, limits: [] }]
    const held = await stores.ledger.hold({
      holdId,
      accountId,
      amountMicro: 5000,
      expiresAt: time + 600_000,
      scopes,
    })
    if (!held.ok) throw new Error(held.reason)
    const { chargedMicro } = await stores.ledger.settle(holdId, 1234)
    await stores.usage.append({
      ...USAGE_RECORD,
      requestId: holdId,
      accountId,
      keyId,
      time,
      costMicro: chargedMicro,
    })
    latenciesMs.push(performance.now() - begin)
    requests += 1
  }
}
