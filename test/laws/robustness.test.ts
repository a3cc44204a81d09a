import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  GatewayError,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  parseJson,
  parseSse,
  translateError,
  translateRequest,
  translateResponse,
} from '../../src/index.js'
import { FACTS, type Pair, PAIRS, routeOf } from './support/protocols.js'
import { changes, damage, junk, mutate, mutateObject, shuffling } from './support/mutations.js'
import { ANSWERS, STREAMS, WIRES } from './support/scenarios.js'
import { READ_WITH_SDK } from './support/sdk-readers.js'
import { endingsOf, plainRequest, readPieces, replyOf, translateEvents } from './support/streams.js'
import { faultsOf } from './support/well-formed.js'

const RUNS = { numRuns: 40 }

const streamsOf = ({ protocol }: Pair): readonly string[] =>
  STREAMS.filter((wire) => wire.protocol === protocol.id).map(({ stream }) => stream)

/** A stream of the vendor, as texts of its events. */
const anyStream = (pair: Pair): fc.Arbitrary<readonly string[]> =>
  fc.constantFrom(...streamsOf(pair)).map((stream) => stream.split(/(?<=\n\n)/))

/** Translates whatever came and holds the client's stream to the rules of its protocol. */
async function check(pair: Pair, text: string): Promise<void> {
  const { client } = pair
  const out = translateEvents(replyOf(pair), readPieces([new TextEncoder().encode(text)]))
  expect(faultsOf(client.id, out)).toEqual([])
  const endings = new Set(endingsOf(client, out))
  expect(endings.size).toBe(1)
  // The SDK is the judge: it takes what ended well, and throws where the stream ended in an error.
  const reading = READ_WITH_SDK[client.id]?.(out)
  if (endings.has('finished')) await expect(reading).resolves.toBeDefined()
  else await expect(reading).rejects.toThrow(/./)
}

function changeData(event: string, change: (value: JsonValue) => JsonValue): string {
  return event.replace(/^data: (.*)$/m, (line, data: string) => {
    const json = parseJson(data)
    return json === undefined ? line : `data: ${JSON.stringify(change(json))}`
  })
}

describe.each(PAIRS)('whatever the vendor sends: $name', (pair) => {
  it('a stream with values of wrong types', async () => {
    const hits = fc.array(fc.tuple(fc.nat(60), changes), { minLength: 1, maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(anyStream(pair), hits, async (events, places) => {
        const changed = [...events]
        for (const [at, list] of places) {
          const place = at % changed.length
          changed[place] = changeData(changed[place] ?? '', (value) => mutate(value, list))
        }
        await check(pair, changed.join(''))
      }),
      RUNS,
    )
  })

  it('events lost, repeated, in disorder and of two streams at once', async () => {
    await fc.assert(
      fc.asyncProperty(anyStream(pair), anyStream(pair), shuffling, async (events, others, shuffle) => {
        await check(pair, shuffle(events, others).join(''))
      }),
      RUNS,
    )
  })

  it('damaged bytes', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyStream(pair),
        fc.array(damage, { minLength: 1, maxLength: 3 }),
        async (events, list) => {
          await check(
            pair,
            list.reduce((text, hurt) => hurt(text), events.join('')),
          )
        },
      ),
      RUNS,
    )
  })

  it('events that are nothing at all', async () => {
    const noise = fc.array(
      fc.oneof(fc.json(), fc.string(), fc.constantFrom('[DONE]', '{}', '[]', '<html>')),
      { maxLength: 6 },
    )
    await fc.assert(
      fc.asyncProperty(noise, async (list) => {
        await check(pair, list.map((data) => `data: ${data}\n\n`).join(''))
      }),
      RUNS,
    )
  })

  it('whole answers with values of wrong types', () => {
    const bodies = ANSWERS.filter(({ protocol }) => protocol === pair.protocol.id).map(
      ({ response }) => response,
    )
    fc.assert(
      fc.property(fc.constantFrom(...bodies), changes, (body, list) => {
        expectAnswer(pair, mutateObject(body, list))
      }),
      { numRuns: 80 },
    )
  })

  it('errors of any shape', () => {
    const headers = fc.dictionary(
      fc.constantFrom('retry-after', 'retry-after-ms', 'x-should-retry'),
      fc.string(),
    )
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 999 }),
        fc.oneof(junk, fc.string()),
        changes,
        headers,
        (status, value, list, given) => {
          const body = mutate({ error: { message: 'no', type: value, code: value, details: [value] } }, list)
          for (const any of [value, body]) {
            const { error, body: encoded } = translateError(status, any, {
              from: pair.client,
              to: pair.protocol,
              headers: given,
            })
            expect(typeof error.message).toBe('string')
            const inner = isJsonObject(encoded) && isJsonObject(encoded['error']) ? encoded['error'] : {}
            expect([typeof inner['message'], typeof inner['type']]).toEqual(['string', 'string'])
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  it('values nested too deeply for any recursion', async () => {
    const [stream = ''] = streamsOf(pair).toSorted((one, other) => other.length - one.length)
    const events = stream.split(/(?<=\n\n)/)
    for (let at = 0; at < events.length; at += 3) {
      for (const place of [1, 7, 12]) {
        const put = changeData(events[at] ?? '', (value) =>
          mutate(value, [{ at: place, kind: 'replace', value: DEEP_MARK }]),
        )
        await check(pair, events.with(at, put.replace(JSON.stringify(DEEP_MARK), DEEP_TEXT)).join(''))
      }
    }
  })
})

const DEEP_MARK = 'deep, deep down'
const DEPTH = 20_000
/** JSON that can be parsed, but that recursion would give up on. */
const DEEP_TEXT = '[{"a":'.repeat(DEPTH) + '1' + '}]'.repeat(DEPTH)

/** What every client reads of a whole answer. */
function expectAnswer(pair: Pair, body: JsonObject): void {
  const { value } = translateResponse(body, replyOf(pair), FACTS)
  const written = JSON.parse(JSON.stringify(value)) as JsonObject
  expect(written).toMatchObject(SHAPES[pair.client.id] ?? {})
}

const anyText: unknown = expect.any(String)
const SHAPES: Readonly<Record<string, object>> = {
  'openai-chat': {
    id: anyText,
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant' }, finish_reason: anyText }],
  },
  'openai-responses': {
    id: anyText,
    object: 'response',
    status: anyText,
    output: expect.any(Array) as unknown,
  },
  'anthropic-messages': {
    id: anyText,
    type: 'message',
    role: 'assistant',
    content: expect.any(Array) as unknown,
    stop_reason: anyText,
    usage: { input_tokens: expect.any(Number) as unknown, output_tokens: expect.any(Number) as unknown },
  },
}

describe.each(PAIRS)('whatever the client sends: $name', (pair) => {
  it('is translated, or refused with an error of ours', () => {
    const bodies = WIRES.filter(({ protocol }) => protocol === pair.client.id).map(({ request }) => request)
    fc.assert(
      fc.property(fc.constantFrom(plainRequest(pair.client), ...bodies), changes, (body, list) => {
        const changed = mutateObject(body, list)
        try {
          const { value, warnings } = translateRequest(changed, routeOf(pair))
          expect(JSON.parse(JSON.stringify(value))).toBeTypeOf('object')
          for (const { path, message } of warnings)
            expect([typeof path, message === '']).toEqual(['string', false])
        } catch (error) {
          if (!GatewayError.isInstance(error)) throw error
        }
      }),
      { numRuns: 80 },
    )
  })
})

describe('well-formedness, as these tests see it', () => {
  it('is that of every scenario', () => {
    for (const { protocol, stream, name } of STREAMS) expect(faultsOf(protocol, stream), name).toEqual([])
    expect(parseSse(STREAMS[0]?.stream ?? '')).not.toEqual([])
  })
})
