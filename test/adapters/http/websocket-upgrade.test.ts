import express from 'express'
import Fastify from 'fastify'
import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type RequestListener, type Server } from 'node:http'
import OpenAI from 'openai'
import { ResponsesWS } from 'openai/resources/responses/ws'
import { describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { toExpress } from '../../../adapters/http/express.js'
import { toFastify } from '../../../adapters/http/fastify.js'
import { toNode } from '../../../adapters/http/node.js'
import { attachWebSocket, type WebSocketOptions } from '../../../adapters/http/websocket.js'
import { defer, eventually, listen } from '../../contracts/http-server.js'
import { chunk, stream } from '../../support/calls.js'
import { createTestGateway, KEY, type TestGateway } from '../../support/test-gateway.js'
import { type Message, openSocket, startSocketGateway } from '../../support/web-socket.js'

const CALL = { model: 'test/chat', input: 'hi' }

/** Sends plain HTTP with any headers and reads the answer. */
async function send(
  url: string,
  { method = 'GET', body = '', ...headers }: Record<string, string>,
): Promise<{ readonly status: number | undefined; readonly json: Message }> {
  const sent = request(url, { method, headers: { authorization: `Bearer ${KEY}`, ...headers } })
  sent.end(body)
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  let text = ''
  for await (const part of response) text += String(part)
  return { status: response.statusCode, json: JSON.parse(text) }
}

const HANDSHAKE = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
}

describe('a handshake', () => {
  test.each([
    ['without a key', ''],
    ['with a wrong key', 'Bearer cm-wrong'],
  ])('is refused as HTTP would refuse it (%s)', async (_name, authorization) => {
    const { url } = await startSocketGateway()
    const { status, json } = await send(`${url}/v1/responses`, { ...HANDSHAKE, authorization })
    expect(status).toBe(401)
    expect(json.error).toMatchObject({ type: 'authentication_error', message: expect.any(String) as unknown })
  })

  test('that is broken is refused in JSON', async () => {
    const { url } = await startSocketGateway()
    const { status, json } = await send(`${url}/v1/responses`, { ...HANDSHAKE, 'sec-websocket-key': 'x' })
    expect([status, json.error.code]).toEqual([400, 'invalid_request'])
  })

  test('is refused with 500 when the handler rejects', async () => {
    const server = createServer()
    attachWebSocket(server, { handle: () => Promise.reject(new Error('a secret')) })
    const { url, close } = await listen(server)
    onTestFinished(close)
    const { status, json } = await send(`${url}/v1/responses`, HANDSHAKE)
    expect([status, json.error.message]).toEqual([500, 'Internal error.'])
  })

  test.each(['/responses', '/v1/responses/', '/any/prefix/v1/responses?client=1'])(
    'is taken at %s',
    async (path) => {
      const { url } = await startSocketGateway()
      const socket = await openSocket(url + path)
      expect((await socket.create(CALL)).at(-1)).toMatchObject({ type: 'response.completed' })
    },
  )

  test('is taken at the mount point only, where one is named', async () => {
    const { url } = await startSocketGateway({}, { path: '/llm/' })
    for (const path of ['/llm/v1/responses', '/llm/responses'])
      await (await openSocket(url + path)).create(CALL)
    for (const path of ['/v1/responses', '/llm/v1/responses/x', '/llmx/v1/responses'])
      expect((await send(url + path, HANDSHAKE)).status).toBeGreaterThanOrEqual(400)
  })
})

describe('other upgrades', () => {
  test.each(['before', 'after'])("are left to the host's own listener that was added %s", async (when) => {
    const { gateway } = createTestGateway()
    const server = createServer(toNode(gateway))
    const echo = new WebSocketServer({ noServer: true })
    const addOwn = () =>
      server.on('upgrade', (upgrade, socket, head) => {
        if (upgrade.url !== '/echo') return
        echo.handleUpgrade(upgrade, socket, head, (opened) =>
          opened.on('message', (data) => opened.send(data)),
        )
      })
    if (when === 'before') addOwn()
    attachWebSocket(server, gateway)
    if (when === 'after') addOwn()
    const { url, close } = await listen(server)
    onTestFinished(close)
    const own = new WebSocket(`${url.replace('http', 'ws')}/echo`)
    onTestFinished(() => own.terminate())
    await once(own, 'open')
    own.send('mine')
    const [echoed] = (await once(own, 'message')) as [Buffer]
    expect(echoed.toString()).toBe('mine')
    const socket = await openSocket(`${url}/v1/responses`)
    expect((await socket.create(CALL)).at(-1)).toMatchObject({ type: 'response.completed' })
  })

  test('are plain requests where nobody else listens, as without sockets', async () => {
    const { url } = await startSocketGateway()
    const body = JSON.stringify({
      model: 'test/chat',
      messages: [{ role: 'user', content: 'ü'.repeat(70_000) }],
    })
    const headers = {
      connection: 'Upgrade, HTTP2-Settings',
      upgrade: 'h2c',
      'http2-settings': 'AAMAAABkAAQCAAAAAAIAAAAA',
    }
    const answer = await send(`${url}/v1/chat/completions`, { method: 'POST', body, ...headers })
    expect([answer.status, answer.json.object]).toEqual([200, 'chat.completion'])
    const socket = await send(`${url}/v1/chat/completions`, HANDSHAKE)
    expect([socket.status, socket.json.error.code]).toEqual([405, 'method_not_allowed'])
  })

  test('of the endpoint that no socket is for are told so with 426', async () => {
    const { url } = await startSocketGateway({}, { path: '/elsewhere' })
    const { status, json } = await send(`${url}/v1/responses`, HANDSHAKE)
    expect([status, json.error.code]).toEqual([426, 'upgrade_required'])
  })
})

describe('a server that closes', () => {
  test('ends idle sockets at once, and others after their call', async () => {
    const { connect, server, vendor } = await startSocketGateway()
    const gate = defer()
    vendor.play(stream(chunk({ content: 'a' }), gate.promise, chunk({}, 'stop'), 'data: [DONE]\n\n'))
    const [idle, busy] = await Promise.all([connect(), connect()])
    busy.send({ type: 'response.create', ...CALL })
    await busy.next()
    const closed = once(server, 'close')
    server.close()
    expect(await idle.closed).toBe(1001)
    gate.resolve()
    expect((await busy.answer()).at(-1)).toMatchObject({ type: 'response.completed' })
    expect(await busy.closed).toBe(1001)
    await closed
  })

  test('breaks them with their calls when told to, and takes no more', async () => {
    const { connect, attached, url, vendor, records } = await startSocketGateway()
    vendor.play(stream(chunk({ content: 'a' }), defer().promise))
    const socket = await connect()
    socket.send({ type: 'response.create', ...CALL })
    await socket.next()
    attached.close()
    expect(await socket.closed).toBe(1006)
    expect((await send(`${url}/v1/responses`, HANDSHAKE)).status).toBe(426)
    await eventually(() => records.length > 0)
    expect(records.map(({ status }) => status)).toEqual(['aborted'])
  })
})

/** Servers with a gateway under `/llm`, as hosts make them. */
const SERVERS: readonly (readonly [name: string, create: (tested: TestGateway) => Promise<Server>])[] = [
  ['node:http', ({ gateway }) => Promise.resolve(createServer(toNode(gateway)))],
  [
    'Express 5',
    ({ gateway }) => {
      const app = express().use('/llm', toExpress(gateway))
      return Promise.resolve(createServer(app as RequestListener))
    },
  ],
  [
    'Fastify 5',
    async ({ gateway }) => {
      const app = Fastify()
      await app.register(toFastify(gateway), { prefix: '/llm' })
      await app.ready()
      return app.server
    },
  ],
]

describe.each(SERVERS)('the official SDK over a socket of %s', (_name, create) => {
  async function connect(options?: WebSocketOptions): Promise<ResponsesWS> {
    const tested = createTestGateway()
    const server = await create(tested)
    const attached = attachWebSocket(server, tested.gateway, options)
    const { url, close } = await listen(server)
    onTestFinished(async () => {
      attached.close()
      await close()
    })
    const socket = new ResponsesWS(new OpenAI({ apiKey: KEY, baseURL: `${url}/llm/v1` }))
    onTestFinished(() => socket.close())
    return socket
  }

  test('runs a loop of tool calls', async () => {
    const socket = await connect({ path: '/llm' })
    const rest = {
      type: 'response.create' as const,
      model: 'test/chat',
      store: false,
      tools: [{ type: 'function' as const, name: 'weather', strict: false, parameters: { type: 'object' } }],
    }
    socket.send({ ...rest, input: '[[tool:weather {"city":"Oslo"}]]' })
    const texts: string[] = []
    for await (const record of socket) {
      if (record.type === 'error') throw record.error
      if (record.type !== 'message') continue
      const { message } = record
      if (message.type === 'response.output_text.done') texts.push(message.text)
      if (message.type !== 'response.completed') continue
      const { id, output } = message.response
      const call = output.find((item) => item.type === 'function_call')
      if (call === undefined) break
      const input = [{ type: 'function_call_output' as const, call_id: call.call_id, output: 'rain in Oslo' }]
      socket.send({ ...rest, previous_response_id: id, input })
    }
    expect(texts.join()).toContain('rain in Oslo')
  })

  test('learns of errors with their code', async () => {
    const socket = await connect()
    const failed = new Promise((resolve) => {
      socket.on('error', resolve)
    })
    socket.send({ type: 'response.create', model: 'no/such', input: 'hi' })
    expect(await failed).toMatchObject({
      error: { type: 'error', status: 404, error: { code: 'model_not_found' } },
    })
  })
})
