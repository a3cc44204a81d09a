import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { defer } from '../../contracts/http-server.js'
import { stream, whole } from '../../support/calls.js'
import { openAnswer } from '../../support/read-answer.js'
import type { Reply } from '../../support/scripted-vendor.js'
import { createTestGateway } from '../../support/test-gateway.js'
import { failuresIn, renamed, TRANSCRIPTS } from './transcripts.js'

const KEEP_ALIVE_MS = 15_000
const COMMIT_MS = 10_000

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Lets `milliseconds` pass and everything run that they bring about. */
const pass = async (milliseconds: number) => void (await vi.advanceTimersByTimeAsync(milliseconds))

describe.each(TRANSCRIPTS)('a silent $name stream', (transcript) => {
  const { endpoint, events, idle, keepAlive, request } = transcript
  const whenAsked = (reply: Reply, timeouts = {}) => {
    const tested = createTestGateway({ now: () => Date.now(), timeouts })
    tested.vendor.play(reply)
    return { ...tested, answer: tested.handle(endpoint.path, { body: request }) }
  }

  test('cases 41, 42: is kept alive in the form of the protocol, between whole events', async () => {
    const gate = defer()
    const { answer } = whenAsked(stream(...events.slice(0, 2), gate.promise, ...events.slice(2)))
    const { next } = openAnswer(await answer)
    expect([await next(), await next()]).toEqual(events.slice(0, 2).map((text) => renamed(transcript, text)))
    for (let round = 0; round < 3; round += 1) {
      const frame = next()
      await pass(KEEP_ALIVE_MS - 1)
      let isThere = false
      void frame.then(() => (isThere = true))
      await pass(0)
      expect(isThere).toBe(false)
      await pass(1)
      expect(await frame).toBe(keepAlive)
    }
    gate.resolve()
    let rest = ''
    for (let text = await next(); text !== undefined; text = await next()) rest += text
    expect(rest).toBe(renamed(transcript, events.slice(2).join('')))
  })

  test('is not kept alive while events come, nor for a client that does not read', async () => {
    const gates = [defer(), defer()] as const
    const { answer } = whenAsked(stream(events[0] ?? '', gates[0].promise, events[1] ?? '', gates[1].promise))
    const { next } = openAnswer(await answer)
    await next()
    await pass(KEEP_ALIVE_MS * 4)
    const second = next()
    await pass(KEEP_ALIVE_MS - 1)
    gates[0].resolve()
    expect(await second).toBe(renamed(transcript, events[1] ?? ''))
    await pass(KEEP_ALIVE_MS * 4)
    gates[1].resolve()
    expect(await next()).not.toBe(keepAlive)
  })

  const SILENCES: readonly (readonly [string, (gate: Promise<void>) => Reply])[] = [
    ['its head', (head) => ({ ...stream(...events), head })],
    ['its first event', (gate) => stream(gate, ...events)],
  ]

  test.each(SILENCES)(
    'case 42: has its status before %s when patience runs out, and a sign of life at once',
    async (_name, reply) => {
      const gate = defer()
      const { answer, records } = whenAsked(reply(gate.promise))
      let status: number | undefined
      void answer.then((response) => (status = response.status))
      await pass(COMMIT_MS - 1)
      expect(status).toBeUndefined()
      await pass(1)
      expect(status).toBe(200)
      const { next } = openAnswer(await answer)
      expect(await next()).toBe(keepAlive)
      const second = next()
      await pass(KEEP_ALIVE_MS)
      expect(await second).toBe(keepAlive)
      gate.resolve()
      let rest = ''
      for (let text = await next(); text !== undefined; text = await next()) rest += text
      expect(rest).toBe(renamed(transcript, events.join('')))
      expect(records).toMatchObject([{ status: 'completed', usage: { inputTokens: 20, outputTokens: 7 } }])
    },
  )

  const FAILURES: readonly (readonly [string, (gate: Promise<void>) => Reply])[] = [
    ['refusal', (head) => ({ ...whole({ error: { message: 'it broke', type: 'api_error' } }, 500), head })],
    ['error event', (gate) => stream(gate, transcript.vendorError('it broke'))],
    ['broken connection', (gate) => stream(gate, { fault: 'reset' })],
    ['connection that never was', (head) => ({ steps: [], fault: 'connect', head })],
    ['empty answer', (gate) => stream(gate)],
    ['page instead of a stream', (gate) => ({ ...whole('<html>'), steps: [gate, '<html>'] })],
  ]

  test.each(FAILURES)('case 44: has a late %s as the error event of its protocol', async (_name, reply) => {
    const gate = defer()
    const { answer, records, wallet } = whenAsked(reply(gate.promise))
    await pass(COMMIT_MS)
    const { status, next } = openAnswer(await answer)
    const begin = await next()
    gate.resolve()
    const last = (await next()) ?? ''
    expect([status, begin, await next()]).toEqual([200, keepAlive, undefined])
    expect(failuresIn(last)).toHaveLength(1)
    expect(records).toMatchObject([{ status: 'failed', costMicro: 0 }])
    expect(wallet().heldMicro).toBe(0)
  })

  test('has the pings of its vendor for a sign of life when there were any', async () => {
    const gate = defer()
    const { answer } = whenAsked(stream(idle, gate.promise, idle, ...events))
    await pass(COMMIT_MS)
    const { next } = openAnswer(await answer)
    expect(await next()).toBe(idle)
    gate.resolve()
    expect(await next()).toBe(idle)
    expect(await next()).toBe(renamed(transcript, events[0] ?? ''))
  })

  test('waits for its status as long as it takes when patience is endless', async () => {
    const gate = defer()
    const { answer } = whenAsked(stream(gate.promise), { commitMs: 0 })
    await pass(COMMIT_MS * 100)
    gate.resolve()
    expect((await answer).status).toBe(502)
  })

  test('is left silent when keeping alive is switched off', async () => {
    const gate = defer()
    const { answer } = whenAsked(stream(events[0] ?? '', gate.promise, ...events.slice(1)), {
      keepAliveMs: 0,
    })
    const { next } = openAnswer(await answer)
    await next()
    const second = next()
    await pass(KEEP_ALIVE_MS * 4)
    gate.resolve()
    expect(await second).toBe(renamed(transcript, events[1] ?? ''))
  })

  test('leaves no timer behind', async () => {
    const { answer } = whenAsked(stream(...events), { totalMs: 60_000 })
    const { next } = openAnswer(await answer)
    for (let text = await next(); text !== undefined; text = await next()) expect(text).not.toBe('')
    const refused = whenAsked(whole({}, 500), { totalMs: 60_000 })
    await refused.answer
    expect(vi.getTimerCount()).toBe(0)
  })
})
