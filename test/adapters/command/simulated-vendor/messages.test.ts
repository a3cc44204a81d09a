import Anthropic, { AuthenticationError, InternalServerError, RateLimitError } from '@anthropic-ai/sdk'
import { describe, expect, test } from 'vitest'
import { ask, openVendor, WEATHER_ARGUMENTS, WEATHER_SCHEMA } from './vendor.js'

const vendor = await openVendor()
const client = new Anthropic({ baseURL: vendor.baseUrls['anthropic-messages'], apiKey: 'any', maxRetries: 0 })
const tools = [
  { name: 'weather', input_schema: { ...WEATHER_SCHEMA, required: [...WEATHER_SCHEMA.required] } },
]
const say = (content: string) => [{ role: 'user' as const, content }]

async function both(
  body: Omit<Anthropic.MessageCreateParamsNonStreaming, 'model' | 'max_tokens'> & { max_tokens?: number },
) {
  const request = { model: 'm', max_tokens: 2000, ...body }
  const whole = await client.messages.create(request)
  return { whole, streamed: await client.messages.stream(request).finalMessage() }
}

describe('messages, through the official SDK', () => {
  test('says that it is simulated and repeats the user, alike in a stream and whole', async () => {
    const { whole, streamed } = await both({ messages: say('Hello there') })
    expect(whole.content).toMatchObject([
      { type: 'text', text: expect.stringContaining('You said: "Hello there"') },
    ])
    expect(streamed.content).toMatchObject([
      { type: 'text', text: expect.stringContaining('simulated vendor') },
    ])
    expect([whole.stop_reason, streamed.stop_reason]).toEqual(['end_turn', 'end_turn'])
  })

  test('thinks and calls tools, and goes on when they have answered', async () => {
    const messages = say('[[reason:Think hard]][[tool:weather]][[tool:weather {"city":"Bern"}]]')
    const { whole, streamed } = await both({ messages, tools })
    expect(whole.stop_reason).toBe('tool_use')
    expect(whole.content).toMatchObject([
      { type: 'thinking', thinking: 'Think hard', signature: expect.stringMatching(/^[\w+/=]{88}$/) },
      { type: 'tool_use', name: 'weather', input: WEATHER_ARGUMENTS },
      { type: 'tool_use', name: 'weather', input: { city: 'Bern' } },
    ])
    expect(streamed.content).toMatchObject(whole.content)
    const results = whole.content.flatMap((block) =>
      block.type === 'tool_use'
        ? [{ type: 'tool_result' as const, tool_use_id: block.id, content: block.name }]
        : [],
    )
    const { whole: next } = await both({
      messages: [
        ...messages,
        { role: 'assistant', content: whole.content },
        { role: 'user', content: results },
      ],
      tools,
    })
    expect(next.content.at(-1)).toMatchObject({
      text: expect.stringContaining('Your tool answered: "weather" and "weather"'),
    })
  })

  test('says what it is told to before it calls', async () => {
    const { streamed } = await both({ messages: say('[[say:One moment.]][[tool:weather]]'), tools })
    expect(streamed.content).toMatchObject([{ type: 'text', text: 'One moment.' }, { type: 'tool_use' }])
  })

  test('thinks when asked to, and keeps it to itself when asked to', async () => {
    const adaptive = await both({ messages: say('Hi'), thinking: { type: 'adaptive' } })
    expect(adaptive.whole.content[0]).toMatchObject({
      type: 'thinking',
      thinking: expect.stringMatching(/./),
    })
    const omitted = await both({ messages: say('Hi'), thinking: { type: 'adaptive', display: 'omitted' } })
    expect(omitted.streamed.content[0]).toMatchObject({
      type: 'thinking',
      thinking: '',
      signature: expect.stringMatching(/./),
    })
    expect(omitted.whole.usage.output_tokens).toBe(adaptive.whole.usage.output_tokens)
  })

  test('reports the same usage in a stream as whole, by its arithmetic', async () => {
    const messages = say('[[usage:input=90,cached=40,write=20,write1h=10,output=50,reasoning=30]]')
    const { whole, streamed } = await both({ messages })
    const numbers = {
      input_tokens: 20,
      cache_read_input_tokens: 40,
      cache_creation_input_tokens: 30,
      cache_creation: { ephemeral_5m_input_tokens: 20, ephemeral_1h_input_tokens: 10 },
      output_tokens: 50,
      output_tokens_details: { thinking_tokens: 30 },
    }
    expect(whole.usage).toMatchObject(numbers)
    expect(streamed.usage).toMatchObject(numbers)
  })

  test.each([
    ['length', 'max_tokens'],
    ['refusal', 'refusal'],
    ['content_filter', 'refusal'],
  ])('ends with %s when told', async (finish, reason) => {
    const { whole, streamed } = await both({ messages: say(`[[finish:${finish}]]`) })
    expect([whole.stop_reason, streamed.stop_reason]).toEqual([reason, reason])
  })

  test('keeps limit and stop sequences', async () => {
    const limited = await both({ messages: say('[[tokens:50]]'), max_tokens: 7 })
    expect(limited.whole).toMatchObject({ stop_reason: 'max_tokens', usage: { output_tokens: 7 } })
    const stopped = await both({ messages: say('[[tokens:50]]'), stop_sequences: ['vendor'] })
    expect(stopped.streamed).toMatchObject({ stop_reason: 'stop_sequence', stop_sequence: 'vendor' })
    const cutCall = await both({ messages: say('[[tool:weather]]'), tools, max_tokens: 3 })
    expect(cutCall.whole).toMatchObject({
      stop_reason: 'max_tokens',
      content: [{ type: 'tool_use', input: {} }],
    })
  })

  test('counts tokens as it bills them', async () => {
    const body = { model: 'm', system: 'Be brief', messages: say('one two three'), tools }
    const { input_tokens } = await client.messages.countTokens(body)
    const { usage } = await client.messages.create({ ...body, max_tokens: 9 })
    expect(input_tokens).toBe(usage.input_tokens)
  })

  test('lists models in the vendor’s own shape', async () => {
    const page = await client.models.list()
    expect(page.data.map((model) => model.type)).toEqual(['model', 'model', 'model', 'model'])
  })

  test.each([
    [401, AuthenticationError, 'authentication_error'],
    [429, RateLimitError, 'rate_limit_error'],
    [529, InternalServerError, 'overloaded_error'],
  ])('error %i is the SDK’s class for it', async (status, type, name) => {
    const failure = await both({ messages: say(`[[error:${status}]]`) }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(type)
    expect(failure).toMatchObject({ status, error: { type: 'error', error: { type: name } } })
  })

  test('a stream that fails or breaks is no answer', async () => {
    for (const directive of ['[[error:529@4]]', '[[cut:4]]']) {
      const stream = client.messages.stream({ model: 'm', max_tokens: 9, messages: say(directive) })
      await expect(stream.finalMessage()).rejects.toBeInstanceOf(Error)
    }
  })
})

describe('messages, on the wire', () => {
  const version = { 'anthropic-version': '2023-06-01' }
  const post = (fault: object, headers: Record<string, string> = version) =>
    ask('/v1/messages', { model: 'm', max_tokens: 100, messages: say('Hi'), ...fault }, headers)

  test('writes JSON where words ask for nothing else', () => {
    const answer = (system: string): string =>
      ask(
        '/v1/messages',
        { model: 'm', max_tokens: 50, system, messages: [{ role: 'user', content: 'Describe it as JSON.' }] },
        { 'anthropic-version': '2023-06-01' },
      ).data[0].content[0].text
    expect(JSON.parse(answer('Answer with one JSON value only: no other text.'))).toEqual({})
    expect(answer('Be brief.')).toContain('You said')
  })

  test('opens and closes one block after the other', () => {
    const { names, data } = post({ stream: true, messages: say('[[tokens:1]][[reason:Hm]]') })
    expect(names).toEqual([
      'message_start',
      'ping',
      'content_block_start',
      'content_block_delta',
      'content_block_delta',
      'content_block_stop',
      'content_block_start',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ])
    expect(data[0].message).toMatchObject({ content: [], stop_reason: null, usage: { output_tokens: 1 } })
    expect(data[4].delta.type).toBe('signature_delta')
  })

  test('reports no usage when told', () => {
    const { data } = post({ stream: true, messages: say('[[no-usage]]') })
    expect(data.some((event) => event.usage ?? event.message?.usage)).toBe(false)
  })

  const use = { role: 'assistant', content: [{ type: 'tool_use', id: 't1', name: 'weather', input: {} }] }
  test.each([
    ['no max_tokens', { max_tokens: undefined }],
    ['no messages', { messages: [] }],
    ['an unknown role', { messages: [{ role: 'robot', content: '' }] }],
    ['an empty text block', { messages: [{ role: 'user', content: [{ type: 'text', text: '' }] }] }],
    ['an unanswered tool_use', { messages: [use, ...say('Hi')] }],
    [
      'an orphan tool_result',
      { messages: [{ role: 'user', content: [{ type: 'tool_result', tool_use_id: 'x' }] }] },
    ],
    ['a thinking budget over the limit', { thinking: { type: 'enabled', budget_tokens: 1024 } }],
    ['a forced tool where there is none', { tool_choice: { type: 'any' } }],
  ])('refuses %s', (_name, fault) => {
    const { status, data } = post(fault)
    expect(status).toBe(400)
    expect(data[0]).toMatchObject({
      type: 'error',
      error: { type: 'invalid_request_error', message: expect.any(String) },
      request_id: expect.stringMatching(/^req_/),
    })
  })

  test('refuses a missing version, and sampling with the version that has none', () => {
    expect(post({}, {}).status).toBe(400)
    expect(post({ temperature: 1 }).status).toBe(200)
    expect(post({ temperature: 1 }, { 'anthropic-version': '2026-10-21' }).status).toBe(400)
  })
})
