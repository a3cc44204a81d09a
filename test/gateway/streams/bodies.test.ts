import { describe, expect, test } from 'vitest'
import { chatAnswer, messagesAnswer, responsesAnswer, whole } from '../../support/calls.js'
import { readAnswer } from '../../support/read-answer.js'
import type { Reply } from '../../support/scripted-vendor.js'
import { createTestGateway, VENDOR_HOST, type TestGateway } from '../../support/test-gateway.js'
import { splitEverywhere } from '../../sse/splits.js'
import { failuresIn, looksFinished, renamed, TRANSCRIPTS, type Transcript } from './transcripts.js'

/** First byte of the cheese in the transcripts: the only character of four bytes. */
const CHEESE = 0xf0

/** The same short answer as one piece of JSON. */
const WHOLE: Readonly<Record<string, Reply>> = {
  Chat: chatAnswer({ prompt_tokens: 20, completion_tokens: 7, total_tokens: 27 }),
  Responses: responsesAnswer({ input_tokens: 20, output_tokens: 7, total_tokens: 27 }),
  Messages: messagesAnswer({ input_tokens: 20, output_tokens: 7 }),
}

async function call(
  { endpoint, request }: Transcript,
  reply: Reply,
  tested: TestGateway = createTestGateway(),
) {
  tested.vendor.play(reply)
  return await readAnswer(await tested.handle(endpoint.path, { body: request }))
}

describe.each(TRANSCRIPTS)('instead of a $name stream', (transcript) => {
  test('a whole answer becomes one, and is billed as the answer that it is', async () => {
    const tested = createTestGateway()
    const { status, headers, text } = await call(transcript, WHOLE[transcript.name] ?? { steps: [] }, tested)
    expect([status, headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8'])
    expect(text).toContain('hello')
    expect(text).toContain(transcript.endpoint.model)
    expect(text).not.toContain(transcript.endpoint.vendorModel)
    expect(looksFinished(transcript, text)).toBe(true)
    expect(tested.records).toMatchObject([{ status: 'completed', costMicro: 34, streamed: true }])
  })

  test('a whole answer that no stream can tell in full says what is missing', async () => {
    const tested = createTestGateway()
    const [answer] = (WHOLE[transcript.name] ?? { steps: [] }).steps
    const json = JSON.parse(typeof answer === 'string' ? answer : '{}')
    const lossy = { ...json, choices: [...(json.choices ?? []), ...(json.choices ?? [])] }
    const { headers, text } = await call(transcript, whole(lossy), tested)
    expect(looksFinished(transcript, text)).toBe(true)
    const expected = transcript.name === 'Chat' ? 'dropped:choices[1]' : undefined
    expect(headers['x-crossmodel-warnings']).toBe(expected)
  })

  const OTHERS: readonly (readonly [string, Reply, number])[] = [
    ['an error in JSON', whole({ error: { message: 'slow down', type: 'rate_limit_error' } }), 429],
    ['a page', whole(`<html>Welcome to ${VENDOR_HOST}</html>`, 200, { 'content-type': 'text/html' }), 502],
    [
      'a page that says it is a stream',
      whole('<html>no</html>', 200, { 'content-type': 'text/event-stream' }),
      502,
    ],
    ['JSON that is no answer', whole({ hello: 'world' }), 502],
    ['JSON that is no object', whole('[1]'), 502],
    ['half a JSON', whole('{"id":"c1","choices":['), 502],
    ['nothing', whole(''), 502],
    ['a body that breaks', { steps: ['{"id":', { fault: 'reset' }] }, 502],
  ]

  test.each(OTHERS)('case 46a: %s is an error with its true status', async (_name, reply, status) => {
    const tested = createTestGateway()
    const answer = await call(transcript, reply, tested)
    expect([answer.status, answer.headers['content-type']]).toEqual([
      status,
      'application/json; charset=utf-8',
    ])
    expect(answer.json.error).toMatchObject({ message: expect.any(String) })
    expect(answer.text).not.toMatch(/html|internal\.example/)
    expect(tested.records).toMatchObject([{ status: 'failed', costMicro: 0 }])
    expect(tested.wallet().heldMicro).toBe(0)
  })

  const TYPES = [
    'text/plain',
    'application/octet-stream',
    'Text/Event-Stream',
    'text/event-stream;charset=UTF-8',
    '',
  ]

  test.each(TYPES)('case 40: a stream under the content type %j is one, byte for byte', async (type) => {
    for (const prefix of ['', '\uFEFF', ': begin\n\n', '\r\n']) {
      const bytes = new TextEncoder().encode(prefix + transcript.events.join(''))
      const inCheese = bytes.indexOf(CHEESE) + 2
      const halves = [bytes.subarray(0, inCheese), bytes.subarray(inCheese)]
      for (const steps of [splitEverywhere(bytes), halves]) {
        const answer = await call(transcript, { headers: { 'content-type': type }, steps })
        expect(answer.text).toBe(renamed(transcript, prefix + transcript.events.join('')))
      }
    }
  })

  test('a stream under a wrong content type that breaks off is an error', async () => {
    const steps = [...transcript.events.slice(0, 2), { fault: 'reset' }] as const
    const { status, text } = await call(transcript, { headers: { 'content-type': 'text/plain' }, steps })
    expect([status, failuresIn(text).length]).toEqual([200, 1])
  })
})
