import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSimulatedVendor } from '../../adapters/command/simulated-vendor/index.js'
import { openSocket } from '../support/web-socket.js'
import { assertBuilt, runModule } from './run-example.js'

const folder = fileURLToPath(new URL('../../examples/', import.meta.url))
const vendor = await startSimulatedVendor()
afterAll(() => vendor.close())
beforeAll(assertBuilt)

const KEY = 'cm-key-of-this-test'

/** The servers: which model to ask for, and what its vendor speaks. */
const SERVERS = [
  { file: 'express.mjs', model: 'openai/gpt-5.5', protocol: 'openai-chat' },
  { file: 'fastify.mjs', model: 'fast', protocol: 'anthropic-messages' },
  { file: 'hono-node.mjs', model: 'local/llama', protocol: 'openai-chat' },
  { file: 'websocket.mjs', model: 'fast', protocol: 'anthropic-messages' },
  { file: 'standalone.mjs', model: 'mistral/mistral-large-latest', protocol: 'openai-chat' },
] as const

type Fetch = (url: string, init: RequestInit) => Promise<Response> | Response

/** Asks for a chat completion, whole or streamed. */
function askChat(
  url: string,
  body: { readonly model: string; readonly stream?: boolean },
  call: Fetch = fetch,
) {
  return call(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...body, messages: [{ role: 'user', content: 'Hello' }] }),
  })
}

async function expectAnswers(url: string, model: string, call?: Fetch): Promise<void> {
  const whole = await askChat(url, { model }, call)
  expect(whole.status).toBe(200)
  expect(await whole.text()).toContain('You said: \\"Hello\\"')
  const streamed = await askChat(url, { model, stream: true }, call)
  expect(streamed.headers.get('content-type')).toContain('text/event-stream')
  expect(await streamed.text()).toMatch(/"finish_reason":\s*"stop"[^]*data: \[DONE\]\n\n$/)
}

test.each(SERVERS)(
  '$file prints its URL and answers whole and streamed',
  async ({ file, model, protocol }) => {
    const environment = { PORT: '0', CROSSMODEL_API_KEY: KEY, UPSTREAM_URL: vendor.baseUrls[protocol] }
    const example = runModule({ file: `${folder}${file}` }, environment)
    await expectAnswers(await example.url, model)
    expect(example.errors()).toBe('')
  },
)

test('websocket.mjs answers on a socket, and ends by SIGTERM', async () => {
  const environment = {
    PORT: '0',
    CROSSMODEL_API_KEY: KEY,
    UPSTREAM_URL: vendor.baseUrls['anthropic-messages'],
  }
  const example = runModule({ file: `${folder}websocket.mjs` }, environment)
  const headers = { authorization: `Bearer ${KEY}` }
  const socket = await openSocket(`${await example.url}/v1/responses`, { headers })
  const events = await socket.create({ model: 'fast', input: 'Hello' })
  expect(events.at(-1)).toMatchObject({ type: 'response.completed', response: { status: 'completed' } })
  expect(JSON.stringify(events)).toContain('You said:')
  example.stop()
  expect(await socket.closed).toBe(1001)
  expect(await example.exited).toBe(0)
})

test('hono-workers.mjs answers whole and streamed', async () => {
  const { default: worker } = await import(pathToFileURL(`${folder}hono-workers.mjs`).href)
  const environment = { CROSSMODEL_API_KEY: KEY, GEMINI_API_KEY: 'k', UPSTREAM_URL: vendor.baseUrls.gemini }
  const call: Fetch = (url, init) => worker.fetch(new Request(url, init), environment)
  await expectAnswers('https://worker.example/llm', 'gemini/gemini-3.6-flash', call)
  expect((await call('https://worker.example/', {})).status).toBe(404)
})

describe('standalone.mjs', () => {
  const { file, model, protocol } = SERVERS[4]

  test('makes a key, prints what a call cost, and ends by SIGTERM', async () => {
    const environment = { PORT: '0', UPSTREAM_URL: vendor.baseUrls[protocol] }
    const example = runModule({ file: `${folder}${file}` }, environment)
    const url = await example.url
    expect(example.output()).toMatch(/key cm-gk_\w{38}\n$/)
    expect((await askChat(url, { model })).status).toBe(401)
    const key = example.output().trim().split(' ').at(-1)
    const response = await fetch(`${url}/v1/messages`, {
      method: 'POST',
      headers: { 'x-api-key': key ?? '' },
      body: JSON.stringify({ model, max_tokens: 100, messages: [{ role: 'user', content: 'Hello' }] }),
    })
    expect(await response.json()).toMatchObject({ type: 'message', stop_reason: 'end_turn' })
    example.stop()
    expect(await example.exited).toBe(0)
    expect(example.output()).toContain(`${model} completed: 1 + 13 tokens, $0.0000`)
  })
})

test('telemetry.mjs tells of a call in a span, in metrics and in a line, and is ready', async () => {
  const environment = { PORT: '0', CROSSMODEL_API_KEY: KEY, UPSTREAM_URL: vendor.baseUrls['openai-chat'] }
  const example = runModule({ file: `${folder}telemetry.mjs` }, environment)
  const url = await example.url
  await expectAnswers(url, 'openai/gpt-5.5')
  const metrics = await (await fetch(new URL('/metrics', url))).text()
  expect(metrics).toMatch(
    /crossmodel_tokens_total\{model="openai\/gpt-5.5",upstream="openai",type="output"\} \d/,
  )
  expect(metrics).toContain('crossmodel_upstream_breaker_state{route="openai:gpt-5.5"} 0')
  expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: 'ok' })
  expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({ status: 'ready' })
  expect(example.output()).toContain("'gen_ai.request.model': 'gpt-5.5'")
  expect(example.output()).toContain("'crossmodel.requested_model': 'openai/gpt-5.5'")
  expect(example.output()).toMatch(/"level":30,[^\n]*"model":"openai\/gpt-5.5"[^\n]*"msg":"call"\}/)
  expect(example.output()).not.toContain(KEY)
  expect(example.errors()).toBe('')
})

test('translate-only.mjs shows a request, its losses, an answer and a stream', async () => {
  const example = runModule({ file: `${folder}translate-only.mjs` })
  expect(await example.exited).toBe(0)
  expect(example.output()).toMatch(/for Claude \{\n {2}model: 'claude-sonnet-4-6'/)
  expect(example.output()).toMatch(/lost \[[^\]]*path: 'logit_bias'/)
  expect(example.output()).toContain("object: 'chat.completion'")
  expect(example.output()).toMatch(/"delta":\{"content":"Oslo"\}[^]*data: \[DONE\]\n\n$/)
  expect(example.errors()).toBe('')
})

describe('every example', () => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.mjs'))

  test('has a test above', () => {
    const elsewhere = ['payments-express.mjs', 'console-express.mjs']
    const tested: readonly string[] = [
      ...SERVERS.map(({ file }) => file),
      'hono-workers.mjs',
      'telemetry.mjs',
      'translate-only.mjs',
      ...elsewhere,
    ]
    expect(files.sort()).toEqual([...tested].sort())
  })

  test.each(files)('%s imports only what a user can, in at most 60 lines', (file) => {
    const text = readFileSync(`${folder}${file}`, 'utf8')
    expect(text.split('\n').length - 1).toBeLessThanOrEqual(60)
    const specifiers = [...text.matchAll(/from '([^']+)'/g)].map(([, specifier = '']) => specifier)
    expect(specifiers.filter((specifier) => specifier.startsWith('.'))).toEqual([])
    expect(specifiers.some((specifier) => specifier.startsWith('crossmodel-gateway'))).toBe(true)
  })
})
