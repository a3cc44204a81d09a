import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { eventually } from '../../contracts/http-server.js'
import { stream } from '../../support/calls.js'
import { openAnswer, readAnswer, readText } from '../../support/read-answer.js'
import type { Reply } from '../../support/scripted-vendor.js'
import { createTestGateway } from '../../support/test-gateway.js'
import { type SocketGateway, startSocketGateway, writeHead } from './socket-vendor.js'
import { failuresIn, looksFinished, renamed, TRANSCRIPTS } from './transcripts.js'

const TOTAL_MS = 60_000
const TIMED_OUT = { status: 'failed', costMicro: 0, errorCode: 'upstream_timeout' }
const never = new Promise<void>(() => undefined)

describe.each(TRANSCRIPTS)('a $name stream over the limit on silence', (transcript) => {
  const { endpoint, events, finish, request } = transcript
  const half = events.slice(0, finish).join('')
  let started: SocketGateway | undefined
  afterEach(async () => {
    await started?.close()
    started = undefined
  })

  const call = async (script: (response: ServerResponse) => void, timeouts: object) => {
    const tested = await startSocketGateway(script, { timeouts })
    started = tested
    return { ...tested, answer: await readAnswer(await tested.handle(endpoint.path, { body: request })) }
  }

  const EARLY: readonly (readonly [string, (response: ServerResponse) => void, object])[] = [
    ['head', () => undefined, { headMs: 40 }],
    ['first event', writeHead, { idleMs: 40 }],
  ]

  test.each(EARLY)('before its %s is a 504, and the vendor is let go', async (_name, script, timeouts) => {
    const { answer, records, seen, wallet } = await call(script, timeouts)
    expect([answer.status, answer.headers['content-type']]).toEqual([504, 'application/json; charset=utf-8'])
    expect(records).toMatchObject([{ ...TIMED_OUT, httpStatus: 504 }])
    expect(wallet().heldMicro).toBe(0)
    // It may be let go before all of its request has come.
    await eventually(() => seen.closed >= seen.arrived)
  })

  test('in the middle ends in the error of its protocol, and the vendor is let go', async () => {
    const { answer, records, seen } = await call((response) => writeHead(response).write(half), {
      idleMs: 300,
    })
    const isPrefix = answer.text.startsWith(renamed(transcript, half))
    expect([answer.status, isPrefix, looksFinished(transcript, answer.text)]).toEqual([200, true, false])
    expect(failuresIn(answer.text)).toMatchObject([
      { message: 'Request timed out: the provider did not answer. Try again later.' },
    ])
    expect(records).toMatchObject([TIMED_OUT])
    await eventually(() => seen.closed === 1)
  })

  test('as a whole, but never for so long at once, is a whole answer', async () => {
    const script = (response: ServerResponse) => {
      writeHead(response)
      const left = [...events]
      const timer = setInterval(() => {
        const next = left.shift()
        if (next !== undefined) return void response.write(next)
        clearInterval(timer)
        response.end()
      }, 150)
    }
    const { answer, records } = await call(script, { idleMs: 900 })
    expect(answer.text).toBe(renamed(transcript, events.join('')))
    expect(records).toMatchObject([{ status: 'completed', costMicro: 34 }])
  })
})

describe.each(TRANSCRIPTS)('a $name stream over the limit on the whole call', (transcript) => {
  const { endpoint, events, finish, request } = transcript
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  const begin = (reply: Reply) => {
    const tested = createTestGateway({ timeouts: { totalMs: TOTAL_MS, commitMs: 0, keepAliveMs: 0 } })
    const client = new AbortController()
    tested.vendor.play(reply)
    const answer = tested.handle(endpoint.path, { body: request, signal: client.signal })
    return { ...tested, client, answer }
  }

  test.each([
    ['head', { ...stream(), head: never }],
    ['first event', stream(never)],
  ])('before its %s is a 504, and the vendor is let go', async (_name, reply) => {
    const { answer, records, vendor, wallet } = begin(reply)
    await vi.advanceTimersByTimeAsync(TOTAL_MS - 1)
    expect(vendor.last().request.signal.aborted).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect([(await answer).status, vendor.last().request.signal.aborted]).toEqual([504, true])
    expect(records).toMatchObject([{ ...TIMED_OUT, httpStatus: 504 }])
    expect(wallet().heldMicro).toBe(0)
  })

  test('in the middle ends in the error of its protocol, and the vendor is let go', async () => {
    const { answer, records, vendor } = begin(stream(...events.slice(0, finish), never))
    const rest = readText((await answer).body)
    await vi.advanceTimersByTimeAsync(TOTAL_MS)
    const text = await rest
    expect([failuresIn(text).length, looksFinished(transcript, text)]).toEqual([1, false])
    expect(records).toMatchObject([TIMED_OUT])
    expect(vendor.last().request.signal.aborted).toBe(true)
  })

  test('after its client has left is the client’s doing', async () => {
    const { answer, client, records } = begin(stream(...events.slice(0, 2), never))
    const open = openAnswer(await answer)
    await open.next()
    client.abort()
    await vi.advanceTimersByTimeAsync(TOTAL_MS)
    await open.next()
    await open.leave()
    expect(records).toMatchObject([{ status: 'aborted', errorCode: null }])
  })
})
