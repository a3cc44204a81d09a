import OpenAI from 'openai'
import type { ResponseStreamParams } from 'openai/lib/responses/ResponseStream'
import { describe, expect, test } from 'vitest'
import { ask, openVendor, WEATHER_ARGUMENTS, WEATHER_SCHEMA } from './vendor.js'

const vendor = await openVendor()
const client = new OpenAI({ baseURL: vendor.baseUrls['openai-responses'], apiKey: 'any', maxRetries: 0 })
const tools: OpenAI.Responses.Tool[] = [
  { type: 'function', name: 'weather', parameters: WEATHER_SCHEMA, strict: true },
  { type: 'custom', name: 'shell' },
]

async function both(body: OpenAI.Responses.ResponseCreateParamsNonStreaming) {
  const whole = await client.responses.create(body)
  return { whole, streamed: await client.responses.stream(body as ResponseStreamParams).finalResponse() }
}

describe('responses, through the official SDK', () => {
  test('says that it is simulated and repeats the user, alike in a stream and whole', async () => {
    const { whole, streamed } = await both({ model: 'm', input: 'Hello there', instructions: 'Be brief' })
    expect(whole.output_text).toContain('simulated vendor; no model was called. You said: "Hello there"')
    expect(streamed.output_text).toBe(whole.output_text)
    expect(whole).toMatchObject({ status: 'completed', instructions: 'Be brief', parallel_tool_calls: true })
    expect(streamed.status).toBe('completed')
  })

  test('calls functions and custom tools', async () => {
    const input = '[[tool:weather]] [[tool:shell ls]]'
    const { whole, streamed } = await both({ model: 'm', input, tools })
    expect(whole.output).toMatchObject([
      {
        type: 'function_call',
        name: 'weather',
        arguments: JSON.stringify(WEATHER_ARGUMENTS),
        status: 'completed',
      },
      { type: 'custom_tool_call', name: 'shell', input: 'ls' },
    ])
    expect(streamed.output).toMatchObject(whole.output)
  })

  test('quotes the output of a tool', async () => {
    const first = await client.responses.create({ model: 'm', input: '[[tool:weather]]', tools })
    const call = first.output[0]
    if (call?.type !== 'function_call') throw new Error('expected a call')
    const { whole } = await both({
      model: 'm',
      tools,
      input: [
        { role: 'user', content: '[[tool:weather]]' },
        call,
        { type: 'function_call_output', call_id: call.call_id, output: 'Snow' },
      ],
    })
    expect(whole.output_text).toContain('Your tool answered: "Snow"')
  })

  test('reasons with a summary, and seals it for who asks', async () => {
    const { whole, streamed } = await both({
      model: 'm',
      input: '[[reason:Think hard]] Hi',
      include: ['reasoning.encrypted_content'],
    })
    expect(whole.output[0]).toMatchObject({
      type: 'reasoning',
      summary: [{ type: 'summary_text', text: 'Think hard' }],
      encrypted_content: expect.stringMatching(/^[\w+/=]{88}$/),
    })
    expect(streamed.output).toMatchObject(whole.output)
    expect(whole.usage?.output_tokens_details.reasoning_tokens).toBe(2)
  })

  test('an effort without a wish for a summary gives an item without words', async () => {
    const { whole } = await both({ model: 'm', input: 'Hi', reasoning: { effort: 'high' } })
    expect(whole.output[0]).toMatchObject({ type: 'reasoning', summary: [] })
    expect(whole.output[0]).not.toHaveProperty('encrypted_content')
    expect(whole.usage?.output_tokens_details.reasoning_tokens).toBeGreaterThan(0)
  })

  test('reports the same usage in a stream as whole, by its arithmetic', async () => {
    const input = '[[usage:input=90,cached=40,write=20,write1h=10,output=50,reasoning=30]]'
    const { whole, streamed } = await both({ model: 'm', input })
    expect(whole.usage).toEqual({
      input_tokens: 90,
      input_tokens_details: { cached_tokens: 40, cache_write_tokens: 30 },
      output_tokens: 50,
      output_tokens_details: { reasoning_tokens: 30 },
      total_tokens: 140,
    })
    expect(streamed.usage).toEqual(whole.usage)
  })

  test.each([
    ['length', { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }],
    ['content_filter', { status: 'incomplete', incomplete_details: { reason: 'content_filter' } }],
    ['refusal', { status: 'completed', output: [{ content: [{ type: 'refusal' }] }] }],
  ])('ends with %s when told', async (finish, expected) => {
    const { whole, streamed } = await both({ model: 'm', input: `[[finish:${finish}]]` })
    expect(whole).toMatchObject(expected)
    expect(streamed).toMatchObject(expected)
  })

  test('keeps the token limit', async () => {
    const { whole } = await both({ model: 'm', input: '[[tokens:50]]', max_output_tokens: 16 })
    expect(whole).toMatchObject({ status: 'incomplete', output: [{ status: 'incomplete' }] })
    expect(whole.usage?.output_tokens).toBe(16)
  })

  test('counts the tokens of an input', async () => {
    const body = { model: 'm', input: 'one two three', tools }
    const { input_tokens } = await client.responses.inputTokens.count(body)
    const { usage } = await client.responses.create(body)
    expect(input_tokens).toBe(usage?.input_tokens)
  })

  test('a failure inside the stream is a failed response, or an error before there is one', async () => {
    for (const [after, last] of [
      [4, 'response.failed'],
      [0, 'error'],
    ] as const) {
      const { names, data } = ask('/v1/responses', {
        model: 'm',
        stream: true,
        input: `[[error:429@${after}]]`,
      })
      expect(names).toHaveLength(after + 1)
      expect(names.at(-1)).toBe(last)
      expect(data.at(-1)?.sequence_number).toBe(after)
      const stream = client.responses.stream({ model: 'm', input: `[[error:429@${after}]]` })
      const ended = stream.finalResponse().then(
        ({ status }) => status,
        () => 'thrown',
      )
      expect(['failed', 'thrown']).toContain(await ended)
    }
  })
})

describe('responses, on the wire', () => {
  test('is sure of every token that is asked about, in a stream and whole', () => {
    const body = {
      model: 'm',
      input: '[[say:One two.]]',
      include: ['message.output_text.logprobs'],
      top_logprobs: 1,
    }
    const sure = ['One', ' two.'].map((token) => {
      const chance = { token, logprob: 0, bytes: [...Buffer.from(token)] }
      return { ...chance, top_logprobs: [chance] }
    })
    expect(ask('/v1/responses', body).data[0].output[0].content[0].logprobs).toEqual(sure)
    const events = ask('/v1/responses', { ...body, stream: true }).data
    const told = (type: string) =>
      events.filter((event) => event.type === type).flatMap(({ logprobs }) => logprobs)
    expect(told('response.output_text.delta')).toEqual(sure)
    expect(told('response.output_text.done')).toEqual(sure)
    expect(ask('/v1/responses', { ...body, include: [] }).data[0].output[0].content[0].logprobs).toEqual([])
  })

  test('numbers every event and frames each item', () => {
    const { names, data } = ask('/v1/responses', {
      model: 'm',
      stream: true,
      input: '[[tokens:1]][[reason:Hm]]',
    })
    expect(names).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.reasoning_summary_part.added',
      'response.reasoning_summary_text.delta',
      'response.reasoning_summary_text.done',
      'response.reasoning_summary_part.done',
      'response.output_item.done',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ])
    expect(data.map((event) => event.sequence_number)).toEqual(names.map((_, index) => index))
    expect(data.map((event) => event.type)).toEqual(names)
  })

  const call = { type: 'function_call', call_id: 'c1', name: 'weather', arguments: '{}' }
  test.each([
    ['no input', { input: [] }, 400, 'input'],
    ['a stored response', { previous_response_id: 'resp_1' }, 400, 'previous_response_id'],
    ['a stored item', { input: [{ type: 'item_reference', id: 'rs_1' }] }, 404, 'input'],
    ['a call without output', { input: [call] }, 400, 'input'],
    [
      'an output without call',
      { input: [{ type: 'function_call_output', call_id: 'c', output: '' }] },
      400,
      'input',
    ],
    ['a run in the background', { background: true }, 400, 'background'],
    ['a limit below 16', { max_output_tokens: 15 }, 400, 'max_output_tokens'],
    ['a nameless tool', { tools: [{ type: 'function' }] }, 400, 'tools[0].name'],
  ])('refuses %s', (_name, fault, expected, param) => {
    const { status, data } = ask('/v1/responses', { model: 'm', input: 'Hi', ...fault })
    expect(status).toBe(expected)
    expect(data[0].error).toMatchObject({ type: 'invalid_request_error', param })
  })
})
