import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openRedis } from '../../../../adapters/stores/redis/index.js'
import type { LimitRequest } from '../../../../src/limits/store.js'
import { createClock, limitRequest } from '../../../contracts/samples.js'
import { CONNECT } from '../../../support/redis-connect.js'
import { describeRedis, useConnection } from '../../../support/redis-server.js'

const SOURCE = fileURLToPath(new URL('./taker.ts', import.meta.url))
const PER_PROCESS = 60

describeRedis('processes that share it', (server) => {
  const one = useConnection(() => CONNECT['node-redis'](server().url))
  const other = useConnection(() => CONNECT.ioredis(server().url))
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'crossmodel-taker-'))
    await build({
      entryPoints: [SOURCE],
      outfile: join(folder, 'taker.mjs'),
      bundle: true,
      platform: 'node',
      format: 'esm',
      banner: {
        js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)",
      },
      logLevel: 'error',
    })
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  /** Starts a process; `taken` answers when it has taken. */
  function startTaker(fields: Partial<LimitRequest>, prefix: string): Taker {
    const { now } = createClock()
    const values = [String(PER_PROCESS), String(now()), JSON.stringify(limitRequest(fields))]
    const child = spawn(process.execPath, [join(folder, 'taker.mjs'), server().url, prefix, ...values], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    return {
      taken: firstNumber(child),
      async kill() {
        const ended = once(child, 'exit')
        child.kill('SIGKILL')
        await ended
      },
    }
  }

  it.each([
    ['case 66: processes reserve no more tokens than the minute has', { tpm: 100, tokens: 40 }, 2],
    ['case 68: processes make one limit of requests', { rpm: 70 }, 70],
    ['case 69: processes make one limit of calls at the same time', { concurrency: 65 }, 65],
  ])('%s', async (_name, fields, expected) => {
    const prefix = `${randomUUID()}:`
    const takers = [startTaker(fields, prefix), startTaker(fields, prefix)]
    const [first = 0, second = 0] = await Promise.all(takers.map(({ taken }) => taken))
    await Promise.all(takers.map(({ kill }) => kill()))
    expect(first + second).toBe(expected)
  })

  it('case 69: the slots of a process that was killed come back', async () => {
    const prefix = `${randomUUID()}:`
    const fields = { concurrency: 3, leaseTtlMs: 30_000 }
    const taker = startTaker(fields, prefix)
    expect(await taker.taken).toBe(3)
    await taker.kill()
    const clock = createClock()
    const { limits } = openRedis({ client: one().client, prefix, now: clock.now })
    clock.advance(29_999)
    expect((await limits.take(limitRequest(fields))).allowed).toBe(false)
    clock.advance(1)
    expect((await limits.take(limitRequest(fields))).allowed).toBe(true)
  })

  it('case 67: what one client took, another one gives back', async () => {
    const [prefix, clock] = [`${randomUUID()}:`, createClock()]
    const { limits: first } = openRedis({ client: one().client, prefix, now: clock.now })
    const { limits: second } = openRedis({ client: other().client, prefix, now: clock.now })
    const request = limitRequest({ tpm: 100, tokens: 100 })
    const decision = await first.take(request)
    await second.finish(request, decision, 30)
    await first.finish(request, decision, 30)
    expect(await first.take(limitRequest({ tpm: 100, tokens: 70 }))).toMatchObject({
      allowed: true,
      tokens: { remaining: 0 },
    })
  })
})

interface Taker {
  readonly taken: Promise<number>
  readonly kill: () => Promise<void>
}

async function firstNumber({ stdout }: ChildProcess): Promise<number> {
  if (stdout === null) throw new Error('no output')
  for await (const line of createInterface(stdout)) return Number(line)
  throw new Error('the process ended before it said anything')
}
