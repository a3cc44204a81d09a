import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../src/canonical/json.js'
import { type ErrorCode, GatewayError, type GatewayErrorOptions } from '../../../src/errors.js'
import { client } from '../../../src/protocols/anthropic-messages/wire/client.js'
import { bodyOf, targetOf } from './support.js'

describe('inspectRequest', () => {
  test('reads what routing and metering need', () => {
    const body = bodyOf({ stream: true, metadata: { user_id: 'user-1' }, unknown_field: 1 })
    expect(client.inspectRequest(body)).toEqual({
      model: 'm',
      stream: true,
      maxOutputTokens: 100,
      candidateCount: 1,
      endUser: 'user-1',
      session: undefined,
      hideUsage: false,
    })
  })

  test('reads device and session from the JSON that one client puts into user_id', () => {
    const ids = { device_id: 'd'.repeat(64), account_uuid: '', session_id: 's-1' }
    const facts = client.inspectRequest(bodyOf({ metadata: { user_id: JSON.stringify(ids) } }))
    expect(facts).toMatchObject({ endUser: ids.device_id, session: 's-1' })
  })

  test.each<[string, JsonObject, ErrorCode, string]>([
    ['no model', { model: null }, 'missing_required_parameter', 'model'],
    ['an empty model', { model: '' }, 'invalid_value', 'model'],
    ['a model of another type', { model: 4 }, 'invalid_value', 'model'],
    ['no messages', { messages: null }, 'invalid_messages', 'messages'],
    ['messages of another type', { messages: 'hi' }, 'invalid_messages', 'messages'],
    ['empty messages', { messages: [] }, 'invalid_messages', 'messages'],
    [
      'a message that is no object',
      { messages: [{ role: 'user' }, 'hi'] },
      'invalid_messages',
      'messages[1]',
    ],
    ['stream as text', { stream: 'true' }, 'invalid_value', 'stream'],
    ['negative max_tokens', { max_tokens: -1 }, 'invalid_value', 'max_tokens'],
    ['fractional max_tokens', { max_tokens: 1.5 }, 'invalid_value', 'max_tokens'],
  ])('refuses %s', (_name, change, code, param) => {
    expect(() => client.inspectRequest(bodyOf(change))).toThrow(expect.objectContaining({ code, param }))
  })

  test('takes max_tokens 0, which only warms the cache', () => {
    expect(client.inspectRequest(bodyOf({ max_tokens: 0 })).maxOutputTokens).toBe(0)
  })
})

test('routing changes the model, and the limit only when it must be told', () => {
  const facts = client.inspectRequest(bodyOf())
  const target = targetOf()
  expect(client.routeRequest(facts, bodyOf(), { target, maxOutputTokens: undefined })).toEqual({
    model: 'claude-test',
  })
  expect(client.routeRequest(facts, bodyOf(), { target, maxOutputTokens: 50 })).toEqual({
    model: 'claude-test',
    max_tokens: 50,
  })
})

describe('encodeError', () => {
  test.each<[ErrorCode, string, GatewayErrorOptions, string, string]>([
    ['missing_api_key', 'Missing API key.', {}, 'authentication_error', 'Missing API key.'],
    ['insufficient_balance', 'Insufficient balance.', {}, 'billing_error', 'Insufficient balance.'],
    ['model_not_found', 'No such model.', { param: 'model' }, 'not_found_error', 'No such model.'],
    ['request_too_large', 'Too large.', {}, 'request_too_large', 'Too large.'],
    ['rate_limit_exceeded', 'Slow down.', {}, 'rate_limit_error', 'Slow down.'],
    ['server_is_overloaded', 'Busy.', {}, 'overloaded_error', 'Busy.'],
    ['upstream_timeout', 'Too slow.', {}, 'timeout_error', 'Too slow.'],
    ['provider_error', 'It failed.', {}, 'api_error', 'It failed.'],
    ['request_refused', 'Not here.', {}, 'policy_blocked', 'Not here.'],
    ['invalid_request', 'Wrong.', { status: 422 }, 'invalid_request_error', 'Wrong.'],
    ['unsupported_parameter', 'not here', { param: 'top_k' }, 'invalid_request_error', 'top_k: not here'],
    ['unsupported_parameter', 'n: not here', { param: 'n' }, 'invalid_request_error', 'n: not here'],
    [
      'context_length_exceeded',
      "This model's maximum context length is 1000 tokens. However, your messages resulted in 1200 tokens.",
      {},
      'invalid_request_error',
      'prompt is too long: 1200 tokens > 1000 maximum',
    ],
    [
      'context_length_exceeded',
      'It does not fit.',
      { tokens: { actual: 9, limit: 5 } },
      'invalid_request_error',
      'prompt is too long: 9 tokens > 5 maximum',
    ],
    ['context_length_exceeded', 'Too much.', {}, 'invalid_request_error', 'prompt is too long: Too much.'],
  ])('%s: %s', (code, text, options, type, message) => {
    expect(client.encodeError(new GatewayError(code, text, options), 'req_cm_1')).toEqual({
      type: 'error',
      error: { type, message },
      request_id: 'req_cm_1',
    })
  })

  test('details go out where the dialect has a place for them', () => {
    const details = { error_code: 'thread_unsupported_request', unsupported: ['thread'] }
    const error = new GatewayError('unsupported_parameter', 'thread: no', { param: 'thread', details })
    expect(client.encodeError(error, 'r')).toEqual({
      type: 'error',
      error: { type: 'invalid_request_error', message: 'thread: no', details },
      request_id: 'r',
    })
  })
})

describe('streams', () => {
  const state = { requestId: 'req_cm_1', sequence: 0 }

  test.each<[ErrorCode, string]>([
    ['upstream_stream_truncated', 'overloaded_error'],
    ['upstream_timeout', 'overloaded_error'],
    ['provider_error', 'overloaded_error'],
    ['rate_limit_exceeded', 'overloaded_error'],
    ['internal_error', 'api_error'],
    ['invalid_request', 'invalid_request_error'],
  ])('case 43: %s inside a stream is an error event of type %s', (code, type) => {
    expect(client.encodeStreamError(new GatewayError(code, 'Text.'), state)).toBe(
      `event: error\ndata: {"type":"error","error":{"type":"${type}","message":"Text."},"request_id":"req_cm_1"}\n\n`,
    )
  })

  test.each([true, false])('case 42: a ping keeps a silent stream alive (started: %s)', (started) => {
    expect(client.keepAlive(started)).toBe('event: ping\ndata: {"type":"ping"}\n\n')
  })
})
