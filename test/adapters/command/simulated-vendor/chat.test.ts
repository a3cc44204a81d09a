import OpenAI, { AuthenticationError, InternalServerError, NotFoundError, RateLimitError } from 'openai'
import type { ChatCompletionStreamParams } from 'openai/lib/ChatCompletionStream'
import { describe, expect, test } from 'vitest'
import { ask, openVendor, WEATHER_ARGUMENTS, WEATHER_SCHEMA } from './vendor.js'

const vendor = await openVendor()
const client = new OpenAI({ baseURL: vendor.baseUrls['openai-chat'], apiKey: 'any', maxRetries: 0 })
const tools = [
  { type: 'function' as const, function: { name: 'weather', parameters: WEATHER_SCHEMA } },
  { type: 'custom' as const, custom: { name: 'shell' } },
]
const say = (content: string) => [{ role: 'user' as const, content }]

async function both(body: Omit<OpenAI.Chat.ChatCompletionCreateParamsNonStreaming, 'stream'>) {
  const whole = await client.chat.completions.create(body)
  const streamParameters = { ...body, stream_options: { include_usage: true } } as ChatCompletionStreamParams
  return { whole, streamed: await client.chat.completions.stream(streamParameters).finalChatCompletion() }
}

describe('chat, through the official SDK', () => {
  test('says that it is simulated and repeats the user', async () => {
    const { whole, streamed } = await both({ model: 'm', messages: say('Hello there') })
    expect(whole.choices[0]?.message.content).toBe(
      'This is crossmodel-gateway\'s simulated vendor; no model was called. You said: "Hello there"',
    )
    expect(streamed.choices[0]?.message.content).toBe(whole.choices[0]?.message.content)
    expect(streamed.choices[0]?.finish_reason).toBe('stop')
    expect(streamed.model).toBe('m')
  })

  test('calls tools in parallel, alike in a stream and whole', async () => {
    const content = '[[tool:weather {"city":"Bern","list":[[1]]}]] [[tool:weather]] [[tool:shell ls -l]]'
    const { whole, streamed } = await both({ model: 'm', messages: say(content), tools })
    const calls = whole.choices[0]?.message.tool_calls ?? []
    expect(calls.map((call) => (call.type === 'function' ? call.function : call.custom))).toEqual([
      { name: 'weather', arguments: '{"city":"Bern","list":[[1]]}' },
      { name: 'weather', arguments: JSON.stringify(WEATHER_ARGUMENTS) },
      { name: 'shell', input: 'ls -l' },
    ])
    expect(new Set(calls.map((call) => call.id)).size).toBe(3)
    expect(whole.choices[0]?.finish_reason).toBe('tool_calls')
    expect(streamed.choices[0]?.message.tool_calls).toMatchObject(calls)
  })

  test('runs a tool loop to its end', async () => {
    const runner = client.chat.completions.runTools({
      model: 'm',
      messages: say('[[tool:weather {"city":"Bern"}]]'),
      tools: [
        {
          type: 'function',
          function: {
            name: 'weather',
            description: 'Weather of a city.',
            parameters: { type: 'object', properties: { city: { type: 'string' } } },
            parse: (text: string) => JSON.parse(text) as { city: string },
            function: ({ city }: { city: string }) => `Snow in ${city}`,
          },
        },
      ],
    })
    expect(await runner.finalContent()).toContain('Your tool answered: "Snow in Bern"')
  })

  test.each([
    ['required', { tool_choice: 'required' as const }],
    ['a named function', { tool_choice: { type: 'function' as const, function: { name: 'weather' } } }],
  ])('a forced choice (%s) gets a call', async (_name, choice) => {
    const { whole } = await both({ model: 'm', messages: say('Hi'), tools, ...choice })
    expect(whole.choices[0]?.message.tool_calls).toMatchObject([
      { type: 'function', function: { name: 'weather', arguments: JSON.stringify(WEATHER_ARGUMENTS) } },
    ])
  })

  test.each([
    ['tool_choice none', { tool_choice: 'none' as const }, 0],
    ['parallel_tool_calls false', { parallel_tool_calls: false }, 1],
  ])('%s is kept', async (_name, parameters, count) => {
    const { whole } = await both({
      model: 'm',
      messages: say('[[tool:weather]][[tool:shell]]'),
      tools,
      ...parameters,
    })
    expect(whole.choices[0]?.message.tool_calls ?? []).toHaveLength(count)
  })

  test('reports the same usage in a stream as whole, by its arithmetic', async () => {
    const content = '[[usage:input=90,cached=40,write=20,write1h=10,output=50,reasoning=30]]'
    const { whole, streamed } = await both({ model: 'm', messages: say(content) })
    expect(whole.usage).toMatchObject({
      prompt_tokens: 90,
      completion_tokens: 50,
      total_tokens: 140,
      prompt_tokens_details: { cached_tokens: 40, cache_write_tokens: 30 },
      completion_tokens_details: { reasoning_tokens: 30 },
    })
    expect(streamed.usage).toEqual(whole.usage)
  })

  test('gives n choices and counts them all', async () => {
    const { whole, streamed } = await both({ model: 'm', n: 2, messages: say('[[tokens:5]]') })
    expect(whole.usage?.completion_tokens).toBe(10)
    expect(streamed.choices.map((choice) => choice.message.content)).toEqual(
      whole.choices.map((choice) => choice.message.content),
    )
    expect(streamed.choices).toHaveLength(2)
  })

  test('gives log-probabilities to those who ask for them', async () => {
    const { whole, streamed } = await both({
      model: 'm',
      logprobs: true,
      top_logprobs: 2,
      messages: say('[[say:one two]]'),
    })
    const sure = { token: ' two', logprob: 0, bytes: [32, 116, 119, 111] }
    expect(whole.choices[0]?.logprobs?.content?.[1]).toEqual({ ...sure, top_logprobs: [sure] })
    expect(streamed.choices[0]?.logprobs?.content).toEqual(whole.choices[0]?.logprobs?.content)
  })

  test('answers with JSON that fits a schema', async () => {
    const { whole } = await both({
      model: 'm',
      messages: say('Weather?'),
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'w', schema: WEATHER_SCHEMA, strict: true },
      },
    })
    expect(JSON.parse(whole.choices[0]?.message.content ?? '')).toEqual(WEATHER_ARGUMENTS)
  })

  test.each([
    [401, AuthenticationError],
    [404, NotFoundError],
    [429, RateLimitError],
    [500, InternalServerError],
  ])('error %i is the SDK’s class for it', async (status, type) => {
    const call = client.chat.completions.create({ model: 'm', messages: say(`[[error:${status}]]`) })
    await expect(call).rejects.toBeInstanceOf(type)
  })

  test('a stream that fails or breaks is no answer', async () => {
    for (const directive of ['[[error:503@3]]', '[[cut:3]]']) {
      const stream = client.chat.completions.stream({ model: 'm', messages: say(directive) })
      await expect(stream.finalChatCompletion()).rejects.toBeInstanceOf(Error)
    }
  })
})

describe('chat, on the wire', () => {
  const stream = (content: string, more: object = {}) =>
    ask('/v1/chat/completions', { model: 'm', stream: true, messages: say(content), ...more })

  test('goes from the role to [DONE], with usage null until it comes', () => {
    const { data, text, names } = stream('[[tokens:2]]', { stream_options: { include_usage: true } })
    expect(data.map(({ choices, usage }) => [choices[0]?.delta, choices[0]?.finish_reason, usage])).toEqual([
      [{ role: 'assistant', content: '', refusal: null }, null, null],
      [{ content: 'This' }, null, null],
      [{ content: ' is' }, null, null],
      [{}, 'stop', null],
      [undefined, undefined, expect.objectContaining({ completion_tokens: 2 })],
    ])
    expect(text.endsWith('\n\ndata: [DONE]\n\n')).toBe(true)
    expect(names).toEqual([])
  })

  test('sends no usage that nobody asked for, and none when told', () => {
    expect(stream('Hi').data.some((chunk) => 'usage' in chunk)).toBe(false)
    const silent = stream('[[no-usage]]', { stream_options: { include_usage: true } })
    expect(silent.data.some((chunk) => chunk.usage)).toBe(false)
  })

  test('reasons in reasoning_content, before the text', () => {
    const { data } = stream('[[reason:Think hard]] Hi')
    const keys = data.map((chunk) => Object.keys(chunk.choices[0].delta)[0])
    expect(keys.slice(0, 4)).toEqual(['role', 'reasoning_content', 'reasoning_content', 'content'])
    expect(data[0].choices[0].delta.content).toBeNull()
  })

  test.each([
    ['length', '[[finish:length]]', 'length'],
    ['content_filter', '[[finish:content_filter]]', 'content_filter'],
    ['refusal', '[[finish:refusal]]', 'stop'],
  ])('ends with %s when told', (name, directive, reason) => {
    const { data } = ask('/v1/chat/completions', { model: 'm', messages: say(directive) })
    expect(data[0].choices[0].finish_reason).toBe(reason)
    expect(data[0].choices[0].message.refusal !== null).toBe(name === 'refusal')
  })

  test('keeps the token limit and the stop sequences', () => {
    const body = { model: 'm', messages: say('[[tokens:50]]') }
    const limited = ask('/v1/chat/completions', { ...body, max_completion_tokens: 4, max_tokens: 9 })
    expect(limited.data[0].choices[0]).toMatchObject({
      finish_reason: 'length',
      message: { content: 'This is simulated vendor;' },
    })
    const stopped = ask('/v1/chat/completions', { ...body, stop: ['vendor'] })
    expect(stopped.data[0].choices[0]).toMatchObject({
      finish_reason: 'stop',
      message: { content: 'This is simulated ' },
    })
  })

  const call = { id: 'c1', type: 'function', function: { name: 'weather', arguments: '{}' } }
  test.each([
    ['no messages', { messages: [] }, 'messages'],
    ['no model', { model: undefined }, 'model'],
    ['an unknown role', { messages: [{ role: 'robot', content: '' }] }, 'messages[0].role'],
    [
      'an unanswered call',
      { messages: [{ role: 'assistant', tool_calls: [call] }, ...say('Hi')] },
      'messages',
    ],
    [
      'a call unanswered at the end',
      { messages: [...say('Hi'), { role: 'assistant', tool_calls: [call] }] },
      'messages',
    ],
    ['an orphan result', { messages: [{ role: 'tool', tool_call_id: 'x', content: '' }] }, 'messages'],
    ['stream_options without stream', { stream_options: {} }, 'stream_options'],
    ['a limit of zero', { max_tokens: 0 }, 'max_tokens'],
    ['a nameless tool', { tools: [{ type: 'function', function: {} }] }, 'tools[0].function.name'],
    [
      'a chosen tool that is not there',
      { tool_choice: { type: 'function', function: { name: 'x' } } },
      'tool_choice',
    ],
  ])('refuses %s', (_name, fault, param) => {
    const { status, data } = ask('/v1/chat/completions', { model: 'm', messages: say('Hi'), ...fault })
    expect(status).toBe(400)
    expect(data[0].error).toMatchObject({ type: 'invalid_request_error', param, message: expect.any(String) })
  })
})
