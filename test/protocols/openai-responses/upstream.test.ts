import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../src/canonical/json.js'
import { openaiResponses } from '../../../src/protocols/openai-responses/index.js'
import type { Observation } from '../../../src/protocols/protocol.js'

const { upstream } = openaiResponses

function observe(data: JsonObject): Observation {
  return upstream.observeEvent({ event: undefined, data: JSON.stringify(data) })
}

describe('usage', () => {
  test.each<[string, JsonObject, JsonObject]>([
    [
      'OpenAI, with both cache lives',
      {
        input_tokens: 1000,
        input_tokens_details: {
          cached_tokens: 900,
          cache_write_tokens: 90,
          cache_write_tokens_details: { ttl_30m_tokens: 30, ttl_12h_tokens: 60 },
        },
        output_tokens: 50,
        output_tokens_details: { reasoning_tokens: 20 },
        total_tokens: 1050,
      },
      {
        inputTokens: 1000,
        cacheReadTokens: 900,
        cacheWriteTokens: 30,
        cacheWriteLongTokens: 60,
        outputTokens: 50,
        reasoningTokens: 20,
      },
    ],
    [
      'a vendor without details',
      { input_tokens: 4, output_tokens: 2, total_tokens: 6 },
      { inputTokens: 4, outputTokens: 2 },
    ],
    [
      'a vendor that leaves cached tokens out of the input',
      { input_tokens: 10, input_tokens_details: { cached_tokens: 90 }, output_tokens: 1 },
      { inputTokens: 100, cacheReadTokens: 90, outputTokens: 1 },
    ],
    [
      'a vendor that leaves reasoning out of the output',
      {
        input_tokens: 10,
        output_tokens: 5,
        output_tokens_details: { reasoning_tokens: 7 },
        total_tokens: 22,
      },
      { inputTokens: 10, outputTokens: 12, reasoningTokens: 7 },
    ],
    [
      'a proxy that kept the names of Chat',
      { prompt_tokens: 3, completion_tokens: 2, prompt_tokens_details: { cached_tokens: 1 } },
      { inputTokens: 3, cacheReadTokens: 1, outputTokens: 2 },
    ],
  ])('case 60: %s', (_name, usage, expected) => {
    const seen = observe({ type: 'response.completed', response: { status: 'completed', usage } })
    expect(seen).toEqual({
      finished: true,
      finishReasons: ['completed'],
      usage: { ...expected, raw: usage },
    })
  })

  test('is the same in a whole answer', () => {
    const usage = { input_tokens: 4, output_tokens: 2, total_tokens: 6 }
    const streamed = observe({ type: 'response.completed', response: { status: 'completed', usage } })
    expect(upstream.observeResponse({ status: 'completed', output: [], usage })).toEqual(streamed)
  })
})

describe('observeEvent', () => {
  const usage = { input_tokens: 4, output_tokens: 2, total_tokens: 6 }

  test('the first event opens the response', () => {
    expect(observe({ type: 'response.created', response: { id: 'resp_1' } })).toEqual({
      responseId: 'resp_1',
    })
  })

  test.each(['response.queued', 'response.in_progress', 'keepalive'])('%s commits nothing', (type) => {
    expect(observe({ type })).toEqual({ idle: true })
  })

  test('case 31: an incomplete response is an end, with usage', () => {
    const response = { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' }, usage }
    expect(observe({ type: 'response.incomplete', response })).toMatchObject({
      finished: true,
      usage: { inputTokens: 4 },
    })
  })

  test('case 31: a failed response is an error, with usage', () => {
    const response = { status: 'failed', error: { code: 'server_error', message: 'boom' }, usage }
    expect(observe({ type: 'response.failed', response })).toMatchObject({
      error: { kind: 'server', message: 'boom', code: 'server_error' },
      usage: { outputTokens: 2 },
    })
  })

  test.each<[string, JsonObject]>([
    ['flat', { type: 'error', code: 'rate_limit_exceeded', message: 'Please try again in 2s.', param: null }],
    [
      'nested',
      {
        type: 'error',
        error: { type: 'tokens', code: 'rate_limit_exceeded', message: 'Please try again in 2s.' },
      },
    ],
  ])('an error event, %s', (_name, data) => {
    expect(observe(data)).toMatchObject({ error: { kind: 'rate-limit', retryAfterMs: 2000 } })
  })

  test('what is no JSON commits nothing', () => {
    expect(upstream.observeEvent({ event: 'x', data: '{' })).toEqual({ idle: true })
  })
})

describe('watching raw text', () => {
  test.each([
    'event: response.completed\ndata: {"type":"response.completed","response":{}}\n\n',
    'data: {"type": "response.failed"}\n\n',
    'data: {"error": {"message":"x"}}\n\n',
    'event: error\ndata: {"message":"x"}\n\n',
  ])('an event worth parsing: %s', (text) => {
    expect(upstream.notable.test(text)).toBe(true)
  })

  test('text that quotes such an event is not worth it', () => {
    const data = JSON.stringify({
      type: 'response.output_text.delta',
      delta: '{"type":"response.completed","error":{}}',
    })
    expect(upstream.notable.test(`data: ${data}\n\n`)).toBe(false)
  })

  test('case 52: only model output is counted', () => {
    const text = [
      { type: 'response.output_text.delta', delta: 'say "hi"\n' },
      { type: 'response.function_call_arguments.delta', delta: '{"a":1}' },
      { type: 'error', message: 'not output' },
    ]
      .map((data) => `data: ${JSON.stringify(data)}\n\n`)
      .join('')
    const found = [...text.matchAll(upstream.outputText)].map(
      (match) => JSON.parse(`"${match[1]}"`) as string,
    )
    expect(found).toEqual(['say "hi"\n', '{"a":1}'])
  })
})

describe('observeResponse', () => {
  test.each<[string, JsonObject, string]>([
    ['an error object', { error: { message: 'x', code: 'server_error' } }, 'server'],
    [
      'a failed response',
      { status: 'failed', output: [], error: { code: 'rate_limit_exceeded', message: 'x' } },
      'rate-limit',
    ],
    ['another object', { choices: [] }, 'garbage'],
  ])('%s is no answer', (_name, body, kind) => {
    expect(upstream.observeResponse(body)).toMatchObject({ error: { kind } })
  })

  test('the text of an answer is all that the model wrote', () => {
    const output = [
      { type: 'reasoning', summary: [{ type: 'summary_text', text: 'think ' }] },
      {
        type: 'message',
        content: [
          { type: 'output_text', text: 'say ' },
          { type: 'refusal', refusal: 'no ' },
        ],
      },
      { type: 'function_call', arguments: '{"a":1}' },
      { type: 'custom_tool_call', input: ' raw' },
    ]
    expect(upstream.responseText({ output })).toBe('think say no {"a":1} raw')
  })
})
