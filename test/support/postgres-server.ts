import { type ChildProcess, execFile, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { chown, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { freePort } from './free-port.js'

/** A PostgreSQL of its own, in a temporary folder, on a free port of the loopback interface. */
export interface PostgresServer {
  readonly port: number
  readonly url: string
  /** Process id of the postmaster, for those who measure it. */
  readonly pid: () => number
  /** A pool of connections; whoever opens it ends it. */
  pool(options?: pg.PoolConfig): pg.Pool
  /** Ends the server: `fast` as an administrator does, `crash` without a word. */
  kill(how: 'fast' | 'crash'): Promise<void>
  /** Starts it again on the same port, with what it had. */
  start(): Promise<void>
  /** Ends it for good. */
  stop(): Promise<void>
}

/** How a server is started. */
export interface PostgresServerOptions {
  /** True: commits wait for the disk, as they do in production. Default false. */
  readonly fsync?: boolean
  readonly settings?: Readonly<Record<string, string>>
}

/** Why there can be no server on this machine; null when there can. */
export function postgresMissing(): string | null {
  if (spawnSync(binary('postgres'), ['--version']).status !== 0)
    return 'PostgreSQL is not installed (Debian: apt-get install postgresql)'
  // It refuses to run as root, so it needs a user of its own.
  if (isRoot() && postgresUser() === null) return 'there is no user postgres for a server to run as'
  return null
}

/** Starts a server that accepts connections when this resolves. */
export async function startPostgres(options: PostgresServerOptions = {}): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), 'crossmodel-postgres-'))
  const user = isRoot() ? (postgresUser() ?? undefined) : undefined
  if (user !== undefined) await chown(folder, user.uid, user.gid)
  await promisify(execFile)(
    binary('initdb'),
    ['-D', join(folder, 'data'), '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
    { ...user, cwd: folder },
  )
  const port = await freePort()
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    fsync: options.fsync === true ? 'on' : 'off',
    ...options.settings,
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const launch = async (): Promise<ChildProcess> => {
    const child = spawn(binary('postgres'), ['-D', join(folder, 'data'), '-p', String(port), ...flags], {
      ...user,
      cwd: folder,
      stdio: 'ignore',
    })
    // A test run that is broken off must not leave it behind.
    const endWithUs = (): void => void child.kill('SIGQUIT')
    process.once('exit', endWithUs)
    child.once('exit', () => process.removeListener('exit', endWithUs))
    await untilReady(child, url)
    return child
  }
  let child = await launch()
  return {
    port,
    url,
    pid: () => child.pid ?? 0,
    pool: (config) => new pg.Pool({ connectionString: url, ...config }),
    kill: (how) => end(child, how),
    async start() {
      child = await launch()
    },
    async stop() {
      await end(child, 'crash')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function untilReady(child: ChildProcess, connectionString: string): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`PostgreSQL ended with ${child.exitCode}`)
    const client = new pg.Client({ connectionString })
    client.on('error', () => {})
    try {
      await client.connect()
      await client.end()
      return
    } catch {
      await setTimeout(30)
    }
  }
}

async function end(child: ChildProcess, how: 'fast' | 'crash'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill(how === 'fast' ? 'SIGINT' : 'SIGQUIT')
  await exit
}

/** Debian keeps the servers of several versions where no PATH leads: the newest one is taken. */
function binary(name: string): string {
  const root = '/usr/lib/postgresql'
  const versions = existsSync(root) ? readdirSync(root) : []
  const newest = versions.toSorted((left, right) => Number(right) - Number(left))[0]
  const path = join(root, newest ?? '', 'bin', name)
  return existsSync(path) ? path : name
}

function isRoot(): boolean {
  return process.getuid?.() === 0
}

function postgresUser(): { readonly uid: number; readonly gid: number } | null {
  try {
    const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres']).toString())
    return { uid: id('-u'), gid: id('-g') }
  } catch {
    return null
  }
}
