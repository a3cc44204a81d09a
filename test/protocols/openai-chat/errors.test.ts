import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonValue } from '../../../src/canonical/json.js'
import { openaiChat } from '../../../src/protocols/openai-chat/index.js'

function openai(message: string, code: string | null = null, type = 'invalid_request_error'): JsonValue {
  return { error: { message, type, param: null, code } }
}

describe('decodeError', () => {
  it('keeps what the vendor said', () => {
    const body = {
      error: { message: 'Bad value.', type: 'invalid_request_error', param: 'top_p', code: 'invalid_value' },
    }
    expect(openaiChat.decodeError(400, {}, body)).toEqual({
      kind: 'bad-request',
      message: 'Bad value.',
      status: 400,
      code: 'invalid_value',
      param: 'top_p',
    })
  })

  it.each<[number, JsonValue, string]>([
    [400, openai('Nope.'), 'bad-request'],
    [401, openai('Bad key.'), 'authentication'],
    [402, openai('Pay.'), 'billing'],
    [403, openai('Not here.', 'model_not_found'), 'permission'],
    [404, openai('No such model.', 'model_not_found'), 'not-found'],
    [408, openai('Late.'), 'timeout'],
    [413, openai('Big.'), 'too-large'],
    [422, { detail: [{ loc: ['body', 'model'], msg: 'field required' }] }, 'unprocessable'],
    [429, openai('Slow.', 'rate_limit_exceeded'), 'rate-limit'],
    [429, openai('You exceeded your current quota.', 'insufficient_quota'), 'billing'],
    [429, openai('Ramp slowly.', 'slow_down'), 'overloaded'],
    [400, openai('Incorrect API key provided.'), 'authentication'],
    [400, openai('Refused by filter.', 'content_filter'), 'policy'],
    [500, openai('Oops.', null, 'server_error'), 'server'],
    [503, openai('Busy.', null, 'server_error'), 'overloaded'],
    [504, 'upstream timed out', 'timeout'],
    [529, {}, 'overloaded'],
  ])('status %i with %j is %s', (status, body, kind) => {
    expect(openaiChat.decodeError(status, {}, body).kind).toBe(kind)
  })

  it.each<[string, JsonValue, string]>([
    ['Mistral', { object: 'error', message: 'flat', type: 'x', param: null, code: '3051' }, 'flat'],
    ['xAI', { code: 'Some code', error: 'in a string' }, 'in a string'],
    ['FastAPI', { detail: [{ loc: ['body', 'n'], msg: 'too small' }] }, 'body.n: too small'],
    ['MiniMax', { base_resp: { status_code: 1008, status_msg: 'no money' } }, 'no money'],
    ['a list', [{ error: { message: 'listed', code: 400 } }], 'listed'],
    ['Cloudflare', { success: false, errors: [{ code: 7, message: 'inner' }] }, 'inner'],
    ['plain text', 'slow down', 'slow down'],
    [
      'HTML',
      '<html><body>sk-secret</body></html>',
      'The provider answered with status 418 and no description.',
    ],
    ['cut JSON', '{"error":{"mess', 'The provider answered with status 418 and no description.'],
    ['nothing', '', 'The provider answered with status 418 and no description.'],
    ['null', null, 'The provider answered with status 418 and no description.'],
  ])('finds the message of %s', (_name, body, message) => {
    expect(openaiChat.decodeError(418, {}, body).message).toBe(message)
  })

  it.each<[string, number, number]>([
    [
      "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
      9000,
      8192,
    ],
    [
      "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens (4000 in the messages).",
      5000,
      4096,
    ],
    ['prompt is too long: 210000 tokens > 200000 maximum', 210000, 200000],
    [
      'The input token count (1,200,000) exceeds the maximum number of tokens allowed (1,048,576).',
      1200000,
      1048576,
    ],
    ['request (2009 tokens) exceeds the available context size (512 tokens), try increasing it', 2009, 512],
    ["This model's maximum prompt length is 131072 but the request contains 150000 tokens.", 150000, 131072],
    [
      'Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length',
      40000,
      32768,
    ],
  ])('reads both numbers of %j', (message, actual, limit) => {
    const error = openaiChat.decodeError(400, {}, openai(message))
    expect([error.kind, error.tokens]).toEqual(['context-overflow', { actual, limit }])
  })

  it('knows a context overflow without numbers', () => {
    const error = openaiChat.decodeError(
      400,
      {},
      openai('Please reduce the length of the messages.', 'context_length_exceeded'),
    )
    expect([error.kind, error.tokens]).toEqual(['context-overflow', undefined])
  })

  it.each<[string, Record<string, string>, JsonValue, number]>([
    ['retry-after-ms', { 'retry-after-ms': '1500', 'retry-after': '9' }, openai('x'), 1500],
    ['retry-after in seconds', { 'retry-after': '7' }, openai('x'), 7000],
    [
      'retry-after as a date',
      { 'retry-after': 'Wed, 21 Oct 2026 07:28:30 GMT', date: 'Wed, 21 Oct 2026 07:28:00 GMT' },
      openai('x'),
      30_000,
    ],
    ['seconds in the text', {}, openai('Please try again in 1.5s.'), 1500],
    ['milliseconds in the text', {}, openai('Please try again in 20ms.'), 20],
    ['minutes in the text', {}, openai('Please try again in 6m0.5s.'), 360_500],
    ['words in the text', {}, openai('Rate limit reached, try again in 7 seconds'), 7000],
    ['RetryInfo', {}, { error: { message: 'x', details: [{ retryDelay: '31.5s' }] } }, 31_500],
  ])('reads the wait from %s', (_name, headers, body, expected) => {
    expect(openaiChat.decodeError(429, headers, body).retryAfterMs).toBe(expected)
  })

  it('never throws, whatever the body', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 599 }), fc.jsonValue(), (status, body) => {
        expect(openaiChat.decodeError(status, {}, body as JsonValue).message).not.toBe('')
      }),
    )
  })
})
