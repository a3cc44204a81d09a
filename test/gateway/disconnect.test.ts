import { describe, expect, it, test } from 'vitest'
import { estimateInputTokens, estimateTokens } from '../../src/index.js'
import { eventually } from '../contracts/http-server.js'
import {
  CHAT,
  chatAnswer,
  chatStream,
  chunk,
  data,
  ENDPOINTS,
  MESSAGES,
  messagesAnswer,
  messagesStream,
  RESPONSES,
  responsesAnswer,
  responsesStream,
  stream,
} from '../support/calls.js'
import { openAnswer } from '../support/read-answer.js'
import { BALANCE, createTestGateway, type TestGateway } from '../support/test-gateway.js'

const never = new Promise<never>(() => undefined)
const start = (): TestGateway => createTestGateway({ timeouts: { commitMs: 0 } })
const inputOf = (request: object): number => estimateInputTokens({ ...request, stream: true })
const costOf = (input: number, output: number): number => input + 2 * output

/** What is left of a call when it has ended. */
async function outcome(tested: TestGateway): Promise<unknown> {
  await eventually(() => tested.records.length > 0)
  return { ...tested.wallet(), costs: tested.records.map(({ costMicro }) => costMicro) }
}

/** The outcome of a call that was charged so much, once. */
const charged = (costMicro: number): unknown => ({
  balanceMicro: BALANCE - costMicro,
  heldMicro: 0,
  costs: [costMicro],
})

/** A word that estimates count as more than a few tokens. */
const TEXT = 'the quick brown fox jumps over the lazy dog'

describe('a client that leaves in the middle of a stream', () => {
  test('case 50: pays for its input and for the output so far, and the vendor is stopped', async () => {
    const tested = start()
    tested.vendor.play(stream(chunk({ content: TEXT }), never))
    const answer = await tested.open(CHAT.path, CHAT.request())
    await answer.next()
    await answer.leave()
    expect(tested.vendor.last().cancelled).toBe(true)
    const [input, output] = [inputOf(CHAT.request()), estimateTokens(TEXT)]
    expect(await outcome(tested)).toEqual(charged(costOf(input, output)))
    expect(tested.records[0]).toMatchObject({
      status: 'aborted',
      httpStatus: 499,
      usage: { inputTokens: input, outputTokens: output, estimated: true },
    })
  })

  test('case 48: pays for the input as the vendor counted it, where it has done so', async () => {
    const tested = start()
    const usage = { input_tokens: 700, cache_read_input_tokens: 300, output_tokens: 1 }
    tested.vendor.play(stream(...messagesStream(usage, {}).slice(0, 3), never))
    const answer = await tested.open(MESSAGES.path, MESSAGES.request())
    for (let count = 0; count < 3; count += 1) await answer.next()
    await answer.leave()
    expect(await outcome(tested)).toEqual(charged(700 + 30 + 2 * estimateTokens('hello')))
    expect(tested.records[0]?.usage).toMatchObject({
      inputTokens: 1000,
      cacheReadTokens: 300,
      estimated: true,
    })
  })

  test('case 47: pays once, however it leaves', async () => {
    const tested = start()
    const client = new AbortController()
    tested.vendor.play(stream(chunk({ content: TEXT }), never))
    const answer = await tested.open(CHAT.path, CHAT.request(), { signal: client.signal })
    await answer.next()
    const waiting = answer.next()
    client.abort()
    await Promise.all([waiting, answer.leave(), answer.leave()])
    await answer.leave()
    expect(await outcome(tested)).toEqual(charged(costOf(inputOf(CHAT.request()), estimateTokens(TEXT))))
  })

  test('case 47: after the vendor has finished, pays for the whole answer', async () => {
    const tested = start()
    const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }
    tested.vendor.play(stream(...chatStream(usage).slice(0, -1), never))
    const answer = await tested.open(CHAT.path, CHAT.request())
    for (let count = 0; count < 3; count += 1) await answer.next()
    // The usage comes in an event that this client does not see.
    void answer.next()
    await eventually(() => tested.vendor.last().pulls > 4)
    await answer.leave()
    expect(await outcome(tested)).toEqual(charged(20))
    expect(tested.records[0]?.usage.estimated).toBeUndefined()
  })
})

describe('case 49: a client that leaves before the vendor has said anything', () => {
  it.each([true, false])('pays nothing (stream: %s)', async (isStream) => {
    const tested = start()
    tested.vendor.play({ headers: { 'content-type': 'text/event-stream' }, steps: [': hello\n\n', never] })
    const client = new AbortController()
    const answer = tested.handle(CHAT.path, {
      body: { ...CHAT.request(), stream: isStream },
      signal: client.signal,
    })
    await eventually(() => (tested.vendor.calls[0]?.pulls ?? 0) > 1)
    client.abort()
    const { status, headers, body } = await answer
    // A face whose client has left ends a stream unread.
    if (isStream) await openAnswer({ status, headers, body }).leave()
    expect(await outcome(tested)).toEqual(charged(0))
    expect(tested.records[0]).toMatchObject({ status: 'aborted', httpStatus: 499, usage: { inputTokens: 0 } })
  })

  it('before the call was made, is not sent to the vendor', async () => {
    const tested = start()
    const { status } = await tested.handle(CHAT.path, {
      body: () => Promise.reject(new Error('socket closed')),
      signal: AbortSignal.abort(),
    })
    expect(status).toBe(499)
    expect(tested.vendor.calls).toEqual([])
    expect(await outcome(tested)).toEqual(charged(0))
  })
})

test('case 75: a client that leaves is no error of the server', async () => {
  const tested = start()
  tested.vendor.play(stream(chunk({ content: TEXT }), never))
  const client = new AbortController()
  const answer = await tested.open(CHAT.path, CHAT.request(), { signal: client.signal })
  await answer.next()
  const waiting = answer.next()
  client.abort()
  await waiting
  expect(tested.errors).toEqual([])
})

describe('case 64: usage that the vendor does not report', () => {
  const REPLIES = [
    { endpoint: CHAT, replies: [chatAnswer(), stream(...chatStream(null))] },
    { endpoint: RESPONSES, replies: [responsesAnswer(), stream(...responsesStream(null))] },
    { endpoint: MESSAGES, replies: [messagesAnswer(), stream(...messagesStream({}, {}))] },
  ]

  it.each(REPLIES)(
    'is estimated and marked on $endpoint.path, streamed or not',
    async ({ endpoint, replies }) => {
      for (const reply of replies) {
        const tested = start()
        tested.vendor.play(reply)
        const isStream = reply.headers?.['content-type'] === 'text/event-stream'
        const request = { ...endpoint.request(), stream: isStream }
        expect((await tested.post(endpoint.path, request)).status).toBe(200)
        const [input, output] = [estimateInputTokens(request), estimateTokens('hello')]
        expect(await outcome(tested)).toEqual(charged(costOf(input, output)))
        expect(tested.records[0]).toMatchObject({
          status: 'completed',
          usage: { inputTokens: input, outputTokens: output, estimated: true },
        })
      }
    },
  )

  it('is asked for in every Chat stream', async () => {
    const tested = start()
    await tested.post(CHAT.path, { ...CHAT.request(), stream: true })
    expect(tested.vendor.last().json.stream_options).toEqual({ include_usage: true })
    expect(tested.records[0]?.usage.estimated).toBeUndefined()
  })
})

describe('what is no output of the model', () => {
  const ERROR = data({ error: { message: TEXT.repeat(50), type: 'server_error' } })

  test('case 52: is not estimated: the text of an error', async () => {
    const tested = start()
    tested.vendor.play(stream(chunk({ content: 'a' }), ERROR))
    await tested.post(CHAT.path, { ...CHAT.request(), stream: true })
    expect(await outcome(tested)).toEqual(charged(0))
  })

  test('case 51: is not billed: a stream that the vendor broke off', async () => {
    for (const ending of [[{ fault: 'reset' as const }], [ERROR], []]) {
      const tested = start()
      tested.vendor.play(stream(chunk({ content: TEXT }), ...ending))
      await tested.post(CHAT.path, { ...CHAT.request(), stream: true })
      expect(await outcome(tested)).toEqual(charged(0))
      expect(tested.records[0]).toMatchObject({ status: 'failed' })
    }
  })
})

test('each endpoint stops its vendor when the client leaves', async () => {
  for (const endpoint of ENDPOINTS) {
    const tested = start()
    const first = {
      '/v1/chat/completions': chunk({ content: 'a' }),
      '/v1/responses': responsesStream(null)[0] ?? '',
      '/v1/messages': messagesStream({}, {})[0] ?? '',
    }[endpoint.path]
    tested.vendor.play(stream(first ?? '', never))
    const answer = await tested.open(endpoint.path, endpoint.request())
    await answer.next()
    await answer.leave()
    expect(tested.vendor.last().cancelled).toBe(true)
    await eventually(() => tested.wallet().heldMicro === 0)
  }
})
