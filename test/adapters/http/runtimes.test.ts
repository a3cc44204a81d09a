import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build, type Options } from 'tsup'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pause } from '../../contracts/http-server.js'
import { chunked, HALF_DUPLEX, reader } from '../../contracts/mount-support.js'

/** What is served: a module whose default export has `fetch`. Bundled into one file for all runtimes. */
const APP = fileURLToPath(new URL('runtime-app.ts', import.meta.url))
const BIN = fileURLToPath(new URL('../../../node_modules/.bin', import.meta.url))
const EXTRA = process.env['CROSSMODEL_RUNTIMES']
const PLACES = EXTRA === undefined ? [BIN] : [EXTRA, join(EXTRA, 'node_modules/.bin'), BIN]

interface Runtime {
  readonly name: 'bun' | 'deno' | 'workerd'
  readonly file: string
  /** Starts `app.mjs` of the same folder on a free port and writes that port as a line. */
  readonly source: string
  readonly command: (file: string) => readonly string[]
}

const RUNTIMES: readonly Runtime[] = [
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
        services = [(name = "main", worker = (modules = [(name = "app", esModule = embed "app.mjs")],
          compatibilityDate = "2025-09-01"))],
        sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]);`,
    command: (file) => ['serve', file, '--control-fd=1'],
  },
]

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'crossmodel-runtimes-'))
  const outExtension = () => ({ js: '.mjs' })
  await build({ entry: { app: APP }, outDir: folder, outExtension, ...BUNDLE })
})
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

const BUNDLE = {
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  noExternal: [/.*/],
  splitting: false,
  config: false,
  silent: true,
} satisfies Options

for (const runtime of RUNTIMES) {
  const binary = PLACES.map((place) => join(place, runtime.name)).find(existsSync)
  if (binary === undefined)
    console.warn(`skipped: ${runtime.name} is not installed (looked in ${PLACES.join(', ')})`)

  describe.skipIf(binary === undefined)(`the fetch face on ${runtime.name}`, () => {
    let child: ChildProcess
    let base: string

    beforeAll(async () => {
      const file = join(folder, runtime.file)
      await writeFile(file, runtime.source)
      child = spawn(String(binary), runtime.command(file), { stdio: ['ignore', 'pipe', 'inherit'] })
      base = `http://127.0.0.1:${await portOf(child)}`
    })
    afterAll(() => {
      child.kill()
    })

    const counts = async () =>
      (await (await fetch(`${base}/counts`)).json()) as { returns: number; aborts: number }

    test('answers with the handler’s status, headers and body', async () => {
      const response = await fetch(`${base}/no/such?x=1`)
      expect([response.status, response.headers.get('x-path')]).toEqual([404, '/no/such?x=1'])
      expect(await response.json()).toEqual({ error: 'mine' })
      expect(await (await fetch(`${base}/counts`, { method: 'HEAD' })).text()).toBe('')
    })

    test('case 71: reads bodies: plain, compressed, up to the limit', async () => {
      const send = async (body: BodyInit, headers: Record<string, string> = {}) => {
        const response = await fetch(`${base}/echo`, { method: 'POST', body, headers, ...HALF_DUPLEX })
        return [response.status, await response.text()]
      }
      expect(await send('käse')).toEqual([200, 'käse'])
      expect(await send(gzipSync('käse'), { 'content-encoding': 'gzip' })).toEqual([200, 'käse'])
      expect(await send('x'.repeat(1_000_001))).toEqual([413, 'request_too_large'])
      expect(await send('x'.repeat(20_000_000))).toEqual([413, 'request_too_large'])
      const parts = Array.from({ length: 60 }, () => 'x'.repeat(100_000))
      expect(await send(chunked(parts))).toEqual([413, 'request_too_large'])
      expect(await send('x'.repeat(1_000_000))).toEqual([200, 'x'.repeat(1_000_000)])
    })

    test('case 72: brings each chunk of a stream by itself', async () => {
      const read = reader(await fetch(`${base}/stream`))
      const chunks = [await read(), await read(), await read(), await read()]
      expect(chunks).toEqual(['data: 1\n\n', 'data: 2\n\n', 'data: 3\n\n', undefined])
    })

    test('cuts the connection when a stream breaks', async () => {
      const read = reader(await fetch(`${base}/broken`))
      expect(await read()).toBe('data: 1\n\n')
      await expect(read()).rejects.toBeInstanceOf(Error)
    })

    test('case 75: a client that leaves ends the stream once and aborts the signal', async () => {
      const before = await counts()
      const abort = new AbortController()
      await reader(await fetch(`${base}/endless`, { signal: abort.signal }))()
      abort.abort()
      while ((await counts()).returns === before.returns) await pause(20)
      await pause(50)
      expect(await counts()).toEqual({ returns: before.returns + 1, aborts: before.aborts + 1 })
    })
  })
}

/** The port that a server writes when it is ready; workerd writes it as JSON. */
async function portOf(child: ChildProcess): Promise<number> {
  if (child.stdout === null) throw new Error('no output to read the port from')
  for await (const line of createInterface(child.stdout)) {
    const port = Number(/(\d+)\D*$/.exec(line)?.[1])
    if (port > 0) return port
  }
  throw new Error('the server ended before it was ready')
}
