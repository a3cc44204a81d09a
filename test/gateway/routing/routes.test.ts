import { describe, expect, it } from 'vitest'
import { MESSAGES, RESPONSES, whole } from '../../support/calls.js'
import { VENDOR_KEY } from '../../support/test-gateway.js'
import { answer, createRoutedGateway, failure, type RoutedGateway } from './routed-gateway.js'

const KEYED = { candidates: [{ upstream: 'keyed', model: 'vendor-chat' }] }
const KEYS = ['key-of-keyed-123456', 'second-key-123456', 'third-key-1234567']

/** One call for each session; its vendor, or its key. */
async function askSessions(tested: RoutedGateway, sessions: readonly string[]): Promise<void> {
  for (const prompt_cache_key of sessions) await tested.ask('hi', { prompt_cache_key })
}

const sessions = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `session ${index}`)

describe('several keys of one upstream', () => {
  it('take turns between conversations, each of which keeps its own', async () => {
    const tested = createRoutedGateway({}, KEYED)
    await askSessions(tested, sessions(30))
    const first = tested.keys()
    expect(new Set(first)).toEqual(new Set(KEYS))
    await askSessions(tested, sessions(30))
    expect(tested.keys().slice(30)).toEqual(first)
  })

  it.each([401, 402, 403, 429])('stand in for one that got a %i, which rests', async (status) => {
    const tested = createRoutedGateway({}, KEYED)
    const bad = KEYS[1]
    tested.script('keyed', (call) =>
      call.request.headers['authorization'] === `Bearer ${bad}` ? failure(status) : answer(call),
    )
    await askSessions(tested, sessions(30))
    expect(tested.records.every((record) => record.status === 'completed')).toBe(true)
    expect(tested.keys().filter((key) => key === bad)).toHaveLength(1)
    tested.clock.advance(3_600_000)
    await askSessions(tested, sessions(30))
    expect(tested.keys().filter((key) => key === bad)).toHaveLength(2)
  })

  it('are all tried before the next vendor is', async () => {
    const tested = createRoutedGateway(
      {},
      { candidates: [...KEYED.candidates, { upstream: 'a', model: 'x' }] },
    )
    tested.script('keyed', [failure(429)])
    expect((await tested.ask()).status).toBe(200)
    expect(tested.visits()).toEqual(['keyed', 'keyed', 'keyed', 'a'])
    expect(new Set(tested.keys().slice(0, 3))).toEqual(new Set(KEYS))
    await tested.ask()
    expect(tested.visits().at(-1)).toBe('a')
  })

  it('are secrets, each of them', async () => {
    const tested = createRoutedGateway({}, KEYED)
    tested.script('keyed', [
      { ...failure(500), steps: [JSON.stringify({ error: { message: `no ${KEYS.join(' ')} here` } })] },
    ])
    const { text } = await tested.ask()
    for (const key of [...KEYS, VENDOR_KEY]) expect(text).not.toContain(key)
  })
})

describe('a conversation', () => {
  it('stays with the vendor that took over from the first one', async () => {
    const tested = createRoutedGateway()
    tested.script('a', [failure(503), answer({ json: {} } as never)])
    await askSessions(tested, ['one'])
    await askSessions(tested, ['one', 'two', 'one'])
    expect(tested.visits()).toEqual(['a', 'b', 'b', 'a', 'b'])
  })

  it.each([
    ['its own words', { messages: [{ role: 'user', content: 'a story' }] }, {}],
    ['a header', {}, { 'x-claude-code-session-id': 's1' }],
    ['another header', {}, { session_id: 's1' }],
  ])('is known by %s', async (_name, body, headers) => {
    const tested = createRoutedGateway()
    tested.script('a', [failure(503), answer({ json: {} } as never)])
    const ask = async (): Promise<void> => {
      await tested.post(
        '/v1/chat/completions',
        { model: 'test/chat', messages: [{ role: 'user', content: 'x' }], ...body },
        {
          authorization: 'Bearer cm-key-of-acme',
          ...headers,
        },
      )
    }
    await ask()
    await ask()
    expect(tested.visits()).toEqual(['a', 'b', 'b'])
  })

  it('of another account with the same name goes its own way', async () => {
    const tested = createRoutedGateway({
      accounts: ['acme', 'other'].map((id) => ({
        id,
        balanceMicro: 1_000_000,
        keys: [{ key: `cm-key-of-${id}`, id: `key_${id}` }],
      })),
    })
    tested.script('a', [failure(503), answer({ json: {} } as never)])
    const ask = (id: string) =>
      tested.post(
        '/v1/chat/completions',
        { model: 'test/chat', messages: [{ role: 'user', content: 'x' }], prompt_cache_key: 's' },
        { authorization: `Bearer cm-key-of-${id}` },
      )
    await ask('acme')
    await ask('other')
    expect(tested.visits()).toEqual(['a', 'b', 'a'])
  })
})

describe('routing by weight', () => {
  const weighted = {
    routing: 'weighted' as const,
    candidates: [
      { upstream: 'a', model: 'vendor-chat', weight: 4 },
      { upstream: 'b', model: 'vendor-chat', weight: 1 },
    ],
  }

  it('shares conversations out, and keeps each at its place', async () => {
    const tested = createRoutedGateway({}, weighted)
    await askSessions(tested, sessions(200))
    const first = tested.visits()
    const share = first.filter((name) => name === 'a').length / first.length
    expect(share).toBeGreaterThan(0.65)
    expect(share).toBeLessThan(0.95)
    await askSessions(tested, sessions(200))
    expect(tested.visits().slice(200)).toEqual(first)
  })

  it('goes to the other when one fails', async () => {
    const tested = createRoutedGateway({}, weighted)
    tested.script('a', [failure(503)])
    await askSessions(tested, sessions(10))
    expect(tested.records.map(({ route }) => route)).toEqual(sessions(10).map(() => 'b:vendor-chat'))
  })
})

describe('routing by latency', () => {
  it('goes where the first byte came soonest', async () => {
    const tested = createRoutedGateway({}, { routing: 'least-latency' })
    const after = (milliseconds: number) => (call: Parameters<typeof answer>[0]) => {
      tested.clock.advance(milliseconds)
      return answer(call)
    }
    tested.script('a', after(500))
    tested.script('b', after(50))
    await askSessions(tested, sessions(6))
    expect(tested.visits()).toEqual(['a', 'b', 'b', 'b', 'b', 'b'])
    const health = await tested.gateway.admin.upstreams.health()
    expect(health).toMatchObject([
      { route: 'a:vendor-chat', latencyMs: 500 },
      { route: 'b:vendor-chat', latencyMs: 50 },
    ])
    await askSessions(tested, ['session 0'])
    expect(tested.visits().at(-1)).toBe('a')
  })
})

describe('embeddings of a model with several candidates', () => {
  it('are made by one that has them', async () => {
    const candidates = ['m', 'a', 'b'].map((upstream) => ({ upstream, model: 'vendor-embedder' }))
    const tested = createRoutedGateway({}, { candidates })
    const embeddings = whole({ object: 'list', data: [], model: 'x', usage: { prompt_tokens: 3 } })
    tested.script('a', [failure(503)])
    tested.script('b', [embeddings])
    const { status } = await tested.post('/v1/embeddings', { model: 'test/chat', input: 'hi' })
    expect([status, tested.visits()]).toEqual([200, ['a', 'b']])
  })

  it('are refused where none has them', async () => {
    const candidates = ['m', 'm'].map((upstream) => ({ upstream, model: 'vendor-embedder' }))
    const tested = createRoutedGateway({}, { candidates })
    const { status, json } = await tested.post('/v1/embeddings', { model: 'test/chat', input: 'hi' })
    expect([status, json.error.param, tested.visits()]).toEqual([400, 'model', []])
  })
})

describe('the plain way', () => {
  it('of one candidate, one key and no retry has no attempts to tell of', async () => {
    const tested = createRoutedGateway({}, { candidates: [{ upstream: 'a', model: 'vendor-chat' }] })
    for (const { path, request } of [MESSAGES, RESPONSES]) {
      const { headers } = await tested.post(path, { ...request(), model: 'test/chat' })
      expect(headers['x-crossmodel-attempts']).toBeUndefined()
    }
    expect(tested.records.every((record) => !('attempts' in record))).toBe(true)
  })
})
