import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../src/canonical/json.js'
import { GatewayError } from '../../../src/errors.js'
import { openaiChat } from '../../../src/protocols/openai-chat/index.js'
import { createTarget } from './support.js'

const client = openaiChat.client
if (client === null) throw new Error('Chat has a client side')

const HELLO: JsonObject = { model: 'acme/model', messages: [{ role: 'user', content: 'Hello' }] }

function refusalOf(body: JsonObject): unknown {
  try {
    client?.inspectRequest(body)
    return null
  } catch (error) {
    return GatewayError.isInstance(error) ? { code: error.code, param: error.param } : error
  }
}

describe('inspectRequest', () => {
  it('reads what routing and metering need', () => {
    const body = {
      ...HELLO,
      stream: true,
      max_tokens: 10,
      max_completion_tokens: 20,
      n: 2,
      user: 'old',
      safety_identifier: 'new',
      prompt_cache_key: 'session-1',
    }
    expect(client.inspectRequest(body)).toEqual({
      model: 'acme/model',
      stream: true,
      maxOutputTokens: 20,
      candidateCount: 2,
      endUser: 'new',
      session: 'session-1',
      hideUsage: true,
    })
  })

  it('takes the smallest request, null fields and fields that nobody knows', () => {
    const body = { ...HELLO, stream: null, max_tokens: null, n: null, brand_new: { deep: [1] } }
    expect(client.inspectRequest(body)).toEqual({
      model: 'acme/model',
      stream: false,
      maxOutputTokens: undefined,
      candidateCount: 1,
      endUser: undefined,
      session: undefined,
      hideUsage: false,
    })
  })

  it.each<[string, JsonObject, { code: string; param: string }]>([
    ['no model', { messages: HELLO['messages'] }, { code: 'missing_required_parameter', param: 'model' }],
    ['an empty model', { ...HELLO, model: '' }, { code: 'invalid_value', param: 'model' }],
    ['a model that is no string', { ...HELLO, model: 5 }, { code: 'invalid_value', param: 'model' }],
    ['no messages', { model: 'm' }, { code: 'invalid_messages', param: 'messages' }],
    ['empty messages', { model: 'm', messages: [] }, { code: 'invalid_messages', param: 'messages' }],
    ['a Responses body', { model: 'm', input: 'Hello' }, { code: 'invalid_messages', param: 'messages' }],
    [
      'a message that is none',
      { model: 'm', messages: ['Hi'] },
      { code: 'invalid_messages', param: 'messages[0]' },
    ],
    ['a stream flag as text', { ...HELLO, stream: 'yes' }, { code: 'invalid_value', param: 'stream' }],
    ['a negative limit', { ...HELLO, max_tokens: -1 }, { code: 'invalid_value', param: 'max_tokens' }],
    [
      'a broken limit',
      { ...HELLO, max_completion_tokens: 1.5 },
      { code: 'invalid_value', param: 'max_completion_tokens' },
    ],
    ['no answers', { ...HELLO, n: 0 }, { code: 'invalid_value', param: 'n' }],
    [
      'stream options as a list',
      { ...HELLO, stream_options: [] },
      { code: 'invalid_value', param: 'stream_options' },
    ],
    ['a user that is no string', { ...HELLO, user: {} }, { code: 'invalid_value', param: 'user' }],
  ])('refuses %s', (_name, body, expected) => {
    expect(refusalOf(body)).toEqual(expected)
  })
})

describe('routeRequest', () => {
  const route = (body: JsonObject, target = createTarget(), maxOutputTokens?: number): unknown =>
    client.routeRequest(client.inspectRequest(body), body, { target, maxOutputTokens })

  it('changes the model alone when nothing is streamed', () => {
    expect(route(HELLO)).toEqual({ model: 'vendor-model' })
  })

  it('case 38: asks for usage beside the client’s own stream options', () => {
    const body = { ...HELLO, stream: true, stream_options: { include_obfuscation: false } }
    expect(route(body)).toEqual({
      model: 'vendor-model',
      stream_options: { include_obfuscation: false, include_usage: true },
    })
  })

  it('leaves the options alone when the client asked itself', () => {
    const body = { ...HELLO, stream: true, stream_options: { include_usage: true } }
    expect(route(body)).toEqual({ model: 'vendor-model' })
  })

  it('does not ask a vendor that refuses the question', () => {
    const body = { ...HELLO, stream: true }
    expect(route(body, createTarget({ streamUsage: 'always' }))).toEqual({ model: 'vendor-model' })
  })

  it.each([
    [undefined, 'max_completion_tokens'],
    [{ maxTokensField: 'max_tokens' } as const, 'max_tokens'],
  ])('names the output limit as the dialect does (%o)', (dialect, field) => {
    expect(route(HELLO, createTarget(dialect), 77)).toEqual({ model: 'vendor-model', [field]: 77 })
  })
})

describe('the output limit of the client', () => {
  const MAX_TOKENS = { maxTokensField: 'max_tokens' } as const
  const COMPLETION = { maxTokensField: 'max_completion_tokens' } as const

  it.each<[JsonObject, Parameters<typeof createTarget>[0], object]>([
    [{ max_tokens: 5 }, MAX_TOKENS, {}],
    [{ max_completion_tokens: 5 }, MAX_TOKENS, { max_tokens: 5, max_completion_tokens: undefined }],
    [
      { max_tokens: 9, max_completion_tokens: 5 },
      MAX_TOKENS,
      { max_tokens: 5, max_completion_tokens: undefined },
    ],
    [{ max_tokens: 9, max_completion_tokens: null }, MAX_TOKENS, { max_completion_tokens: undefined }],
    [{ max_tokens: 5 }, COMPLETION, { max_completion_tokens: 5, max_tokens: undefined }],
    [{ max_tokens: 5 }, undefined, {}],
    [{ max_completion_tokens: 5 }, undefined, {}],
    [{ max_tokens: 9, max_completion_tokens: 5 }, undefined, { max_tokens: 5 }],
    [{ max_tokens: null }, MAX_TOKENS, {}],
  ])('%j stands where a vendor of %j reads it', (limits, dialect, expected) => {
    const body = { ...HELLO, ...limits }
    const routed = { target: createTarget(dialect), maxOutputTokens: undefined }
    expect(client.routeRequest(client.inspectRequest(body), body, routed)).toStrictEqual({
      model: 'vendor-model',
      ...expected,
    })
  })
})

describe('errors and keep-alive', () => {
  const error = new GatewayError('model_not_found', "Model 'foo/bar' was not found or is unavailable.", {
    param: 'model',
  })
  const body = {
    error: {
      message: "Model 'foo/bar' was not found or is unavailable.",
      type: 'invalid_request_error',
      param: 'model',
      code: 'model_not_found',
    },
  }

  it('writes the OpenAI error body', () => {
    expect(client.encodeError(error, 'req_cm_1')).toEqual(body)
  })

  it('case 43: ends a stream with an error event and no end mark', () => {
    expect(client.encodeStreamError(error, { requestId: 'req_cm_1', sequence: 3 })).toBe(
      `data: ${JSON.stringify(body)}\n\n`,
    )
  })

  it('case 42: keeps a silent stream alive with a comment', () => {
    expect([client.keepAlive(false), client.keepAlive(true)]).toEqual([': keepalive\n\n', ': keepalive\n\n'])
  })
})
