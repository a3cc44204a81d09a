import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../src/canonical/json.js'
import type { StreamPart } from '../../../src/canonical/stream.js'
import { chunk, createTarget, decodeStream, foldStream } from './support.js'

const START: StreamPart = { type: 'start', id: 'chatcmpl-1', model: 'vendor-model', created: 1_700_000_000 }
const DONE = '[DONE]'

function tool(fragment: JsonObject): JsonObject {
  return chunk({ tool_calls: [fragment] })
}

/** Calls of a folded stream as `id name input`. */
function callsOf(events: readonly (JsonObject | string)[]): readonly string[] {
  return foldStream(events).response.content.flatMap((part) =>
    part.type === 'tool-call' ? [`${part.id} ${part.name} ${part.input}`] : [],
  )
}

function lastOf(events: readonly (JsonObject | string)[], dialect = {}): StreamPart | undefined {
  return decodeStream(events, createTarget(dialect)).at(-1)
}

describe('an ordinary stream', () => {
  it('becomes start, block, usage and finish', () => {
    const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 }
    expect(
      decodeStream([
        chunk({ role: 'assistant', content: '' }),
        chunk({ content: 'Hel' }),
        chunk({ content: 'lo' }),
        chunk({}, 'stop'),
        { ...chunk({}), choices: [], usage, service_tier: 'flex' },
        DONE,
      ]),
    ).toEqual([
      START,
      { type: 'open', key: 0, block: { kind: 'text' } },
      { type: 'delta', key: 0, text: 'Hel' },
      { type: 'delta', key: 0, text: 'lo' },
      { type: 'close', key: 0, status: 'complete' },
      { type: 'usage', usage: { inputTokens: 3, outputTokens: 2, raw: usage }, serviceTier: 'flex' },
      { type: 'finish', finish: { reason: 'stop', raw: 'stop' } },
    ])
  })

  it('case 10: closes reasoning before text and calls, under keys of their own', () => {
    const parts = decodeStream([
      chunk({ role: 'assistant', reasoning_content: 'Hm' }),
      chunk({ reasoning_content: '.' }),
      chunk({ content: 'Hi' }),
      tool({ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '' } }),
      tool({ index: 0, function: { arguments: '{}' } }),
      chunk({}, 'tool_calls'),
      DONE,
    ])
    expect(parts.slice(1)).toEqual([
      { type: 'open', key: 0, block: { kind: 'reasoning', raw: true } },
      { type: 'delta', key: 0, text: 'Hm' },
      { type: 'delta', key: 0, text: '.' },
      { type: 'seal', key: 0, state: { family: 'chat:test', kind: 'reasoning-text', data: 'Hm.' } },
      { type: 'close', key: 0, status: 'complete' },
      { type: 'open', key: 1, block: { kind: 'text' } },
      { type: 'delta', key: 1, text: 'Hi' },
      { type: 'close', key: 1, status: 'complete' },
      { type: 'open', key: 2, block: { kind: 'tool', tool: 'function', id: 'a', name: 'f' } },
      { type: 'delta', key: 2, text: '{}' },
      { type: 'close', key: 2, status: 'complete' },
      { type: 'finish', finish: { reason: 'tool-calls', raw: 'tool_calls' } },
    ])
  })

  it('joins fragments of reasoning details and keeps the last signature', () => {
    const detail = (text: string, signature: string | null = null): JsonObject => ({
      reasoning: text,
      reasoning_details: [
        { type: 'reasoning.text', text, signature, index: 0, format: 'anthropic-claude-v1' },
      ],
    })
    const { response } = foldStream([
      chunk({ role: 'assistant', ...detail('A') }),
      chunk(detail('B')),
      chunk({ content: '', ...detail('', 'sig') }),
      chunk({ content: 'Hi' }),
      chunk({}, 'stop'),
    ])
    expect(response.content).toEqual([
      {
        type: 'reasoning',
        text: 'AB',
        state: {
          family: 'chat:test',
          kind: 'details',
          data: [
            { type: 'reasoning.text', text: 'AB', signature: 'sig', index: 0, format: 'anthropic-claude-v1' },
          ],
        },
      },
      { type: 'text', text: 'Hi' },
    ])
  })
})

describe('tool calls as servers send them', () => {
  const begin = (index: number | null, id: string | null, name: string, args = ''): JsonObject =>
    tool({
      ...(index === null ? {} : { index }),
      ...(id === null ? {} : { id }),
      type: 'function',
      function: { name, arguments: args },
    })
  const more = (index: number, args: string): JsonObject => tool({ index, function: { arguments: args } })

  it('case 4: keeps interleaved calls apart', () => {
    const events = [
      begin(0, 'a', 'f'),
      begin(1, 'b', 'g'),
      more(1, '{"x"'),
      more(0, '{}'),
      more(1, ':1}'),
      chunk({}, 'tool_calls'),
    ]
    expect(callsOf(events)).toEqual(['a f {}', 'b g {"x":1}'])
  })

  it('takes another id and name under a used index for another call', () => {
    expect(
      callsOf([begin(0, 'a', 'f', '{"x":1}'), begin(0, 'b', 'f', '{"x":2}'), chunk({}, 'tool_calls')]),
    ).toEqual(['a f {"x":1}', 'b f {"x":2}'])
  })

  it('case 2: does not repeat a call whose head comes again with each fragment', () => {
    expect(callsOf([begin(0, 'a', 'f', '{"x"'), begin(0, 'a', 'f', ':1}'), chunk({}, 'tool_calls')])).toEqual(
      ['a f {"x":1}'],
    )
  })

  it('sorts fragments without an index by id, name and order', () => {
    const events = [
      begin(null, 'a', 'f', '{'),
      tool({ function: { arguments: '}' } }),
      begin(null, 'b', 'g', '{}'),
      chunk({}, 'tool_calls'),
    ]
    expect(callsOf(events)).toEqual(['a f {}', 'b g {}'])
  })

  it('case 21: gives calls without an id ids of their own, the same every time', () => {
    const events = [begin(0, null, 'f', '{}'), begin(1, null, 'f', '{}'), chunk({}, 'tool_calls')]
    const calls = callsOf(events)
    expect(new Set(calls).size).toBe(2)
    expect(calls).toEqual(callsOf(events))
  })

  it('waits for the name, and drops a call that never gets one with a warning', () => {
    const nameless = tool({ index: 0, id: 'a', function: { arguments: '{"x":' } })
    expect(
      callsOf([
        nameless,
        tool({ index: 0, function: { name: 'f', arguments: '1}' } }),
        chunk({}, 'tool_calls'),
      ]),
    ).toEqual(['a f {"x":1}'])
    const lost = foldStream([nameless, chunk({}, 'stop')])
    expect([lost.response.content, lost.warnings.length]).toEqual([[], 1])
  })

  it('marks the call that a limit cut', () => {
    const { response } = foldStream([
      begin(0, 'a', 'f', '{}'),
      begin(1, 'b', 'f', '{"x":'),
      chunk({}, 'length'),
    ])
    expect(response.content.map((part) => part.type === 'tool-call' && part.status)).toEqual([
      undefined,
      'incomplete',
    ])
    expect(response.finish.reason).toBe('length')
  })

  it('reads custom calls, old function calls and arguments as objects', () => {
    expect(
      callsOf([
        tool({ index: 0, id: 'a', type: 'custom', custom: { name: 'p', input: 'x' } }),
        tool({ index: 0, custom: { input: 'y' } }),
        chunk({}, 'tool_calls'),
      ]),
    ).toEqual(['a p xy'])
    expect(
      callsOf([
        chunk({ function_call: { name: 'f', arguments: '{' } }),
        chunk({ function_call: { arguments: '}' } }),
        chunk({}, 'function_call'),
      ]),
    ).toEqual([expect.stringMatching(/^call_[a-z2-7]{24} f \{\}$/)])
    expect(
      callsOf([tool({ index: 0, id: 'a', function: { name: 'f', arguments: { x: 1 } } }), chunk({}, 'stop')]),
    ).toEqual(['a f {"x":1}'])
  })
})

describe('the end', () => {
  const text = chunk({ role: 'assistant', content: 'Hi' })

  it.each<[string, readonly (JsonObject | string)[], JsonObject]>([
    [
      'case 46c: a finish reason and no end mark',
      [text, chunk({}, 'stop')],
      { type: 'finish', finish: { reason: 'stop', raw: 'stop' } },
    ],
    ['case 46c: neither', [text], { type: 'error', error: { kind: 'truncated' } }],
    [
      'case 46c: an end mark and no finish reason',
      [text, DONE],
      { type: 'error', error: { kind: 'truncated' } },
    ],
    ['nothing at all', [], { type: 'error', error: { kind: 'truncated' } }],
    [
      'case 43: an error object',
      [text, { error: { message: 'boom', code: 429 } }],
      { type: 'error', error: { kind: 'rate-limit', message: 'boom' } },
    ],
    [
      'case 43: an error as the reason',
      [text, chunk({}, 'error')],
      { type: 'error', error: { kind: 'server' } },
    ],
    [
      'DeepSeek out of capacity',
      [text, chunk({}, 'insufficient_system_resource')],
      { type: 'error', error: { kind: 'overloaded' } },
    ],
    ['two events that are no JSON', [text, '{"x', 'oops'], { type: 'error', error: { kind: 'garbage' } }],
  ])('%s', (_name, events, expected) => {
    expect(lastOf(events)).toMatchObject(expected)
  })

  it('skips one event that is no JSON, with a warning', () => {
    const { response, warnings, error } = foldStream([
      text,
      '{"x',
      chunk({ content: '!' }),
      chunk({}, 'stop'),
    ])
    expect([response.content, warnings.length, error]).toEqual([[{ type: 'text', text: 'Hi!' }], 1, null])
  })

  it('takes the end mark for an end only where the vendor is known for it, and not inside a call', () => {
    const call = tool({ index: 0, id: 'a', function: { name: 'f', arguments: '{' } })
    expect(lastOf([text, DONE], { lenientFinish: true })).toMatchObject({
      type: 'finish',
      finish: { reason: 'stop' },
    })
    expect(lastOf([text, call, DONE], { lenientFinish: true })).toMatchObject({ type: 'error' })
    expect(lastOf([text], { lenientFinish: true })).toMatchObject({ type: 'error' })
  })

  it('drops what comes after the finish reason, but not the usage', () => {
    const usage = { prompt_tokens: 1, completion_tokens: 1 }
    const { response, warnings } = foldStream([
      text,
      chunk({}, 'stop'),
      chunk({ content: 'late' }),
      { choices: [], usage },
      DONE,
      DONE,
    ])
    expect([response.content, response.usage?.inputTokens, warnings.length]).toEqual([
      [{ type: 'text', text: 'Hi' }],
      1,
      1,
    ])
  })

  it('finds usage on any event, and the last of it counts', () => {
    const usage = (tokens: number): JsonObject => ({ usage: { prompt_tokens: 5, completion_tokens: tokens } })
    const { response } = foldStream([
      chunk({ content: 'a' }, null, usage(1)),
      chunk({ content: 'b' }, 'stop', usage(2)),
    ])
    expect([response.usage?.inputTokens, response.usage?.outputTokens]).toEqual([5, 2])
  })

  it('takes an event without choices for a sign of life, not for a start', () => {
    expect(decodeStream([{ choices: [], prompt_filter_results: [] }, text])[0]).toEqual({ type: 'ping' })
  })

  it('splits thoughts from text at tags that come in pieces', () => {
    const events = ['<th', 'ink>H', 'm.</thi', 'nk>\nHi <', 'b>'].map((content) => chunk({ content }))
    const { response } = foldStream([...events, chunk({}, 'stop')], createTarget({ inlineThink: true }))
    expect(response.content).toMatchObject([
      { type: 'reasoning', text: 'Hm.' },
      { type: 'text', text: 'Hi <b>' },
    ])
  })
})
