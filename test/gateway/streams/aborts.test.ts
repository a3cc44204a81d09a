import { describe, expect, test } from 'vitest'
import { defer, eventually } from '../../contracts/http-server.js'
import { stream, whole } from '../../support/calls.js'
import { openAnswer, readAnswer } from '../../support/read-answer.js'
import type { Reply } from '../../support/scripted-vendor.js'
import { BALANCE, createTestGateway, type Overrides } from '../../support/test-gateway.js'
import { TRANSCRIPTS } from './transcripts.js'

const NOTHING = { inputTokens: 0, outputTokens: 0 }
const never = new Promise<void>(() => undefined)

describe.each(TRANSCRIPTS)('a client that leaves a $name stream', (transcript) => {
  const { endpoint, events, finish, idle, request } = transcript

  const begin = (reply: Reply, overrides?: Overrides) => {
    const tested = createTestGateway(overrides)
    const client = new AbortController()
    tested.vendor.play(reply)
    const answer = tested.handle(endpoint.path, { body: request, signal: client.signal })
    return { ...tested, client, answer }
  }
  /** Reads `count` pieces of a call whose vendor then falls silent, and waits for the next. */
  const readSome = async (count: number) => {
    const call = begin(stream(...events.slice(0, count), never))
    const open = openAnswer(await call.answer)
    for (let read = 0; read < count; read += 1) await open.next()
    return { ...call, ...open, waiting: open.next() }
  }

  const EARLY: readonly (readonly [string, Reply])[] = [
    ['before the head', { ...stream(...events), head: never }],
    ['before the first event', stream(never)],
    ['after pings only', stream(idle, idle, never)],
  ]

  test.each(EARLY)(
    'cases 49, 73: %s takes the vendor with it at once and pays nothing',
    async (_name, reply) => {
      const { client, vendor, answer, records, wallet } = begin(reply)
      await eventually(() => vendor.calls.length === 1)
      client.abort()
      expect(vendor.last().request.signal.aborted).toBe(true)
      await readAnswer(await answer)
      expect(records).toMatchObject([{ status: 'aborted', httpStatus: 499, costMicro: 0, errorCode: null }])
      expect(wallet()).toMatchObject({ balanceMicro: BALANCE, heldMicro: 0 })
    },
  )

  test('cases 47, 48, 50: in mid-stream takes the vendor with it and pays for input and for what came', async () => {
    const { client, vendor, waiting, leave, records, wallet } = await readSome(finish)
    client.abort()
    expect(vendor.last().request.signal.aborted).toBe(true)
    expect(await waiting).toBeUndefined()
    await leave()
    const [record] = records
    expect(records).toHaveLength(1)
    expect(record).toMatchObject({ status: 'aborted', httpStatus: 499, usage: { estimated: true } })
    const { inputTokens, outputTokens } = record?.usage ?? NOTHING
    const costMicro = inputTokens + 2 * outputTokens
    expect([inputTokens > 0, outputTokens > 0, record?.costMicro]).toEqual([true, true, costMicro])
    expect(wallet()).toMatchObject({ balanceMicro: BALANCE - costMicro, heldMicro: 0 })
  })

  test('case 75: pays once, whether its signal, its adapter or both say so, in any order', async () => {
    const ways: readonly ((call: {
      client: AbortController
      leave: () => Promise<void>
    }) => Promise<void>)[] = [
      ({ leave }) => leave(),
      async ({ client, leave }) => {
        client.abort()
        await leave()
      },
      async ({ client, leave }) => {
        await leave()
        client.abort()
      },
      async ({ leave }) => {
        await leave()
        await leave()
      },
    ]
    for (const way of ways) {
      const call = await readSome(finish)
      await way(call)
      await eventually(() => call.records.length > 0)
      await call.leave()
      expect(call.records).toMatchObject([{ status: 'aborted' }])
      expect(call.vendor.last().cancelled || call.vendor.last().request.signal.aborted).toBe(true)
      expect(call.errors).toEqual([])
      expect(call.wallet().heldMicro).toBe(0)
    }
  })

  test('after the vendor has finished has had a whole answer, and pays for that', async () => {
    const { leave, records } = await readSome(events.length)
    await leave()
    expect(records).toMatchObject([{ status: 'completed', costMicro: 34 }])
  })

  const ENDS: readonly (readonly [string, Reply, boolean])[] = [
    ['leaves before the head', { ...stream(...events), head: never }, true],
    ['leaves before the first event', stream(never), true],
    ['leaves in mid-stream', stream(...events.slice(0, 2), never), true],
    ['was refused by the vendor', whole('no', 500), false],
    ['got an error first', stream(transcript.vendorError('it broke')), false],
    ['got an error later', stream(...events.slice(0, 2), transcript.vendorError('it broke')), false],
    ['was cut off', stream(...events.slice(0, 2), { fault: 'reset' }), false],
    ['got everything', stream(...events), false],
  ]

  test.each(ENDS)('case 69: that %s gives its place back', async (_name, reply, leaves) => {
    const { client, vendor, answer, handle } = begin(reply, { key: { concurrency: 1 } })
    if (leaves) {
      await eventually(() => vendor.calls.length === 1)
      client.abort()
    }
    await readAnswer(await answer)
    vendor.play(stream(...events))
    expect((await readAnswer(await handle(endpoint.path, { body: request }))).status).toBe(200)
  })

  test('case 69: gives its place back no earlier than its stream has ended', async () => {
    const gate = defer()
    const { answer, handle, vendor } = begin(stream(events[0] ?? '', gate.promise, ...events.slice(1)), {
      key: { concurrency: 1 },
    })
    const { next } = openAnswer(await answer)
    await next()
    expect((await handle(endpoint.path, { body: request })).status).toBe(429)
    gate.resolve()
    while ((await next()) !== undefined) expect(vendor.calls).toHaveLength(1)
    vendor.play(stream(...events))
    expect((await handle(endpoint.path, { body: request })).status).toBe(200)
  })

  test('stops the vendor by not reading on: nothing is pulled ahead', async () => {
    const { vendor, answer } = begin(stream(...events))
    const { next } = openAnswer(await answer)
    const before = vendor.last().pulls
    await next()
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect([before, vendor.last().pulls]).toEqual([1, 1])
    await next()
    expect(vendor.last().pulls).toBe(2)
  })
})
