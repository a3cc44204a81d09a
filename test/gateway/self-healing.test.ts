import { describe, expect, it, test } from 'vitest'
import { CHAT, data, event, MESSAGES, RESPONSES, stream, whole } from '../support/calls.js'
import { createTestGateway } from '../support/test-gateway.js'

const TOO_LONG =
  "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens."
const OPENAI_WORDS = `Your input exceeds the context window of this model. ${TOO_LONG}`
const CLAUDE_WORDS = 'prompt is too long: 9000 tokens > 8192 maximum'
const anthropic = (type: string, message: string): object => ({ type: 'error', error: { type, message } })
const openai = (message: string, more: object = {}): object => ({
  error: { message, type: 'BadRequestError', param: null, code: 400, ...more },
})

describe('a compatible vendor’s own words for an overflow', () => {
  it.each([CHAT, RESPONSES])(
    'become the code and the words that clients of $path know',
    async ({ path, request }) => {
      const { post, vendor } = createTestGateway()
      vendor.play(whole(openai(TOO_LONG), 400))
      const { status, json } = await post(path, request())
      expect([status, json.error.code, json.error.message]).toEqual([
        400,
        'context_length_exceeded',
        OPENAI_WORDS,
      ])
    },
  )

  it('become the words that clients of Messages know', async () => {
    const { post, vendor } = createTestGateway()
    vendor.play(whole(anthropic('invalid_request_error', TOO_LONG), 400))
    const { status, json } = await post(MESSAGES.path, MESSAGES.request())
    expect([status, json.error.type, json.error.message]).toEqual([
      400,
      'invalid_request_error',
      CLAUDE_WORDS,
    ])
  })

  it.each([CHAT, RESPONSES, MESSAGES])(
    'do not keep clients of $path from trying again with less',
    async ({ path, request }) => {
      const { post, vendor } = createTestGateway()
      vendor.play(whole(openai(TOO_LONG), 400))
      expect((await post(path, request())).headers['x-should-retry']).toBeUndefined()
    },
  )

  it('become them inside a stream, too', async () => {
    const { post, vendor } = createTestGateway()
    const start = { type: 'message', role: 'assistant', model: 'vendor-messages', content: [], usage: {} }
    vendor.play(
      stream(
        event({ type: 'message_start', message: start }),
        event({ type: 'error', error: { type: 'invalid_request_error', message: TOO_LONG } }),
      ),
    )
    const { text } = await post(MESSAGES.path, { ...MESSAGES.request(), stream: true })
    expect(text).toContain(CLAUDE_WORDS)
    expect(text).not.toContain('message_stop')
  })

  it('are what other vendors’ are for clients of Messages', async () => {
    const { post, vendor } = createTestGateway()
    vendor.play(whole(openai(TOO_LONG), 400), stream(data(openai(TOO_LONG))))
    const body = { ...MESSAGES.request(), model: CHAT.model }
    for (const isStream of [false, true]) {
      const { status, json } = await post(MESSAGES.path, { ...body, stream: isStream })
      expect([status, json.error.message]).toEqual([400, CLAUDE_WORDS])
    }
  })
})

test('an overflow that says it as it should goes through byte for byte', async () => {
  const { post, vendor } = createTestGateway()
  const body = `{ "type":"error", "error":{"type":"invalid_request_error","message":"${CLAUDE_WORDS}"} }`
  vendor.play(whole(body, 400))
  expect((await post(MESSAGES.path, MESSAGES.request())).text).toBe(body)
})

test('a rate limit and an overload have their codes, whatever the vendor calls them', async () => {
  const { post, vendor } = createTestGateway()
  vendor.play(
    whole(openai('Slow down.', { code: 1302, type: 'x' }), 429, { 'retry-after': '7' }),
    whole(anthropic('api_error', 'Too many.'), 429),
    whole(anthropic('api_error', 'Busy.'), 529),
  )
  const chat = await post(CHAT.path, CHAT.request())
  expect([chat.status, chat.json.error.code, chat.headers['retry-after']]).toEqual([
    429,
    'rate_limit_exceeded',
    '7',
  ])
  const limited = await post(MESSAGES.path, MESSAGES.request())
  expect([limited.status, limited.json.error.type]).toEqual([429, 'rate_limit_error'])
  const busy = await post(MESSAGES.path, MESSAGES.request())
  expect([busy.status, busy.json.error.type]).toEqual([529, 'overloaded_error'])
})

test('a capability that a vendor lacks is named to clients of Messages', async () => {
  const { post, vendor } = createTestGateway()
  vendor.play(whole(openai('No endpoints found that support image input', { code: 404 }), 404))
  const { status, json } = await post(MESSAGES.path, { ...MESSAGES.request(), model: CHAT.model })
  expect([status, json.error]).toEqual([
    400,
    { type: 'invalid_request_error', message: 'capability_rejected: image_block' },
  ])
})
