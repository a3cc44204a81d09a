import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CHAT, chunk, data, DONE, event, stream, usageChunk } from '../../support/calls.js'
import { readAnswer } from '../../support/read-answer.js'
import { createTestGateway } from '../../support/test-gateway.js'
import { cuts, splitAt, splitEverywhere } from '../../sse/splits.js'
import { failuresIn, renamed, TRANSCRIPTS, type Transcript } from './transcripts.js'

const { vendor, handle, records } = createTestGateway({ account: { balanceMicro: 1_000_000_000 } })

/** What a client gets of a vendor's text that comes in the given reads. */
async function relay(
  path: string,
  request: object,
  reads: readonly (string | Uint8Array)[],
): Promise<string> {
  vendor.play(stream(...reads))
  const { text } = await readAnswer(await handle(path, { body: request }))
  return text
}

const encode = (text: string) => new TextEncoder().encode(text)
const relayed = ({ endpoint, request }: Transcript, reads: readonly (string | Uint8Array)[]) =>
  relay(endpoint.path, request, reads)

/** Ways to write the same stream, all of them legal. */
const FORMS: readonly (readonly [string, (text: string) => string])[] = [
  ['line feeds', (text) => text],
  ['CRLF', (text) => text.replaceAll('\n', '\r\n')],
  ['carriage returns', (text) => text.replaceAll('\n', '\r')],
  ['a byte order mark', (text) => `\uFEFF${text}`],
  [
    'comments',
    (text) => `: begin\n\n${text.replaceAll('data:', ': a comment: in an event\ndata:')}: end\n\n`,
  ],
  ['no space after the colon', (text) => text.replaceAll(/^(data|event): /gm, '$1:')],
  ['ids and retries', (text) => text.replaceAll(/^data:/gm, 'id: 7\nretry: 10\ndata:')],
  ['data of several lines', (text) => text.replaceAll(/^data: \{/gm, 'data: {\ndata: ')],
  ['more than one blank line', (text) => text.replaceAll('\n\n', '\n\n\n')],
  ['no blank line at the end', (text) => text.slice(0, -2)],
  [
    'an event that nobody knows',
    (text) => text.replace('\n\n', '\n\nevent: novelty\ndata: {"type":"novelty","x":[1]}\n\n'),
  ],
  ['fields that nobody knows', (text) => text.replaceAll('"type":', '"novelty":{"ä":null},"type":')],
  ['spaces in its JSON', (text) => text.replaceAll('":', '" : ').replaceAll(',"', ', "')],
]

describe.each(TRANSCRIPTS)('the bytes of a $name stream', (transcript) => {
  const { events } = transcript

  test.each(FORMS)(
    'cases 39, 40: with %s are the vendor’s but for the model’s name, however they are split',
    async (_name, write) => {
      const text = write(events.join(''))
      const expected = renamed(transcript, text)
      expect(expected).not.toBe(text)
      const bytes = encode(text)
      for (const reads of [[bytes], splitEverywhere(bytes)]) {
        expect(await relayed(transcript, reads)).toBe(expected)
      }
      await fc.assert(
        fc.asyncProperty(cuts, async (places) => {
          expect(await relayed(transcript, splitAt(bytes, places))).toBe(expected)
        }),
        { numRuns: 20 },
      )
      expect(records.at(-1)).toMatchObject({
        status: 'completed',
        usage: { inputTokens: 20, outputTokens: 7 },
      })
    },
  )

  test('case 39: is billed alike in every form and split', async () => {
    for (const [name, write] of FORMS) {
      await relayed(transcript, splitEverywhere(encode(write(events.join('')))))
      const { costMicro, usage } = records.at(-1) ?? {}
      expect([name, costMicro, usage?.estimated]).toEqual([name, 20 + 2 * 7, undefined])
    }
  })

  test('case 41: are the vendor’s pings too', async () => {
    const text = [events[0], transcript.idle, ...events.slice(1, 3), ': ping\n\n', ...events.slice(3)].join(
      '',
    )
    expect(await relayed(transcript, [text])).toBe(renamed(transcript, text))
  })

  test('case 39: end in an error that is no part of a half event in front of it, whatever the line ends', async () => {
    for (const end of ['\n', '\r\n', '\r']) {
      const text = `${events.slice(0, 3).join('')}data: {"half":`.replaceAll('\n', end)
      const answer = await relayed(transcript, splitEverywhere(encode(text)))
      expect(answer).not.toContain('half')
      expect(failuresIn(answer)).toHaveLength(1)
    }
  })

  test.each(['\n', '\r\n', '\r'])(
    'case 43: hold nothing of an error event of the vendor (line end %j)',
    async (lineEnd) => {
      const [first = ''] = events
      const error = `id: 9\nevent: error\n${transcript.vendorError('it broke').replace(/^event: .*\n/, '')}`
      const answer = await relayed(transcript, [(first + error).replaceAll('\n', lineEnd)])
      const begin = renamed(transcript, first).replaceAll('\n', lineEnd)
      expect(answer.startsWith(begin)).toBe(true)
      expect(answer.slice(begin.length)).not.toMatch(/\r|id: 9/)
      expect(failuresIn(answer)).toHaveLength(1)
    },
  )
})

describe('the model’s name in a stream', () => {
  const ask = (...events: readonly string[]) => relay(CHAT.path, { ...CHAT.request(), stream: true }, events)
  const named = (model: string) =>
    data({ model, choices: [{ index: 0, delta: { content: 'x' }, finish_reason: null }] })
  const end = chunk({}, 'stop') + DONE

  test('stays where the model itself speaks of it', async () => {
    const speech = chunk({ content: '{"model":"vendor-chat"}' })
    const text = await ask(named('vendor-chat'), speech, end)
    expect(text).toContain(String.raw`{\"model\":\"vendor-chat\"}`)
    expect(text.match(/"model":"test\/chat"/g)).toHaveLength(3)
  })

  test('is replaced when the vendor names the model only after a first event without a name', async () => {
    const text = await ask(named(''), named('vendor-chat-2026'), named('vendor-chat-2026') + end)
    expect(text).not.toContain('vendor-chat-2026')
  })

  test('may hold anything that has a meaning in patterns and in JSON', async () => {
    const text = await ask(named('a.*"$&\\b'), end)
    expect(text.startsWith(named('test/chat'))).toBe(true)
  })
})

describe('the usage that we ask a Chat vendor for', () => {
  const usage = usageChunk({ prompt_tokens: 20, completion_tokens: 7, total_tokens: 27 })
  const before = [chunk({ role: 'assistant', content: 'a' }), chunk({}, 'stop')].join('')
  const client = (text: string) => text.replaceAll('vendor-chat', 'test/chat')
  const ask = (options: object, reads: readonly (string | Uint8Array)[]) =>
    relay(CHAT.path, { ...CHAT.request(), stream: true, ...options }, reads)

  test.each(['\n', '\r\n', '\r'])(
    'case 38: is hidden from a client that did not, and counted (line end %j)',
    async (lineEnd) => {
      const write = (text: string) => text.replaceAll('\n', lineEnd)
      const bytes = encode(write(before + usage + DONE))
      for (const reads of [[bytes], splitEverywhere(bytes)]) {
        for (const options of [{}, { stream_options: { include_usage: false } }, { stream_options: null }]) {
          expect(await ask(options, reads)).toBe(client(write(before + DONE)))
          expect(vendor.last().json.stream_options).toEqual({ include_usage: true })
          expect(records.at(-1)).toMatchObject({ costMicro: 34 })
        }
      }
    },
  )

  test('case 38: is hidden too when it is the last thing that comes, blank line or not', async () => {
    expect(await ask({}, [before + usage])).toBe(client(before))
    expect(await ask({}, [before + usage.trimEnd()])).toBe(client(before))
    expect(records.at(-1)).toMatchObject({ costMicro: 34 })
  })

  test('case 38: is shown to a client that did, whose other options stay', async () => {
    const stream_options = { include_usage: true, include_obfuscation: false }
    expect(await ask({ stream_options }, [before + usage + DONE])).toBe(client(before + usage + DONE))
    expect(vendor.last().json.stream_options).toEqual(stream_options)
    await ask({ stream_options: { include_obfuscation: false } }, [before + usage + DONE])
    expect(vendor.last().json.stream_options).toEqual({ include_obfuscation: false, include_usage: true })
  })

  test('case 38: is left where the vendor puts it into a chunk with a choice', async () => {
    const joined = chunk({}, 'stop', { usage: { prompt_tokens: 20, completion_tokens: 7 } })
    expect(await ask({}, [joined, DONE])).toBe(client(joined + DONE))
    expect(records.at(-1)).toMatchObject({ costMicro: 34 })
  })
})

test('numbers of Responses events go on after an event without one', async () => {
  const transcript = TRANSCRIPTS.find(({ name }) => name === 'Responses')
  if (transcript === undefined) throw new Error('no transcript')
  const text = await relayed(transcript, [
    ...transcript.events.slice(0, 4),
    event({ type: 'novelty' }),
    ': ping\n\n',
  ])
  expect(text.match(/"sequence_number":\d+/g)?.slice(-2)).toEqual([
    '"sequence_number":4',
    '"sequence_number":5',
  ])
})
