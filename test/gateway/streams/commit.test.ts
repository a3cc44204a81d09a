import { describe, expect, test } from 'vitest'
import { defer } from '../../contracts/http-server.js'
import { stream, whole } from '../../support/calls.js'
import { readAnswer } from '../../support/read-answer.js'
import type { Reply } from '../../support/scripted-vendor.js'
import {
  createTestGateway,
  KEY,
  VENDOR_HOST,
  VENDOR_KEY,
  type TestGateway,
} from '../../support/test-gateway.js'
import { failuresIn, renamed, TRANSCRIPTS, type Transcript } from './transcripts.js'

/** Lets everything run that waits for nothing. */
const settle = () => new Promise<void>((resolve) => setTimeout(resolve, 0))

/** The client's whole view of one streaming call. */
async function call(
  { endpoint, request }: Transcript,
  reply: Reply,
  tested: TestGateway = createTestGateway(),
) {
  tested.vendor.play(reply)
  return await readAnswer(await tested.handle(endpoint.path, { body: request }))
}

describe.each(TRANSCRIPTS)('the status of a $name stream', (transcript) => {
  const { endpoint, events, idle, request, vendorError } = transcript
  const [first = ''] = events

  test('case 44: waits for the first real event, not for the head and not for comments and pings', async () => {
    const { vendor, handle } = createTestGateway()
    const gates = [defer(), defer()] as const
    vendor.play({
      ...stream(gates[1].promise, idle, idle, gates[1].promise, ...events),
      head: gates[0].promise,
    })
    let status: number | undefined
    const answer = handle(endpoint.path, { body: request })
    void answer.then((response) => (status = response.status))
    await settle()
    gates[0].resolve()
    await settle()
    expect(status).toBeUndefined()
    gates[1].resolve()
    const { text } = await readAnswer(await answer)
    expect([status, text]).toEqual([200, renamed(transcript, idle + idle + events.join(''))])
  })

  test('case 44: is not committed by a ping that is all there is', async () => {
    const gate = defer()
    const { vendor, handle } = createTestGateway()
    vendor.play(stream(idle, gate.promise, idle))
    let committed = false
    const answer = handle(endpoint.path, { body: request })
    void answer.then(() => (committed = true))
    await settle()
    expect(committed).toBe(false)
    gate.resolve()
    expect((await answer).status).toBe(502)
  })

  test('case 72: comes with headers that let nothing hold the stream back', async () => {
    const { headers } = await call(transcript, stream(...events))
    expect(headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
      'x-crossmodel-model': endpoint.model,
    })
    expect(headers['cache-control']).toMatch(/private.*no-store.*no-cache.*no-transform/)
    expect(headers['x-request-id']).toMatch(/^req_cm_/)
    expect(headers['content-encoding']).toBeUndefined()
  })

  const FAILURES: readonly (readonly [string, Reply, number])[] = [
    ['429 of the vendor', whole({ error: { message: 'slow down', type: 'rate_limit_error' } }, 429), 429],
    ['401 of the vendor', whole({ error: { message: 'bad key', type: 'authentication_error' } }, 401), 502],
    ['500 of the vendor', whole('oops', 500), 502],
    ['connection refused', { steps: [], fault: 'connect' }, 502],
    ['connection reset before the head', { steps: [], fault: 'reset' }, 502],
    ['head that never came', { steps: [], fault: 'timeout' }, 504],
    ['error as the first event', stream(vendorError('it broke')), 502],
    ['error after pings', stream(idle, idle + vendorError('it broke')), 502],
    ['stream without an event', stream(), 502],
    ['stream of comments only', stream(': one\n\n', ': two\n\n'), 502],
    ['stream cut in the middle of its first event', stream(first.slice(0, 20)), 502],
    ['connection reset before the first event', stream({ fault: 'reset' }), 502],
    ['silence before the first event', stream(idle, { fault: 'timeout' }), 504],
  ]

  test.each(FAILURES)(
    'cases 44, 46a: a %s has its true status in the dialect',
    async (_name, reply, status) => {
      const tested = createTestGateway()
      const answer = await call(transcript, reply, tested)
      expect([answer.status, answer.headers['content-type']]).toEqual([
        status,
        'application/json; charset=utf-8',
      ])
      expect(answer.json.error).toMatchObject({ type: expect.any(String), message: expect.any(String) })
      expect(answer.json.type).toBe(transcript.name === 'Messages' ? 'error' : undefined)
      expect(answer.headers['x-request-id']).toMatch(/^req_cm_/)
      expect(tested.records).toMatchObject([
        { status: 'failed', httpStatus: status, costMicro: 0, streamed: true },
      ])
      expect(tested.wallet().heldMicro).toBe(0)
    },
  )

  test('case 46a: a refusal that asks for patience says so, so that SDKs retry', async () => {
    const refusal = whole({ error: { message: 'slow down', type: 'rate_limit_error' } }, 429, {
      'retry-after': '7',
    })
    const { status, headers } = await call(transcript, refusal)
    expect([status, headers['retry-after'], headers['retry-after-ms']]).toEqual([429, '7', '7000'])
  })

  test('case 46: trouble of the gateway with the vendor is not the client’s, and names no secret', async () => {
    const message = `Incorrect key ${VENDOR_KEY} for org-abcdef123456 at https://${VENDOR_HOST}/billing`
    for (const status of [401, 402, 403]) {
      const { status: seen, text } = await call(transcript, whole({ error: { message } }, status))
      expect(seen).toBe(502)
      expect(text).not.toMatch(/sk-|org-|internal|Incorrect|cm-/)
    }
  })

  describe('after the first event', () => {
    const half = events.slice(0, transcript.finish)

    test('case 43: an error of the vendor is the last event, in the form of the protocol', async () => {
      const secret = `it broke: key ${VENDOR_KEY}, org-abcdef123456, https://${VENDOR_HOST}/status`
      const { status, text } = await call(transcript, stream(...half, vendorError(secret), ...events))
      expect(status).toBe(200)
      expect(text.startsWith(renamed(transcript, half.join('')))).toBe(true)
      const rest = text.slice(renamed(transcript, half.join('')).length)
      expect(failuresIn(rest)).toMatchObject([{ message: expect.stringContaining('it broke') }])
      expect(rest).not.toMatch(/sk-vendor|org-abc|internal\.example/)
    })

    test('case 43: what comes after an error is dropped, and the vendor is let go', async () => {
      const tested = createTestGateway()
      const { text } = await call(
        transcript,
        stream(...half, vendorError('it broke') + events.join('')),
        tested,
      )
      expect(failuresIn(text)).toHaveLength(1)
      expect(text.endsWith('\n\n')).toBe(true)
      expect(text.slice(text.lastIndexOf('it broke'))).not.toContain('🧀')
      expect(tested.vendor.last().cancelled).toBe(true)
    })

    test('case 45: a vendor that breaks off is not asked again', async () => {
      const tested = createTestGateway()
      await call(transcript, stream(...half, { fault: 'reset' }), tested)
      expect(tested.vendor.calls).toHaveLength(1)
    })

    test('case 51: a vendor that breaks off is not paid for', async () => {
      const tested = createTestGateway()
      const before = tested.wallet()
      await call(transcript, stream(...half, vendorError('it broke')), tested)
      expect(tested.wallet()).toEqual(before)
      expect(tested.records).toMatchObject([{ status: 'failed', costMicro: 0 }])
      expect(tested.errors).toMatchObject([{ error: { code: 'provider_error' } }])
    })
  })
})

test('case 43: a Responses stream that failed says so of the response first, then as an error, in ascending numbers', async () => {
  const transcript = TRANSCRIPTS[1]
  if (transcript === undefined) throw new Error('no transcript')
  const { events } = transcript
  const { text } = await call(
    transcript,
    stream(...events.slice(0, 5), ': a comment\n\n', transcript.vendorError('it broke')),
  )
  const sent = text
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice(6)))
  expect(sent.map(({ sequence_number: number }) => number)).toEqual([0, 1, 2, 3, 4, 5, 6])
  expect(sent.slice(5)).toEqual([
    {
      type: 'response.failed',
      response: {
        id: 'resp_1',
        object: 'response',
        status: 'failed',
        error: { code: 'server_error', message: 'it broke' },
        output: [],
      },
      sequence_number: 5,
    },
    { type: 'error', code: 'server_error', message: 'it broke', param: null, sequence_number: 6 },
  ])
})

test('a stream that the gateway itself refuses has its status in JSON', async () => {
  const tested = createTestGateway()
  for (const { endpoint, request } of TRANSCRIPTS) {
    const body = { ...request, model: 'no/such' }
    const answer = await readAnswer(await tested.handle(endpoint.path, { body }))
    expect([answer.status, answer.headers['content-type']]).toEqual([404, 'application/json; charset=utf-8'])
    expect(answer.text).not.toContain(KEY)
  }
  expect(tested.vendor.calls).toEqual([])
})
