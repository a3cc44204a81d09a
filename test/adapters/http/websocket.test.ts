import { describe, expect, test } from 'vitest'
import { defer, eventually, pause } from '../../contracts/http-server.js'
import { event, stream } from '../../support/calls.js'
import { BALANCE } from '../../support/test-gateway.js'
import { type Message, startSocketGateway } from '../../support/web-socket.js'

const RESPONSES = 'test/responses'
const CHAT = 'test/chat'
const WEATHER = { type: 'function', name: 'weather', strict: false, parameters: { type: 'object' } }

const textOf = (messages: Message[]): string =>
  messages.map(({ type, delta }) => (type === 'response.output_text.delta' ? delta : '')).join('')
const user = (content: string) => ({ role: 'user', content })
const endOf = (messages: Message[]): Message => messages.at(-1)

/** The events that open a response of the vendor. */
const opening = event({
  type: 'response.created',
  sequence_number: 0,
  response: { id: 'resp_v', object: 'response', status: 'in_progress', output: [] },
})
const completed = (output: unknown[], usage: unknown = null) =>
  event({
    type: 'response.completed',
    sequence_number: 1,
    response: { id: 'resp_v', object: 'response', status: 'completed', output, usage },
  })

describe('a call on a socket', () => {
  test.each([RESPONSES, CHAT])('has the events that HTTP streams, numbered alike (%s)', async (model) => {
    const { connect, post, records } = await startSocketGateway()
    const socket = await connect()
    const messages = await socket.create({ model, input: 'hi' })
    const { text } = await post('/v1/responses', { model, input: 'hi', stream: true })
    const types = [...text.matchAll(/^event: (.+)$/gm)].map(([, type]) => type)
    expect(messages.map(({ type }) => type)).toEqual(types)
    expect(messages.map(({ sequence_number: number }) => number)).toEqual(messages.map((_, at) => at))
    expect(textOf(messages)).toContain('You said: "hi"')
    expect(records.map(({ status, streamed }) => [status, streamed])).toEqual([
      ['completed', true],
      ['completed', true],
    ])
  })

  test('waits for the one before it, and is one call of the handler', async () => {
    const { connect, vendor } = await startSocketGateway()
    const gate = defer()
    vendor.play(stream(opening, gate.promise, completed([])))
    const socket = await connect()
    for (const input of ['one', 'two']) socket.send({ type: 'response.create', model: RESPONSES, input })
    expect((await socket.next()).type).toBe('response.created')
    expect(vendor.calls).toHaveLength(1)
    gate.resolve()
    expect(endOf(await socket.answer()).type).toBe('response.completed')
    expect(textOf(await socket.answer())).toContain('two')
    expect(vendor.calls).toHaveLength(2)
  })

  test('runs beside those of other stream ids, each saying its own', async () => {
    const { connect, vendor } = await startSocketGateway()
    const gate = defer()
    vendor.play(stream(opening, gate.promise, completed([])))
    const socket = await connect()
    socket.send({ type: 'response.create', stream_id: 'a', model: RESPONSES, input: 'slow' })
    expect(await socket.next()).toMatchObject({ type: 'response.created', stream_id: 'a' })
    const quick = await socket.create({ stream_id: 'b"', model: CHAT, input: 'quick' })
    expect(new Set(quick.map(({ stream_id: id }) => id))).toEqual(new Set(['b"']))
    gate.resolve()
    expect(await socket.next()).toMatchObject({ type: 'response.completed', stream_id: 'a' })
    expect(vendor.calls.map(({ json }) => json.stream_id)).toEqual([undefined, undefined])
  })

  test('is one of two sockets that do not wait for each other', async () => {
    const { connect, vendor } = await startSocketGateway()
    const gate = defer()
    vendor.play(stream(opening, gate.promise, completed([])))
    const [slow, quick] = await Promise.all([connect(), connect()])
    slow.send({ type: 'response.create', model: RESPONSES, input: 'slow' })
    await slow.next()
    expect(textOf(await quick.create({ model: CHAT, input: 'quick' }))).toContain('quick')
    gate.resolve()
    expect(endOf(await slow.answer()).type).toBe('response.completed')
  })

  test('is refused beyond sixteen unfinished ones, and the socket goes on', async () => {
    const { connect, vendor } = await startSocketGateway()
    const gate = defer()
    vendor.play(stream(opening, gate.promise, completed([])))
    const socket = await connect()
    for (let at = 0; at < 17; at += 1) socket.send({ type: 'response.create', model: RESPONSES, input: 'x' })
    const refused = endOf(await socket.answer())
    expect(refused).toMatchObject({ type: 'error', status: 429, error: { code: 'rate_limit_exceeded' } })
    gate.resolve()
    for (let at = 0; at < 16; at += 1) expect(endOf(await socket.answer()).type).toBe('response.completed')
    await eventually(() => vendor.calls.length === 16)
  })

  test('carries the headers of the handshake, but none that concern the socket', async () => {
    const { connect, vendor, records } = await startSocketGateway()
    const headers = {
      'openai-beta': 'responses_websockets=2026-02-06, other=v1',
      'idempotency-key': 'always the same',
      'x-client-request-id': 'thread-1',
    }
    const socket = await connect({ headers })
    await socket.create({ model: RESPONSES, input: 'one' })
    await socket.create({ model: RESPONSES, input: 'two' })
    expect(vendor.calls.map(({ json }) => json.input)).toEqual(['one', 'two'])
    expect(vendor.last().request.headers).toMatchObject({
      'openai-beta': 'other=v1',
      'x-client-request-id': 'thread-1',
    })
    expect(Object.keys(vendor.last().request.headers).join()).not.toMatch(/sec-|upgrade|idempotency/)
    expect(records).toHaveLength(2)
  })
})

describe('what a socket remembers', () => {
  test.each([RESPONSES, CHAT])(
    'is enough for a loop of tool calls that sends only news (%s)',
    async (model) => {
      const { connect, vendor } = await startSocketGateway()
      const socket = await connect()
      const rest = { model, store: false, tools: [WEATHER], include: ['reasoning.encrypted_content'] }
      const first = endOf(
        await socket.create({ ...rest, input: '[[tool:weather {"city":"Oslo"}]]' }),
      ).response
      const { call_id: callId } = first.output.find(({ type }: Message) => type === 'function_call')
      const news = [{ type: 'function_call_output', call_id: callId, output: 'rain' }, user('So?')]
      const second = await socket.create({ ...rest, previous_response_id: first.id, input: news })
      expect(textOf(second)).toContain('rain')
      const sent = JSON.stringify(vendor.last().json)
      for (const part of ['[[tool:weather', 'Oslo', callId, 'rain', 'So?']) expect(sent).toContain(part)
      expect(vendor.last().json.previous_response_id).toBeUndefined()
      const third = { ...rest, previous_response_id: endOf(second).response.id, input: 'And now?' }
      expect(textOf(await socket.create(third))).toContain('And now?')
      expect(JSON.stringify(vendor.last().json)).toContain('Oslo')
    },
  )

  test('serves a response that was only prepared, without a call of the vendor', async () => {
    const { connect, vendor, records } = await startSocketGateway()
    const socket = await connect()
    const prepared = await socket.create({ model: CHAT, store: false, generate: false, input: [user('Hi')] })
    expect(prepared.map(({ type }) => type)).toEqual(['response.created', 'response.completed'])
    const { id, usage } = endOf(prepared).response
    expect([id, usage.total_tokens]).toEqual([expect.stringMatching(/^resp_\w+$/), 0])
    expect([vendor.calls.length, records.length]).toEqual([0, 0])
    await socket.create({ model: CHAT, store: false, previous_response_id: id, input: [] })
    expect(vendor.last().json.messages).toMatchObject([user('Hi')])
  })

  test('holds no more of prepared responses than a request may have', async () => {
    const { connect } = await startSocketGateway()
    const socket = await connect()
    const rest = { model: CHAT, store: false, generate: false, input: [user('x'.repeat(12 * 1024 * 1024))] }
    let id: string | undefined
    for (let at = 0; at < 2; at += 1)
      id = endOf(await socket.create({ ...rest, previous_response_id: id })).response.id
    const [refused] = await socket.create({ ...rest, previous_response_id: id })
    expect(refused).toMatchObject({ status: 413, error: { code: 'request_too_large' } })
  })

  test('keeps what a prepared response goes on from where that is stored', async () => {
    const { connect, vendor } = await startSocketGateway()
    vendor.always(stream(opening, completed([])))
    const socket = await connect()
    await socket.create({ model: RESPONSES, input: 'one' })
    const follow = { model: RESPONSES, previous_response_id: 'resp_v', generate: false, input: 'two' }
    const { id } = endOf(await socket.create(follow)).response
    await socket.create({ model: RESPONSES, previous_response_id: id, input: [user('three')] })
    expect(vendor.last().json).toMatchObject({
      previous_response_id: 'resp_v',
      input: [user('two'), user('three')],
    })
  })

  test('is its latest eight responses', async () => {
    const { connect } = await startSocketGateway()
    const socket = await connect()
    const rest = { model: CHAT, store: false, input: 'x' }
    const ids: string[] = []
    for (let at = 0; at < 9; at += 1)
      ids.push(endOf(await socket.create({ ...rest, generate: false })).response.id)
    const [first, second] = ids
    const [refused] = await socket.create({ ...rest, previous_response_id: first })
    expect(refused).toMatchObject({ status: 400, error: { code: 'previous_response_not_found' } })
    const known = await socket.create({ ...rest, previous_response_id: second })
    expect(endOf(known).type).toBe('response.completed')
  })

  test('leaves out reasoning that no vendor could know again', async () => {
    const { connect, vendor } = await startSocketGateway()
    const sealed = { id: 'rs_1', type: 'reasoning', summary: [], encrypted_content: 'sealed' }
    const bare = { id: 'rs_2', type: 'reasoning', summary: [] }
    vendor.play(stream(opening, completed([sealed, bare])))
    const socket = await connect()
    await socket.create({ model: RESPONSES, store: false, input: 'one' })
    await socket.create({ model: RESPONSES, store: false, previous_response_id: 'resp_v', input: 'two' })
    expect(vendor.last().json.input).toEqual([user('one'), sealed, user('two')])
  })

  test('is nothing that is stored: its id goes where stored responses are', async () => {
    const { connect, vendor } = await startSocketGateway()
    vendor.always(stream(opening, completed([])))
    const socket = await connect()
    await socket.create({ model: RESPONSES, input: 'one' })
    await socket.create({ model: RESPONSES, previous_response_id: 'resp_v', input: 'two' })
    expect(vendor.last().json).toMatchObject({ previous_response_id: 'resp_v', input: 'two' })
  })

  test('is not known to other sockets', async () => {
    const { connect } = await startSocketGateway()
    const [one, other] = await Promise.all([connect(), connect()])
    const { id } = endOf(await one.create({ model: CHAT, store: false, input: 'secret' })).response
    const [refused] = await other.create({ model: CHAT, store: false, previous_response_id: id, input: 'x' })
    expect(refused).toMatchObject({ status: 400, error: { code: 'previous_response_not_found' } })
  })
})

describe('a message that is no call', () => {
  test.each([
    ['no JSON', '{"type":', 'invalid_json'],
    ['no object', '[1]', 'invalid_json'],
    ['nothing', '', 'invalid_json'],
    ['another event', { type: 'session.update' }, 'invalid_value'],
    ['without a type', { model: CHAT, input: 'x' }, 'invalid_value'],
    ['with a stream id of another kind', { type: 'response.create', stream_id: 7 }, 'invalid_value'],
    ['without a model', { type: 'response.create', input: 'x' }, 'missing_required_parameter'],
  ])('is told so (%s), and the socket goes on', async (_name, message, code) => {
    const { connect, vendor } = await startSocketGateway()
    const socket = await connect()
    socket.send(message)
    expect(await socket.next()).toMatchObject({
      type: 'error',
      status: 400,
      error: { type: 'invalid_request_error', code, message: expect.any(String) as unknown },
    })
    expect(vendor.calls).toHaveLength(0)
    expect(textOf(await socket.create({ model: CHAT, input: 'still here' }))).toContain('still here')
  })

  test('is taken from a binary frame as well', async () => {
    const { connect } = await startSocketGateway()
    const socket = await connect()
    socket.raw.send(Buffer.from(JSON.stringify({ type: 'response.create', model: CHAT, input: 'bytes' })))
    expect(textOf(await socket.answer())).toContain('bytes')
  })

  test('is refused when it would steer', async () => {
    const { connect } = await startSocketGateway()
    const socket = await connect()
    socket.send({ type: 'response.steer', previous_response_id: 'resp_1', input: 'left' })
    expect(await socket.next()).toMatchObject({
      type: 'response.steer.failed',
      error: { code: 'steering_not_supported' },
      steer: { previous_response_id: 'resp_1', input: 'left' },
    })
  })

  test('ends the socket when it is too long, and is refused when only the gateway finds it so', async () => {
    const { connect } = await startSocketGateway({ maxBodyBytes: 1000 }, { maxMessageBytes: 2000 })
    const socket = await connect({ perMessageDeflate: true })
    const [refused] = await socket.create({ model: CHAT, input: 'x'.repeat(1500) })
    expect(refused).toMatchObject({ status: 413, error: { code: 'request_too_large' } })
    socket.send({ type: 'response.create', model: CHAT, input: 'x'.repeat(100_000) })
    expect(await socket.closed).toBe(1009)
  })

  test.each([true, false])('may be long (compressed: %s)', async (perMessageDeflate) => {
    const { connect, vendor } = await startSocketGateway()
    const input = 'word '.repeat(1_000_000)
    const socket = await connect({ perMessageDeflate })
    expect(endOf(await socket.create({ model: 'test/free', input })).type).toBe('response.completed')
    expect(vendor.last().json.messages[0].content).toHaveLength(input.length)
    expect(socket.raw.extensions).toContain(perMessageDeflate ? 'permessage-deflate' : '')
  })
})

describe('an error', () => {
  test('before the stream has the status, body and headers that HTTP gives', async () => {
    const { connect, post } = await startSocketGateway({ key: { rpm: 1 } })
    const socket = await connect()
    await socket.create({ model: CHAT, input: 'x' })
    const [refused] = await socket.create({ model: CHAT, input: 'x' })
    const { status, json, headers } = await post('/v1/responses', { model: CHAT, input: 'x' })
    expect(refused).toMatchObject({ type: 'error', status, error: { code: json.error.code } })
    const told = { 'retry-after': headers['retry-after'], 'x-request-id': expect.any(String) as unknown }
    expect(refused.headers).toMatchObject(told)
  })

  test.each([
    [RESPONSES, stream(opening, Promise.resolve(), { fault: 'reset' })],
    [RESPONSES, stream(opening, 'data: {"type":"error","code":"server_error","message":"no"}\n\n')],
    [CHAT, stream('data: {"choices":[{"delta":{"content":"a"}}]}\n\n', { fault: 'reset' })],
  ])('inside the stream ends it with one message, and the socket goes on (%s, %#)', async (model, reply) => {
    const { connect, vendor } = await startSocketGateway()
    vendor.play(reply)
    const socket = await connect()
    const messages = await socket.create({ model, input: 'x' })
    const end = endOf(messages)
    expect(['error', 'response.failed']).toContain(end.type)
    if (end.type === 'error')
      expect(end).toMatchObject({ status: 500, error: { message: expect.any(String) as unknown } })
    expect(JSON.stringify(messages)).not.toContain('vendor.internal')
    const after = await socket.create({ model: CHAT, input: 'still here' })
    expect(after[0]).toMatchObject({ type: 'response.created' })
    expect(textOf(after)).toContain('still here')
  })
})

describe('a client that leaves', () => {
  test('aborts the vendor, and its call is settled', async () => {
    const { connect, vendor, records, wallet } = await startSocketGateway()
    vendor.play(stream(opening, defer().promise))
    const socket = await connect()
    socket.send({ type: 'response.create', model: RESPONSES, input: 'x' })
    await socket.next()
    expect(wallet().heldMicro).toBeGreaterThan(0)
    socket.raw.terminate()
    await eventually(() => records.length === 1)
    expect(vendor.last().request.signal.aborted).toBe(true)
    expect(records[0]?.status).toBe('aborted')
    expect(wallet().heldMicro).toBe(0)
  })

  test('before the head aborts the vendor, and waiting calls never begin', async () => {
    const { connect, vendor, wallet } = await startSocketGateway()
    vendor.play({ head: defer().promise, steps: [] })
    const socket = await connect()
    for (const input of ['one', 'two']) socket.send({ type: 'response.create', model: RESPONSES, input })
    await eventually(() => vendor.calls.length === 1)
    socket.raw.close()
    await eventually(() => vendor.last().request.signal.aborted)
    await eventually(() => wallet().balanceMicro === BALANCE && wallet().heldMicro === 0)
    expect(vendor.calls).toHaveLength(1)
  })

  test('without a word is found by a ping; one that answers stays', async () => {
    const { connect } = await startSocketGateway({}, { pingMs: 500 })
    const [dead, alive] = await Promise.all([connect({ autoPong: false }), connect()])
    expect(await dead.closed).toBe(1006)
    expect(textOf(await alive.create({ model: CHAT, input: 'here' }))).toContain('here')
  })
})

test('a client that reads slowly stops the vendor, and gets everything when it reads on', async () => {
  const { connect, vendor } = await startSocketGateway()
  const delta = event({ type: 'response.output_text.delta', sequence_number: 1, delta: 'x'.repeat(100_000) })
  vendor.play(stream(opening, ...Array.from({ length: 300 }, () => delta), completed([])))
  const socket = await connect({ perMessageDeflate: false })
  socket.raw.pause()
  socket.send({ type: 'response.create', model: RESPONSES, input: 'x' })
  await eventually(() => vendor.calls.length === 1)
  let pulls = -1
  await eventually(() => vendor.last().pulls > 1)
  while (pulls !== vendor.last().pulls) {
    pulls = vendor.last().pulls
    await pause(100)
  }
  expect(pulls).toBeLessThan(200)
  socket.raw.resume()
  expect(textOf(await socket.answer())).toHaveLength(300 * 100_000)
})
