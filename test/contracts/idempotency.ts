import { describe, expect, it, test } from 'vitest'
import type { Stores } from '../../src/index.js'
import { CHAT, chatAnswer, chunk, type Endpoint, ENDPOINTS, stream, whole } from '../support/calls.js'
import type { Answer } from '../support/read-answer.js'
import {
  AUTHORIZED,
  BALANCE,
  createTestGateway,
  type Overrides,
  type TestGateway,
} from '../support/test-gateway.js'
import { defer, eventually } from './http-server.js'
import { createClock, type TestClock } from './samples.js'

const USAGE = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }
const DAY_MS = 86_400_000
/** As long as holds live that nobody ends. */
const LEASE_MS = 3_600_000
const HELD_KEY = { 'idempotency-key': 'order-1' }

/** Opens empty stores on a clock; those that are not given are in memory. */
export type OpenStores = (clock: TestClock) => Promise<Partial<Stores>> | Partial<Stores>

/** What a gateway on these stores does with an `Idempotency-Key`. `prefix`: in front of the title of each case. */
export function testIdempotency(open: OpenStores, prefix = ''): void {
  const start = async (overrides: Overrides = {}): Promise<Tested> => {
    const clock = createClock()
    const stores = await open(clock)
    const tested = createTestGateway({
      timeouts: { commitMs: 0 },
      ...overrides,
      now: clock.now,
      stores,
    })
    await tested.gateway.ready()
    return { ...tested, clock, send: sender(tested) }
  }

  describe(`${prefix}case 57: a request that is repeated with its Idempotency-Key`, () => {
    test.each(ENDPOINTS)('gets the same answer, and is charged once ($path)', async (endpoint) => {
      const tested = await start()
      const first = await tested.send(endpoint.request(), endpoint)
      const second = await tested.send(endpoint.request(), endpoint)
      expect([second.status, second.text]).toEqual([200, first.text])
      expect(first.headers['idempotent-replayed']).toBeUndefined()
      expect(second.headers).toMatchObject({
        'idempotent-replayed': 'true',
        'content-type': first.headers['content-type'],
        'x-crossmodel-model': endpoint.model,
      })
      expect(second.headers['x-request-id']).not.toBe(first.headers['x-request-id'])
      await expectCalls(tested, 1)
    })

    test.each(ENDPOINTS)('gets the same stream ($path)', async (endpoint) => {
      const tested = await start()
      const request = { ...endpoint.request(), stream: true }
      const first = await tested.send(request, endpoint)
      const second = await tested.send(request, endpoint)
      expect(second.text).toBe(first.text)
      expect(second.headers['content-type']).toBe('text/event-stream; charset=utf-8')
      await expectCalls(tested, 1)
    })

    it('costs no requests and no tokens of its limits', async () => {
      const tested = await start({ key: { rpm: 1, tpm: 100_000 } })
      await tested.send(CHAT.request())
      expect((await tested.send(CHAT.request())).status).toBe(200)
    })

    it('is told to come back while the first one runs', async () => {
      const tested = await start()
      const gate = defer()
      tested.vendor.play({ steps: [gate.promise, ...chatAnswer(USAGE).steps] })
      const first = tested.send(CHAT.request())
      await eventually(() => tested.vendor.calls.length === 1)
      const second = await tested.send(CHAT.request())
      expect([second.status, second.json.error.code, second.headers['retry-after']]).toEqual([
        409,
        'idempotency_key_in_use',
        '1',
      ])
      gate.resolve()
      const { text } = await first
      expect((await tested.send(CHAT.request())).text).toBe(text)
      expect(tested.vendor.calls).toHaveLength(1)
    })

    it('runs once when many come at the same time', async () => {
      const tested = await start()
      const answers = await Promise.all(Array.from({ length: 20 }, () => tested.send(CHAT.request())))
      const statuses = new Set(answers.map(({ status }) => status))
      expect([...statuses].filter((status) => status !== 200 && status !== 409)).toEqual([])
      expect(tested.vendor.calls).toHaveLength(1)
    })

    it('is refused with another body, or at another endpoint', async () => {
      const tested = await start()
      await tested.send(CHAT.request())
      const other = await tested.send(CHAT.request('something else'))
      expect([other.status, other.json.error.code]).toEqual([422, 'idempotency_key_reused'])
      for (const endpoint of ENDPOINTS.slice(1)) {
        expect((await tested.send(CHAT.request(), endpoint)).status).toBe(422)
      }
      expect(tested.vendor.calls).toHaveLength(1)
    })

    it('runs anew after its time', async () => {
      const tested = await start()
      await tested.send(CHAT.request())
      tested.clock.advance(DAY_MS)
      const { headers } = await tested.send(CHAT.request())
      expect(headers['idempotent-replayed']).toBeUndefined()
      await expectCalls(tested, 2)
    })
  })

  describe(`${prefix}case 57: an Idempotency-Key is free again`, () => {
    const failures = [
      { what: 'the vendor failed', reply: whole({ error: { message: 'no' } }, 503) },
      { what: 'the vendor limits', reply: whole({ error: { message: 'slow down' } }, 429) },
      { what: 'the vendor refused', reply: whole({ error: { message: 'bad' } }, 400) },
      {
        what: 'the stream broke',
        reply: stream(chunk({ content: 'hel' }), { fault: 'reset' }),
        streamed: true,
      },
    ] as const

    test.each(failures)('when $what', async ({ reply, ...more }) => {
      const tested = await start()
      const request = { ...CHAT.request(), stream: 'streamed' in more }
      tested.vendor.play(reply)
      await tested.send(request)
      const { status, headers } = await tested.send(request)
      expect([status, headers['idempotent-replayed']]).toEqual([200, undefined])
      await expectCalls(tested, 1, 2)
    })

    it('when the call was refused for want of funds', async () => {
      const tested = await start({ account: { balanceMicro: 1 } })
      expect((await tested.send(CHAT.request())).status).toBe(402)
      await tested.gateway.admin.money.topUp({
        actor: 'test',
        accountId: 'acme',
        amountMicro: 100_000,
        externalId: 'payment',
      })
      expect((await tested.send(CHAT.request())).status).toBe(200)
    })

    it('when the client left before anything came', async () => {
      const tested = await start()
      const client = new AbortController()
      const gate = defer()
      tested.vendor.play({ steps: [gate.promise] })
      const body = CHAT.request()
      const answer = tested.handle(CHAT.path, {
        body,
        headers: { ...AUTHORIZED, ...HELD_KEY },
        signal: client.signal,
      })
      await eventually(() => tested.vendor.calls.length === 1)
      client.abort()
      await answer
      expect((await tested.send(body)).status).toBe(200)
    })
  })

  describe(`${prefix}cases 54 and 57: the Idempotency-Key of a process that has crashed`, () => {
    it('is free when its hold has expired, and what the process still does costs nothing more', async () => {
      const tested = await start()
      const gate = defer()
      tested.vendor.play({ steps: [gate.promise, ...chatAnswer(USAGE).steps] })
      const stopped = tested.send(CHAT.request())
      await eventually(() => tested.vendor.calls.length === 1)
      tested.clock.advance(LEASE_MS - 1)
      expect((await tested.send(CHAT.request())).status).toBe(409)
      tested.clock.advance(1)
      const again = await tested.send(CHAT.request())
      expect([again.status, again.headers['idempotent-replayed']]).toEqual([200, undefined])
      const { json: wallet } = await tested.get('/v1/credits')
      gate.resolve()
      await stopped
      expect((await tested.get('/v1/credits')).json).toEqual(wallet)
    })

    it('goes to one of many that come for it', async () => {
      const tested = await start()
      tested.vendor.play({ steps: [new Promise(() => undefined)] })
      void tested.send(CHAT.request())
      await eventually(() => tested.vendor.calls.length === 1)
      tested.clock.advance(LEASE_MS)
      await Promise.all(Array.from({ length: 20 }, () => tested.send(CHAT.request())))
      expect(tested.vendor.calls).toHaveLength(2)
    })
  })

  describe(`${prefix}case 57: an answer that cannot be given again`, () => {
    it('because it is too large says so, and is not run again', async () => {
      const tested = await start({ idempotency: { maxAnswerBytes: 100 } })
      for (const streamed of [false, true]) {
        const request = { ...CHAT.request(), stream: streamed }
        const headers = { 'idempotency-key': `large-${String(streamed)}` }
        expect((await tested.send(request, CHAT, headers)).status).toBe(200)
        const again = await tested.send(request, CHAT, headers)
        expect([again.status, again.json.error.message]).toEqual([
          409,
          'The request with this Idempotency-Key has ended and was billed, but its answer was too large to be kept. Use a new key to run it again.',
        ])
        expect(again.headers['x-should-retry']).toBe('false')
      }
      await expectCalls(tested, 2)
    })

    it('because its client left in the middle says so, and is charged once', async () => {
      const tested = await start()
      const gate = defer()
      tested.vendor.play(stream(chunk({ content: 'hello' }), gate.promise))
      const answer = await tested.open(CHAT.path, CHAT.request(), {
        headers: { ...AUTHORIZED, ...HELD_KEY },
      })
      await answer.next()
      await answer.leave()
      const again = await tested.send({ ...CHAT.request(), stream: true })
      expect([again.status, again.json.error.message]).toEqual([
        409,
        'The request with this Idempotency-Key has ended and was billed, but its client left before the end of the answer. Use a new key to run it again.',
      ])
      expect(tested.vendor.calls).toHaveLength(1)
    })
  })
}

interface Tested extends TestGateway {
  readonly send: (request: object, endpoint?: Endpoint, headers?: object) => Promise<Answer>
}

function sender(tested: TestGateway): Tested['send'] {
  return (request, endpoint = CHAT, headers = HELD_KEY) =>
    tested.post(endpoint.path, request, { ...AUTHORIZED, ...headers })
}

/** How often the vendor was called, and what all of it cost; a failed call costs nothing. */
async function expectCalls(tested: Tested, billed: number, calls = billed): Promise<void> {
  expect(tested.vendor.calls).toHaveLength(calls)
  const records = tested.records.filter(({ costMicro }) => costMicro > 0)
  expect(records).toHaveLength(billed)
  const cost = records.reduce((sum, { costMicro }) => sum + costMicro, 0)
  const { json } = await tested.get('/v1/credits')
  expect(json).toMatchObject({ balance_micro: BALANCE - cost, uncollected_micro: 0 })
}
