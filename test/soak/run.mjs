// node test/soak/run.mjs [--minutes N] [--sessions N] [--store sqlite|postgres] [--seed N]: a gateway, a vendor that
// fails in every way and a crowd of agents, each in a process of its own; then whether anything leaked, hung, was lost or
// charged wrongly. Exit code 1 when something is wrong.
import { rmSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { buildModules } from '../bench/modules.mjs'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    sessions: { type: 'string', default: '200' },
    store: { type: 'string', default: 'sqlite' },
    seed: { type: 'string', default: String(Date.now() % 1e6) },
    'rest-seconds': { type: 'string', default: '100' },
  },
})
const minutes = Number(values.minutes)
console.log(`seed ${values.seed}, store ${values.store}`)

const { folder, load } = await buildModules('soak', { soak: 'test/soak/soak.ts' })
try {
  const { runSoak } = await load('soak')
  const { violations, figures } = await runSoak({
    root: new URL('../../', import.meta.url),
    seconds: minutes * 60,
    sessions: Number(values.sessions),
    store: values.store,
    seed: Number(values.seed),
    sampleSeconds: 10,
    // Two cores keep up with 200 sessions.
    thinkMs: [2000, 10_000],
    silenceMs: 20_000,
    restSeconds: Number(values['rest-seconds']),
    // One small object that is kept for every request would be more. The first half warms up.
    maxBytesPerRequest: minutes >= 20 ? 150 : null,
    isThorough: minutes >= 2,
    report: (line) => console.log(line),
  })
  for (const [name, value] of figures) console.log(`${name.padEnd(48)} ${String(value).padStart(14)}`)
  for (const violation of violations.slice(0, 60)) console.log(`VIOLATION  ${violation}`)
  console.log(violations.length === 0 ? 'All is well.' : `${violations.length} violations`)
  process.exitCode = violations.length === 0 ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
