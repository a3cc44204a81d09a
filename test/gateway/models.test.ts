import { describe, expect, it } from 'vitest'
import { CHAT, ENDPOINTS } from '../support/calls.js'
import { BASE_CONFIG, createTestGateway, KEY, PRICE, type TestGateway } from '../support/test-gateway.js'

const notFound = (model: string): unknown => ({
  error: {
    message: `Model '${model}' was not found or is unavailable.`,
    type: 'invalid_request_error',
    param: 'model',
    code: 'model_not_found',
  },
})

/** Status, id in the answer and id at the vendor of a call for a model. */
async function call(tested: TestGateway, model: string): Promise<readonly unknown[]> {
  const { status, json } = await tested.post(CHAT.path, { ...CHAT.request(), model })
  return status === 200 ? [200, json.model, tested.vendor.last().json.model] : [status, json]
}

describe('an alias', () => {
  const tested = createTestGateway({
    aliases: { fast: 'test/chat', quick: 'fast', shared: 'test/chat', 'nested/name': 'test/chat' },
    account: { aliases: { mine: 'test/free', shared: 'test/free' } },
  })

  it.each(['fast', 'quick', 'nested/name'])('%s stands for its model on every endpoint', async (alias) => {
    expect(await call(tested, alias)).toEqual([200, 'test/chat', 'vendor-chat'])
  })

  it('of the account comes before a global one', async () => {
    expect(await call(tested, 'mine')).toEqual([200, 'test/free', 'vendor-free'])
    expect(await call(tested, 'shared')).toEqual([200, 'test/free', 'vendor-free'])
  })

  it('is listed, and found, under its own name', async () => {
    const { json } = await tested.get('/v1/models')
    const names = json.data.map((entry: { id: string }) => entry.id)
    expect(names.slice(4).sort()).toEqual(['fast', 'mine', 'nested/name', 'quick', 'shared'])
    const one = await tested.get('/v1/models/nested%2Fname')
    expect(one.json).toMatchObject({ id: 'nested/name', owned_by: 'test', vendor_code: 'test' })
  })

  it('of another account is unknown', async () => {
    const accounts = [
      { id: 'a', balanceMicro: 1000, keys: [{ key: KEY }], aliases: { own: 'test/free' } },
      { id: 'b', balanceMicro: 1000, keys: [{ key: 'cm-key-of-b' }] },
    ]
    const two = createTestGateway({ accounts })
    expect((await call(two, 'own'))[0]).toBe(200)
    const other = { authorization: 'Bearer cm-key-of-b' }
    expect((await two.post(CHAT.path, { ...CHAT.request(), model: 'own' }, other)).json).toEqual(
      notFound('own'),
    )
    expect((await two.get('/v1/models', other)).text).not.toContain('"own"')
  })
})

describe('a model id', () => {
  const tested = createTestGateway({
    models: [
      { id: 'anthropic/claude-sonnet-4-6', upstream: 'chat', model: 'sonnet', price: 'free' },
      { id: 'wild/*', upstream: 'chat', model: 'hosted/*', price: PRICE },
      { id: 'wild/known', upstream: 'chat', model: 'own-name', price: 'free' },
    ],
  })

  it.each(['anthropic/claude-sonnet-4-6', 'anthropic/claude-sonnet-4.6', 'Anthropic/Claude-Sonnet-4.6'])(
    'may be spelled %s',
    async (model) => {
      expect(await call(tested, model)).toEqual([200, 'anthropic/claude-sonnet-4-6', 'sonnet'])
      const found = await tested.get(`/v1/models/${encodeURIComponent(model)}`)
      expect(found.json.id).toBe('anthropic/claude-sonnet-4-6')
    },
  )

  it('of a wildcard is what was asked for', async () => {
    expect(await call(tested, 'wild/x-1.5')).toEqual([200, 'wild/x-1.5', 'hosted/x-1.5'])
    expect(await call(tested, 'wild/org/x')).toEqual([200, 'wild/org/x', 'hosted/org/x'])
    expect(await call(tested, 'wild/known')).toEqual([200, 'wild/known', 'own-name'])
  })

  describe('behind a wildcard of a vendor whose ids have one spelling', () => {
    const claude = createTestGateway({
      upstreams: { claude: { vendor: 'anthropic', baseUrl: 'https://vendor.internal.example' } },
      models: [{ id: 'anthropic/*', upstream: 'claude', price: PRICE }],
    })

    it.each(['claude-sonnet-4-6', 'claude-sonnet-4.6', 'Claude-Sonnet-4.6', 'claude-sonnet-4.6[1m]'])(
      '%s is sent as that',
      async (name) => {
        const id = 'anthropic/claude-sonnet-4-6'
        expect(await call(claude, `anthropic/${name}`)).toEqual([200, id, 'claude-sonnet-4-6'])
        expect(claude.records.at(-1)).toMatchObject({ model: id })
      },
    )

    it('has the sizes that are known of it, whoever sets its price', async () => {
      const { json } = await claude.get('/v1/models/anthropic/claude-sonnet-4.6')
      const [tier] = json.pricing.tiers
      expect([json.id, json.context_window_tokens, json.max_output_tokens, tier.input_micro_per_1m]).toEqual([
        'anthropic/claude-sonnet-4-6',
        1_000_000,
        128_000,
        PRICE.inputMicroPer1M,
      ])
    })
  })

  it.each(['wild/*', 'wild/', 'nothing', 'no/such', 'wild/a b', 'wild/ü', `wild/${'x'.repeat(300)}`])(
    '%j is none',
    async (model) => {
      expect((await call(tested, model))[0]).toBe(404)
    },
  )

  it('cannot bring a header, or a path of the vendor, of its own', async () => {
    const calls = tested.vendor.calls.length
    for (const model of ['wild/a\r\nx-evil: 1', 'wild/..', 'wild/../files', 'wild/a/../../b', 'wild/./a']) {
      expect(await call(tested, model)).toEqual([404, notFound(model)])
    }
    expect(tested.vendor.calls).toHaveLength(calls)
    expect((await call(tested, 'wild/a..b'))[0]).toBe(200)
  })

  it('of great length is quoted in part', async () => {
    const { status, text } = await tested.post(CHAT.path, { ...CHAT.request(), model: 'x'.repeat(1_000_000) })
    expect(status).toBe(404)
    expect(text.length).toBeLessThan(1000)
    expect(tested.records.at(-1)?.model.length).toBeLessThan(1000)
  })
})

describe('an unknown model', () => {
  it('is a 404 in the dialect of the endpoint, and costs nothing', async () => {
    const tested = createTestGateway()
    const anthropic = {
      type: 'error',
      error: { type: 'not_found_error', message: "Model 'foo/bar' was not found or is unavailable." },
      request_id: expect.any(String),
    }
    const answers = ENDPOINTS.map(async ({ path, request }) => {
      const { status, json } = await tested.post(path, { ...request(), model: 'foo/bar' })
      return [status, json]
    })
    expect(await Promise.all(answers)).toEqual([
      [404, notFound('foo/bar')],
      [404, notFound('foo/bar')],
      [404, anthropic],
    ])
    expect(tested.wallet()).toEqual({ balanceMicro: 1_000_000, heldMicro: 0 })
    expect((await tested.get('/v1/models/foo/bar')).json).toEqual(notFound('foo/bar'))
  })

  it('looks the same as one that the key may not use', async () => {
    const tested = createTestGateway({
      key: { allowedModels: ['test/free', 'wild/*'] },
      models: WITH_WILDCARD,
    })
    expect(await call(tested, 'test/chat')).toEqual([404, notFound('test/chat')])
    expect(await call(tested, 'test/free')).toEqual([200, 'test/free', 'vendor-free'])
    expect(await call(tested, 'wild/one')).toEqual([200, 'wild/one', 'one'])
    const { json } = await tested.get('/v1/models')
    expect(json.data.map((entry: { id: string }) => entry.id)).toEqual(['test/free'])
    expect((await tested.get('/v1/models/test/chat')).json).toEqual(notFound('test/chat'))
  })

  it('case 56: looks the same as one without a price', async () => {
    const models = [{ id: 'wild/*', upstream: 'chat', model: '*' }]
    const tested = createTestGateway({ models })
    expect(await call(tested, 'wild/unpriced')).toEqual([404, notFound('wild/unpriced')])
    expect(tested.vendor.calls).toEqual([])
  })
})

const WITH_WILDCARD = [...BASE_CONFIG.models, { id: 'wild/*', upstream: 'chat', model: '*', price: PRICE }]

describe('the list of models', () => {
  it('serves both SDKs with one body', async () => {
    const model = {
      id: 'v/m',
      upstream: 'chat',
      price: PRICE,
      maxOutputTokens: 10,
      contextWindowTokens: 20,
    } as const
    const tested = createTestGateway({ models: [{ ...model, displayName: 'M', created: 1_700_000_000 }] })
    const entry = {
      id: 'v/m',
      object: 'model',
      created: 1_700_000_000,
      owned_by: 'v',
      type: 'model',
      display_name: 'M',
      created_at: '2023-11-14T22:13:20Z',
      max_input_tokens: 20,
      max_tokens: 10,
      vendor_code: 'v',
      context_window_tokens: 20,
      max_output_tokens: 10,
      modalities: { input: ['text'], output: ['text'] },
      capabilities: null,
      status: 'active',
      currency: 'USD',
      pricing: {
        tiers: [
          {
            threshold: null,
            input_micro_per_1m: 1_000_000,
            output_micro_per_1m: 2_000_000,
            cache_read_micro_per_1m: 100_000,
            cache_creation_micro_per_1m: 1_250_000,
            cache_creation_1h_micro_per_1m: 2_000_000,
          },
        ],
      },
    }
    const list = { object: 'list', data: [entry], has_more: false, first_id: 'v/m', last_id: 'v/m' }
    expect((await tested.get('/v1/models')).json).toEqual(list)
    expect((await tested.get('/v1/models', { 'x-api-key': KEY })).json).toEqual(list)
    expect((await tested.get('/v1/models/v/m')).json).toEqual(entry)
  })

  it('is paged as Anthropic asks', async () => {
    const tested = createTestGateway()
    const page = async (query: string): Promise<unknown> => {
      const { json } = await tested.get(`/v1/models?${query}`, { 'x-api-key': KEY })
      return [json.data.map(({ id }: { id: string }) => id), json.has_more]
    }
    expect(await page('limit=2')).toEqual([['test/chat', 'test/responses'], true])
    expect(await page('limit=2&after_id=test%2Fresponses')).toEqual([['test/messages', 'test/free'], false])
    expect(await page('limit=1&before_id=test%2Fmessages')).toEqual([['test/responses'], true])
  })

  it('is empty, with null ids, where there is none', async () => {
    const tested = createTestGateway({ models: [] })
    expect((await tested.get('/v1/models')).json).toEqual({
      object: 'list',
      data: [],
      has_more: false,
      first_id: null,
      last_id: null,
    })
  })
})

describe('candidates', () => {
  const pricey = { id: 'v/m', price: PRICE }

  it('are taken in their order, and counted by the route on the record', async () => {
    const candidates = [
      { upstream: 'chat', model: 'first' },
      { upstream: 'responses', model: 'second' },
    ]
    const tested = createTestGateway({ models: [{ ...pricey, candidates }] })
    expect(await call(tested, 'v/m')).toEqual([200, 'v/m', 'first'])
    expect(tested.records.at(-1)?.route).toBe('chat:first')
  })
})
