import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { GatewayConfigData } from '../../src/index.js'
import { bundle } from '../support/bundle.js'

/** A gateway process. */
export interface Instance {
  readonly id: number
  readonly url: string
  /** It was ended without a word. */
  readonly isKilled: () => boolean
}

/** Gateway processes of one configuration, each the command itself. */
export interface Fleet {
  /** Those that run. */
  readonly running: () => readonly Instance[]
  /** Starts one more; tried again while its store is away. */
  readonly start: () => Promise<Instance>
  /** Ends one with SIGKILL. */
  readonly kill: (instance: Instance) => Promise<void>
  /** Ends all as an operator does; answers their exit codes. */
  readonly stop: () => Promise<readonly (number | null)[]>
  /** What they had to say to the operator. */
  readonly complaints: readonly string[]
  /** Ends whatever still runs, and forgets the build. */
  readonly close: () => Promise<void>
}

interface Running extends Instance {
  readonly child: ChildProcess
}

const START_ATTEMPTS = 100
const RETRY_MS = 200
const GRACE_MS = '10000'

/** Builds the command from the sources under `root` into a folder of its own, and starts `size` processes of it. */
export async function startFleet(root: URL, config: GatewayConfigData, size: number): Promise<Fleet> {
  const folder = await bundle('crash', { root, entryPoints: { main: 'adapters/command/main.ts' } })
  const configPath = join(folder, 'gateway.json')
  await writeFile(configPath, JSON.stringify(config))
  const words = [
    join(folder, 'main.mjs'),
    'serve',
    '--config',
    configPath,
    '--port',
    '0',
    '--grace-ms',
    GRACE_MS,
  ]
  const complaints: string[] = []
  const children = new Set<ChildProcess>()
  let running: readonly Running[] = []
  let count = 0

  const launch = async (): Promise<Running | null> => {
    const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] })
    children.add(child)
    child.once('exit', () => children.delete(child))
    createInterface(child.stderr).on('line', (line) => complaints.push(line))
    const url = await firstUrl(child)
    if (url === null) return null
    count += 1
    return { id: count, url, child, isKilled: () => child.signalCode === 'SIGKILL' }
  }

  const start = async (): Promise<Instance> => {
    for (let attempt = 0; attempt < START_ATTEMPTS; attempt += 1) {
      const instance = await launch()
      if (instance !== null) {
        running = [...running, instance]
        return instance
      }
      await sleep(RETRY_MS)
    }
    throw new Error(`a gateway does not start: ${complaints.at(-1) ?? ''}`)
  }

  await Promise.all(Array.from({ length: size }, start))
  return {
    running: () => running,
    start,
    complaints,
    async kill({ id }) {
      const victim = running.find((instance) => instance.id === id)
      if (victim === undefined) return
      running = running.filter((instance) => instance !== victim)
      await end(victim.child, 'SIGKILL')
    },
    async stop() {
      const all = running
      running = []
      await Promise.all(all.map(({ child }) => end(child, 'SIGTERM')))
      return all.map(({ child }) => child.exitCode)
    },
    async close() {
      await Promise.all([...children].map((child) => end(child, 'SIGKILL')))
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Where it listens; null when it ended before it did. */
async function firstUrl({ stdout }: ChildProcess): Promise<string | null> {
  if (stdout === null) return null
  for await (const line of createInterface(stdout)) {
    const url = /ready at (\S+)/.exec(line)?.[1]
    // Reading on, so that the pipe never fills up.
    stdout.resume()
    if (url !== undefined) return url
  }
  return null
}

async function end(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill(signal)
  await exit
}
