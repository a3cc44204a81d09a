import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../src/canonical/json.js'
import { GatewayError } from '../../../src/errors.js'
import { openaiResponses } from '../../../src/protocols/openai-responses/index.js'
import type { ClientWire } from '../../../src/protocols/protocol.js'
import { rejectionOf, target } from './support.js'

const client = openaiResponses.client as ClientWire

describe('inspectRequest', () => {
  test('reads what routing and metering need', () => {
    const facts = client.inspectRequest({
      model: 'openai/gpt-6',
      input: [{ role: 'user', content: 'hi' }],
      stream: true,
      max_output_tokens: 100,
      safety_identifier: 'user-1',
      user: 'old-user',
      prompt_cache_key: 'session-1',
      some_new_field: { a: 1 },
    })
    expect(facts).toEqual({
      model: 'openai/gpt-6',
      stream: true,
      maxOutputTokens: 100,
      candidateCount: 1,
      endUser: 'user-1',
      session: 'session-1',
      hideUsage: false,
    })
  })

  test.each<[string, JsonObject]>([
    ['a string', { model: 'm', input: 'hi' }],
    ['absent beside a stored prompt', { model: 'm', prompt: { id: 'pmpt_1' } }],
    ['absent beside a stored response', { model: 'm', previous_response_id: 'resp_1' }],
    ['empty beside a conversation', { model: 'm', input: [], conversation: 'conv_1' }],
    ['beside null fields', { model: 'm', input: 'hi', stream: null, max_output_tokens: null }],
  ])('accepts input that is %s', (_name, body) => {
    expect(client.inspectRequest(body)).toMatchObject({ model: 'm', stream: false })
  })

  test.each<[string, JsonObject, string, string]>([
    ['no model', { input: 'hi' }, 'missing_required_parameter', 'model'],
    ['an empty model', { model: '', input: 'hi' }, 'invalid_value', 'model'],
    ['a model that is no string', { model: 4, input: 'hi' }, 'invalid_value', 'model'],
    ['no input', { model: 'm' }, 'missing_required_parameter', 'input'],
    ['input that is an object', { model: 'm', input: { role: 'user' } }, 'invalid_messages', 'input'],
    ['no items', { model: 'm', input: [] }, 'invalid_messages', 'input'],
    [
      'an item that is no object',
      { model: 'm', input: [{ role: 'user' }, 'x'] },
      'invalid_messages',
      'input[1]',
    ],
    [
      'a stream flag that is no boolean',
      { model: 'm', input: 'hi', stream: 'yes' },
      'invalid_value',
      'stream',
    ],
    [
      'a negative limit',
      { model: 'm', input: 'hi', max_output_tokens: -1 },
      'invalid_value',
      'max_output_tokens',
    ],
    [
      'a limit with a fraction',
      { model: 'm', input: 'hi', max_output_tokens: 1.5 },
      'invalid_value',
      'max_output_tokens',
    ],
  ])('refuses %s', (_name, body, code, param) => {
    expect(rejectionOf(() => client.inspectRequest(body))).toEqual({ code, param })
  })
})

describe('routeRequest', () => {
  const body = { model: 'alias', input: 'hi', stream: true }
  const facts = client.inspectRequest(body)

  test('changes the model and nothing else', () => {
    expect(client.routeRequest(facts, body, { target, maxOutputTokens: undefined })).toEqual({
      model: 'gpt-6-sol',
    })
  })

  test('tells the vendor a limit that the balance sets', () => {
    expect(client.routeRequest(facts, body, { target, maxOutputTokens: 500 })).toEqual({
      model: 'gpt-6-sol',
      max_output_tokens: 500,
    })
  })
})

describe('errors towards the client', () => {
  test('an HTTP error has the documented body', () => {
    const error = new GatewayError('model_not_found', "Model 'foo/bar' was not found or is unavailable.", {
      param: 'model',
    })
    expect(client.encodeError(error, 'req_cm_1')).toEqual({
      error: {
        message: "Model 'foo/bar' was not found or is unavailable.",
        type: 'invalid_request_error',
        param: 'model',
        code: 'model_not_found',
      },
    })
  })

  test('case 43: an error inside a stream is an error event', () => {
    const error = new GatewayError('provider_error', 'The provider failed.')
    expect(client.encodeStreamError(error, { requestId: 'req_cm_1', sequence: 5 })).toBe(
      'event: error\ndata: {"type":"error","code":"server_error","message":"The provider failed.","param":null,"sequence_number":5}\n\n',
    )
  })

  test('case 43: a response that was opened fails before the error event', () => {
    const error = new GatewayError(
      'upstream_timeout',
      'Request timed out: the provider did not answer. Try again later.',
    )
    const text = client.encodeStreamError(error, { requestId: 'req_cm_1', sequence: 5, responseId: 'resp_1' })
    expect(text).toBe(
      'event: response.failed\ndata: {"type":"response.failed","response":{"id":"resp_1","object":"response","status":"failed",' +
        '"error":{"code":"server_error","message":"Request timed out: the provider did not answer. Try again later."},"output":[]},"sequence_number":5}\n\n' +
        'event: error\ndata: {"type":"error","code":"server_error","message":"Request timed out: the provider did not answer. Try again later.","param":null,"sequence_number":6}\n\n',
    )
  })

  test('case 42: a silent stream is kept alive by a comment, which is safe before the first event', () => {
    expect([client.keepAlive(false), client.keepAlive(true)]).toEqual([': keepalive\n\n', ': keepalive\n\n'])
  })
})
