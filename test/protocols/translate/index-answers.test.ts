import { describe, expect, it } from 'vitest'
import {
  anthropicMessages,
  createStreamTranslator,
  type JsonObject,
  openaiChat,
  openaiResponses,
  parseSse,
  type Protocol,
  type ReplyFacts,
  type ReplyRoute,
  type StreamPart,
  translateError,
  translateResponse,
} from '../../../src/index.js'
import {
  CHAT,
  chatBody,
  context,
  GEMINI,
  messagesBody,
  RESPONSES,
  translate,
  type Vendor,
} from './support.js'

const FACTS: ReplyFacts = {
  model: 'acme/model',
  created: 1_767_225_600,
  requestId: 'req_cm_1',
  estimatedInputTokens: 7,
}

/** The way back of a Chat request with stop sequences to a Responses vendor, whose tool has another name there. */
const reply = (from: Protocol, vendor: Vendor, body: JsonObject): ReplyRoute =>
  translate(from, vendor, body).reply

const NAME = `get_it_${context.hash('get.it', 6)}`
const usage = { input_tokens: 3, output_tokens: 4, total_tokens: 7 }

describe('a whole answer', () => {
  const output = [
    {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text: 'one END two', annotations: [] }],
    },
    {
      id: 'fc_1',
      type: 'function_call',
      status: 'completed',
      call_id: 'call_1',
      name: NAME,
      arguments: '{}',
    },
  ]
  const body = { id: 'resp_1', object: 'response', status: 'completed', model: 'vendor-model', output, usage }
  const tools = [{ type: 'function', function: { name: 'get.it' } }]
  const answered = (more: JsonObject): unknown =>
    translateResponse(body, reply(openaiChat, RESPONSES, chatBody({ tools, ...more })), FACTS)

  const chatAnswer = (message: JsonObject, finish: string): unknown => ({
    value: {
      id: expect.any(String),
      object: 'chat.completion',
      created: FACTS.created,
      model: FACTS.model,
      choices: [
        {
          index: 0,
          message: expect.objectContaining({ role: 'assistant', ...message }),
          finish_reason: finish,
          logprobs: null,
        },
      ],
      usage: expect.objectContaining({ prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 }),
    },
    warnings: [],
  })

  it('calls tools as the client does', () => {
    const call = { id: 'call_1', type: 'function', function: { name: 'get.it', arguments: '{}' } }
    expect(answered({})).toEqual(chatAnswer({ content: 'one END two', tool_calls: [call] }, 'tool_calls'))
  })

  it('ends at a stop sequence, with the usage that the vendor counted', () => {
    expect(answered({ stop: ['END'] })).toEqual(chatAnswer({ content: 'one ' }, 'stop'))
  })
})

describe('a stream', () => {
  const event = (data: JsonObject) => ({ event: data['type'] as string, data: JSON.stringify(data) })
  const textDelta = (delta: string, sequence_number: number) =>
    event({
      type: 'response.output_text.delta',
      item_id: 'm',
      output_index: 0,
      content_index: 0,
      delta,
      sequence_number,
    })
  const created = event({
    type: 'response.created',
    sequence_number: 0,
    response: { id: 'resp_1', object: 'response', status: 'in_progress', model: 'vendor-model', output: [] },
  })
  const stopped = reply(openaiChat, RESPONSES, chatBody({ stream: true, stop: ['END'] }))

  /** Contents and finish reasons of a Chat stream. */
  const said = (stream: string): readonly unknown[] =>
    parseSse(stream)
      .filter(({ data }) => data !== '[DONE]')
      .map(({ data }) => {
        const { choices, error } = JSON.parse(data)
        return error?.code ?? choices[0]?.finish_reason ?? choices[0]?.delta.content
      })
      .filter((one) => one !== undefined && one !== '' && one !== null)

  it('ends at a stop sequence: the rest of the vendor’s is not wanted', () => {
    const translator = createStreamTranslator(stopped, FACTS)
    const before = translator.push(created) + translator.push(textDelta('one EN', 1))
    expect([said(before), translator.done]).toEqual([['one '], false])
    expect([said(translator.push(textDelta('D two', 2))), translator.done]).toEqual([['stop'], true])
    expect([translator.push(textDelta('three', 3)), translator.end()]).toEqual(['', ''])
    expect(translator.fail({ kind: 'truncated', message: '' })).toBe('')
  })

  it('that breaks ends in the error of the client’s protocol', () => {
    const translator = createStreamTranslator(stopped, FACTS)
    expect(said(translator.push(created) + translator.push(textDelta('one', 1)) + translator.end())).toEqual([
      'o',
      'ne',
      'upstream_stream_truncated',
    ])
    const failed = createStreamTranslator(stopped, FACTS)
    failed.push(created)
    expect(said(failed.fail({ kind: 'overloaded', message: 'later' }))).toEqual(['server_is_overloaded'])
  })

  it('shows every part to who listens, and says what they make of it', () => {
    const seen: StreamPart[] = []
    const translator = createStreamTranslator(stopped, FACTS, (part) => {
      seen.push(part)
      return part.type === 'delta' ? { ...part, text: part.text.toUpperCase() } : part
    })
    translator.push(created)
    expect(said(translator.push(textDelta('longer', 1)))).toEqual(['LONG'])
    expect(seen.map(({ type }) => type)).toEqual(['start', 'open', 'delta'])
  })

  const interleaved = [
    { index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '{"x"' } },
    { index: 1, id: 'b', type: 'function', function: { name: 'f', arguments: '{' } },
    { index: 0, function: { arguments: ':1}' } },
    { index: 1, function: { arguments: '}' } },
  ].map((call, at) => ({
    event: undefined,
    data: JSON.stringify({
      id: 'c',
      object: 'chat.completion.chunk',
      created: 1,
      model: 'vendor-model',
      choices: [{ index: 0, delta: { tool_calls: [call] }, finish_reason: at === 3 ? 'tool_calls' : null }],
    }),
  }))

  it('puts interleaved calls one after the other for a client whose protocol nests them', () => {
    const translator = createStreamTranslator(
      reply(anthropicMessages, CHAT, messagesBody({ stream: true })),
      FACTS,
    )
    const text =
      interleaved.map((one) => translator.push(one)).join('') +
      translator.push({ event: undefined, data: '[DONE]' })
    const events = parseSse(text).map(({ data }) => JSON.parse(data))
    const blocks = events.filter(({ type }) => String(type).startsWith('content_block'))
    expect(
      blocks.map(({ type, index, content_block, delta }) => [
        type,
        index,
        content_block?.id ?? delta?.partial_json,
      ]),
    ).toEqual([
      ['content_block_start', 0, 'a'],
      ['content_block_delta', 0, '{"x"'],
      ['content_block_delta', 0, ':1}'],
      ['content_block_stop', 0, undefined],
      ['content_block_start', 1, 'b'],
      ['content_block_delta', 1, '{'],
      ['content_block_delta', 1, '}'],
      ['content_block_stop', 1, undefined],
    ])
  })
})

describe('an HTTP error of a vendor', () => {
  const from = [openaiChat, openaiResponses, anthropicMessages]
  const anthropicError = { type: 'error', error: { type: 'rate_limit_error', message: 'Slow down.' } }

  it('is one of the client’s protocol, and canonical', () => {
    const answers = from.map((client) =>
      translateError(429, anthropicError, {
        from: client,
        to: anthropicMessages,
        requestId: 'req_1',
        headers: { 'retry-after': '2' },
      }),
    )
    const error = { kind: 'rate-limit', message: 'Slow down.', status: 429, retryAfterMs: 2000 }
    const openai = {
      error: { message: 'Slow down.', type: 'rate_limit_error', param: null, code: 'rate_limit_exceeded' },
    }
    expect(answers).toEqual([
      { error, body: openai },
      { error, body: openai },
      { error, body: { ...anthropicError, request_id: 'req_1' } },
    ])
  })

  const overflow =
    'This model’s maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.'

  it('keeps the numbers of a context overflow', () => {
    const body = {
      error: {
        message: overflow,
        type: 'invalid_request_error',
        param: 'messages',
        code: 'context_length_exceeded',
      },
    }
    const answers = from.map((client) => translateError(400, body, { from: client, to: openaiChat }))
    expect(answers.map(({ error }) => [error.kind, error.tokens])).toEqual(
      from.map(() => ['context-overflow', { actual: 9000, limit: 8192 }]),
    )
    const message = `Your input exceeds the context window of this model. ${overflow}`
    const worded = { error: { ...body.error, message } }
    expect(answers.map((answer) => answer.body)).toEqual([
      worded,
      body,
      {
        type: 'error',
        error: { type: 'invalid_request_error', message: 'prompt is too long: 9000 tokens > 8192 maximum' },
        request_id: '',
      },
    ])
  })

  it('says nothing of the gateway’s account', () => {
    const answer = translateError(401, 'Bad key sk-1', { from: openaiChat, to: openaiChat })
    expect(answer.body).toEqual({
      error: {
        message: 'The provider refused the gateway.',
        type: 'provider_error',
        param: null,
        code: 'provider_error',
      },
    })
  })

  it('is rid of what the caller calls a secret', () => {
    const body = { error: { message: 'Bad host vendor.internal', type: 'invalid_request_error' } }
    const redact = (text: string): string => text.replaceAll('vendor.internal', '***')
    for (const client of from) {
      const answer = translateError(400, body, { from: client, to: openaiChat, redact })
      expect(JSON.stringify(answer.body)).toContain('Bad host ***')
    }
  })

  it('has no body for a protocol that no client speaks', () => {
    expect(translateError(500, null, { from: GEMINI.to, to: openaiChat }).body).toBeNull()
  })
})
