import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../src/canonical/json.js'
import { openaiChat } from '../../../src/protocols/openai-chat/index.js'
import { chunk } from './support.js'

const { upstream } = openaiChat
const { notable, outputText } = upstream

const USAGE: JsonObject = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }

function observe(data: JsonObject | string, event?: string): unknown {
  return upstream.observeEvent({ event, data: typeof data === 'string' ? data : JSON.stringify(data) })
}

function usageOf(usage: JsonObject): unknown {
  const found = upstream.observeResponse({ choices: [], usage }).usage
  const { raw: _raw, ...numbers } = found ?? {}
  return numbers
}

const NAMES = { responseId: 'chatcmpl-1', model: 'vendor-model' }

describe('observeEvent', () => {
  it('sees content, end, usage, and the usage event that was asked for', () => {
    expect(observe(chunk({ content: 'Hi' }))).toEqual({ ...NAMES, usage: undefined, finished: false })
    expect(observe(chunk({}, 'stop'))).toEqual({
      ...NAMES,
      usage: undefined,
      finished: true,
      finishedIndexes: [0],
      finishReasons: ['stop'],
    })
    expect(observe({ ...chunk({}), choices: [], usage: USAGE })).toEqual({
      ...NAMES,
      usage: { inputTokens: 10, outputTokens: 5, raw: USAGE },
      usageOnly: true,
    })
    expect(observe(chunk({}, 'stop', { usage: USAGE }))).toEqual({
      ...NAMES,
      usage: { inputTokens: 10, outputTokens: 5, raw: USAGE },
      finished: true,
      finishedIndexes: [0],
      finishReasons: ['stop'],
    })
  })

  it('does not take an event without choices, or the end mark, for a start or an end', () => {
    expect(observe({ choices: [], prompt_filter_results: [] })).toEqual({ idle: true })
    expect(observe('[DONE]')).toEqual({ idle: true, last: true })
  })

  it.each<[string, JsonObject | string, string | undefined]>([
    ['an error object', { error: { message: 'boom', code: 'server_error' } }, undefined],
    ['a chunk with an error', chunk({}, null, { error: { message: 'boom', code: 502 } }), undefined],
    ['an error event', { error: { message: 'boom' } }, 'error'],
    ['an error in the choice', { choices: [{ index: 0, delta: {}, error: { message: 'boom' } }] }, undefined],
  ])('case 43: reports %s', (_name, data, event) => {
    expect(observe(data, event)).toMatchObject({ error: { message: 'boom' } })
  })

  it('is silent about what it cannot read', () => {
    expect([observe('{"choices":['), observe('null'), observe('[1]')]).toEqual([{}, {}, {}])
  })

  it('case 64: finds Groq’s usage in its own object', () => {
    expect(observe(chunk({}, 'stop', { x_groq: { id: 'r', usage: USAGE } }))).toMatchObject({
      usage: { inputTokens: 10, outputTokens: 5 },
    })
  })
})

describe('case 60: usage of every dialect, in parts that do not overlap', () => {
  it.each<[string, JsonObject, unknown]>([
    [
      'OpenAI',
      {
        ...USAGE,
        prompt_tokens_details: { cached_tokens: 6, cache_write_tokens: 2 },
        completion_tokens_details: { reasoning_tokens: 3 },
      },
      { inputTokens: 10, cacheReadTokens: 6, cacheWriteTokens: 2, outputTokens: 5, reasoningTokens: 3 },
    ],
    [
      'DeepSeek',
      { ...USAGE, prompt_cache_hit_tokens: 8, prompt_cache_miss_tokens: 2 },
      { inputTokens: 10, cacheReadTokens: 8, outputTokens: 5 },
    ],
    [
      'Qwen',
      { ...USAGE, prompt_tokens_details: { cached_tokens: 4, cache_creation_input_tokens: 3 } },
      { inputTokens: 10, cacheReadTokens: 4, cacheWriteTokens: 3, outputTokens: 5 },
    ],
    ['Mistral', { ...USAGE, num_cached_tokens: 4 }, { inputTokens: 10, cacheReadTokens: 4, outputTokens: 5 }],
    ['Moonshot', { ...USAGE, cached_tokens: 4 }, { inputTokens: 10, cacheReadTokens: 4, outputTokens: 5 }],
    [
      'xAI with cached tokens left out of the prompt',
      { ...USAGE, prompt_tokens_details: { cached_tokens: 100 } },
      { inputTokens: 110, cacheReadTokens: 100, outputTokens: 5 },
    ],
    [
      'a vendor that leaves reasoning out of the completion',
      {
        prompt_tokens: 10,
        completion_tokens: 5,
        total_tokens: 22,
        completion_tokens_details: { reasoning_tokens: 7 },
      },
      { inputTokens: 10, outputTokens: 12, reasoningTokens: 7 },
    ],
    [
      'both cache lives',
      { ...USAGE, cache_creation_input_tokens: 9, cache_creation: { ephemeral_1h_input_tokens: 4 } },
      { inputTokens: 10, cacheWriteTokens: 5, cacheWriteLongTokens: 4, outputTokens: 5 },
    ],
    ['null details', { ...USAGE, prompt_tokens_details: null }, { inputTokens: 10, outputTokens: 5 }],
  ])('%s', (_name, usage, expected) => {
    expect(usageOf(usage)).toEqual(expected)
  })
})

describe('observeResponse and responseText', () => {
  it('takes a body without choices for an error, whatever its status', () => {
    expect(upstream.observeResponse({ error: { message: 'no', code: 'server_error' } })).toMatchObject({
      error: { kind: 'server', message: 'no' },
    })
    expect(upstream.observeResponse({ hello: 'world' })).toMatchObject({ error: { kind: 'garbage' } })
  })

  it('case 52: counts only what the model wrote', () => {
    const message = {
      role: 'assistant',
      reasoning_content: 'Think. ',
      content: [{ type: 'text', text: 'Say.' }],
      tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
    }
    expect(upstream.responseText({ id: 'x', choices: [{ index: 0, message }], usage: USAGE })).toBe(
      'Think. Say.{"a":1}',
    )
    expect(upstream.responseText({ error: { message: 'not output' } })).toBe('')
  })
})

describe('the patterns that spare a parse', () => {
  it.each([
    chunk({}, 'stop'),
    { ...chunk({}), choices: [], usage: USAGE },
    { error: { message: 'x' } },
    { choices: [], id: '' },
  ])('match %j', (event) => {
    expect(notable.test(`data: ${JSON.stringify(event)}\n\n`)).toBe(true)
  })

  it('match the end mark and an error event', () => {
    expect([notable.test('data: [DONE]\n\n'), notable.test('event: error\ndata: oops\n\n')]).toEqual([
      true,
      true,
    ])
  })

  it('are not fooled by output that looks like them', () => {
    const content = 'a "usage": {"x"}, "error": 1, "choices": [] and data: [DONE]'
    expect(notable.test(`data: ${JSON.stringify(chunk({ content }, null, { usage: null }))}\n\n`)).toBe(false)
  })

  it('take the text out of raw chunks, once', () => {
    const text = [
      chunk({ role: 'assistant', content: '' }),
      chunk({ reasoning: 'R', reasoning_details: [{ type: 'reasoning.text', text: 'R', index: 0 }] }),
      chunk({ content: 'say "content": "x"' }),
      chunk({ content: [{ type: 'text', text: 'M' }] }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: '{"b":2}' } }] }),
    ]
      .map((event) => `data: ${JSON.stringify(event)}\n\n`)
      .join('')
    const found = [...text.matchAll(outputText)].map(([, escaped]) => JSON.parse(`"${escaped}"`) as string)
    expect(found.join('|')).toBe('|R|say "content": "x"|M|{"b":2}')
  })
})
