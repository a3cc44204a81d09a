import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  accumulate,
  type AssistantPart,
  type CanonicalResponse,
  parseJson,
  parseSse,
  type Protocol,
  type StreamPart,
} from '../../src/index.js'
import { createLinearizer } from '../../src/protocols/translate/linearize.js'
import { CUT_STREAM } from './support/cut-streams.js'
import { answers } from './support/answer-arbitraries.js'
import { CLIENTS, encodeContext, PAIRS } from './support/protocols.js'
import { STREAMS } from './support/scenarios.js'
import { READ_WITH_SDK, type SdkReading } from './support/sdk-readers.js'
import { streams } from './support/stream-arbitraries.js'
import { replyOf, translateEvents } from './support/streams.js'
import { WRITE_ANSWER } from './support/vendor-answers.js'

const RUNS = { numRuns: 60 }

/** Writes a canonical stream for a client as the gateway does. */
function write(client: Protocol, parts: readonly StreamPart[]): string {
  const linearizer = client.client?.nested === true ? createLinearizer() : null
  const encoder = client.createStreamEncoder(encodeContext())
  return parts
    .flatMap((part) => linearizer?.push(part) ?? [part])
    .map((part) => encoder.push(part))
    .join('')
}

function read(client: Protocol, text: string): Promise<SdkReading> {
  const reader = READ_WITH_SDK[client.id]
  if (reader === undefined) throw new Error(`no SDK speaks ${client.id}`)
  return reader(text)
}

const join = (content: readonly AssistantPart[], type: 'text' | 'refusal' | 'reasoning'): string =>
  content.map((part) => (part.type === type ? part.text : '')).join('')

/** Arguments as JSON: protocols differ in how they write them. No arguments are an empty object. */
function argumentsOf(input: string): unknown {
  return input === '' ? {} : (parseJson(input) ?? input)
}

interface Expectation {
  readonly text: (content: readonly AssistantPart[]) => string
  readonly refusal: (content: readonly AssistantPart[]) => string
  /** What a free-text call looks like. */
  readonly custom: (input: string) => unknown
  readonly stop: (response: CanonicalResponse) => string
}

const hasCall = ({ content }: CanonicalResponse): boolean => content.some(({ type }) => type === 'tool-call')
const isCut = ({ finish }: CanonicalResponse): boolean => finish.reason === 'length'

/** What each client must read off a stream, by what the stream says. */
const EXPECTED: Readonly<Record<string, Expectation>> = {
  'openai-chat': {
    text: (content) => join(content, 'text'),
    refusal: (content) => join(content, 'refusal'),
    custom: (input) => input,
    stop: (response) => (isCut(response) ? 'length' : hasCall(response) ? 'tool_calls' : 'stop'),
  },
  'openai-responses': {
    text: (content) => join(content, 'text'),
    refusal: (content) => join(content, 'refusal'),
    custom: (input) => input,
    stop: (response) => (isCut(response) ? 'incomplete max_output_tokens' : 'completed'),
  },
  'anthropic-messages': {
    // Refusals are text, and show in how the answer ends.
    text: (content) =>
      content.map((part) => (part.type === 'text' || part.type === 'refusal' ? part.text : '')).join(''),
    refusal: () => '',
    custom: (input) => ({ input }),
    stop: (response) => {
      if (isCut(response)) return 'max_tokens'
      if (hasCall(response)) return 'tool_use'
      return response.content.some(({ type }) => type === 'refusal') ? 'refusal' : 'end_turn'
    },
  },
}

function check(client: Protocol, reading: SdkReading, response: CanonicalResponse): void {
  const expected = EXPECTED[client.id]
  const { content, usage } = response
  const calls = content.flatMap((part) => {
    if (part.type !== 'tool-call') return []
    const input = part.kind === 'custom' ? expected?.custom(part.input) : argumentsOf(part.input)
    return [{ id: part.id, name: part.name, input }]
  })
  const isCustom = (id: string): boolean =>
    content.some((part) => part.type === 'tool-call' && part.id === id && part.kind === 'custom')
  expect({
    ...reading,
    thought: undefined,
    message: undefined,
    calls: reading.calls.map(({ id, name, input }) => {
      const text = isCustom(id) && client.id !== 'anthropic-messages'
      return { id, name, input: text ? input : argumentsOf(input) }
    }),
  }).toEqual({
    text: expected?.text(content),
    refusal: expected?.refusal(content),
    calls,
    stop: expected?.stop(response),
    usage: usage === null ? null : { input: usage.inputTokens, output: usage.outputTokens },
  })
}

/** How a client is told of an answer that was cut. */
const CUT_STOPS: Readonly<Record<string, string>> = {
  'openai-chat': 'length',
  'openai-responses': 'incomplete max_output_tokens',
  'anthropic-messages': 'max_tokens',
}

/** Streams whose last call is cut somewhere in its arguments, by the token limit. */
const cutStreams: fc.Arbitrary<readonly StreamPart[]> = fc
  .tuple(streams({ custom: false }), fc.nat(20))
  .filter(([parts]) => parts.some(isToolOpen))
  .map(([parts, at]) => {
    const key = Math.max(...parts.map((part) => (isToolOpen(part) ? part.key : -1)))
    const isPiece = (part: StreamPart): boolean => part.type === 'delta' && part.key === key
    const kept = at % Math.max(1, parts.filter(isPiece).length)
    let seen = 0
    return parts
      .filter((part) => !isPiece(part) || ++seen <= kept)
      .map((part): StreamPart => {
        if (part.type === 'close' && part.key === key) return { ...part, status: 'incomplete' }
        return part.type === 'finish' ? { ...part, finish: { reason: 'length' } } : part
      })
  })

function isToolOpen(part: StreamPart): part is Extract<StreamPart, { type: 'open' }> {
  return part.type === 'open' && part.block.kind === 'tool'
}

interface CutCall {
  readonly id: string
  readonly name: string
  readonly input: string
  readonly isCut: boolean
}

/** Whole calls are whole; a cut one is never taken for one with other arguments where the client's protocol can say so. */
function expectCut(client: Protocol, { calls }: SdkReading, given: readonly CutCall[]): void {
  expect(calls.map(({ id, name }) => [id, name])).toEqual(given.map(({ id, name }) => [id, name]))
  given.forEach(({ input, isCut: isHalf }, at) => {
    const got = calls[at]?.input ?? ''
    if (!isHalf) expect(argumentsOf(got)).toEqual(argumentsOf(input))
    else if (client.id === 'anthropic-messages') expect(parseJson(got)).toBeTypeOf('object')
    else expect(got).toBe(input)
  })
}

describe('law 9: the official SDK reads every stream, and reads what it says', () => {
  it.each(CLIENTS)('any stream, written as $id', async (client) => {
    await fc.assert(
      fc.asyncProperty(streams(), async (parts) => {
        check(client, await read(client, write(client, parts)), accumulate(parts).response)
      }),
      RUNS,
    )
  })

  it.each(CLIENTS)('any stream that ends in an error, written as $id: the SDK throws', async (client) => {
    const error: StreamPart = { type: 'error', error: { kind: 'overloaded', message: 'busy' } }
    await fc.assert(
      fc.asyncProperty(streams(), fc.nat(), async (parts, at) => {
        const cut = [...parts.slice(0, at % parts.length), error]
        await expect(read(client, write(client, cut))).rejects.toThrow(/./)
      }),
      RUNS,
    )
  })

  it.each(PAIRS)('any answer of a vendor: $name', async (pair) => {
    const reply = replyOf(pair)
    await fc.assert(
      fc.asyncProperty(answers, async (answer) => {
        const text = translateEvents(reply, parseSse(WRITE_ANSWER[pair.protocol.id](answer).events.join('')))
        const reading = await read(pair.client, text)
        expect(reading.text).toBe(answer.text)
        expect(reading.thought).toBe(answer.thought?.text ?? '')
        expect(reading.calls.map(({ id, input }) => [id, parseJson(input)])).toEqual(
          answer.calls.map(({ id, input }) => [id, parseJson(input)]),
        )
        expect(reading.usage).toEqual({ input: answer.usage.input, output: answer.usage.output })
      }),
      { numRuns: 20 },
    )
  })

  it.each(CLIENTS)('any stream that is cut within a call, written as $id', async (client) => {
    await fc.assert(
      fc.asyncProperty(cutStreams, async (parts) => {
        const { content } = accumulate(parts).response
        const reading = await read(client, write(client, parts))
        expect(reading.text).toBe(EXPECTED[client.id]?.text(content))
        expect(reading.stop).toBe(CUT_STOPS[client.id])
        const calls = content.filter((part) => part.type === 'tool-call')
        expectCut(
          client,
          reading,
          calls.map((call) => ({ ...call, isCut: call.status === 'incomplete' })),
        )
      }),
      RUNS,
    )
  })

  it.each(PAIRS)('any answer of a vendor that is cut within a call: $name', async (pair) => {
    const reply = replyOf(pair)
    const { id } = pair.protocol
    await fc.assert(
      fc.asyncProperty(answers, fc.nat(20), async (answer, at) => {
        const last = answer.calls.at(-1)
        fc.pre(last !== undefined)
        if (last === undefined) return
        const pieces = Math.ceil([...last.input].length / answer.pieceLength)
        const kept = at % pieces
        const events = CUT_STREAM[id](WRITE_ANSWER[id](answer).events, kept)
        const reading = await read(pair.client, translateEvents(reply, parseSse(events.join(''))))
        expect(reading.text).toBe(answer.text)
        expect(reading.stop).toBe(CUT_STOPS[pair.client.id])
        const input = [...last.input].slice(0, kept * answer.pieceLength).join('')
        const given = [...answer.calls.slice(0, -1), ...(id === 'gemini' ? [] : [{ ...last, input }])]
        expectCut(
          pair.client,
          reading,
          given.map((call) => ({ ...call, isCut: id !== 'gemini' && call.id === last.id })),
        )
        expect(reading.usage).toEqual({ input: answer.usage.input, output: answer.usage.output })
      }),
      { numRuns: 20 },
    )
  })

  it.each(PAIRS)('every scenario: $name', async (pair) => {
    const reply = replyOf(pair)
    for (const { protocol, stream, name } of STREAMS) {
      if (protocol !== pair.protocol.id) continue
      const parts: StreamPart[] = []
      const text = translateEvents(reply, parseSse(stream), (part) => (parts.push(part), part))
      const reading = await read(pair.client, text)
      const { response } = accumulate(parts)
      expect(reading.text, name).toBe(EXPECTED[pair.client.id]?.text(response.content))
      expect(reading.usage?.output, name).toBe(response.usage?.outputTokens)
    }
  })
})
