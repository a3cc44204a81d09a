import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { accumulate } from '../../../src/canonical/accumulate.js'
import type { JsonObject } from '../../../src/canonical/json.js'
import type { StreamPart } from '../../../src/canonical/stream.js'
import { openaiChat } from '../../../src/protocols/openai-chat/index.js'
import {
  chunk,
  codecContext,
  createDecodeContext,
  createTarget,
  decodeStream,
  encodeStream,
  foldStream,
  readWithSdk,
  translate,
} from './support.js'

const text = fc.string({ minLength: 1, maxLength: 20, unit: 'binary' })
const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/)
const args = fc
  .dictionary(name, fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 })
  .map((value) => JSON.stringify(value))

interface Turn {
  readonly asks: string
  readonly says: string | null
  readonly calls: readonly { readonly name: string; readonly arguments: string; readonly result: string }[]
}

const turn: fc.Arbitrary<Turn> = fc
  .record({
    asks: text,
    says: fc.option(text),
    calls: fc.array(fc.record({ name, arguments: args, result: text }), { maxLength: 3 }),
  })
  .filter(({ says, calls }) => says !== null || calls.length > 0)

function toMessages(turns: readonly Turn[]): readonly JsonObject[] {
  return turns.flatMap(({ asks, says, calls }, at): readonly JsonObject[] => [
    { role: 'user', content: asks },
    {
      role: 'assistant',
      content: says,
      ...(calls.length === 0
        ? {}
        : {
            tool_calls: calls.map((call, index) => ({
              id: `call_${at}_${index}`,
              type: 'function',
              function: { name: call.name, arguments: call.arguments },
            })),
          }),
    },
    ...calls.map((call, index) => ({
      role: 'tool',
      tool_call_id: `call_${at}_${index}`,
      content: call.result,
    })),
  ])
}

const settings = fc.record(
  {
    max_completion_tokens: fc.integer({ min: 1, max: 9999 }),
    temperature: fc.double({ min: 0, max: 2, noNaN: true }),
    top_p: fc.double({ min: 0, max: 1, noNaN: true }),
    seed: fc.integer(),
    stop: fc.array(text, { minLength: 1, maxLength: 4 }),
    reasoning_effort: fc.constantFrom('none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'),
    verbosity: fc.constantFrom('low', 'medium', 'high'),
    safety_identifier: name,
    prompt_cache_key: name,
    service_tier: fc.constantFrom('auto', 'flex', 'priority'),
    logit_bias: fc.constant({ '50256': -100 }),
    metadata: fc.dictionary(name, text, { maxKeys: 2 }),
    tools: fc.constant([
      { type: 'function', function: { name: 'f', parameters: { type: 'object' }, strict: true } },
    ]),
    response_format: fc.constant({
      type: 'json_schema',
      json_schema: { name: 'n', schema: { type: 'object' } },
    }),
  },
  { requiredKeys: [] },
)

describe('law 1: what a client wrote comes out as it was', () => {
  // Normal form: string content, `max_completion_tokens`, lists of stop sequences, `safety_identifier`, no nulls.
  it('for requests in normal form', () => {
    fc.assert(
      fc.property(fc.array(turn, { minLength: 1, maxLength: 4 }), settings, (turns, fields) => {
        const body = { model: 'vendor-model', messages: toMessages(turns), ...fields } as JsonObject
        expect(translate(body)).toEqual(body)
      }),
    )
  })

  it('and a longer history begins with the bytes of the shorter one', () => {
    fc.assert(
      fc.property(fc.array(turn, { minLength: 2, maxLength: 5 }), (turns) => {
        const messagesOf = (count: number): string =>
          JSON.stringify(
            translate({ model: 'm', messages: toMessages(turns.slice(0, count)) })['messages'],
          ).slice(0, -1)
        expect(messagesOf(turns.length).startsWith(messagesOf(turns.length - 1))).toBe(true)
      }),
    )
  })
})

const call = fc.record({ name, input: args })

/** Texts and calls as a vendor's message can hold them: one text, then calls. */
const spoken = fc
  .tuple(fc.option(text), fc.option(text), fc.array(call, { maxLength: 3 }))
  .map(toSpokenMessage)

interface Call {
  readonly name: string
  readonly input: string
}

function toSpokenMessage([thought, said, calls]: [
  string | null,
  string | null,
  readonly Call[],
]): JsonObject {
  const toolCalls = calls.map((item, index) => ({
    id: `call_${index}`,
    type: 'function',
    function: { name: item.name, arguments: item.input },
  }))
  return {
    role: 'assistant',
    ...(thought === null ? {} : { reasoning_content: thought }),
    content: said,
    ...(toolCalls.length === 0 ? {} : { tool_calls: toolCalls }),
  }
}

const USAGE = { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 }

/** The same message as a stream, each string cut into pieces of `size`. */
function toStream(message: JsonObject, size: number): readonly (JsonObject | string)[] {
  const pieces = (value: unknown): readonly string[] =>
    typeof value === 'string' ? (value.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? []) : []
  const calls = (message['tool_calls'] ?? []) as readonly {
    id: string
    function: { name: string; arguments: string }
  }[]
  return [
    chunk({ role: 'assistant', content: '' }),
    ...pieces(message['reasoning_content']).map((piece) => chunk({ reasoning_content: piece })),
    ...pieces(message['content']).map((piece) => chunk({ content: piece })),
    ...calls.flatMap(({ id, function: { name: called, arguments: input } }, index) => [
      chunk({ tool_calls: [{ index, id, type: 'function', function: { name: called, arguments: '' } }] }),
      ...pieces(input).map((piece) => chunk({ tool_calls: [{ index, function: { arguments: piece } }] })),
    ]),
    chunk({}, calls.length > 0 ? 'tool_calls' : 'stop'),
    { ...chunk({}), choices: [], usage: USAGE },
    '[DONE]',
  ]
}

function toWhole(message: JsonObject): JsonObject {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'vendor-model',
    choices: [
      { index: 0, message, finish_reason: message['tool_calls'] === undefined ? 'stop' : 'tool_calls' },
    ],
    usage: USAGE,
  }
}

describe('laws 4, 5, 6 and 8: a stream means what the whole answer means', () => {
  it('however it is cut into pieces, usage included', () => {
    fc.assert(
      fc.property(spoken, fc.integer({ min: 1, max: 9 }), (message, size) => {
        const whole = openaiChat.decodeResponse(toWhole(message), createDecodeContext()).value
        expect(foldStream(toStream(message, size)).response).toEqual(whole)
      }),
    )
  })

  it('and cut off before its finish reason it never ends well', () => {
    fc.assert(
      fc.property(spoken, fc.double({ min: 0, max: 0.999, noNaN: true }), (message, share) => {
        const events = toStream(message, 3)
        const finish = events.length - 3
        const parts = decodeStream(events.slice(0, Math.floor(share * (finish + 1))))
        expect([parts.at(-1)?.type, parts.some((part) => part.type === 'finish')]).toEqual(['error', false])
      }),
    )
  })

  it('and random JSON in place of events never throws', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.json(), fc.string()), { maxLength: 6 }), (events) => {
        const parts = decodeStream(events)
        expect(['finish', 'error']).toContain(parts.at(-1)?.type)
      }),
    )
  })

  it('and chunks with fields of wrong types never throw', () => {
    const junk = fc.jsonValue({ maxDepth: 2 })
    const delta = fc.dictionary(
      fc.constantFrom(
        'content',
        'reasoning',
        'reasoning_details',
        'tool_calls',
        'function_call',
        'images',
        'audio',
        'annotations',
        'refusal',
      ),
      junk,
    )
    fc.assert(
      fc.property(fc.array(delta, { maxLength: 4 }), junk, (deltas, usage) => {
        const events = deltas.map((value) => chunk(value as JsonObject, null, { usage }))
        const target = createTarget({ inlineThink: true, lenientFinish: true })
        expect(['finish', 'error']).toContain(
          decodeStream([...events, chunk({}, 'stop')], target).at(-1)?.type,
        )
        const [first] = deltas
        const whole = { choices: [{ message: first ?? null, finish_reason: usage }], usage } as JsonObject
        expect(openaiChat.decodeResponse(whole, createDecodeContext()).value.content).toBeInstanceOf(Array)
      }),
    )
  })
})

/** Streams that keep the invariants: blocks in any number, calls interleaved. */
const streams = fc
  .tuple(fc.array(text, { maxLength: 3 }), fc.array(call, { maxLength: 3 }), fc.infiniteStream(fc.nat(2)))
  .map(([texts, calls, picks]) => toParts(texts, calls, picks))

function toParts(
  texts: readonly string[],
  calls: readonly Call[],
  picks: Iterator<number>,
): readonly StreamPart[] {
  const blocks = texts.flatMap((value, key): readonly StreamPart[] => [
    { type: 'open', key, block: { kind: 'text' } },
    { type: 'delta', key, text: value },
    { type: 'close', key, status: 'complete' },
  ])
  const queues = calls.map((item, index) => toQueue(item, index, texts.length + index))
  // Calls open in their order; what follows is mixed as the picks say.
  const opened = queues.flatMap((queue) => queue.splice(0, 1))
  const mixed: StreamPart[] = []
  for (let left = queues.flat().length; left > 0; left--) {
    const filled = queues.filter((queue) => queue.length > 0)
    mixed.push(...(filled[Number(picks.next().value) % filled.length]?.splice(0, 1) ?? []))
  }
  return [
    { type: 'start', id: 'chatcmpl-1', model: 'm', created: 1 },
    ...blocks,
    ...opened,
    ...mixed,
    { type: 'usage', usage: { inputTokens: 5, outputTokens: 3 } },
    { type: 'finish', finish: { reason: calls.length > 0 ? 'tool-calls' : 'stop' } },
  ]
}

function toQueue({ name: called, input }: Call, index: number, key: number): StreamPart[] {
  return [
    { type: 'open', key, block: { kind: 'tool', tool: 'function', id: `call_${index}`, name: called } },
    ...Array.from(input, (piece): StreamPart => ({ type: 'delta', key, text: piece })),
    { type: 'close', key, status: 'complete' },
  ]
}

describe('law 9: the official SDK accepts every stream', () => {
  it('and reads from it what the parts say', async () => {
    await fc.assert(
      fc.asyncProperty(streams, async (parts) => {
        const { content } = accumulate(parts).response
        const completion = await readWithSdk(encodeStream(parts))
        const message = completion.choices[0]?.message
        const calls = content.filter((part) => part.type === 'tool-call')
        expect(message?.content ?? '').toBe(
          content.map((part) => (part.type === 'text' ? part.text : '')).join(''),
        )
        expect(message?.tool_calls ?? []).toEqual(
          calls.map((part) => ({
            id: part.id,
            type: 'function',
            function: expect.objectContaining({ name: part.name, arguments: part.input }) as unknown,
          })),
        )
        expect(completion.choices[0]?.finish_reason).toBe(calls.length > 0 ? 'tool_calls' : 'stop')
        expect(completion.usage?.total_tokens).toBe(8)
      }),
      { numRuns: 50 },
    )
  })

  it('and decoding it again gives the same parts of speech', () => {
    fc.assert(
      fc.property(streams, (parts) => {
        const decoder = openaiChat.createStreamDecoder({ ...codecContext, target: createTarget() })
        const events = encodeStream(parts)
          .split('\n\n')
          .filter((block) => block !== '')
        const again = events.flatMap((block) => decoder.push({ event: undefined, data: block.slice(6) }))
        const joined = (list: readonly StreamPart[]): unknown => {
          const { content, usage, finish } = accumulate([...list, ...decoder.end()]).response
          const said = content.map((part) => (part.type === 'text' ? part.text : '')).join('')
          return [
            said,
            content.filter((part) => part.type === 'tool-call'),
            usage?.inputTokens,
            finish.reason,
          ]
        }
        expect(joined(again)).toEqual(joined(parts))
      }),
    )
  })
})
