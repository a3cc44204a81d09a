import { describe, expect, it } from 'vitest'
import {
  accumulate,
  type BlockStart,
  type CanonicalResponse,
  type StreamPart,
  type ToolCallPart,
  type ToolDefinition,
  unfoldResponse,
  type Usage,
} from '../../../src/index.js'
import { createRestorer, restoreResponse } from '../../../src/protocols/translate/restore.js'
import { createToolTable, type ToolTable } from '../../../src/protocols/translate/tool-table.js'
import { context, MESSAGES, RESPONSES } from './support.js'

const TOOLS: readonly ToolDefinition[] = [
  { type: 'function', name: 'get.weather' },
  { type: 'function', name: 'find', namespace: { name: 'crm' } },
  { type: 'custom', name: 'patch' },
]
const tableOf = (tools: readonly ToolDefinition[] = TOOLS): ToolTable =>
  createToolTable(tools, MESSAGES.to.upstream.tools, context)
const table = tableOf()
const PLAIN = tableOf([{ type: 'function', name: 'plain' }])
const WEATHER = table.toWire('get.weather', undefined).wireName

const block = (name: string, more: object = {}): BlockStart => ({
  kind: 'tool',
  tool: 'function',
  id: `id_${name}`,
  name,
  ...more,
})
const open = (key: number, start: BlockStart): StreamPart => ({ type: 'open', key, block: start })
const delta = (key: number, text: string): StreamPart => ({ type: 'delta', key, text })
const close = (key: number): StreamPart => ({ type: 'close', key, status: 'complete' })

/** What comes out for each part. */
function steps(
  parts: readonly StreamPart[],
  tools = table,
  stop: readonly string[] = [],
): readonly (readonly StreamPart[])[] {
  const restorer = createRestorer(tools, stop)
  return parts.map((part) => restorer.push(part))
}

describe('a stream on its way back', () => {
  it('calls tools by their own names, in their own namespaces', () => {
    const parts = [open(0, block(WEATHER)), delta(0, '{}'), close(0), open(1, block('crm__find')), close(1)]
    expect(steps(parts).flat()).toEqual([
      open(0, block(WEATHER, { name: 'get.weather' })),
      delta(0, '{}'),
      close(0),
      open(1, block('crm__find', { name: 'find', namespace: 'crm' })),
      close(1),
    ])
  })

  it('keeps namespaces of a vendor that has them apart', () => {
    const tools: readonly ToolDefinition[] = ['crm', 'mail'].map((name) => ({
      type: 'function',
      name: 'find it',
      namespace: { name },
    }))
    const kept = createToolTable(tools, RESPONSES.to.upstream.tools, context)
    const { wireName } = kept.toWire('find it', 'crm')
    const calls = ['crm', 'mail', 'gone'].map((namespace, key) => open(key, block(wireName, { namespace })))
    expect(steps(calls, kept).flat()).toEqual([
      open(0, block(wireName, { name: 'find it', namespace: 'crm' })),
      open(1, block(wireName, { name: 'find it', namespace: 'mail' })),
      calls[2],
    ])
  })

  it('takes free text out of the arguments that carried it, call by call', () => {
    const parts = [
      open(0, block('patch', { id: 'a' })),
      open(1, block('patch', { id: 'b' })),
      delta(0, '{"input":"o'),
      delta(1, '{"input":"t'),
      delta(0, 'ne\\n'),
      delta(1, 'wo"}'),
      delta(0, '"}'),
      close(0),
      close(1),
    ]
    expect(steps(parts)).toEqual([
      [open(0, block('patch', { id: 'a', tool: 'custom' }))],
      [open(1, block('patch', { id: 'b', tool: 'custom' }))],
      [delta(0, 'o')],
      [delta(1, 't')],
      [delta(0, 'ne\n')],
      [delta(1, 'wo')],
      [],
      [close(0)],
      [close(1)],
    ])
  })

  it('gives what the model wrote in place of free text, before the block closes', () => {
    const parts = [open(0, block('patch')), delta(0, '{"diff":'), delta(0, '1}'), close(0)]
    expect(steps(parts).slice(1)).toEqual([[], [], [delta(0, '{"diff":1}'), close(0)]])
  })

  it('leaves all else alone: other blocks, other parts, and tools that nobody declared', () => {
    const state = { family: 'anthropic', kind: 'signature', data: 's' } as const
    const parts: readonly StreamPart[] = [
      { type: 'start', id: 'r', model: 'm' },
      open(0, { kind: 'text' }),
      delta(0, '{"input":"x"}'),
      close(0),
      open(1, block('unknown')),
      delta(1, '{"input":"x"}'),
      { type: 'seal', key: 1, state },
      close(1),
      { type: 'usage', usage: { outputTokens: 1 } },
      { type: 'ping' },
      { type: 'finish', finish: { reason: 'stop' } },
    ]
    expect(steps(parts)).toEqual(parts.map((part) => [part]))
    expect(steps(parts, PLAIN)).toEqual(parts.map((part) => [part]))
  })

  it('passes parts of a free-text call that are no text', () => {
    const state = { family: 'google-ai', kind: 'thought-signature', data: 's' } as const
    const seal: StreamPart = { type: 'seal', key: 0, state }
    expect(steps([open(0, block('patch')), seal]).at(-1)).toEqual([seal])
  })

  it('ends at a stop sequence', () => {
    const restorer = createRestorer(PLAIN, ['END'])
    for (const part of [open(0, { kind: 'text' }), delta(0, 'one EN')]) restorer.push(part)
    expect(restorer.done).toBe(false)
    expect(restorer.push(delta(0, 'D two'))).toEqual([
      close(0),
      { type: 'finish', finish: { reason: 'stop-sequence', stopSequence: 'END' } },
    ])
    expect(restorer.done).toBe(true)
    expect(restorer.push(close(0))).toEqual([])
  })

  it('is never done early without stop sequences', () => {
    const restorer = createRestorer(table, [])
    restorer.push({ type: 'finish', finish: { reason: 'stop' } })
    expect(restorer.done).toBe(false)
  })
})

describe('a whole answer on its way back', () => {
  const usage: Usage = {
    inputTokens: 10,
    cacheReadTokens: 4,
    cacheWriteTokens: 0,
    cacheWriteLongTokens: 0,
    outputTokens: 20,
    reasoningTokens: 0,
  }
  const call = (name: string, input: string, more: Partial<ToolCallPart> = {}): ToolCallPart => ({
    type: 'tool-call',
    id: `id_${name}`,
    name,
    kind: 'function',
    input,
    ...more,
  })
  const answer = (
    content: CanonicalResponse['content'],
    more: Partial<CanonicalResponse> = {},
  ): CanonicalResponse => ({ id: 'r', model: 'm', content, finish: { reason: 'tool-calls' }, usage, ...more })

  const SAID = [
    { type: 'text', text: 'So.' },
    call(WEATHER, '{"city":"Bern"}'),
    call('crm__find', '', { status: 'incomplete' }),
    call('patch', '{"input":"a\\nb"}'),
    call('patch', '{"diff":1}'),
    call('unknown', '{"input":"x"}'),
  ] as const

  it('has names, namespaces and free text again', () => {
    expect(restoreResponse(answer(SAID), table, [])).toEqual(
      answer([
        { type: 'text', text: 'So.' },
        call(WEATHER, '{"city":"Bern"}', { name: 'get.weather' }),
        call('crm__find', '', { status: 'incomplete', name: 'find', namespace: 'crm' }),
        call('patch', 'a\nb', { kind: 'custom' }),
        call('patch', '{"diff":1}', { kind: 'custom' }),
        call('unknown', '{"input":"x"}'),
      ]),
    )
  })

  it.each([
    ['renamed tools', table, []],
    ['a stop sequence', PLAIN, ['o']],
    ['both', table, ['o']],
  ])('says what its stream would have said, with %s', (_kind, tools, stop) => {
    const streamed = accumulate(steps(unfoldResponse(answer(SAID)), tools, stop).flat()).response
    expect({ ...restoreResponse(answer(SAID), tools, stop), usage: null }).toEqual({
      ...streamed,
      usage: null,
    })
  })

  it('keeps what a stream has no words for', () => {
    const whole = answer(
      [
        { type: 'generated-audio', id: 'a', data: 'UklG', transcript: 'Hello' },
        call(WEATHER, '{}', { path: 'x' }),
      ],
      { created: 5, serviceTier: 'flex', extensions: { 'openai-chat': { x: 1 } } },
    )
    const restored = [whole.content[0], call(WEATHER, '{}', { path: 'x', name: 'get.weather' })]
    expect(restoreResponse(whole, table, [])).toEqual({ ...whole, content: restored })
    expect(restoreResponse(whole, table, ['Hello'])).toEqual({ ...whole, content: restored })
  })

  it('is the very same when there is nothing to restore', () => {
    const whole = answer(SAID)
    expect(restoreResponse(whole, PLAIN, [])).toBe(whole)
  })

  it('is cut at a stop sequence, and costs what the vendor counted', () => {
    const whole = answer([{ type: 'text', text: 'one END two' }, call('plain', '{}')], {
      created: 5,
      serviceTier: 'flex',
    })
    expect(restoreResponse(whole, PLAIN, ['END'])).toEqual({
      ...whole,
      content: [{ type: 'text', text: 'one ' }],
      finish: { reason: 'stop-sequence', stopSequence: 'END' },
    })
  })
})
