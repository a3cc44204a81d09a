import { describe, expect, test } from 'vitest'
import { accumulate } from '../../../src/canonical/accumulate.js'
import type { JsonObject } from '../../../src/canonical/json.js'
import { blockEvents, codec, context, decodeStream, eventOf, streamEvents, targetOf } from './support.js'

const text = blockEvents(0, { type: 'text', text: '' }, [
  { type: 'text_delta', text: 'Hel' },
  { type: 'text_delta', text: 'lo' },
])
const tool = (index: number, ...pieces: readonly string[]): ReturnType<typeof blockEvents> =>
  blockEvents(
    index,
    { type: 'tool_use', id: `t${index}`, name: 'f', input: {} },
    pieces.map((piece) => ({ type: 'input_json_delta', partial_json: piece })),
  )
const end = (stopReason: string | null, usage: JsonObject = { output_tokens: 9 }): JsonObject => ({
  delta: { stop_reason: stopReason, stop_sequence: null },
  usage,
})
const open = (key: number, block: object): object => ({ type: 'open', key, block })
const delta = (key: number, value: string): object => ({ type: 'delta', key, text: value })
const close = (key: number, status = 'complete'): object => ({ type: 'close', key, status })
const start = { type: 'start', id: 'msg_1', model: 'claude-test' }

/** Parts without usage and pings. */
function partsOf(...events: Parameters<typeof decodeStream>): readonly object[] {
  return decodeStream(...events).filter(({ type }) => type !== 'usage' && type !== 'ping')
}

test('a whole stream', () => {
  const thinking = blockEvents(0, { type: 'thinking', thinking: '', signature: '' }, [
    { type: 'thinking_delta', thinking: 'hm' },
    { type: 'signature_delta', signature: 'sig' },
  ])
  const redacted = blockEvents(1, { type: 'redacted_thinking', data: 'xx' }, [])
  const cited = blockEvents(2, { type: 'text', text: '' }, [
    { type: 'citations_delta', citation: { type: 'char_location', document_title: 'D', cited_text: 'c' } },
    { type: 'text_delta', text: 'Hello' },
  ])
  const search = blockEvents(3, { type: 'server_tool_use', id: 's', name: 'web_search', input: {} }, [
    { type: 'input_json_delta', partial_json: '{"query":"q"}' },
  ])
  expect(
    partsOf(streamEvents([thinking, redacted, cited, search, tool(4, '{"a"', ':1}')], end('tool_use'))),
  ).toMatchObject([
    start,
    open(0, { kind: 'reasoning' }),
    delta(0, 'hm'),
    // case 14: the signature is kept, before the end of its block
    { type: 'seal', key: 0, state: { family: 'anthropic', kind: 'signature', data: 'sig' } },
    close(0),
    open(1, { kind: 'reasoning', redacted: true }),
    { type: 'seal', key: 1, state: { family: 'anthropic', kind: 'redacted', data: 'xx' } },
    close(1),
    open(2, { kind: 'text' }),
    delta(2, 'Hello'),
    { type: 'note', key: 2, citation: { kind: 'document', title: 'D', start: 0, end: 5 } },
    close(2),
    open(3, {
      kind: 'provider',
      protocol: 'anthropic-messages',
      type: 'server_tool_use',
      value: { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'q' } },
    }),
    close(3),
    open(4, { kind: 'tool', tool: 'function', id: 't4', name: 'f' }),
    delta(4, '{"a"'),
    delta(4, ':1}'),
    close(4),
    { type: 'finish', finish: { reason: 'tool-calls', raw: 'tool_use' } },
  ])
})

describe('usage', () => {
  test('case 6, case 7, case 62: the end completes and overwrites what the start said', () => {
    const events = streamEvents(
      [text],
      end('end_turn', { output_tokens: 9, cache_read_input_tokens: 100, input_tokens: null }),
    )
    expect(accumulate(decodeStream(events)).response.usage).toEqual({
      inputTokens: 105,
      cacheReadTokens: 100,
      cacheWriteTokens: 0,
      cacheWriteLongTokens: 0,
      outputTokens: 9,
      reasoningTokens: 0,
      raw: { input_tokens: 5, output_tokens: 9, cache_read_input_tokens: 100 },
    })
  })
})

describe('tool calls', () => {
  test.each<[string, ReturnType<typeof tool>, string]>([
    ['case 5: the placeholder of the start is no argument', tool(0, '{"a":1}'), '{"a":1}'],
    ['no arguments', tool(0, ''), ''],
    [
      'all arguments in the start',
      blockEvents(0, { type: 'tool_use', id: 't', name: 'f', input: { a: 1 } }, []),
      '{"a":1}',
    ],
  ])('%s', (_name, block, input) => {
    const { content } = accumulate(decodeStream(streamEvents([block], end('tool_use')))).response
    expect(content).toMatchObject([{ type: 'tool-call', input }])
  })

  test.each([
    ['max_tokens', 'incomplete'],
    ['tool_use', 'complete'],
  ])('broken arguments before %s are %s', (reason, status) => {
    const parts = partsOf(streamEvents([tool(0, '{"a"')], end(reason)))
    expect(parts.find((part) => 'status' in part)).toEqual(close(0, status))
  })

  test('broken arguments do not hold back the next block', () => {
    const decoder = codec.createStreamDecoder({ ...context, target: targetOf() })
    for (const event of tool(0, '{"a"')) decoder.push(event)
    const next = decoder.push(tool(1, '{}')[0] ?? eventOf({}))
    expect(next).toMatchObject([close(0), open(1, { kind: 'tool' })])
  })

  test('the tool that stands in for a schema writes text', () => {
    const answer = blockEvents(
      0,
      { type: 'tool_use', id: 't', name: 'gateway_structured_answer', input: {} },
      [{ type: 'input_json_delta', partial_json: '{"n":1}' }],
    )
    const { response } = accumulate(decodeStream(streamEvents([answer], end('tool_use'))))
    expect([response.content, response.finish.reason]).toEqual([[{ type: 'text', text: '{"n":1}' }], 'stop'])
  })
})

describe('broken streams', () => {
  const events = streamEvents([text, tool(1, '{"a":1}')], end('tool_use'))
  const stops = events.findIndex(({ event }) => event === 'message_delta')

  test.each(events.map((_, length) => length))('cut after %i events', (length) => {
    const parts = decodeStream(events.slice(0, length))
    const expected = length > stops ? { type: 'finish' } : { type: 'error', error: { kind: 'truncated' } }
    expect(parts.at(-1)).toMatchObject(expected)
    const opened = parts.flatMap((part) => (part.type === 'open' ? [part.key] : []))
    expect(parts.flatMap((part) => (part.type === 'close' ? [part.key] : []))).toEqual(opened)
  })

  test('a call that was cut is never complete', () => {
    const parts = decodeStream(events.slice(0, stops - 1))
    expect(parts.findLast(({ type }) => type === 'close')).toEqual(close(1, 'incomplete'))
  })

  test('case 43: an error event ends the stream', () => {
    const error = eventOf({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } })
    expect(partsOf([...events.slice(0, 4), error, ...events.slice(4)])).toMatchObject([
      start,
      open(0, { kind: 'text' }),
      delta(0, 'Hel'),
      close(0, 'incomplete'),
      { type: 'error', error: { kind: 'overloaded', message: 'Overloaded' } },
    ])
  })

  test('one event that is no JSON is left out with a warning, a second one is an error', () => {
    const bad = { event: 'content_block_delta', data: '{"type":' }
    expect(decodeStream([bad, ...events]).at(0)).toMatchObject({ type: 'warning' })
    expect(decodeStream([bad, ...events]).at(-1)).toMatchObject({ type: 'finish' })
    expect(decodeStream([bad, bad, ...events])).toMatchObject([
      { type: 'warning' },
      { type: 'error', error: { kind: 'garbage' } },
    ])
  })

  test('nothing comes after the end', () => {
    expect(decodeStream([...events, ...events])).toEqual(decodeStream(events))
  })

  test('a repeated start, unknown events and blocks that were never opened say nothing', () => {
    const odd = [
      eventOf({ type: 'message_start', message: { id: 'other' } }),
      eventOf({ type: 'brand_new', x: 1 }),
      eventOf({ type: 'content_block_delta', index: 9, delta: { type: 'text_delta', text: 'lost' } }),
      eventOf({ type: 'content_block_stop', index: 9 }),
      { event: undefined, data: '[DONE]' },
      { event: undefined, data: '[1,2]' },
    ]
    const [first, ...rest] = events
    const parts = decodeStream([...(first === undefined ? [] : [first]), ...odd, ...rest])
    expect(parts.filter(({ type }) => type !== 'warning')).toEqual(decodeStream(events))
  })

  test('blocks without a start of the message still make a stream', () => {
    expect(partsOf(text.concat(events.slice(-2)))[0]).toEqual({ type: 'start', id: '', model: '' })
  })
})
