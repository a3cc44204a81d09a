import { build, type BuildOptions } from 'esbuild'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type SimulatedVendor,
  startSimulatedVendor,
} from '../../../adapters/command/simulated-vendor/index.js'
import type { GatewayConfigData } from '../../../src/index.js'
import { eventually, type TestServer } from '../../contracts/http-server.js'
import { reader } from '../../contracts/mount-support.js'
import { assertBuilt } from '../../examples/run-example.js'
import { CHAT, type Endpoint, ENDPOINTS, MESSAGES } from '../../support/calls.js'
import { findRuntime, RUNTIMES, startRuntime } from '../../support/runtimes.js'
import { BASE_CONFIG, KEY } from '../../support/test-gateway.js'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const VENDOR_KEY = 'simulated-key'

/** The Worker that a user writes: the gateway is its default export. */
function workerOf(config: GatewayConfigData): string {
  return `import { createGateway } from 'crossmodel-gateway'
    export default createGateway(${JSON.stringify(config)})`
}

/** Bundles a module that imports this package by its name, as a user's bundler does. */
async function bundle(contents: string, options: BuildOptions) {
  assertBuilt()
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: ROOT },
    bundle: true,
    format: 'esm',
    target: 'es2022',
    logLevel: 'silent',
    // Not ours: it sends `#platform` to the sources.
    tsconfigRaw: '{}',
    ...options,
    write: false,
    metafile: true,
  })
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports)
  return { text: outputFiles[0]?.text ?? '', inputs: Object.keys(metafile.inputs), imports }
}

/** What the bundler of Workers asks for. */
const WORKERS: BuildOptions = { platform: 'neutral', conditions: ['workerd', 'worker', 'browser'] }

const OF_NODE = /undici|^dist\/adapters/

describe('a bundle of the gateway', () => {
  const worker = workerOf({ upstreams: {}, models: [] })

  test.each([WORKERS, { ...WORKERS, conditions: ['browser'] }])(
    'for $conditions holds nothing of Node',
    async (options) => {
      const { text, inputs, imports } = await bundle(worker, options)
      expect(imports).toEqual([])
      expect(inputs.filter((path) => OF_NODE.test(path))).toEqual([])
      expect(text).not.toMatch(/["']node:|\brequire\(|\bprocess\.|\bBuffer\./)
    },
  )

  test.each(['workerd', 'edge-light', 'bun', 'deno'])(
    'for %s alone needs nothing of Node',
    async (condition) => {
      const { inputs, imports } = await bundle(worker, { ...WORKERS, conditions: [condition] })
      // lru-cache asks for diagnostics, and does without.
      expect(imports.filter(({ kind }) => kind !== 'dynamic-import')).toEqual([])
      expect(inputs.filter((path) => OF_NODE.test(path))).toEqual([])
    },
  )

  test('for Node holds its transport', async () => {
    const { inputs } = await bundle(worker, { platform: 'node' })
    expect(inputs.some((path) => OF_NODE.test(path))).toBe(true)
  })
})

for (const runtime of RUNTIMES) {
  describe.skipIf(findRuntime(runtime) === null)(`a gateway on ${runtime.name}`, () => {
    let vendor: SimulatedVendor
    let server: TestServer

    beforeAll(async () => {
      vendor = await startSimulatedVendor({ expectedKey: VENDOR_KEY })
      const { keySecret: _random, outbox: _memory, ...config } = BASE_CONFIG
      const upstreams = {
        chat: upstream('openai-chat'),
        responses: upstream('openai-responses'),
        messages: upstream('anthropic-messages'),
      }
      const { text } = await bundle(workerOf({ ...config, upstreams }), WORKERS)
      server = await startRuntime(runtime, text)
    })
    afterAll(async () => {
      await server?.close()
      await vendor.close()
    })
    const upstream = (protocol: keyof SimulatedVendor['baseUrls']) => ({
      protocol,
      baseUrl: vendor.baseUrls[protocol],
      apiKey: VENDOR_KEY,
    })

    const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' }
    const post = ({ path }: Endpoint, body: object, init: RequestInit = {}) =>
      fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(body), ...init })

    test.each(ENDPOINTS)('answers $path in one piece', async (endpoint) => {
      const response = await post(endpoint, endpoint.request('hello'))
      expect([response.status, response.headers.get('x-crossmodel-model')]).toEqual([200, endpoint.model])
      const text = await response.text()
      expect(JSON.parse(text)).toMatchObject({ model: endpoint.model })
      expect(text).toContain('You said')
    })

    test.each(ENDPOINTS)('streams $path, piece by piece', async (endpoint) => {
      const response = await post(endpoint, { ...endpoint.request('[[delay:20]]hello'), stream: true })
      expect([response.status, response.headers.get('content-type')]).toEqual([
        200,
        'text/event-stream; charset=utf-8',
      ])
      const read = reader(response)
      const pieces: string[] = []
      for (let piece = await read(); piece !== undefined; piece = await read()) pieces.push(piece)
      expect(pieces.length).toBeGreaterThan(3)
      expect(pieces.join('')).toMatch(/(?:\[DONE\]|"response\.completed"[^]*|"message_stop"\})\n\n$/)
    })

    test('refuses a wrong key, and counts what it has served', async () => {
      const refused = await post(CHAT, CHAT.request(), {
        headers: { ...headers, authorization: 'Bearer cm-wrong-key' },
      })
      expect([refused.status, await refused.json()]).toMatchObject([
        401,
        { error: { code: 'invalid_api_key' } },
      ])
      await (await post(CHAT, CHAT.request())).text()
      const usage = (await (await fetch(`${server.url}/v1/usage`, { headers })).json()) as {
        daily: { success_count: number }
      }
      expect(usage.daily.success_count).toBeGreaterThan(0)
    })

    test('cases 47, 75: lets the vendor go when the client leaves in mid-stream', async () => {
      const client = new AbortController()
      const body = { ...MESSAGES.request('[[delay:50]][[tokens:1000]]'), max_tokens: 1000, stream: true }
      await reader(await post(MESSAGES, body, { signal: client.signal }))()
      client.abort()
      await eventually(() => vendor.requests.at(-1)?.outcome === 'aborted')
      expect(vendor.requests.at(-1)?.eventsSent).toBeLessThan(100)
    })
  })
}
