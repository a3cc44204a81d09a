import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { TestServer } from '../contracts/http-server.js'

/** A runtime other than Node that serves a module whose default export has `fetch`. */
export interface Runtime {
  readonly name: 'bun' | 'deno' | 'workerd'
  /** Name and text of what starts `app.mjs` of the same folder on a free port and writes that port as a line. */
  readonly file: string
  readonly source: string
  readonly command: (file: string) => readonly string[]
}

/** The runtimes; their binaries come from npm, outside this package. */
export const RUNTIMES: readonly Runtime[] = [
  {
    name: 'bun',
    file: 'bun.mjs',
    source: `import app from './app.mjs'
      console.log(Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: app.fetch }).port)`,
    command: (file) => ['run', file],
  },
  {
    name: 'deno',
    file: 'deno.mjs',
    source: `import app from './app.mjs'
      Deno.serve({ hostname: '127.0.0.1', port: 0, onListen: ({ port }) => console.log(port) }, app.fetch)`,
    command: (file) => ['run', '--allow-net=127.0.0.1', file],
  },
  {
    name: 'workerd',
    file: 'workerd.capnp',
    source: `using Workerd = import "/workerd/workerd.capnp";
      const config :Workerd.Config = (
        services = [
          (name = "main", worker = (modules = [(name = "app", esModule = embed "app.mjs")],
            compatibilityDate = "2025-09-01", globalOutbound = "loopback")),
          (name = "loopback", network = (allow = ["private"]))],
        sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]);`,
    command: (file) => ['serve', file, '--control-fd=1'],
  },
]

const BIN = fileURLToPath(new URL('../../node_modules/.bin', import.meta.url))
const EXTRA = process.env['CROSSMODEL_RUNTIMES']
const PLACES = EXTRA === undefined ? [BIN] : [join(EXTRA, 'node_modules/.bin'), EXTRA, BIN]

/**
 * The binary of a runtime; null when it is not installed, which is printed. Throws instead when nothing may be skipped
 * (`CROSSMODEL_NO_SKIP=1`).
 */
export function findRuntime({ name }: Runtime): string | null {
  const found = PLACES.map((place) => join(place, name)).find((path) => existsSync(path))
  if (found !== undefined) return found
  const reason = `${name} is not installed (looked in ${PLACES.join(', ')})`
  if (process.env['CROSSMODEL_NO_SKIP'] === '1') throw new Error(reason)
  console.warn(`skipped: ${reason}`)
  return null
}

/** Serves the text of a module on a runtime, in a folder and a process of its own. */
export async function startRuntime(runtime: Runtime, app: string): Promise<TestServer> {
  const binary = findRuntime(runtime)
  if (binary === null) throw new Error(`${runtime.name} is not installed`)
  const folder = await mkdtemp(join(tmpdir(), 'crossmodel-runtime-'))
  const file = join(folder, runtime.file)
  await writeFile(join(folder, 'app.mjs'), app)
  await writeFile(file, runtime.source)
  const child = spawn(binary, runtime.command(file), { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  return {
    url: `http://127.0.0.1:${await portOf(child)}`,
    async close() {
      child.kill()
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** The port that a server writes when it is ready; workerd writes it as JSON. */
async function portOf({ stdout }: ChildProcess): Promise<number> {
  if (stdout === null) throw new Error('no output to read the port from')
  for await (const line of createInterface(stdout)) {
    const port = Number(/(\d+)\D*$/.exec(line)?.[1])
    if (port > 0) return port
  }
  throw new Error('the server ended before it was ready')
}
