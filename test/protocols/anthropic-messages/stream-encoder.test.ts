import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../src/canonical/json.js'
import type { Finish } from '../../../src/canonical/response.js'
import type { BlockStart, StreamPart } from '../../../src/canonical/stream.js'
import type { UpstreamErrorKind } from '../../../src/canonical/upstream-error.js'
import { dataOf, encodeContext, encodeStream, requestOf } from './support.js'
import { readWithSdk } from './sdk.js'

const start: StreamPart = { type: 'start', id: 'msg_1', model: 'x' }
const finish = (reason: Finish['reason'] = 'stop'): StreamPart => ({ type: 'finish', finish: { reason } })

function block(key: number, kind: BlockStart, ...texts: readonly string[]): readonly StreamPart[] {
  return [
    { type: 'open', key, block: kind },
    ...texts.map((text) => ({ type: 'delta', key, text }) as const),
    { type: 'close', key, status: 'complete' },
  ]
}

const text = { kind: 'text' } as const
const tool = (id: string): BlockStart => ({ kind: 'tool', tool: 'function', id, name: 'f' })

function nameOf({ type }: JsonObject): string {
  return typeof type === 'string' ? type : ''
}

/** Events between start and end, without pings. */
function inside(parts: readonly StreamPart[]): readonly JsonObject[] {
  return dataOf(encodeStream([start, ...parts, finish()])).filter((event) =>
    nameOf(event).startsWith('content_block'),
  )
}

test('a whole stream, byte for byte', () => {
  const usage = { inputTokens: 12, cacheReadTokens: 4, outputTokens: 3 }
  const stream = encodeStream([
    start,
    ...block(0, text, 'Hel', 'lo "you"\n'),
    { type: 'usage', usage },
    finish('length'),
  ])
  expect(stream).toBe(
    [
      'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","model":"vendor/model","content":[],"stop_reason":null,"stop_sequence":null,"stop_details":null,"usage":{"input_tokens":7,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":1,"output_tokens_details":{"thinking_tokens":0},"cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0},"server_tool_use":null,"service_tier":null},"container":null,"diagnostics":null}}',
      'event: ping\ndata: {"type":"ping"}',
      'event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}',
      'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hel"}}',
      String.raw`event: content_block_delta` +
        '\n' +
        String.raw`data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"lo \"you\"\n"}}`,
      'event: content_block_stop\ndata: {"type":"content_block_stop","index":0}',
      'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"max_tokens","stop_sequence":null,"stop_details":null},"usage":{"input_tokens":8,"cache_creation_input_tokens":0,"cache_read_input_tokens":4,"output_tokens":3,"output_tokens_details":{"thinking_tokens":0}}}',
      'event: message_stop\ndata: {"type":"message_stop"}',
      '',
    ].join('\n\n'),
  )
})

describe('usage', () => {
  test('case 6: the start holds the best known count', () => {
    const [first] = dataOf(encodeStream([start], encodeContext({ estimatedInputTokens: 321 })))
    expect(first).toMatchObject({ message: { usage: { input_tokens: 321 } } })
  })

  test('case 7: the end is cumulative, and an estimate when the vendor said nothing', () => {
    const last = (parts: readonly StreamPart[]): JsonObject | undefined =>
      dataOf(encodeStream([start, ...parts, finish()])).at(-2)
    expect(
      last([
        { type: 'usage', usage: { inputTokens: 5, outputTokens: 1 } },
        { type: 'usage', usage: { outputTokens: 8 } },
      ]),
    ).toMatchObject({ usage: { input_tokens: 5, output_tokens: 8 } })
    expect(last(block(0, text, 'x'.repeat(40)))).toMatchObject({
      usage: { input_tokens: 7, output_tokens: 10 },
    })
  })
})

describe('blocks', () => {
  test('case 1: indexes count every block, whatever its kind', () => {
    const parts = [...block(4, text, 'a'), ...block(2, tool('t1'), '{}'), ...block(9, text, 'b')]
    expect(
      inside(parts).flatMap(({ type, index }) => (type === 'content_block_start' ? [index] : [])),
    ).toEqual([0, 1, 2])
  })

  test('case 23: a text block without text is none', () => {
    expect(inside([...block(0, text), ...block(1, text, '', '')])).toEqual([])
  })

  test('case 5: a call without arguments has no deltas', () => {
    expect(inside(block(0, tool('t')))).toEqual([
      {
        type: 'content_block_start',
        index: 0,
        content_block: { type: 'tool_use', id: 't', name: 'f', input: {} },
      },
      { type: 'content_block_stop', index: 0 },
    ])
  })

  test.each<[string, readonly string[], readonly string[]]>([
    ['an object goes out as it comes', ['{"a"', ':1}'], ['{"a"', ':1}']],
    ['white space before it waits for it', [' ', '\n{"a":1}'], [' \n{"a":1}']],
    ['null is nothing', ['nu', 'll'], []],
    ['an object in a string is unwrapped', ['"{\\"a\\":', '1}"'], ['{"a":1}']],
    ['anything else is kept under one key', ['[1', ']'], ['{"_raw":"[1]"}']],
  ])('arguments: %s', (_name, pieces, expected) => {
    const deltas = inside(block(0, tool('t'), ...pieces)).flatMap(({ delta }) =>
      delta === undefined ? [] : [delta],
    )
    expect(deltas).toEqual(expected.map((piece) => ({ type: 'input_json_delta', partial_json: piece })))
  })

  test('free text of a tool is an object with one field', () => {
    const custom = { kind: 'tool', tool: 'custom', id: 't', name: 'f' } as const
    expect(inside(block(0, custom, '{"x"', '\n'))).toMatchObject([
      {},
      { delta: { partial_json: '{"input":"{\\"x\\"\\n"}' } },
      {},
    ])
  })

  test('case 12: blocks that overlap are closed first', () => {
    const parts: readonly StreamPart[] = [
      { type: 'open', key: 0, block: text },
      { type: 'delta', key: 0, text: 'a' },
      ...block(1, text, 'b'),
      { type: 'delta', key: 0, text: 'late' },
      { type: 'close', key: 0, status: 'complete' },
    ]
    expect(inside(parts).map((event) => `${nameOf(event)} ${JSON.stringify(event.index)}`)).toEqual([
      'content_block_start 0',
      'content_block_delta 0',
      'content_block_stop 0',
      'content_block_start 1',
      'content_block_delta 1',
      'content_block_stop 1',
    ])
  })

  test('case 11, case 14: thinking has its signature before its end, wherever it stands', () => {
    const thinking = (key: number, data: string): readonly StreamPart[] => [
      { type: 'open', key, block: { kind: 'reasoning' } },
      { type: 'delta', key, text: 'hm' },
      { type: 'seal', key, state: { family: 'anthropic', kind: 'signature', data } },
      { type: 'close', key, status: 'complete' },
    ]
    const order = inside([
      ...thinking(0, 's0'),
      ...block(1, tool('t'), '{}'),
      ...thinking(2, 's2'),
      ...block(3, text, 'ok'),
    ])
    expect(
      order.map(({ type, delta, content_block: opened }) =>
        type === 'content_block_stop' ? 'stop' : nameOf((delta ?? opened) as JsonObject),
      ),
    ).toEqual([
      'thinking',
      'thinking_delta',
      'signature_delta',
      'stop',
      'tool_use',
      'input_json_delta',
      'stop',
      'thinking',
      'thinking_delta',
      'signature_delta',
      'stop',
      'text',
      'text_delta',
      'stop',
    ])
  })

  test('case 10: reasoning without state opens a thinking block before the text', () => {
    expect(inside([...block(0, { kind: 'reasoning' }, 'hm'), ...block(1, text, 'ok')])).toMatchObject([
      { index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } },
      { index: 0, delta: { type: 'thinking_delta', thinking: 'hm' } },
      { index: 0, delta: { type: 'signature_delta', signature: expect.stringMatching(/^gw1\./) } },
      { index: 0, type: 'content_block_stop' },
      { index: 1, content_block: { type: 'text' } },
      { index: 1 },
      { index: 1 },
    ])
  })

  test('reasoning with neither text nor state is no block', () => {
    expect(inside(block(0, { kind: 'reasoning' }))).toEqual([])
  })

  test('case 14: redacted thinking is one piece', () => {
    const parts: readonly StreamPart[] = [
      { type: 'open', key: 0, block: { kind: 'reasoning', redacted: true } },
      { type: 'seal', key: 0, state: { family: 'anthropic', kind: 'redacted', data: 'x' } },
      { type: 'close', key: 0, status: 'complete' },
    ]
    expect(inside(parts)).toEqual([
      { type: 'content_block_start', index: 0, content_block: { type: 'redacted_thinking', data: 'x' } },
      { type: 'content_block_stop', index: 0 },
    ])
  })

  test('hidden reasoning keeps its state', () => {
    const request = requestOf({ reasoning: { show: 'none' } })
    const parts: readonly StreamPart[] = [
      { type: 'open', key: 0, block: { kind: 'reasoning' } },
      { type: 'delta', key: 0, text: 'secret' },
      { type: 'seal', key: 0, state: { family: 'openai', kind: 'encrypted', data: 'e' } },
      { type: 'close', key: 0, status: 'complete' },
    ]
    const stream = encodeStream([start, ...parts, finish()], encodeContext({ request }))
    expect(stream).not.toContain('secret')
    expect(stream).toContain('signature_delta')
  })

  test.each<[string, readonly StreamPart[]]>([
    [
      'before',
      [
        {
          type: 'open',
          key: 0,
          block: {
            kind: 'tool',
            tool: 'function',
            id: 't',
            name: 'f',
            state: { family: 'google-ai', kind: 'thought-signature', data: 's' },
          },
        },
      ],
    ],
    [
      'after',
      [
        { type: 'open', key: 0, block: tool('t') },
        { type: 'seal', key: 0, state: { family: 'google-ai', kind: 'thought-signature', data: 's' } },
      ],
    ],
  ])('case 15: state of a call stands in a block of its own %s it', (place, parts) => {
    const kinds = inside([...parts, { type: 'close', key: 0, status: 'complete' }]).flatMap(
      ({ content_block: opened }) => (opened === undefined ? [] : [(opened as JsonObject).type]),
    )
    expect(kinds).toEqual(place === 'before' ? ['thinking', 'tool_use'] : ['tool_use', 'thinking'])
  })

  test('a block of this protocol comes whole, its input as a delta', () => {
    const value = { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'q' } }
    expect(
      inside(block(0, { kind: 'provider', protocol: 'anthropic-messages', type: value.type, value })),
    ).toEqual([
      { type: 'content_block_start', index: 0, content_block: { ...value, input: {} } },
      {
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'input_json_delta', partial_json: '{"query":"q"}' },
      },
      { type: 'content_block_stop', index: 0 },
    ])
  })

  test('items of other vendors and audio are left out, an image leaves a placeholder', () => {
    expect(inside(block(0, { kind: 'provider', protocol: 'gemini', type: 'x', value: {} }))).toEqual([])
    expect(inside(block(0, { kind: 'audio' }, 'AAAA'))).toEqual([])
    expect(inside(block(0, { kind: 'image', source: { type: 'url', url: 'u' } }))).toMatchObject([
      {},
      { delta: { text: '[generated image]' } },
      {},
    ])
  })
})

describe('the end', () => {
  test('a refusal is text and a stop reason', () => {
    const events = dataOf(encodeStream([start, ...block(0, { kind: 'refusal' }, 'I can', 'not.'), finish()]))
    expect(events.at(-2)).toMatchObject({
      delta: {
        stop_reason: 'refusal',
        stop_details: { type: 'refusal', category: null, explanation: 'I cannot.' },
      },
    })
  })

  test('case 9: an empty answer still has a stop reason', async () => {
    const stream = encodeStream([start, finish('tool-calls')])
    expect(await readWithSdk(stream)).toMatchObject({ content: [], stop_reason: 'end_turn' })
  })

  test('nothing comes after it', () => {
    const whole = [start, ...block(0, text, 'a'), finish()]
    expect(encodeStream([...whole, ...block(1, text, 'b'), { type: 'ping' }, finish()])).toBe(
      encodeStream(whole),
    )
  })

  test('a call that was cut is closed, and the reason says so', async () => {
    const parts: readonly StreamPart[] = [
      start,
      { type: 'open', key: 0, block: tool('t') },
      { type: 'delta', key: 0, text: '{"a":' },
      { type: 'close', key: 0, status: 'incomplete' },
      finish('length'),
    ]
    expect(await readWithSdk(encodeStream(parts))).toMatchObject({
      stop_reason: 'max_tokens',
      content: [{ type: 'tool_use' }],
    })
  })

  test('arguments that are no JSON are an error', () => {
    const stream = encodeStream([start, ...block(0, tool('t'), '{"a" 1}'), finish()])
    expect(dataOf(stream).at(-1)).toMatchObject({ type: 'error', error: { type: 'overloaded_error' } })
    expect(stream).not.toContain('message_stop')
  })

  test.each<[UpstreamErrorKind, string]>([
    ['truncated', 'overloaded_error'],
    ['overloaded', 'overloaded_error'],
    ['timeout', 'overloaded_error'],
    ['server', 'overloaded_error'],
    ['rate-limit', 'overloaded_error'],
    ['billing', 'api_error'],
    ['bad-request', 'invalid_request_error'],
  ])('case 43: %s becomes an error event of type %s, which the SDK throws', async (kind, type) => {
    const stream = encodeStream([
      start,
      ...block(0, text, 'a'),
      { type: 'error', error: { kind, message: 'Text.' } },
      finish(),
    ])
    expect(dataOf(stream).at(-1)).toEqual({
      type: 'error',
      error: { type, message: 'Text.' },
      request_id: 'req_cm_1',
    })
    await expect(readWithSdk(stream)).rejects.toThrow('Text.')
  })

  test('an overflow has the words that clients parse', () => {
    const error = { kind: 'context-overflow', message: 'x', tokens: { actual: 9, limit: 5 } } as const
    expect(encodeStream([{ type: 'error', error }])).toContain('prompt is too long: 9 tokens > 5 maximum')
  })
})

test('case 41: a ping passes once the message has begun', () => {
  expect(encodeStream([{ type: 'ping' }])).toBe('')
  expect(encodeStream([start, { type: 'ping' }]).endsWith('event: ping\ndata: {"type":"ping"}\n\n')).toBe(
    true,
  )
})
