import { describe, expect, test } from 'vitest'
import type { JsonObject, JsonValue } from '../../../src/canonical/json.js'
import { completeUsage, mergeUsage, type PartialUsage } from '../../../src/canonical/usage.js'
import type { UpstreamError } from '../../../src/canonical/upstream-error.js'
import { blockEvents, codec, eventOf, streamEvents } from './support.js'

const { upstream } = codec

function observed(events: readonly JsonObject[]): Omit<ReturnType<typeof completeUsage>, 'raw'> {
  const reports = events.map((data) => upstream.observeEvent(eventOf(data)).usage ?? {})
  const { raw: _, ...usage } = completeUsage(reports.reduce<PartialUsage>(mergeUsage, {}))
  return usage
}

describe('usage', () => {
  test('case 7: the end of a stream overwrites the start, nothing is added', () => {
    const usage = observed([
      { type: 'message_start', message: { usage: { input_tokens: 10, output_tokens: 1 } } },
      { type: 'message_delta', delta: {}, usage: { output_tokens: 20 } },
      { type: 'message_delta', delta: {}, usage: { output_tokens: 50, input_tokens: null } },
    ])
    expect(usage).toMatchObject({ inputTokens: 10, outputTokens: 50 })
  })

  test('case 60: input contains the cache parts, which the wire leaves out', () => {
    const usage = {
      input_tokens: 10,
      cache_read_input_tokens: 900,
      cache_creation_input_tokens: 90,
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 90 },
      output_tokens: 50,
      output_tokens_details: { thinking_tokens: 20 },
    }
    const { usage: read } = upstream.observeResponse({ content: [], usage })
    expect(completeUsage(read ?? {})).toEqual({
      inputTokens: 1000,
      cacheReadTokens: 900,
      cacheWriteTokens: 0,
      cacheWriteLongTokens: 90,
      outputTokens: 50,
      reasoningTokens: 20,
      raw: usage,
    })
  })

  test('case 61: the split of cache writes in the start holds against the sum in the end', () => {
    const usage = observed([
      {
        type: 'message_start',
        message: {
          usage: {
            input_tokens: 1,
            cache_creation_input_tokens: 100,
            cache_creation: { ephemeral_5m_input_tokens: 30, ephemeral_1h_input_tokens: 70 },
          },
        },
      },
      { type: 'message_delta', usage: { cache_creation_input_tokens: 100, output_tokens: 4 } },
    ])
    expect(usage).toMatchObject({ inputTokens: 101, cacheWriteTokens: 30, cacheWriteLongTokens: 70 })
  })

  test('case 62: cache tokens that only the end names are counted', () => {
    const usage = observed([
      { type: 'message_start', message: { usage: { input_tokens: 10, output_tokens: 0 } } },
      {
        type: 'message_delta',
        usage: { cache_read_input_tokens: 900, cache_creation_input_tokens: 90, output_tokens: 5 },
      },
    ])
    expect(usage).toEqual({
      inputTokens: 1000,
      cacheReadTokens: 900,
      cacheWriteTokens: 90,
      cacheWriteLongTokens: 0,
      outputTokens: 5,
      reasoningTokens: 0,
    })
  })

  test('a compaction that the totals leave out is paid for, an advisor of another model is not', () => {
    const { usage } = upstream.observeResponse({
      content: [],
      usage: {
        input_tokens: 200,
        output_tokens: 5,
        iterations: [
          { type: 'compaction', input_tokens: 100, cache_creation_input_tokens: 1000, output_tokens: 31 },
          { type: 'advisor_message', input_tokens: 5000, output_tokens: 500 },
          { type: 'message', input_tokens: 200, output_tokens: 5 },
        ],
      },
    })
    expect(completeUsage(usage ?? {})).toMatchObject({
      inputTokens: 1300,
      cacheWriteTokens: 1000,
      outputTokens: 36,
    })
  })
})

describe('observeEvent', () => {
  test.each<[string, JsonObject, object]>([
    [
      'a stop reason ends',
      { type: 'message_delta', delta: { stop_reason: 'end_turn' } },
      { finished: true, finishReasons: ['end_turn'] },
    ],
    ['a delta without one does not', { type: 'message_delta', delta: {} }, {}],
    ['message_stop ends', { type: 'message_stop' }, { finished: true }],
    ['a ping is idle', { type: 'ping' }, { idle: true }],
    ['an unknown event says nothing', { type: 'new_event', usage: { output_tokens: 4 } }, {}],
    [
      'an error is one',
      { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
      { error: { kind: 'overloaded', message: 'Overloaded' } },
    ],
  ])('%s', (_name, data, expected) => {
    expect(upstream.observeEvent(eventOf(data))).toEqual(expected)
  })

  test('what is no JSON object says nothing', () => {
    for (const data of ['', '[DONE]', '[1]', '{"type"']) {
      expect(upstream.observeEvent({ event: 'message_stop', data })).toEqual({})
    }
  })
})

test('every event worth observing is notable, ordinary text is not', () => {
  const text = blockEvents(0, { type: 'text', text: '' }, [{ type: 'text_delta', text: 'hi' }])
  for (const event of [...streamEvents([text]), eventOf({ type: 'error', error: {} })]) {
    const { usage, finished, error } = upstream.observeEvent(event)
    const says = usage !== undefined || finished !== undefined || error !== undefined
    expect([event.event, upstream.notable.test(event.data)]).toEqual([event.event, says])
  }
})

test('case 52: only what the model wrote counts as output', () => {
  const events = [
    ...blockEvents(0, { type: 'thinking', thinking: '', signature: '' }, [
      { type: 'thinking_delta', thinking: 'so "this"' },
      { type: 'signature_delta', signature: 'c2ln' },
    ]),
    ...blockEvents(1, { type: 'tool_use', id: 't', name: 'f', input: {} }, [
      { type: 'input_json_delta', partial_json: '{"text":"a"}' },
    ]),
    eventOf({ type: 'error', error: { type: 'api_error', message: 'failed' } }),
  ]
  const raw = events.map(({ data }) => data).join('\n')
  const found = [...raw.matchAll(upstream.outputText)].map((match) => JSON.parse(`"${match[1]}"`) as string)
  expect(found.join('')).toBe('so "this"{"text":"a"}')
})

test('the text of a whole answer is all that the model wrote', () => {
  const content = [
    { type: 'thinking', thinking: 'hm ', signature: 's' },
    { type: 'text', text: 'Yes.' },
    { type: 'tool_use', id: 't', name: 'f', input: { a: 1 } },
  ]
  expect(upstream.responseText({ content })).toBe('hm Yes.{"a":1}')
})

test.each<[string, JsonObject, string]>([
  ['an error body', { type: 'error', error: { type: 'api_error', message: 'x' } }, 'server'],
  ['a body that is no message', { ok: true }, 'garbage'],
])('a 200 with %s is an error', (_name, body, kind) => {
  expect(upstream.observeResponse(body).error?.kind).toBe(kind)
})

describe('case 28: headers', () => {
  test('betas and the version of the client go on', () => {
    expect(upstream.forwardedHeaders).toEqual(expect.arrayContaining(['anthropic-beta', 'anthropic-version']))
  })

  test.each<[string, JsonObject, JsonObject]>([
    ['nothing special', {}, { 'anthropic-version': '2026-10-21' }],
    ['sampling', { temperature: 0 }, { 'anthropic-version': '2023-06-01' }],
    [
      'sampling and a system message in the conversation',
      { top_k: 4, messages: [{ role: 'system', content: [] }] },
      { 'anthropic-version': '2023-06-01', 'anthropic-beta': 'mid-conversation-system-2026-04-07' },
    ],
    [
      'bound thinking',
      { thinking: { type: 'adaptive', block_binding: {} } },
      { 'anthropic-version': '2026-10-21', 'anthropic-beta': 'thinking-binding-controls-2026-08-01' },
    ],
  ])('a body with %s gets the version and betas that it needs', (_name, body, headers) => {
    expect(upstream.bodyHeaders?.(body)).toEqual(headers)
  })
})

describe('decodeError', () => {
  const native = (type: string, message: string): JsonObject => ({ type: 'error', error: { type, message } })

  test.each<[string, number, JsonValue, Partial<UpstreamError>]>([
    ['a bad request', 400, native('invalid_request_error', 'temperature: bad'), { kind: 'bad-request' }],
    ['an unknown model', 404, native('not_found_error', 'model: x'), { kind: 'not-found' }],
    ['a wrong key', 401, native('authentication_error', 'invalid x-api-key'), { kind: 'authentication' }],
    ['overload', 529, native('overloaded_error', 'Overloaded'), { kind: 'overloaded', status: 529 }],
    ['503 of any type', 503, native('api_error', 'x'), { kind: 'overloaded' }],
    ['a server error', 500, native('api_error', 'x'), { kind: 'server' }],
    ['a timeout', 504, native('timeout_error', 'x'), { kind: 'timeout' }],
    [
      'an empty account',
      400,
      native('invalid_request_error', 'Your credit balance is too low to use it.'),
      { kind: 'billing' },
    ],
    [
      'a spend limit',
      429,
      {
        error: {
          type: 'rate_limit_error',
          message: 'x',
          details: { error_code: 'enforced_spend_limit_reached' },
        },
      },
      { kind: 'billing', code: 'enforced_spend_limit_reached' },
    ],
    [
      'an overflow in its own words',
      400,
      native('invalid_request_error', 'prompt is too long: 210000 tokens > 200000 maximum'),
      { kind: 'context-overflow', tokens: { actual: 210_000, limit: 200_000 } },
    ],
    [
      'an overflow by the output limit',
      400,
      native(
        'invalid_request_error',
        'input length and `max_tokens` exceed context limit: 190,000 + 20,000 > 200,000',
      ),
      { kind: 'context-overflow', tokens: { actual: 210_000, limit: 200_000 } },
    ],
    [
      'an overflow of a local server',
      400,
      { error: { message: 'request (2009 tokens) exceeds the available context size (512 tokens)' } },
      { kind: 'context-overflow', tokens: { actual: 2009, limit: 512 } },
    ],
    [
      'a rate limit with a wait',
      429,
      native('rate_limit_error', 'Please try again in 1.5s.'),
      { kind: 'rate-limit', retryAfterMs: 1500 },
    ],
    [
      'an OpenAI-like body with 401',
      401,
      { error: { message: 'no', type: 'invalid_request_error' } },
      { kind: 'authentication' },
    ],
    ['a flat body', 422, { message: 'nope', type: 'x' }, { kind: 'unprocessable', message: 'nope' }],
    ['an error text', 400, { error: 'no such thing' }, { kind: 'bad-request', message: 'no such thing' }],
    [
      'HTML',
      502,
      '<html>Bad gateway</html>',
      { kind: 'server', message: 'The vendor answered with status 502.' },
    ],
    ['nothing', 503, '', { kind: 'overloaded' }],
    ['plain text', 429, 'slow down', { kind: 'rate-limit', message: 'slow down' }],
    [
      'an array',
      400,
      [native('invalid_request_error', 'in a list')],
      { kind: 'bad-request', message: 'in a list' },
    ],
    ['a number', 418, 4, { kind: 'bad-request' }],
    ['HTML with 200', 200, '<html>', { kind: 'garbage' }],
  ])('%s', (_name, status, body, expected) => {
    expect(codec.decodeError(status, {}, body)).toMatchObject(expected)
  })

  test.each<[Record<string, string>, number]>([
    [{ 'retry-after': '7' }, 7000],
    [{ 'retry-after': '7', 'retry-after-ms': '250' }, 250],
  ])('the wait of the headers counts: %j', (headers, retryAfterMs) => {
    expect(codec.decodeError(429, headers, '').retryAfterMs).toBe(retryAfterMs)
  })
})
