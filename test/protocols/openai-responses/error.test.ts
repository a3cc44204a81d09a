import { describe, expect, test } from 'vitest'
import type { JsonValue } from '../../../src/canonical/json.js'
import type { UpstreamErrorKind } from '../../../src/canonical/upstream-error.js'
import { openaiResponses } from '../../../src/protocols/openai-responses/index.js'
import type { Protocol } from '../../../src/protocols/protocol.js'

const decodeError: Protocol['decodeError'] = (...given) => openaiResponses.decodeError(...given)

describe('decodeError', () => {
  test('keeps what the vendor said', () => {
    const body = {
      error: {
        message: 'Bad temperature.',
        type: 'invalid_request_error',
        param: 'temperature',
        code: 'invalid_value',
      },
    }
    expect(decodeError(400, {}, body)).toEqual({
      kind: 'bad-request',
      message: 'Bad temperature.',
      status: 400,
      code: 'invalid_value',
      param: 'temperature',
    })
  })

  test.each<[string, number, JsonValue, UpstreamErrorKind]>([
    ['401', 401, { error: { message: 'no', code: 'invalid_api_key' } }, 'authentication'],
    [
      'a key that a 400 complains of',
      400,
      { error: { message: 'API key not valid.', status: 'INVALID_ARGUMENT' } },
      'authentication',
    ],
    ['402', 402, {}, 'billing'],
    [
      'an empty account behind a 429',
      429,
      { error: { message: 'quota', code: 'insufficient_quota' } },
      'billing',
    ],
    ['403', 403, {}, 'permission'],
    ['404', 404, { error: { message: 'no such model', code: 'model_not_found' } }, 'not-found'],
    [
      'a 400 that names a missing model',
      400,
      { error: { message: 'x', code: 'model_not_found' } },
      'bad-request',
    ],
    ['a lost response', 400, { error: { message: 'x', code: 'previous_response_not_found' } }, 'bad-request'],
    ['413', 413, {}, 'too-large'],
    ['422', 422, { error: { message: 'x', type: 'invalid_request_error' } }, 'unprocessable'],
    [
      '429',
      429,
      { error: { message: 'slow', type: 'rate_limit_error', code: 'rate_limit_exceeded' } },
      'rate-limit',
    ],
    ['a 429 while the vendor grows', 429, { error: { message: 'x', code: 'slow_down' } }, 'overloaded'],
    ['503', 503, { error: { message: 'x', code: 'server_is_overloaded' } }, 'overloaded'],
    ['529', 529, {}, 'overloaded'],
    ['504', 504, {}, 'timeout'],
    ['500', 500, { error: { message: 'x', type: 'server_error' } }, 'server'],
    ['a flagged prompt', 400, { error: { message: 'x', code: 'content_policy_violation' } }, 'policy'],
    ['HTML', 502, '<html><body>Bad Gateway</body></html>', 'server'],
    ['nothing', 500, '', 'server'],
    ['an array', 400, [{ error: { message: 'x' } }], 'bad-request'],
    ['a number', 418, 7, 'bad-request'],
    [
      'a word that is a property of every object',
      400,
      { error: { code: 'constructor', type: 'toString' } },
      'bad-request',
    ],
    ['garbage with a status of success', 200, '<html>', 'garbage'],
  ])('%s', (_name, status, body, kind) => {
    expect(decodeError(status, {}, body)).toMatchObject({ kind })
  })

  test.each<[string, JsonValue, string]>([
    [
      'flat, as Mistral',
      { object: 'error', message: 'Not enabled', type: 'invalid', param: null, code: '3051' },
      'Not enabled',
    ],
    ['a string, as xAI', { code: 'x', error: 'Model not found' }, 'Model not found'],
    ['detail, as FastAPI', { detail: [{ msg: 'a' }, { msg: 'b' }] }, 'a; b'],
    ['plain text', 'slow down', 'slow down'],
    ['HTML, which says nothing', '<!doctype html><p>secret host', ''],
  ])('reads the text of a body that is %s', (_name, body, message) => {
    expect(decodeError(400, {}, body)).toMatchObject({ message })
  })

  test.each<[string, number, number]>([
    [
      "This model's maximum context length is 128000 tokens. However, your messages resulted in 130,500 tokens.",
      130_500,
      128_000,
    ],
    ['prompt is too long: 210000 tokens > 200000 maximum', 210_000, 200_000],
    ['input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000', 210_000, 200_000],
    [
      'The input token count (1100000) exceeds the maximum number of tokens allowed (1048576).',
      1_100_000,
      1_048_576,
    ],
    ['request (2009 tokens) exceeds the available context size (512 tokens), try increasing it', 2009, 512],
    [
      "This model's maximum prompt length is 131072 but the request contains 140000 tokens.",
      140_000,
      131_072,
    ],
  ])('reads both numbers of: %s', (message, actual, limit) => {
    expect(decodeError(400, {}, { error: { message } })).toMatchObject({
      kind: 'context-overflow',
      tokens: { actual, limit },
    })
  })

  test('knows a context overflow without numbers', () => {
    const error = decodeError(
      400,
      {},
      {
        error: {
          message: 'Your input exceeds the context window of this model.',
          code: 'context_length_exceeded',
        },
      },
    )
    expect(error).toMatchObject({ kind: 'context-overflow', code: 'context_length_exceeded' })
    expect(error.tokens).toBeUndefined()
  })

  test.each<[string, Record<string, string>, JsonValue, number]>([
    ['retry-after-ms', { 'retry-after-ms': '1500', 'retry-after': '9' }, {}, 1500],
    ['retry-after', { 'retry-after': '7' }, {}, 7000],
    ['seconds in the text', {}, { error: { message: 'Please try again in 1.5s.' } }, 1500],
    ['milliseconds in the text', {}, { error: { message: 'Please try again in 300ms.' } }, 300],
    ['minutes and seconds', {}, { error: { message: 'Please try again in 1m12.5s. Visit …' } }, 72_500],
    ['words', {}, { error: { message: 'Retry after 20 seconds' } }, 20_000],
    [
      'RetryInfo',
      {},
      { error: { message: 'x', details: [{ '@type': 'RetryInfo', retryDelay: '34.4s' }] } },
      34_400,
    ],
  ])('reads the time to wait from %s', (_name, headers, body, retryAfterMs) => {
    expect(decodeError(429, headers, body)).toMatchObject({ retryAfterMs })
  })

  test('a header that is no number says nothing', () => {
    expect(
      decodeError(429, { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' }, {}).retryAfterMs,
    ).toBeUndefined()
  })
})
