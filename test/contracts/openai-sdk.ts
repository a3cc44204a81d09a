import {
  APIError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  RateLimitError,
  type OpenAI,
} from 'openai'
import { describe, expect, test } from 'vitest'
import { chatAnswer, responsesAnswer, whole } from '../support/calls.js'
import {
  askForWeather,
  POOR_KEY,
  type SdkGateway,
  SLOW_KEY,
  thrownBy,
  WEATHER_SCHEMA,
} from '../support/sdk-gateway.js'

const CHAT = 'test/chat'
const RESPONSES = 'test/responses'
const OUR_ID: unknown = expect.stringMatching(/^req_cm_/)
const REFUSAL = whole({ error: { message: 'slow down' } }, 429, { 'retry-after-ms': '1' })
const user = (content: string) => [{ role: 'user' as const, content }]
const FUNCTION = { name: 'weather', description: 'Tells the weather', parameters: WEATHER_SCHEMA }

/** What the official `openai` package can do with a gateway, wherever that is mounted. */
export function describeOpenai(gateway: () => SdkGateway): void {
  describe('openai: Chat Completions', () => {
    const chat = () => gateway().openai().chat.completions

    test('gives the same answer whole and streamed, with usage and our request id', async () => {
      const request = { model: CHAT, messages: user('hello') }
      const answer = await chat().create(request)
      expect(answer).toMatchObject({ model: CHAT, choices: [{ finish_reason: 'stop' }] })
      expect(answer.choices[0]?.message.content).toContain('You said: "hello"')
      expect(answer).toMatchObject({ _request_id: OUR_ID })
      const stream = chat().stream({ ...request, stream_options: { include_usage: true } })
      const streamed = await stream.finalChatCompletion()
      expect(streamed.choices[0]?.message.content).toBe(answer.choices[0]?.message.content)
      expect([streamed.model, streamed.usage]).toEqual([CHAT, answer.usage])
      expect(gateway().records.at(-1)).toMatchObject({ status: 'completed', streamed: true })
    })

    test('streams in chunks, the first of which has the role, without usage unless asked', async () => {
      const chunks: OpenAI.ChatCompletionChunk[] = []
      for await (const chunk of await chat().create({ model: CHAT, messages: user('hello'), stream: true })) {
        chunks.push(chunk)
      }
      expect(chunks[0]?.choices[0]?.delta.role).toBe('assistant')
      expect(chunks.length).toBeGreaterThan(3)
      expect(chunks.every(({ choices, model }) => choices.length === 1 && model === CHAT)).toBe(true)
      expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('stop')
    })

    test.each([false, true])('runs a loop of tool calls (streamed: %s)', async (stream) => {
      const asked: unknown[] = []
      const tool = {
        type: 'function' as const,
        function: {
          ...FUNCTION,
          parse: (json: string): unknown => JSON.parse(json),
          function: (input: unknown) => {
            asked.push(input)
            return 'sunny'
          },
        },
      }
      const body = {
        model: CHAT,
        messages: user(askForWeather('Bern') + askForWeather('Basel')),
        tools: [tool],
      }
      const runner = stream ? chat().runTools({ ...body, stream: true }) : chat().runTools(body)
      expect(await runner.finalContent()).toContain('Your tool answered: "sunny" and "sunny"')
      expect(asked).toEqual([{ city: 'Bern' }, { city: 'Basel' }])
    })

    test('keeps reasoning, which has no field of its own in the SDK', async () => {
      const request = { model: CHAT, messages: user('[[reason:because]]') }
      const { choices } = await chat().create(request)
      expect(choices[0]?.message).toMatchObject({ reasoning_content: 'because' })
      let reasoning = ''
      for await (const { choices: deltas } of await chat().create({ ...request, stream: true })) {
        reasoning += (deltas[0]?.delta as { reasoning_content?: string } | undefined)?.reasoning_content ?? ''
      }
      expect(reasoning).toBe('because')
    })

    test('streams what the vendor has answered in one piece', async () => {
      gateway().vendor.play(chatAnswer({ prompt_tokens: 20, completion_tokens: 7, total_tokens: 27 }))
      const request = { model: CHAT, messages: user('hello'), stream_options: { include_usage: true } }
      const { choices, usage } = await chat().stream(request).finalChatCompletion()
      expect([choices[0]?.message.content, choices[0]?.finish_reason]).toEqual(['hello', 'stop'])
      expect(usage).toMatchObject({ prompt_tokens: 20, completion_tokens: 7 })
    })

    test('throws when a stream is cut or fails, after what came before', async () => {
      for (const directive of ['[[cut:3]]', '[[error:503@3]]']) {
        const stream = chat().stream({ model: CHAT, messages: user(`one two three ${directive}`) })
        let text = ''
        stream.on('content', (delta) => (text += delta))
        expect(await thrownBy(stream.finalChatCompletion())).toBeInstanceOf(APIError)
        expect(text).not.toBe('')
      }
    })
  })

  describe('openai: Responses', () => {
    const responses = () => gateway().openai().responses

    test('gives the same answer whole and streamed, with usage and our request id', async () => {
      const request = { model: RESPONSES, input: 'hello' }
      const answer = await responses().create(request)
      expect(answer).toMatchObject({ model: RESPONSES, status: 'completed' })
      expect(answer.output_text).toContain('You said: "hello"')
      expect(answer).toMatchObject({ _request_id: OUR_ID })
      const types: string[] = []
      const stream = responses().stream(request)
      stream.on('event', ({ type }) => types.push(type))
      const streamed = await stream.finalResponse()
      expect([streamed.output_text, streamed.model, streamed.usage]).toEqual([
        answer.output_text,
        RESPONSES,
        answer.usage,
      ])
      expect([types[0], types.at(-1)]).toEqual(['response.created', 'response.completed'])
    })

    test.each([false, true])('runs a loop of tool calls with reasoning (streamed: %s)', async (stream) => {
      const tools = [{ type: 'function' as const, ...FUNCTION, strict: true }]
      const ask = async (input: OpenAI.Responses.ResponseInput) => {
        const request = { model: RESPONSES, input, tools, reasoning: { summary: 'auto' as const } }
        return stream ? await responses().stream(request).finalResponse() : await responses().create(request)
      }
      const question = user(`[[reason:because]]${askForWeather('Bern')}`)
      const { output } = await ask(question)
      expect(output.map(({ type }) => type)).toEqual(['reasoning', 'function_call'])
      expect(output[0]).toMatchObject({ summary: [{ text: 'because' }] })
      expect(output[1]).toMatchObject({ name: 'weather', arguments: '{"city":"Bern"}', status: 'completed' })
      const callId = output[1]?.type === 'function_call' ? output[1].call_id : ''
      const result = { type: 'function_call_output' as const, call_id: callId, output: 'sunny' }
      const history = [...question, ...(output as OpenAI.Responses.ResponseInput), result]
      expect((await ask(history)).output_text).toContain('Your tool answered: "sunny"')
    })

    test('streams what the vendor has answered in one piece', async () => {
      gateway().vendor.play(responsesAnswer({ input_tokens: 20, output_tokens: 7, total_tokens: 27 }))
      const answer = await responses().stream({ model: RESPONSES, input: 'hello' }).finalResponse()
      expect([answer.output_text, answer.status]).toEqual(['hello', 'completed'])
      expect(answer.usage).toMatchObject({ input_tokens: 20, output_tokens: 7 })
    })

    test('throws when a stream is cut or fails', async () => {
      for (const directive of ['[[cut:5]]', '[[error:503@5]]']) {
        const stream = responses().stream({ model: RESPONSES, input: `one two ${directive}` })
        expect(await thrownBy(stream.finalResponse())).toBeInstanceOf(Error)
      }
    })
  })

  describe('openai: errors', () => {
    const ask = (client: OpenAI, content = 'hello', model = CHAT) =>
      client.chat.completions.create({ model, messages: user(content) })
    type ErrorClass = abstract new (...values: never[]) => unknown
    const CASES: readonly (readonly [string, () => PromiseLike<unknown>, ErrorClass, object])[] = [
      [
        'a wrong key',
        () => ask(gateway().openai('cm-nobody-has-this-key')),
        AuthenticationError,
        { status: 401, code: 'invalid_api_key', type: 'authentication_error' },
      ],
      [
        'an empty wallet',
        () => ask(gateway().openai(POOR_KEY)),
        APIError,
        { status: 402, code: 'insufficient_balance', type: 'billing_error' },
      ],
      [
        'an unknown model',
        () => ask(gateway().openai(), 'hello', 'no/such'),
        NotFoundError,
        { status: 404, code: 'model_not_found', param: 'model' },
      ],
      [
        'a request without messages',
        () => gateway().openai().chat.completions.create({ model: CHAT, messages: [] }),
        BadRequestError,
        { status: 400, code: 'invalid_messages' },
      ],
      [
        'a vendor in trouble',
        () => ask(gateway().openai(), '[[error:500]]'),
        InternalServerError,
        { status: 502 },
      ],
      [
        'a vendor that is full',
        () => ask(gateway().openai(), '[[error:503]]'),
        InternalServerError,
        { status: 503 },
      ],
      [
        'a vendor that refuses us',
        () => ask(gateway().openai(), '[[error:401]]'),
        InternalServerError,
        { status: 502 },
      ],
      [
        'a vendor that limits us',
        () => ask(gateway().openai(), '[[error:429]]'),
        RateLimitError,
        { status: 429 },
      ],
      [
        'a stream that never began',
        () =>
          gateway()
            .openai()
            .chat.completions.stream({ model: CHAT, messages: user('[[error:500]]') })
            .done(),
        InternalServerError,
        { status: 502 },
      ],
      [
        'an unknown model on Responses',
        () => gateway().openai().responses.create({ model: 'no/such', input: 'hello' }),
        NotFoundError,
        { status: 404, code: 'model_not_found' },
      ],
    ]

    test.each(CASES)('%s is an error of its class', async (_name, act, errorClass, fields) => {
      const thrown = await thrownBy(act())
      expect(thrown).toBeInstanceOf(errorClass)
      expect(thrown).toMatchObject({ ...fields, requestID: OUR_ID })
    })

    test('a key over its limit is told when to come back', async () => {
      const { openai } = gateway()
      await ask(openai(SLOW_KEY)).catch(() => undefined)
      const thrown = await thrownBy(ask(openai(SLOW_KEY)))
      expect(thrown).toBeInstanceOf(RateLimitError)
      const { headers, code } = thrown as RateLimitError
      expect(code).toBe('rate_limit_exceeded')
      expect(Number(headers?.get('retry-after'))).toBeGreaterThan(0)
      expect(Number(headers?.get('retry-after-ms'))).toBeGreaterThan(0)
    })

    test('the SDK retries by itself what can be retried', async () => {
      const { vendor, openai } = gateway()
      const before = vendor.calls.length
      vendor.play(REFUSAL, REFUSAL)
      expect((await ask(openai(undefined, 2))).choices[0]?.message.content).toContain('You said')
      expect(vendor.calls.length - before).toBe(3)
    })
  })

  test('openai: lists models and retrieves one by an id with a slash', async () => {
    const models: string[] = []
    for await (const { id } of gateway().openai().models.list()) models.push(id)
    expect(models).toEqual(expect.arrayContaining([CHAT, RESPONSES, 'test/messages', 'test/free']))
    expect(await gateway().openai().models.retrieve(CHAT)).toMatchObject({
      id: CHAT,
      object: 'model',
      owned_by: 'test',
    })
    expect(await thrownBy(gateway().openai().models.retrieve('no/such'))).toBeInstanceOf(NotFoundError)
  })
}
