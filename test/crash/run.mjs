// node test/crash/run.mjs [--seconds N] [--clients N] [--kills N] [--limits redis|postgres] [--seed N]: four gateway
// processes on one PostgreSQL, killed at random, the database crashed once; then what the books say. Exit code 1 when
// something is wrong with them.
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { buildModules } from '../bench/modules.mjs'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    clients: { type: 'string', default: '200' },
    kills: { type: 'string' },
    limits: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 1e6) },
    'lease-ms': { type: 'string', default: '8000' },
  },
})
const hasRedis = spawnSync('redis-server', ['--version']).status === 0
const options = {
  root: new URL('../../', import.meta.url),
  seconds: Number(values.seconds),
  clients: Number(values.clients),
  kills: Number(values.kills ?? Math.ceil(Number(values.seconds) / 4)),
  limits: values.limits ?? (hasRedis ? 'redis' : 'postgres'),
  seed: Number(values.seed),
  leaseMs: Number(values['lease-ms']),
}
console.log(`limits in ${options.limits}, seed ${options.seed}`)

const { folder, load } = await buildModules('crash', { crash: 'test/crash/crash.ts' })
try {
  const { runCrash } = await load('crash')
  const { violations, figures } = await runCrash(options)
  for (const [name, value] of figures) console.log(`${name.padEnd(48)} ${String(value).padStart(14)}`)
  const shown = violations.slice(0, 40)
  for (const violation of shown) console.log(`VIOLATION  ${violation}`)
  console.log(violations.length === 0 ? 'All is well.' : `${violations.length} violations`)
  process.exitCode = violations.length === 0 ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
