import {
  APIError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  RateLimitError,
  type Anthropic,
} from '@anthropic-ai/sdk'
import { betaTool } from '@anthropic-ai/sdk/helpers/beta/json-schema'
import { describe, expect, test } from 'vitest'
import { messagesAnswer, whole } from '../support/calls.js'
import {
  askForWeather,
  POOR_KEY,
  type SdkGateway,
  SLOW_KEY,
  thrownBy,
  WEATHER_SCHEMA,
} from '../support/sdk-gateway.js'

const MODEL = 'test/messages'
const OUR_ID: unknown = expect.stringMatching(/^req_cm_/)
const REFUSAL = whole({ type: 'error', error: { type: 'rate_limit_error', message: 'slow down' } }, 429, {
  'retry-after-ms': '1',
})
const request = (content: string) => ({
  model: MODEL,
  max_tokens: 500,
  messages: [{ role: 'user' as const, content }],
})

/** All text of a message. */
function textOf({ content }: { readonly content: readonly { readonly type: string }[] }): string {
  return content.map((block) => ('text' in block ? String(block.text) : '')).join('')
}

/** What the official `@anthropic-ai/sdk` package can do with a gateway, wherever that is mounted. */
export function describeAnthropic(gateway: () => SdkGateway): void {
  const messages = () => gateway().anthropic().messages

  describe('anthropic: Messages', () => {
    test('gives the same answer whole and streamed, with usage and our request id', async () => {
      const answer = await messages().create(request('hello'))
      expect(textOf(answer)).toContain('You said: "hello"')
      expect(answer).toMatchObject({ model: MODEL, stop_reason: 'end_turn', content: [{ type: 'text' }] })
      expect(answer).toMatchObject({ _request_id: OUR_ID })
      const stream = messages().stream(request('hello'))
      const streamed = await stream.finalMessage()
      expect([textOf(streamed), streamed.model]).toEqual([textOf(answer), MODEL])
      const { input_tokens, output_tokens } = answer.usage
      expect(streamed.usage).toMatchObject({ input_tokens, output_tokens })
      expect(stream.request_id).toEqual(OUR_ID)
      expect(gateway().records.at(-1)).toMatchObject({ status: 'completed', streamed: true })
    })

    test('streams events in their order', async () => {
      const types: string[] = []
      for await (const { type } of await messages().create({ ...request('hello'), stream: true }))
        types.push(type)
      expect([types[0], ...types.slice(-3)]).toEqual([
        'message_start',
        'content_block_stop',
        'message_delta',
        'message_stop',
      ])
    })

    test.each([false, true])('runs a loop of tool calls (streamed: %s)', async (stream) => {
      const asked: unknown[] = []
      const weather = betaTool({
        name: 'weather',
        description: 'Tells the weather',
        inputSchema: WEATHER_SCHEMA,
        run: (input) => {
          asked.push(input)
          return 'sunny'
        },
      })
      const body = { ...request(askForWeather('Bern') + askForWeather('Basel')), tools: [weather] }
      const { beta } = gateway().anthropic()
      const final = stream
        ? await beta.messages.toolRunner({ ...body, stream: true }).runUntilDone()
        : await beta.messages.toolRunner(body).runUntilDone()
      expect(textOf(final)).toContain('Your tool answered: "sunny" and "sunny"')
      expect(asked).toEqual([{ city: 'Bern' }, { city: 'Basel' }])
    })

    test.each([false, true])(
      'keeps thinking with its signature for the next turn (streamed: %s)',
      async (stream) => {
        const body = {
          ...request(`[[reason:because]]${askForWeather('Bern')}`),
          max_tokens: 3000,
          thinking: { type: 'enabled' as const, budget_tokens: 1024 },
          tools: [{ name: 'weather', input_schema: WEATHER_SCHEMA }],
        }
        const ask = async (more: Anthropic.MessageParam[] = []) => {
          const turn = { ...body, messages: [...body.messages, ...more] }
          return stream ? await messages().stream(turn).finalMessage() : await messages().create(turn)
        }
        const { content, stop_reason: stopReason } = await ask()
        expect(stopReason).toBe('tool_use')
        const [thinking, call] = content
        expect(thinking).toMatchObject({
          type: 'thinking',
          thinking: 'because',
          signature: expect.stringMatching(/./),
        })
        expect(call).toMatchObject({ type: 'tool_use', name: 'weather', input: { city: 'Bern' } })
        const id = call?.type === 'tool_use' ? call.id : ''
        const last = await ask([
          { role: 'assistant', content },
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: 'sunny' }] },
        ])
        expect(textOf(last)).toContain('Your tool answered: "sunny"')
        expect(gateway().vendor.last().json.messages[1].content[0]).toEqual(thinking)
      },
    )

    test('streams what the vendor has answered in one piece', async () => {
      gateway().vendor.play(messagesAnswer({ input_tokens: 20, output_tokens: 7 }))
      const answer = await messages().stream(request('hello')).finalMessage()
      expect([textOf(answer), answer.stop_reason]).toEqual(['hello', 'end_turn'])
      expect(answer.usage).toMatchObject({ input_tokens: 20, output_tokens: 7 })
    })

    test('throws when a stream is cut or fails, after what came before', async () => {
      for (const directive of ['[[cut:4]]', '[[error:529@4]]']) {
        const stream = messages().stream(request(`one two three ${directive}`))
        let text = ''
        stream.on('text', (delta) => (text += delta))
        expect(await thrownBy(stream.finalMessage())).toBeInstanceOf(APIError)
        expect(text).not.toBe('')
      }
    })
  })

  describe('anthropic: errors', () => {
    type ErrorClass = abstract new (...values: never[]) => unknown
    const ask = (content: string) => messages().create(request(content))
    const CASES: readonly (readonly [string, () => PromiseLike<unknown>, ErrorClass, number, string])[] = [
      [
        'a wrong key',
        () => gateway().anthropic('cm-nobody-has-this-key').messages.create(request('hello')),
        AuthenticationError,
        401,
        'authentication_error',
      ],
      [
        'an empty wallet',
        () => gateway().anthropic(POOR_KEY).messages.create(request('hello')),
        APIError,
        402,
        'billing_error',
      ],
      [
        'an unknown model',
        () => messages().create({ ...request('hello'), model: 'no/such' }),
        NotFoundError,
        404,
        'not_found_error',
      ],
      [
        'a request without messages',
        () => messages().create({ ...request('hello'), messages: [] }),
        BadRequestError,
        400,
        'invalid_request_error',
      ],
      ['a vendor in trouble', () => ask('[[error:500]]'), InternalServerError, 502, 'api_error'],
      ['a vendor that is full', () => ask('[[error:529]]'), InternalServerError, 529, 'overloaded_error'],
      ['a vendor that refuses us', () => ask('[[error:401]]'), InternalServerError, 502, 'api_error'],
      ['a vendor that limits us', () => ask('[[error:429]]'), RateLimitError, 429, 'rate_limit_error'],
      [
        'a stream that never began',
        () => messages().stream(request('[[error:500]]')).finalMessage(),
        InternalServerError,
        502,
        'api_error',
      ],
    ]

    test.each(CASES)('%s is an error of its class', async (_name, act, errorClass, status, type) => {
      const thrown = await thrownBy(act())
      expect(thrown).toBeInstanceOf(errorClass)
      expect(thrown).toMatchObject({
        status,
        error: { type: 'error', error: { type } },
        requestID: OUR_ID,
      })
    })

    test('a key over its limit is told when to come back', async () => {
      const slow = () => gateway().anthropic(SLOW_KEY).messages.create(request('hello'))
      await slow().catch(() => undefined)
      const thrown = await thrownBy(slow())
      expect(thrown).toBeInstanceOf(RateLimitError)
      const { headers } = thrown as RateLimitError
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    })

    test('the SDK retries by itself what can be retried', async () => {
      const { vendor, anthropic } = gateway()
      const before = vendor.calls.length
      vendor.play(REFUSAL, REFUSAL)
      const answer = await anthropic(undefined, 2).messages.create(request('hello'))
      expect(textOf(answer)).toContain('You said')
      expect(vendor.calls.length - before).toBe(3)
    })
  })

  test('anthropic: lists models and retrieves one by an id with a slash', async () => {
    const models: string[] = []
    for await (const { id } of gateway().anthropic().models.list()) models.push(id)
    expect(models).toEqual(expect.arrayContaining([MODEL, 'test/chat', 'test/responses', 'test/free']))
    expect(await gateway().anthropic().models.retrieve(MODEL)).toMatchObject({
      id: MODEL,
      type: 'model',
      display_name: expect.any(String),
    })
    expect(await thrownBy(gateway().anthropic().models.retrieve('no/such'))).toBeInstanceOf(NotFoundError)
  })
}
