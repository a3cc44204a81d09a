import { describe, expect, it, test } from 'vitest'
import type { UsageRecord } from '../../src/index.js'
import { defer } from '../contracts/http-server.js'
import {
  CHAT,
  chatAnswer,
  chunk,
  data,
  DONE,
  ENDPOINTS,
  MESSAGES,
  messagesAnswer,
  RESPONSES,
  stream,
  whole,
} from '../support/calls.js'
import { createTestGateway, KEY, type TestGateway } from '../support/test-gateway.js'

const USAGE = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }
const COST = 20

const noTokens = {
  inputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  cacheWriteLongTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
}

describe('the record of a call', () => {
  it('has every field', async () => {
    const tested = createTestGateway()
    const gate = defer()
    tested.vendor.play({ steps: [gate.promise, ...chatAnswer(USAGE).steps] })
    const arrived = tested.clock.now()
    const answer = tested.post(CHAT.path, { ...CHAT.request(), user: 'u-1' })
    await Promise.resolve()
    tested.clock.advance(250)
    gate.resolve()
    const { headers } = await answer
    expect(tested.records).toEqual([
      {
        requestId: headers['x-request-id'],
        accountId: 'acme',
        keyId: 'key_acme',
        time: arrived,
        model: 'test/chat',
        route: 'chat:vendor-chat',
        endpoint: '/v1/chat/completions',
        status: 'completed',
        httpStatus: 200,
        errorCode: null,
        errorMessage: null,
        latencyMs: 250,
        timeToFirstByteMs: 250,
        usage: { ...noTokens, inputTokens: 10, outputTokens: 5, raw: USAGE },
        costMicro: COST,
        shortfallMicro: 0,
        endUser: 'u-1',
        streamed: false,
      },
    ])
  })

  it('of a stream has the time of its first byte and of its end', async () => {
    const tested = createTestGateway()
    const [first, last] = [defer(), defer()]
    tested.vendor.play(stream(first.promise, chunk({ content: 'a' }), last.promise, chunk({}, 'stop'), DONE))
    const opening = tested.open(CHAT.path, CHAT.request())
    await Promise.resolve()
    tested.clock.advance(30)
    first.resolve()
    const answer = await opening
    await answer.next()
    tested.clock.advance(70)
    last.resolve()
    while ((await answer.next()) !== undefined) expect(tested.records).toEqual([])
    expect(tested.records).toMatchObject([{ streamed: true, timeToFirstByteMs: 30, latencyMs: 100 }])
  })

  it('of a refused call says why', async () => {
    const tested = createTestGateway({ key: { rpm: 2 } })
    tested.vendor.play(whole({ error: { message: 'Bad thing.', type: 'invalid_request_error' } }, 400))
    await tested.post(CHAT.path, CHAT.request())
    await tested.post(CHAT.path, { ...CHAT.request(), model: 'no/such' })
    await tested.post(CHAT.path, 'no json')
    await tested.post(MESSAGES.path, MESSAGES.request())
    await tested.post(MESSAGES.path, MESSAGES.request())
    const summary = tested.records.map(({ model, route, httpStatus, errorCode }) => [
      model,
      route,
      httpStatus,
      errorCode,
    ])
    expect(summary).toEqual([
      ['test/chat', 'chat:vendor-chat', 400, 'invalid_request'],
      ['no/such', null, 404, 'model_not_found'],
      ['', null, 400, 'invalid_json'],
      ['test/messages', 'messages:vendor-messages', 200, null],
      ['test/messages', 'messages:vendor-messages', 429, 'rate_limit_exceeded'],
    ])
    expect(tested.records[0]).toMatchObject({
      status: 'failed',
      errorMessage: 'Bad thing.',
      usage: noTokens,
      costMicro: 0,
      timeToFirstByteMs: null,
    })
  })

  it('is not made for a call without a key: there is nobody to show it to', async () => {
    const tested = createTestGateway()
    await tested.post(CHAT.path, CHAT.request(), {})
    expect(tested.records).toEqual([])
  })

  it('keeps the end user, whatever its field', async () => {
    const tested = createTestGateway()
    const endUser = async (path: string, body: object): Promise<string | null | undefined> => {
      await tested.post(path, body)
      return tested.records.at(-1)?.endUser
    }
    expect(await endUser(CHAT.path, { ...CHAT.request(), safety_identifier: 's', user: 'u' })).toBe('s')
    expect(await endUser(RESPONSES.path, { ...RESPONSES.request(), safety_identifier: 's' })).toBe('s')
    expect(await endUser(MESSAGES.path, { ...MESSAGES.request(), metadata: { user_id: 'm' } })).toBe('m')
    const agent = JSON.stringify({ device_id: 'd', account_uuid: 'a', session_id: 's' })
    expect(await endUser(MESSAGES.path, { ...MESSAGES.request(), metadata: { user_id: agent } })).toBe('d')
    expect(await endUser(CHAT.path, CHAT.request())).toBeNull()
    expect((await endUser(CHAT.path, { ...CHAT.request(), user: 'x'.repeat(100_000) }))?.length).toBeLessThan(
      1000,
    )
  })

  it('is one for each call, in the store and in the hook', async () => {
    const tested = createTestGateway()
    for (const { path, request } of ENDPOINTS) {
      await tested.post(path, request())
      await tested.post(path, { ...request(), stream: true })
      await tested.post(path, request('[[error:500]]'))
    }
    const stored = tested.stores.usage.records({ limit: 100 })
    expect(stored.map(({ requestId }) => requestId).sort()).toEqual(
      tested.records.map(({ requestId }) => requestId).sort(),
    )
    expect(new Set(stored.map(({ requestId }) => requestId)).size).toBe(9)
  })
})

describe('GET /v1/usage', () => {
  const totals = (cost: number, requests: number, successes = requests): unknown => ({
    cost_micro: cost * COST,
    prompt_tokens: cost * 10,
    completion_tokens: cost * 5,
    total_tokens: cost * 15,
    request_count: requests,
    success_count: successes,
  })
  const call = async ({ post, vendor }: TestGateway): Promise<void> => {
    vendor.play(chatAnswer(USAGE))
    await post(CHAT.path, CHAT.request())
  }
  const DAY_MS = 86_400_000

  it('counts day, ISO week and month in UTC', async () => {
    // The clock of the tests starts on Wednesday, 15 May 2024, 12:00 UTC.
    const tested = createTestGateway()
    await call(tested)
    tested.clock.advance(4 * DAY_MS + DAY_MS / 2 - 1)
    await call(tested)
    expect((await tested.get('/v1/usage')).json).toEqual({
      currency: 'USD',
      daily: totals(1, 1),
      weekly: totals(2, 2),
      monthly: totals(2, 2),
    })
    tested.clock.advance(1)
    expect((await tested.get('/v1/usage')).json).toMatchObject({
      daily: totals(0, 0),
      weekly: totals(0, 0),
      monthly: totals(2, 2),
    })
    tested.clock.advance(12 * DAY_MS)
    expect((await tested.get('/v1/usage')).json).toMatchObject({ monthly: totals(0, 0) })
  })

  it('counts every status, and apart from that the completed ones', async () => {
    const tested = createTestGateway()
    await call(tested)
    await tested.post(CHAT.path, CHAT.request('[[error:500]]'))
    await tested.post(CHAT.path, 'no json')
    expect((await tested.get('/v1/usage')).json.daily).toEqual(totals(1, 3, 1))
  })

  it('is that of the account, all its keys together and no other’s', async () => {
    const accounts = [
      { id: 'a', balanceMicro: 100_000, keys: [{ key: KEY }, { key: 'cm-second-key' }] },
      { id: 'b', balanceMicro: 100_000, keys: [{ key: 'cm-key-of-b' }] },
    ]
    const tested = createTestGateway({ accounts })
    const bearer = (key: string): { authorization: string } => ({ authorization: `Bearer ${key}` })
    tested.vendor.always(chatAnswer(USAGE))
    for (const key of [KEY, 'cm-second-key', 'cm-key-of-b'])
      await tested.post(CHAT.path, CHAT.request(), bearer(key))
    const daily = async (key: string): Promise<unknown> =>
      (await tested.get('/v1/usage', bearer(key))).json.daily
    expect([await daily(KEY), await daily('cm-second-key'), await daily('cm-key-of-b')]).toEqual([
      totals(2, 2),
      totals(2, 2),
      totals(1, 1),
    ])
    const credits = async (key: string): Promise<unknown> =>
      (await tested.get('/v1/credits', bearer(key))).json
    expect(await credits('cm-second-key')).toEqual({
      currency: 'USD',
      balance_micro: 100_000 - 2 * COST,
      uncollected_micro: 0,
    })
    expect(await credits('cm-key-of-b')).toMatchObject({ balance_micro: 100_000 - COST })
  })

  it('is in the same form for both SDKs', async () => {
    const tested = createTestGateway()
    expect((await tested.get('/v1/usage', { 'x-api-key': KEY })).json).toEqual(
      (await tested.get('/v1/usage')).json,
    )
  })
})

test('an answer that its vendor garbled is recorded as failed', async () => {
  const tested = createTestGateway()
  tested.vendor.play(stream(data('garbage')), whole('garbage'))
  await tested.post(CHAT.path, { ...CHAT.request(), stream: true })
  await tested.post(CHAT.path, CHAT.request())
  const ends = tested.records.map(({ status, costMicro }: UsageRecord) => [status, costMicro])
  expect(ends).toEqual([
    ['failed', 0],
    ['failed', 0],
  ])
})

test('an answer without content is one all the same', async () => {
  const tested = createTestGateway()
  tested.vendor.play(messagesAnswer({ input_tokens: 5, output_tokens: 0 }))
  expect((await tested.post(MESSAGES.path, MESSAGES.request())).status).toBe(200)
  expect(tested.records).toMatchObject([{ status: 'completed', costMicro: 5 }])
})
