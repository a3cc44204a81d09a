import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pause, type TestServer } from '../../contracts/http-server.js'
import { chunked, HALF_DUPLEX, reader } from '../../contracts/mount-support.js'
import { findRuntime, RUNTIMES, startRuntime } from '../../support/runtimes.js'

/** What is served: a module whose default export has `fetch`. Bundled into one file for all runtimes. */
const APP = fileURLToPath(new URL('runtime-app.ts', import.meta.url))

let app: string

beforeAll(async () => {
  const options = { format: 'esm', platform: 'neutral', target: 'es2022' } as const
  const { outputFiles } = await build({ entryPoints: [APP], bundle: true, write: false, ...options })
  app = outputFiles[0]?.text ?? ''
})

for (const runtime of RUNTIMES) {
  describe.skipIf(findRuntime(runtime) === null)(`the fetch face on ${runtime.name}`, () => {
    let server: TestServer
    let base: string

    beforeAll(async () => {
      server = await startRuntime(runtime, app)
      base = server.url
    })
    afterAll(async () => {
      await server?.close()
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
      const chunks = [await read()]
      while (chunks.length < 4) {
        await fetch(`${base}/next`)
        chunks.push(await read())
      }
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
