// node test/bench/redis.mjs [--calls N]: what the limits of a call cost on Redis, take and finish together, with a
// server of its own on the loopback interface. Figures of one run compare with each other only.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { openRedis } from '../../dist/adapters/stores/redis/index.js'

const { values } = parseArgs({ options: { calls: { type: 'string', default: '20000' } } })
const calls = Number(values.calls)

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address()
  probe.close()
  await once(probe, 'close')
  return port
}

const folder = await mkdtemp(join(tmpdir(), 'crossmodel-bench-redis-'))
const port = await freePort()
const flags = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '']
const server = spawn('redis-server', flags, { stdio: 'ignore' })
const url = `redis://127.0.0.1:${port}`

async function connectIoredis() {
  const client = new Redis(url, { lazyConnect: true })
  await client.connect()
  return { client, close: () => client.disconnect() }
}

async function connectNodeRedis() {
  const client = createClient({ url })
  await client.connect()
  return { client, close: () => client.destroy() }
}

/** Waits until the server answers. */
async function connectAdmin() {
  const client = new Redis(url, { retryStrategy: () => 20 })
  client.on('error', () => {})
  while ((await client.ping().catch(() => '')) !== 'PONG') await setTimeout(20)
  return client
}

/** CPU seconds of the server so far. */
async function serverCpu(admin) {
  const text = await admin.info('cpu')
  return ['user', 'sys']
    .map((kind) => Number(new RegExp(`used_cpu_${kind}:([\\d.]+)`).exec(text)[1]))
    .reduce((sum, each) => sum + each)
}

/** One call after the other in each of `lanes`; keys shared out over `keys`. */
async function run(limits, { lanes, keys, count }) {
  let next = 0
  const lane = async () => {
    while (next < count) {
      const index = next
      next += 1
      const request = {
        keyId: `key_${index % keys}`,
        leaseId: `lease_${index}`,
        rpm: 100_000_000,
        tpm: 1_000_000_000,
        concurrency: 1000,
        tokens: 1000,
        leaseTtlMs: 600_000,
      }
      const decision = await limits.take(request)
      if (!decision.allowed) throw new Error('refused')
      await limits.finish(request, decision, 500)
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}

const admin = await connectAdmin()
const SCENARIOS = [
  ['one after the other', { lanes: 1, keys: 100 }],
  ['64 at once, 100 keys', { lanes: 64, keys: 100 }],
  ['64 at once, one key', { lanes: 64, keys: 1 }],
]
const CLIENTS = [
  ['node-redis', connectNodeRedis],
  ['ioredis', connectIoredis],
]
console.log('µs per take + finish: time passed, CPU of this process, CPU of the server')
for (const [name, connect] of CLIENTS) {
  const { client, close } = await connect()
  const { limits } = openRedis({ client, prefix: `${name}:` })
  await run(limits, { lanes: 64, keys: 100, count: 2000 })
  for (const [scenario, load] of SCENARIOS) {
    const before = { time: performance.now(), cpu: process.cpuUsage(), server: await serverCpu(admin) }
    await run(limits, { ...load, count: calls })
    const passed = (performance.now() - before.time) * 1000
    const { user, system } = process.cpuUsage(before.cpu)
    const served = ((await serverCpu(admin)) - before.server) * 1e6
    const [all, own, theirs] = [passed, user + system, served].map((micros) => (micros / calls).toFixed(1))
    console.log(
      `${name.padEnd(12)}${scenario.padEnd(24)}${all.padStart(8)}${own.padStart(8)}${theirs.padStart(8)}`,
    )
  }
  close()
}
const stats = await admin.info('commandstats')
console.log(`one script inside the server: ${/cmdstat_evalsha:.*usec_per_call=([\d.]+)/.exec(stats)[1]} µs`)
admin.disconnect()
server.kill()
await once(server, 'exit')
await rm(folder, { recursive: true, force: true })
