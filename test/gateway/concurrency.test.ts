import { describe, expect, it } from 'vitest'
import { defer, eventually } from '../contracts/http-server.js'
import { CHAT, chatAnswer, chunk, data, DONE, stream, whole } from '../support/calls.js'
import { createTestGateway, type TestGateway } from '../support/test-gateway.js'

const REFUSED = {
  error: {
    message: 'Rate limit exceeded: max 1 concurrent requests.',
    type: 'rate_limit_error',
    param: null,
    code: 'rate_limit_exceeded',
  },
}

const start = (): TestGateway =>
  createTestGateway({ key: { concurrency: 1, tpm: 100_000 }, timeouts: { commitMs: 0 } })

/** The status of the next call, once nothing is held any more: 200 when the slot is free again. */
async function nextStatus(tested: TestGateway): Promise<number> {
  await eventually(() => tested.wallet().heldMicro === 0)
  tested.vendor.play(chatAnswer())
  return (await tested.post(CHAT.path, CHAT.request())).status
}

describe('calls at the same time', () => {
  it('are refused above the limit, cost nothing then, and pass when one has ended', async () => {
    const tested = start()
    const gate = defer()
    tested.vendor.play({ ...chatAnswer(), steps: [gate.promise, ...chatAnswer().steps] })
    const first = tested.post(CHAT.path, CHAT.request())
    await eventually(() => tested.vendor.calls.length === 1)
    const refused = await tested.post(CHAT.path, CHAT.request())
    expect([refused.status, refused.json]).toEqual([429, REFUSED])
    expect([refused.headers['retry-after'], refused.headers['retry-after-ms']]).toEqual(['1', '1000'])
    expect(tested.vendor.calls).toHaveLength(1)
    gate.resolve()
    expect((await first).status).toBe(200)
    expect(await nextStatus(tested)).toBe(200)
  })

  it('are counted by key', async () => {
    const keys = ['one', 'two'].map((id) => ({ id, key: `cm-key-number-${id}`, concurrency: 1 }))
    const tested = createTestGateway({ account: { keys } })
    const gate = defer()
    tested.vendor.always({ ...chatAnswer(), steps: [gate.promise, ...chatAnswer().steps] })
    const statuses = keys.map(async ({ key }) => {
      const { status } = await tested.post(CHAT.path, CHAT.request(), { authorization: `Bearer ${key}` })
      return status
    })
    await eventually(() => tested.vendor.calls.length === 2)
    gate.resolve()
    expect(await Promise.all(statuses)).toEqual([200, 200])
  })
})

describe('case 69: the slot of a call comes back', () => {
  const never = new Promise<never>(() => undefined)
  const streamed = { ...CHAT.request(), stream: true }
  const STREAMS = {
    'to its end': stream(chunk({ content: 'a' }), chunk({}, 'stop'), DONE),
    'that breaks': stream(chunk({ content: 'a' }), { fault: 'reset' }),
    'that breaks before its first event': stream({ fault: 'reset' }),
    'that is cut': stream(chunk({ content: 'a' })),
    'with an error in it': stream(chunk({ content: 'a' }), data({ error: { message: 'overloaded' } })),
    'with an error at its beginning': stream(data({ error: { message: 'overloaded' } })),
  }
  const FAILURES = {
    'an HTTP error': whole({ error: { message: 'no' } }, 400),
    'a broken connection': { steps: [], fault: 'connect' },
    'a timeout': { steps: [], fault: 'timeout' },
    'a broken body': { steps: ['{"id":', { fault: 'reset' }] },
    garbage: whole('<html>'),
    'an error with status 200': whole({ error: { message: 'no' } }),
  } as const

  it.each(Object.entries(STREAMS))('after a stream %s', async (_name, reply) => {
    const tested = start()
    tested.vendor.play(reply)
    await tested.post(CHAT.path, streamed)
    expect(await nextStatus(tested)).toBe(200)
  })

  it.each(Object.entries(FAILURES))('after %s', async (_name, reply) => {
    const tested = start()
    tested.vendor.play(reply)
    expect((await tested.post(CHAT.path, CHAT.request())).status).toBeGreaterThanOrEqual(400)
    expect(await nextStatus(tested)).toBe(200)
  })

  it('when the client leaves a stream between two events', async () => {
    const tested = start()
    tested.vendor.play(stream(chunk({ content: 'a' }), never))
    const answer = await tested.open(CHAT.path, CHAT.request())
    await answer.next()
    await answer.leave()
    expect(tested.vendor.last().cancelled).toBe(true)
    expect(await nextStatus(tested)).toBe(200)
  })

  it('when the client leaves a stream while it waits for an event', async () => {
    const tested = start()
    tested.vendor.play(stream(chunk({ content: 'a' }), never))
    const client = new AbortController()
    const answer = await tested.open(CHAT.path, CHAT.request(), { signal: client.signal })
    await answer.next()
    const waiting = answer.next()
    client.abort()
    expect(await waiting).toBeUndefined()
    expect(await nextStatus(tested)).toBe(200)
  })

  it('when the client leaves a stream that it never read', async () => {
    const tested = start()
    tested.vendor.play(stream(chunk({ content: 'a' }), never))
    const answer = await tested.open(CHAT.path, CHAT.request())
    await answer.leave()
    expect(await nextStatus(tested)).toBe(200)
  })

  it.each([true, false])(
    'when the client leaves before the vendor says anything (stream: %s)',
    async (isStream) => {
      const tested = start()
      tested.vendor.play({ steps: [never] })
      const client = new AbortController()
      const body = { ...CHAT.request(), stream: isStream }
      const answer = tested.handle(CHAT.path, { body, signal: client.signal })
      await eventually(() => tested.vendor.calls.length === 1)
      client.abort()
      await answer
      expect(await nextStatus(tested)).toBe(200)
    },
  )

  it('when there is no money for the call', async () => {
    const tested = createTestGateway({ key: { concurrency: 1 }, account: { balanceMicro: 500 } })
    expect((await tested.post(CHAT.path, { ...CHAT.request(), max_tokens: 1000 })).status).toBe(402)
    expect((await tested.post(CHAT.path, { ...CHAT.request(), max_tokens: 10 })).status).toBe(200)
  })

  it('when the stores fail at its end', async () => {
    const broken = (): never => {
      throw new Error('the disk is full')
    }
    const base = createTestGateway()
    const ledger = { ...base.stores.ledger, settle: broken }
    const usage = { ...base.stores.usage, append: broken }
    const tested = createTestGateway({ key: { concurrency: 1 }, stores: { ledger, usage } })
    for (let count = 0; count < 3; count += 1) {
      expect((await tested.post(CHAT.path, CHAT.request())).status).toBe(200)
    }
    expect(tested.errors.map(({ error }) => error.code)).toContain('db_error')
  })

  it('by itself when nobody returns it', async () => {
    const tested = start()
    tested.vendor.always(stream(chunk({ content: 'a' }), never))
    await tested.open(CHAT.path, CHAT.request())
    const refused = await tested.post(CHAT.path, CHAT.request())
    expect([refused.status, refused.json]).toEqual([429, REFUSED])
    tested.clock.advance(60 * 60 * 1000)
    tested.vendor.always(chatAnswer())
    expect((await tested.post(CHAT.path, CHAT.request())).status).toBe(200)
  })
})
