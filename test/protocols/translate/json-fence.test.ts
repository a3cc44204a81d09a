import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type CanonicalResponse,
  createStreamTranslator,
  type JsonObject,
  openaiChat,
  openaiResponses,
  type StreamPart,
  translateResponse,
} from '../../../src/index.js'
import { createFenceStripper, stripFences } from '../../../src/protocols/translate/json-fence.js'
import { FACTS } from '../../laws/support/protocols.js'
import { chatBody, MESSAGES, responsesBody, translate, valueAt } from './support.js'

const JSON_TEXT = '{\n  "a": "```",\n  "b": [1, 2]\n}'

/** Texts and what is left of them. */
const CASES: readonly (readonly [string, string, string])[] = [
  ['JSON between fences', '```json\n' + JSON_TEXT + '\n```', JSON_TEXT],
  ['a fence without a language', '```\n[1]\n```', '[1]'],
  ['space around the fences', '\n ```JSON \r\n[1]\r\n```\n\n', '[1]'],
  ['JSON alone', JSON_TEXT, JSON_TEXT],
  ['words before a fence', 'Here: ```json\n{}\n```', 'Here: ```json\n{}\n```'],
  ['words behind a fence', '```json\n{}\n```\nThere.', '{}\n```\nThere.'],
  ['an answer that was cut', '```json\n{"a": ', '{"a": '],
  ['nothing but the beginning of a fence', '``', '``'],
  ['four backticks', '````json\n{}', '````json\n{}'],
  ['no text', '', ''],
]

function stream(pieces: readonly string[]): readonly StreamPart[] {
  const stripper = createFenceStripper()
  return [
    stripper.push({ type: 'open', key: 0, block: { kind: 'text' } }),
    ...pieces.map((text) => stripper.push({ type: 'delta', key: 0, text })),
    stripper.push({ type: 'close', key: 0, status: 'complete' }),
  ].flat()
}

function textOf(parts: readonly StreamPart[]): string {
  return parts.map((part) => (part.type === 'delta' ? part.text : '')).join('')
}

describe.each(CASES)('the fence of %s', (_name, text, left) => {
  it('is taken off a whole answer', () => {
    const answer: CanonicalResponse = {
      id: 'r',
      model: 'm',
      content: [{ type: 'text', text }],
      finish: { reason: 'stop' },
      usage: null,
    }
    expect(stripFences(answer).content).toEqual([{ type: 'text', text: left }])
  })

  it('is taken off a stream, wherever it is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 6 }), (cuts) => {
        const at = [0, ...cuts.toSorted((one, other) => one - other), text.length]
        const pieces = at.slice(1).map((end, index) => text.slice(at[index], end))
        expect(textOf(stream(pieces))).toBe(left)
      }),
    )
  })
})

describe('a stream of JSON', () => {
  it('is not held back beyond what may be a fence', () => {
    const stripper = createFenceStripper()
    stripper.push({ type: 'open', key: 0, block: { kind: 'text' } })
    const push = (text: string): string => textOf(stripper.push({ type: 'delta', key: 0, text }))
    expect(['``', '`json', '\n{"a"', ': 1', '}\n', '``', '`'].map(push)).toEqual([
      '',
      '',
      '{"a"',
      ': 1',
      '}',
      '',
      '',
    ])
  })

  it('without a fence passes as it is, its other blocks too', () => {
    const parts: readonly StreamPart[] = [
      { type: 'open', key: 1, block: { kind: 'reasoning' } },
      { type: 'delta', key: 1, text: '```json\n' },
      { type: 'close', key: 1, status: 'complete' },
      { type: 'open', key: 2, block: { kind: 'text' } },
      { type: 'delta', key: 2, text: '{}', logprobs: [{ token: '{}', logprob: 0, top: [] }] },
      { type: 'close', key: 2, status: 'complete' },
    ]
    const stripper = createFenceStripper()
    expect(parts.flatMap((part) => stripper.push(part))).toEqual(parts)
  })

  it('gives out what it held when the vendor breaks off', () => {
    const stripper = createFenceStripper()
    stripper.push({ type: 'open', key: 0, block: { kind: 'text' } })
    stripper.push({ type: 'delta', key: 0, text: '``' })
    const error = { type: 'error', error: { kind: 'truncated', message: '' } } as const
    expect(stripper.push(error)).toEqual([{ type: 'delta', key: 0, text: '``' }, error])
  })
})

describe('an answer of a vendor without a JSON mode', () => {
  const FENCED = '```json\n{}\n```'
  const usage = { input_tokens: 1, output_tokens: 1 }
  const message = { id: 'm', type: 'message', role: 'assistant', model: 'm', usage }
  const whole = { ...message, content: [{ type: 'text', text: FENCED }], stop_reason: 'end_turn' }
  const events: readonly (JsonObject & { readonly type: string })[] = [
    { type: 'message_start', message: { ...message, content: [] } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: FENCED } },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage },
    { type: 'message_stop' },
  ]
  const schema = { type: 'json_schema', name: 'n', schema: { type: 'object' } }

  it.each([
    ['Chat', openaiChat, chatBody({ response_format: { type: 'json_object' } }), true],
    ['Responses', openaiResponses, responsesBody({ text: { format: { type: 'json_object' } } }), true],
    ['Responses with a schema', openaiResponses, responsesBody({ text: { format: schema } }), true],
    ['Chat for text', openaiChat, chatBody({ response_format: { type: 'text' } }), false],
    ['Chat for nothing special', openaiChat, chatBody(), false],
  ])('loses its fence where JSON was asked for: %s', (_name, from, body: JsonObject, isStripped) => {
    const { reply } = translate(from, MESSAGES, body)
    const { value } = translateResponse(whole, reply, FACTS)
    const text =
      valueAt(value, 'choices', 0, 'message', 'content') ?? valueAt(value, 'output', 0, 'content', 0, 'text')
    expect(text).toBe(isStripped ? '{}' : FENCED)

    const translator = createStreamTranslator(reply, FACTS)
    const streamed = events
      .map((event) => translator.push({ event: event.type, data: JSON.stringify(event) }))
      .join('')
    expect(streamed.includes('```')).toBe(!isStripped)
  })
})
