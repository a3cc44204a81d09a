import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe } from 'vitest'
import { freePort } from './free-port.js'
import { CONNECT, type Connection } from './redis-connect.js'

/** A Redis of its own, in a temporary folder, on a free port of the loopback interface. */
export interface RedisServer {
  readonly port: number
  readonly url: string
  /** Ends the process at once, as a crash would. */
  kill(): Promise<void>
  /** Stops it in its tracks: connections stay, nothing is answered. */
  pause(): void
  /** Ends a pause. */
  resume(): void
  /** Starts it again on the same port, empty. */
  restart(): Promise<void>
  /** Ends it for good. */
  stop(): Promise<void>
}

/** Runs tests on a Redis server; skipped with a printed reason when there is none, unless nothing may be skipped. */
export function describeRedis(
  name: string,
  body: (server: () => RedisServer) => void,
  start: () => Promise<RedisServer> = startRedis,
): void {
  describe.skipIf(!hasRedis())(`Redis: ${name}`, () => {
    let server: RedisServer | undefined
    beforeAll(async () => {
      server = await start()
    })
    afterAll(() => server?.stop())
    body(() => {
      if (server === undefined) throw new Error('the server was not started')
      return server
    })
  })
}

/** True when `redis-server` can be run. Throws instead of answering false with `CROSSMODEL_NO_SKIP=1`. */
export function hasRedis(): boolean {
  if (spawnSync('redis-server', ['--version']).status === 0) return true
  const reason = 'redis-server is not installed (Debian: apt-get install redis-server)'
  if (process.env['CROSSMODEL_NO_SKIP'] === '1') throw new Error(reason)
  console.warn(`skipped: ${reason}`)
  return false
}

/** Starts a server that accepts connections when this resolves. */
export async function startRedis(flags: readonly string[] = []): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'crossmodel-redis-'))
  const port = await freePort()
  const all = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', ...flags]
  let child = await launch(all)
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    kill: () => end(child),
    pause: () => child.kill('SIGSTOP'),
    resume: () => child.kill('SIGCONT'),
    async restart() {
      child = await launch(all)
    },
    async stop() {
      await end(child)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Starts a cluster of one node, which has all slots. */
export async function startRedisCluster(): Promise<RedisServer> {
  const port = String(await freePort())
  const flags = ['--cluster-enabled', 'yes', '--cluster-port', port, '--cluster-announce-ip', '127.0.0.1']
  const server = await startRedis(flags)
  const connection = await CONNECT.ioredis(server.url)
  await connection.send('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
  while (!String(await connection.send('CLUSTER', 'INFO')).includes('cluster_state:ok')) await setTimeout(20)
  connection.close()
  return server
}

/** A connection that tests use between `beforeAll` and `afterAll`. */
export function useConnection(open: () => Promise<Connection>): () => Connection {
  let connection: Connection | undefined
  beforeAll(async () => {
    connection = await open()
  })
  afterAll(() => connection?.close())
  return () => {
    if (connection === undefined) throw new Error('not connected')
    return connection
  }
}

async function launch(flags: readonly string[]): Promise<ChildProcess> {
  const child = spawn('redis-server', flags, { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines = createInterface(child.stdout)
  for await (const line of lines) {
    if (!line.includes('Ready to accept connections')) continue
    // Reading on, so that the pipe never fills up.
    child.stdout.resume()
    return child
  }
  throw new Error('redis-server ended before it was ready')
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}
