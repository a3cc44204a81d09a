import { build } from 'esbuild'
import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { consolePageForEsbuild } from '../../scripts/console-page.mjs'
import { script } from '#console-page'
import type { TestServer } from '../contracts/http-server.js'
import { findRuntime, RUNTIMES, startRuntime } from '../support/runtimes.js'

const APP = fileURLToPath(new URL('runtime-console.ts', import.meta.url))
const PLATFORM = fileURLToPath(new URL('../../src/gateway/platform.ts', import.meta.url))

let app = ''
beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: [APP],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['workerd', 'browser'],
    target: 'es2022',
    alias: { '#platform': PLATFORM },
    plugins: [consolePageForEsbuild()],
    logLevel: 'error',
  })
  app = outputFiles[0]?.text ?? ''
})

for (const runtime of RUNTIMES) {
  describe.skipIf(findRuntime(runtime) === null)(`the page on ${runtime.name}`, () => {
    let server: TestServer
    beforeAll(async () => {
      server = await startRuntime(runtime, app)
    })
    afterAll(async () => {
      await server?.close()
    })

    it('is compressed once, by its hash allowed to run, and not sent again', async () => {
      const answer = await fetch(server.url)
      expect([answer.status, answer.headers.get('content-encoding')]).toEqual([200, 'gzip'])
      const text = await answer.text()
      expect(text).toContain(`<script>${script}</script>`)
      const plain = await fetch(server.url, { headers: { 'accept-encoding': 'identity' } })
      expect([plain.headers.get('content-encoding'), await plain.text()]).toEqual([null, text])
      const policy = answer.headers.get('content-security-policy')
      expect(policy).toContain(`'sha256-${createHash('sha256').update(script).digest('base64')}'`)
      const headers = { 'if-none-match': answer.headers.get('etag') ?? '' }
      const again = await fetch(server.url, { headers })
      expect([again.status, await again.text()]).toEqual([304, ''])
      expect(again.headers.get('content-security-policy')).toBe(policy)
      const head = await fetch(server.url, { method: 'HEAD' })
      expect([head.status, head.headers.get('etag'), await head.text()]).toEqual([
        200,
        answer.headers.get('etag'),
        '',
      ])
    })
  })
}
