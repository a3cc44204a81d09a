import { describe, expect, it } from 'vitest'
import type { BlockStart, StreamPart } from '../../../src/canonical/stream.js'
import { deltasOf, encodeStream, eventsOf, readWithSdk } from './support.js'

const START: StreamPart = { type: 'start', id: 'msg_1', model: 'vendor-model' }
const STOP: StreamPart = { type: 'finish', finish: { reason: 'stop' } }

function block(key: number, start: BlockStart, ...texts: readonly string[]): readonly StreamPart[] {
  return [
    { type: 'open', key, block: start },
    ...texts.map((text): StreamPart => ({ type: 'delta', key, text })),
    { type: 'close', key, status: 'complete' },
  ]
}

function call(id: string, tool: 'function' | 'custom' = 'function'): BlockStart {
  return { kind: 'tool', tool, id, name: 'f' }
}

const USAGE: StreamPart = { type: 'usage', usage: { inputTokens: 3, outputTokens: 2 } }
const ROLE = { role: 'assistant', content: null }

describe('the events of a stream', () => {
  it('are whole chunks with one id, time and model', () => {
    const head = { id: 'msg_1', object: 'chat.completion.chunk', created: 1_700_000_000, model: 'acme/model' }
    const choice = { index: 0, logprobs: null, finish_reason: null }
    expect(eventsOf(encodeStream([START, ...block(0, { kind: 'text' }, 'Hi'), USAGE, STOP]))).toEqual([
      { ...head, choices: [{ ...choice, delta: { role: 'assistant', content: '' } }], usage: null },
      { ...head, choices: [{ ...choice, delta: { content: 'Hi' } }], usage: null },
      { ...head, choices: [{ ...choice, delta: {}, finish_reason: 'stop' }], usage: null },
      {
        ...head,
        choices: [],
        usage: {
          prompt_tokens: 3,
          completion_tokens: 2,
          total_tokens: 5,
          prompt_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
          completion_tokens_details: { reasoning_tokens: 0 },
        },
      },
      '[DONE]',
    ])
  })

  it('case 38: hold no usage when the client did not ask', () => {
    const text = encodeStream([START, ...block(0, { kind: 'text' }, 'Hi'), USAGE, STOP], {})
    expect(text).not.toContain('usage')
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
  })

  it('case 3: begin with the role, whatever comes first', () => {
    const first = (start: BlockStart): unknown => deltasOf(encodeStream([START, ...block(0, start), STOP]))[0]
    expect([first(call('a')), first({ kind: 'reasoning' }), first({ kind: 'text' })]).toEqual([
      ROLE,
      ROLE,
      { role: 'assistant', content: '' },
    ])
    expect(deltasOf(encodeStream([START, STOP]))).toEqual([{ role: 'assistant', content: '' }, {}])
  })

  it('cases 1 and 2: count calls from 0 and name each once', () => {
    const parts = [
      START,
      ...block(0, { kind: 'text' }, 'Hi'),
      ...block(7, call('a'), '{"x"', ':1}'),
      ...block(9, call('b'), '{}'),
    ]
    expect(deltasOf(encodeStream([...parts, STOP])).slice(2)).toEqual([
      { tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '' } }] },
      { tool_calls: [{ index: 0, function: { arguments: '{"x"' } }] },
      { tool_calls: [{ index: 0, function: { arguments: ':1}' } }] },
      { tool_calls: [{ index: 1, id: 'b', type: 'function', function: { name: 'f', arguments: '' } }] },
      { tool_calls: [{ index: 1, function: { arguments: '{}' } }] },
      {},
    ])
  })

  it('case 5: give a call without arguments an empty object, unless it was cut', () => {
    const cut: StreamPart[] = [
      { type: 'open', key: 0, block: call('a') },
      { type: 'close', key: 0, status: 'incomplete' },
    ]
    expect(deltasOf(encodeStream([START, ...block(0, call('a')), STOP])).at(-2)).toEqual({
      tool_calls: [{ index: 0, function: { arguments: '{}' } }],
    })
    expect(encodeStream([START, ...cut, { type: 'finish', finish: { reason: 'length' } }])).not.toContain(
      '{}"',
    )
  })

  it('case 8 and 9: end in the word that fits the calls', () => {
    const word = (parts: readonly StreamPart[]): unknown =>
      /"finish_reason":"(\w+)"/.exec(encodeStream([START, ...parts]))?.[1]
    expect([
      word([...block(0, call('a')), STOP]),
      word([...block(0, { kind: 'text' }, 'x'), { type: 'finish', finish: { reason: 'tool-calls' } }]),
    ]).toEqual(['tool_calls', 'stop'])
  })

  it('collect citations into one event, at their place in the whole text', () => {
    const cited: StreamPart[] = [
      { type: 'open', key: 1, block: { kind: 'text' } },
      { type: 'delta', key: 1, text: 'Two.' },
      { type: 'note', key: 1, citation: { kind: 'url', url: 'https://x', title: 'X' } },
      { type: 'close', key: 1, status: 'complete' },
    ]
    expect(
      deltasOf(encodeStream([START, ...block(0, { kind: 'text' }, 'One. '), ...cited, STOP])).at(-2),
    ).toEqual({
      annotations: [
        {
          type: 'url_citation',
          url_citation: { start_index: 5, end_index: 9, url: 'https://x', title: 'X' },
        },
      ],
    })
  })

  it('case 43: end in an error object and nothing else', () => {
    const text = encodeStream([
      START,
      ...block(0, { kind: 'text' }, 'Hi'),
      { type: 'error', error: { kind: 'overloaded', message: 'Busy.' } },
      STOP,
    ])
    expect(eventsOf(text).at(-1)).toEqual({
      error: { message: 'Busy.', type: 'api_error', param: null, code: 'server_is_overloaded' },
    })
  })

  it('say nothing for signs of life and warnings', () => {
    expect(
      encodeStream([
        { type: 'ping' },
        { type: 'warning', warning: { code: 'dropped', path: 'x', message: 'y', semantic: false } },
      ]),
    ).toBe('')
  })
})

describe('the official SDK’s strict helper', () => {
  it('case 4: accepts interleaved calls, a custom one among them', async () => {
    const parts: readonly StreamPart[] = [
      START,
      { type: 'open', key: 0, block: call('a') },
      { type: 'open', key: 1, block: { kind: 'tool', tool: 'custom', id: 'b', name: 'p' } },
      { type: 'delta', key: 1, text: '*** Be' },
      { type: 'delta', key: 0, text: '{"x"' },
      { type: 'delta', key: 1, text: 'gin' },
      { type: 'delta', key: 0, text: ':1}' },
      { type: 'close', key: 0, status: 'complete' },
      { type: 'close', key: 1, status: 'complete' },
      USAGE,
      STOP,
    ]
    const { choices, usage } = await readWithSdk(encodeStream(parts))
    expect(choices[0]?.finish_reason).toBe('tool_calls')
    expect(choices[0]?.message.tool_calls).toMatchObject([
      { id: 'a', type: 'function', function: { name: 'f', arguments: '{"x":1}' } },
      { id: 'b', type: 'custom', custom: { name: 'p', input: '*** Begin' } },
    ])
    expect(usage?.total_tokens).toBe(5)
  })

  it('raises an error for a stream that broke', async () => {
    const parts: readonly StreamPart[] = [
      START,
      ...block(0, { kind: 'text' }, 'Hi'),
      { type: 'error', error: { kind: 'truncated', message: 'Cut.' } },
    ]
    await expect(readWithSdk(encodeStream(parts))).rejects.toThrow('Cut.')
  })
})
