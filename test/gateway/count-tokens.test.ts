import { describe, expect, it, test } from 'vitest'
import { CHAT, MESSAGES, RESPONSES, whole } from '../support/calls.js'
import type { Answer } from '../support/read-answer.js'
import {
  BASE_CONFIG,
  createTestGateway,
  PRICE,
  type TestGateway,
  VENDOR_HOST,
} from '../support/test-gateway.js'

const MESSAGES_COUNT = '/v1/messages/count_tokens'
const RESPONSES_COUNT = '/v1/responses/input_tokens'
const HEADER = 'x-crossmodel-token-count'

const GEMINI = 'test/gemini'
const createCounting = (...parameters: Parameters<typeof createTestGateway>): TestGateway =>
  createTestGateway({
    upstreams: {
      ...BASE_CONFIG.upstreams,
      gemini: { protocol: 'gemini', baseUrl: `https://${VENDOR_HOST}`, apiKey: 'vendor-key' },
    },
    models: [
      ...BASE_CONFIG.models,
      { id: GEMINI, upstream: 'gemini', model: 'vendor-gemini', price: PRICE, maxOutputTokens: 1000 },
    ],
    ...parameters[0],
  })

const TOOL = { name: 'read', description: 'Reads a file.', input_schema: { type: 'object', properties: {} } }
const messagesQuestion = (model: string, more: object = {}): object => ({
  model,
  messages: [{ role: 'user', content: 'foo' }],
  ...more,
})
const responsesQuestion = (model: string, more: object = {}): object => ({ model, input: 'foo', ...more })

/** Each endpoint, how it is asked, and the number in its answer. */
const COUNTS = [
  {
    path: MESSAGES_COUNT,
    question: messagesQuestion,
    answer: (input_tokens: unknown): unknown => ({ input_tokens }),
  },
  {
    path: RESPONSES_COUNT,
    question: responsesQuestion,
    answer: (input_tokens: unknown): unknown => ({ object: 'response.input_tokens', input_tokens }),
  },
]

const VENDORS = [
  {
    model: MESSAGES.model,
    url: `https://${VENDOR_HOST}/v1/messages/count_tokens`,
    reply: { input_tokens: 42 },
  },
  {
    model: RESPONSES.model,
    url: `https://${VENDOR_HOST}/v1/responses/input_tokens`,
    reply: { object: 'response.input_tokens', input_tokens: 42 },
  },
  {
    model: GEMINI,
    url: `https://${VENDOR_HOST}/v1beta/models/vendor-gemini:countTokens`,
    reply: { totalTokens: 42 },
  },
]

const PAIRS = COUNTS.flatMap((count) => VENDORS.map((vendor) => ({ ...count, ...vendor })))
const isNumber = expect.any(Number) as unknown
const isSome = expect.anything() as unknown

describe('case 34: tokens are counted for every model', () => {
  it.each(PAIRS)('by the vendor: $path of $model', async ({ path, question, answer, model, url, reply }) => {
    const { post, vendor } = createCounting()
    vendor.play(whole(reply))
    const got = await post(`${path}?beta=true`, question(model))
    expect([got.status, got.json]).toEqual([200, answer(42)])
    expect(got.headers).toMatchObject({ [HEADER]: 'vendor', 'x-crossmodel-model': model })
    expect(vendor.calls.map(({ request }) => request.url)).toEqual([url])
  })

  it.each(COUNTS)(
    'by an estimate that is said to be one where the vendor has no count: $path',
    async (count) => {
      const { post, vendor } = createCounting()
      const got = await post(count.path, count.question(CHAT.model))
      expect([got.status, got.json]).toEqual([200, count.answer(isNumber)])
      expect(got.headers[HEADER]).toBe('estimate')
      expect(vendor.calls).toEqual([])
    },
  )

  it.each(COUNTS)('also without /v1: $path', async ({ path, question }) => {
    const { post } = createCounting()
    expect((await post(path.slice('/v1'.length), question(CHAT.model))).status).toBe(200)
  })

  it('without charge, hold or record, and for an account without money', async () => {
    const { post, vendor, records, wallet } = createCounting({ account: { balanceMicro: 0 } })
    vendor.play(whole({ input_tokens: 42 }))
    expect((await post(MESSAGES_COUNT, messagesQuestion(MESSAGES.model))).status).toBe(200)
    expect(records).toEqual([])
    expect(wallet()).toMatchObject({ balanceMicro: 0, heldMicro: 0 })
  })
})

describe('the question for the vendor', () => {
  it('of the same protocol is the client’s own, but for the model', async () => {
    const { post, vendor } = createCounting()
    vendor.play(whole({ input_tokens: 1 }))
    const more = { tools: [TOOL], context_management: { edits: [] }, some_new_field: 1 }
    await post(MESSAGES_COUNT, messagesQuestion(MESSAGES.model, more), {
      authorization: 'Bearer cm-key-of-acme',
      'anthropic-beta': 'token-counting-2024-11-01',
    })
    const { json, request } = vendor.last()
    expect(json).toEqual(messagesQuestion('vendor-messages', more))
    expect(request.headers['anthropic-beta']).toBe('token-counting-2024-11-01')
  })

  it('of Messages holds what is counted and nothing that only says how to answer', async () => {
    const { post, vendor } = createCounting()
    vendor.play(whole({ input_tokens: 1 }))
    const more = { instructions: 'Be brief.', temperature: 0.5, max_output_tokens: 9, metadata: { a: 'b' } }
    await post(RESPONSES_COUNT, responsesQuestion(MESSAGES.model, more))
    expect(Object.keys(vendor.last().json as object).sort()).toEqual(['messages', 'model', 'system'])
  })

  it('of Gemini is a whole request, so that instructions and tools count', async () => {
    const { post, vendor } = createCounting()
    vendor.play(whole({ totalTokens: 1 }))
    await post(MESSAGES_COUNT, messagesQuestion(GEMINI, { system: 'Be brief.', tools: [TOOL] }))
    expect(vendor.last().json).toMatchObject({
      generateContentRequest: {
        model: 'models/vendor-gemini',
        contents: isSome,
        systemInstruction: isSome,
        tools: isSome,
      },
    })
  })
})

describe('case 36: a vendor that fails to count', () => {
  const FAILURES = [
    ['404', whole({ type: 'error', error: { type: 'not_found_error', message: 'no' } }, 404)],
    ['529', whole({ type: 'error', error: { type: 'overloaded_error', message: 'no' } }, 529)],
    ['no JSON', whole('<html>')],
    ['no number', whole({ input_tokens: 'many' })],
    ['a broken connection', { fault: 'connect', steps: [] }],
    ['a cut answer', { steps: ['{"input', { fault: 'reset' }] }],
  ] as const

  it.each(FAILURES)('with %s is stood in for by an estimate and stays in service', async (_name, reply) => {
    const { post, vendor, errors, records } = createCounting()
    vendor.always((call) =>
      call.request.url.endsWith('count_tokens') ? reply : whole({ type: 'message', content: [], usage: {} }),
    )
    for (let time = 0; time < 20; time++) {
      const got = await post(MESSAGES_COUNT, messagesQuestion(MESSAGES.model))
      expect([got.status, got.json, got.headers[HEADER]]).toEqual([
        200,
        { input_tokens: isNumber },
        'estimate',
      ])
    }
    expect(errors).toEqual([])
    expect((await post(MESSAGES.path, MESSAGES.request())).status).toBe(200)
    expect(records.map(({ status }) => status)).toEqual(['completed'])
  })
})

describe('the estimate', () => {
  const { post } = createCounting()
  const tokens = async (path: string, body: object): Promise<number> =>
    ((await post(path, body)).json as { input_tokens: number }).input_tokens
  const base = (): Promise<number> => tokens(MESSAGES_COUNT, messagesQuestion(CHAT.model))
  const long = 'A sentence of several words, again and again. '.repeat(40)
  const bytes = 'QUJD'.repeat(40_000)
  const block = (type: string, media_type: string): object => ({
    messages: [{ role: 'user', content: [{ type, source: { type: 'base64', media_type, data: bytes } }] }],
  })

  it.each([
    ['a system prompt', { system: long }, 300],
    ['tools', { tools: [{ ...TOOL, description: long }] }, 300],
    ['an image', block('image', 'image/png'), 1000],
    ['a document', block('document', 'application/pdf'), 1000],
  ])('case 35: counts %s', async (_name, more, least) => {
    const counted = await tokens(MESSAGES_COUNT, messagesQuestion(CHAT.model, more))
    expect(counted - (await base())).toBeGreaterThan(least)
    expect(counted).toBeLessThan(20_000)
  })

  it('counts instructions and tools alone', async () => {
    const body = { model: CHAT.model, instructions: long }
    expect(await tokens(RESPONSES_COUNT, body)).toBeGreaterThan(300)
  })

  it('counts no names, ids and settings', async () => {
    const more = { metadata: { user_id: long }, max_tokens: 10, stream: true, thinking: { type: 'adaptive' } }
    expect(await tokens(MESSAGES_COUNT, messagesQuestion(CHAT.model, more))).toBe(await base())
  })
})

describe('a question that follows a kept response', () => {
  const long = 'A sentence of several words, again and again. '.repeat(40)
  const ask = async (model: string, more: object = {}): Promise<readonly [Answer, TestGateway]> => {
    const tested = createCounting()
    const { json } = await tested.post(RESPONSES.path, { model, input: long })
    const question = responsesQuestion(model, { previous_response_id: json.id, ...more })
    return [await tested.post(RESPONSES_COUNT, question), tested]
  }

  it('is estimated with all that was said before', async () => {
    const [counted] = await ask(CHAT.model)
    expect([counted.status, counted.headers[HEADER]]).toEqual([200, 'estimate'])
    expect((counted.json as { input_tokens: number }).input_tokens).toBeGreaterThan(300)
  })

  it('reaches a vendor of another protocol whole', async () => {
    const [counted, { vendor }] = await ask(MESSAGES.model)
    expect(counted.status).toBe(200)
    expect(vendor.last().request.url).toContain('count_tokens')
    expect(vendor.last().text).toContain(long)
  })

  it('keeps nothing itself', async () => {
    const [, { vendor }] = await ask(MESSAGES.model)
    expect(vendor.last().json).not.toHaveProperty('store')
  })

  it('is refused when there is no such response', async () => {
    const [{ status, json }] = await ask(CHAT.model, { previous_response_id: 'resp_of_another' })
    expect([status, json.error.code]).toEqual([400, 'previous_response_not_found'])
  })
})

test('hooks see a question as they see a call, and may refuse it', async () => {
  const seen: string[] = []
  const { post, vendor } = createCounting({
    hooks: {
      onRequest: ({ endpoint, model }) => void seen.push(endpoint, model),
      onRoute: ({ route }) => ({ refuse: `not ${route}` }),
    },
  })
  const { status, json } = await post(MESSAGES_COUNT, messagesQuestion(MESSAGES.model))
  expect(seen).toEqual([MESSAGES_COUNT, MESSAGES.model])
  expect([status, json.error.message]).toEqual([403, 'not messages:vendor-messages'])
  expect(vendor.calls).toEqual([])
})

describe('the limits of a key', () => {
  const burst = (post: TestGateway['post'], times: number): Promise<readonly Answer[]> =>
    Promise.all(Array.from({ length: times }, () => post(MESSAGES_COUNT, messagesQuestion(CHAT.model))))

  test('are not touched by counting, and counting not by them', async () => {
    const { post } = createCounting({ key: { rpm: 1, tpm: 200, concurrency: 1 } })
    expect((await post(CHAT.path, CHAT.request())).status).toBe(200)
    expect((await burst(post, 25)).map(({ status }) => status)).toEqual(Array.from({ length: 25 }, () => 200))
    expect((await post(CHAT.path, CHAT.request())).status).toBe(429)
  })

  test('leave calls alone when counting has reached its own', async () => {
    const { post, clock } = createCounting({ key: { rpm: 1, concurrency: 1 } })
    const refused = (await burst(post, 301)).at(-1)
    expect([refused?.status, refused?.json]).toEqual([
      429,
      {
        type: 'error',
        error: {
          type: 'rate_limit_error',
          message: 'Rate limit exceeded: max 300 token counts per minute.',
        },
        request_id: expect.any(String) as unknown,
      },
    ])
    expect(Number(refused?.headers['retry-after'])).toBeGreaterThan(0)
    expect((await post(CHAT.path, CHAT.request())).status).toBe(200)
    clock.advance(60_000)
    expect((await burst(post, 1))[0]?.status).toBe(200)
  })
})

describe('a question that is wrong', () => {
  const { post } = createCounting()
  it.each([
    ['without a key', {}, messagesQuestion(CHAT.model), 401, 'authentication_error'],
    ['of an unknown model', undefined, messagesQuestion('no/model'), 404, 'not_found_error'],
    ['without messages', undefined, { model: CHAT.model }, 400, 'invalid_request_error'],
    ['without a model', undefined, { messages: [] }, 400, 'invalid_request_error'],
    ['that is no JSON', undefined, 'nonsense', 400, 'invalid_request_error'],
  ])('%s is refused in the words of Anthropic', async (_name, headers, body, status, type) => {
    const got = await post(MESSAGES_COUNT, body, headers)
    expect([got.status, got.json.type, got.json.error.type]).toEqual([status, 'error', type])
  })

  it('is refused in the words of OpenAI', async () => {
    const got = await post(RESPONSES_COUNT, responsesQuestion('no/model'))
    expect([got.status, got.json.error.code]).toEqual([404, 'model_not_found'])
    const other = await readMethod()
    expect([other.status, other.json.error.code]).toEqual([405, 'method_not_allowed'])
  })

  const readMethod = (): Promise<Answer> => createCounting().get(RESPONSES_COUNT)
})
