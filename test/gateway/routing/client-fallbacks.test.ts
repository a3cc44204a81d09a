import { describe, expect, it } from 'vitest'
import { MESSAGES, whole } from '../../support/calls.js'
import { refuseConnection, replaceMethods } from '../../support/replace-methods.js'
import { BALANCE, PRICE, type Overrides } from '../../support/test-gateway.js'
import { COST, createRoutedGateway, failure, type RoutedGateway } from './routed-gateway.js'

const DEAR = { inputMicroPer1M: 10_000_000, outputMicroPer1M: 20_000_000 }
const SIZE = { maxOutputTokens: 1000 }

/** `test/chat` at vendor a, `test/dear` (ten times the price) at b, `test/free` and `test/messages` at m. */
function create(overrides: Overrides = {}): RoutedGateway {
  return createRoutedGateway({
    clientFallbacks: true,
    models: [
      { id: 'test/chat', upstream: 'a', model: 'vendor-chat', price: PRICE, ...SIZE },
      { id: 'test/dear', upstream: 'b', model: 'vendor-dear', price: DEAR, ...SIZE },
      { id: 'test/free', upstream: 'm', model: 'vendor-free', price: 'free', ...SIZE },
      { id: 'test/messages', upstream: 'm', model: 'vendor-messages', price: PRICE, ...SIZE },
    ],
    aliases: { cheap: 'test/messages' },
    ...overrides,
  })
}

describe('models that a client names to fall back to', () => {
  it('are gone to in their order, and the one that answers is billed', async () => {
    const tested = create()
    tested.script('a', [failure(503)])
    const { status, json, headers } = await tested.ask('hi', { models: ['test/dear', 'test/messages'] })
    expect([status, json.model]).toEqual([200, 'test/dear'])
    expect(headers['x-crossmodel-model']).toBe('test/dear')
    expect(tested.records).toMatchObject([
      { model: 'test/dear', route: 'b:vendor-dear', costMicro: 10 * COST, attempts: [{}, {}] },
    ])
    expect(tested.wallet()).toEqual({ balanceMicro: BALANCE - 10 * COST, heldMicro: 0 })
    expect(tested.vendor.calls.every(({ json: sent }) => !('models' in sent))).toBe(true)
  })

  it('stand in for a model that is not named at all', async () => {
    const tested = create()
    const { status, json } = await tested.ask('hi', { model: undefined, models: ['test/chat', 'test/dear'] })
    expect([status, json.model, tested.visits()]).toEqual([200, 'test/chat', ['a']])
  })

  it('may have fields of their own, and be aliases', async () => {
    const tested = create()
    tested.script('a', [failure(503)])
    await tested.post(MESSAGES.path, {
      ...MESSAGES.request(),
      model: 'test/chat',
      fallbacks: [{ model: 'cheap', max_tokens: 77 }],
    })
    expect(tested.vendor.calls.map(({ json }) => json.max_completion_tokens ?? json.max_tokens)).toEqual([
      100, 77,
    ])
    expect('fallbacks' in tested.vendor.last().json).toBe(false)
  })

  it.each<[string, string, Readonly<Record<string, unknown>>, Readonly<Record<string, unknown>>]>([
    ['other messages', 'messages', {}, { messages: [{ role: 'user', content: 'other' }] }],
    ['another number of answers', 'n', {}, { n: 4 }],
    ['another end user', 'user', {}, { user: 'other' }],
    ['tools', 'tools', {}, { tools: [] }],
    ['a stream', 'stream', {}, { stream: true }],
    ['a field that nobody knows', 'x', {}, { x: 1 }],
    ['a limit where the request has none', 'max_tokens', {}, { max_tokens: 10 }],
    ['a higher limit', 'max_tokens', { max_tokens: 10 }, { max_tokens: 11 }],
    ['no limit', 'max_tokens', { max_tokens: 10 }, { max_tokens: null }],
    ['a limit that is no number', 'max_tokens', { max_tokens: 10 }, { max_tokens: 'all' }],
    ['a setting with text in it', 'reasoning', {}, { reasoning: { effort: ['read this'] } }],
  ])('have %s of their own in vain', async (_name, field, more, fields) => {
    const tested = create()
    tested.script('a', [failure(503)])
    const { status, json } = await tested.ask('hi', {
      ...more,
      models: ['test/dear', { model: 'test/messages', ...fields }],
    })
    expect([status, json.error.param, tested.visits()]).toEqual([400, `models[1].${field}`, []])
    expect(tested.wallet()).toEqual({ balanceMicro: BALANCE, heldMicro: 0 })
  })

  it.each(['test/chat', 'cheap-chat'])(
    'are none where they are the model of the request: %s',
    async (name) => {
      const tested = create({ aliases: { 'cheap-chat': 'test/chat' } })
      for (const model of ['test/chat', 'cheap-chat']) {
        await tested.ask('hi', { model, max_tokens: 10, fallbacks: [{ model: name, max_tokens: 5 }] })
        expect(tested.vendor.last().json.max_tokens).toBe(10)
      }
    },
  )

  it('are seen by the hook that may refuse, with all that they change', async () => {
    const seen: unknown[] = []
    const tested = create({ hooks: { onRequest: ({ body }) => void seen.push(body['fallbacks']) } })
    const fallbacks = [{ model: 'test/dear', temperature: 1 }]
    await tested.ask('hi', { fallbacks })
    expect(seen).toEqual([fallbacks])
  })

  it('are where a call begins when its own model is known to be broken', async () => {
    const tested = create({ breaker: { consecutiveFaults: 1 } })
    tested.script('a', [failure(503)])
    await tested.ask()
    const { status } = await tested.post(MESSAGES.path, {
      ...MESSAGES.request(),
      model: 'test/chat',
      fallbacks: [{ model: 'test/messages', max_tokens: 77 }],
    })
    expect([status, tested.visits(), tested.vendor.last().json.max_tokens]).toEqual([200, ['a', 'm'], 77])
    expect(tested.records.at(-1)).toMatchObject({ model: 'test/messages', costMicro: COST })
  })

  it('are passed by where the balance does not pay for them', async () => {
    const tested = create({ account: { balanceMicro: 3000 } })
    tested.script('a', [failure(503)])
    await tested.ask('hi', { models: ['test/dear', 'test/messages'] })
    expect(tested.visits()).toEqual(['a', 'm'])
    expect(tested.wallet()).toEqual({ balanceMicro: 3000 - COST, heldMicro: 0 })
  })

  it.each([
    ['from a price to none', 'test/chat', 'test/free', 0],
    ['from none to a price', 'test/free', 'test/chat', COST],
  ])('go %s', async (_name, model, fallback, cost) => {
    const tested = create()
    tested.script(model === 'test/chat' ? 'a' : 'm', [failure(503)])
    expect((await tested.ask('hi', { model, models: [fallback] })).status).toBe(200)
    expect(tested.records).toMatchObject([{ model: fallback, costMicro: cost }])
    expect(tested.wallet()).toEqual({ balanceMicro: BALANCE - cost, heldMicro: 0 })
  })

  it.each([
    ['open', ['a', 'b'], 200],
    ['closed', ['a'], 500],
  ] as const)(
    'are gone to while the ledger is down as the configuration says: %s',
    async (ledger, visits, code) => {
      const tested = create({ storeFailure: { ledger } })
      replaceMethods(tested.stores.ledger, { extend: refuseConnection })
      tested.script('a', [failure(503)])
      const { status } = await tested.ask('hi', { models: ['test/dear'] })
      expect([status, tested.visits()]).toEqual([code, visits])
    },
  )

  it('that are none are told of', async () => {
    const tested = create()
    tested.script('a', [failure(503)])
    const { status, headers } = await tested.ask('hi', {
      models: ['no/such', 7, 'test/dear'],
      fallbacks: 'default',
    })
    expect([status, tested.visits()]).toEqual([200, ['a', 'b']])
    const warnings = headers['x-crossmodel-warnings']
    for (const path of ['models[0]', 'models[1]', 'fallbacks']) expect(warnings).toContain(`dropped:${path}`)
  })

  it('are asked for embeddings, too, and only those that have some', async () => {
    const tested = create()
    const input = { model: 'test/chat', input: 'hello', models: ['test/messages', 'test/dear'] }
    const list = whole({
      object: 'list',
      model: 'vendor-dear',
      data: [{ object: 'embedding', index: 0, embedding: [0.5] }],
      usage: { prompt_tokens: 7, total_tokens: 7 },
    })
    tested.script('a', [failure(503)])
    tested.script('b', [list])
    const { status, json, headers } = await tested.post('/v1/embeddings', input)
    expect([status, json.model, tested.visits()]).toEqual([200, 'test/dear', ['a', 'b']])
    expect(tested.vendor.last().request.url).toBe('https://b.example/v1/embeddings')
    expect(tested.vendor.last().json).toEqual({ model: 'vendor-dear', input: 'hello' })
    expect(headers['x-crossmodel-warnings']).toBe('dropped:models[0]')
    expect(tested.records).toMatchObject([{ model: 'test/dear', costMicro: 70 }])
  })

  it('are no way around the models of a key', async () => {
    const tested = create({ key: { allowedModels: ['test/chat'] } })
    tested.script('a', [failure(503)])
    expect((await tested.ask('hi', { models: ['test/dear'] })).status).toBe(503)
    expect(tested.visits()).toEqual(['a'])
  })

  it('are the vendor’s business where nobody has switched them on', async () => {
    const tested = create({ clientFallbacks: false })
    tested.script('a', [failure(503)])
    expect((await tested.ask('hi', { models: ['test/dear'] })).status).toBe(503)
    expect(tested.vendor.last().json.models).toEqual(['test/dear'])
    const { headers } = await tested.post(MESSAGES.path, {
      ...MESSAGES.request(),
      model: 'test/dear',
      fallbacks: [{ model: 'test/chat' }],
    })
    expect(headers['x-crossmodel-warnings']).toContain('dropped:fallbacks')
  })
})
