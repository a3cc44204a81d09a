import { describe, expect, it, test } from 'vitest'
import { defer } from '../../contracts/http-server.js'
import { CHAT, chunk, ENDPOINTS, stream, whole } from '../../support/calls.js'
import { readAnswer } from '../../support/read-answer.js'
import type { Reply } from '../../support/scripted-vendor.js'
import { BALANCE } from '../../support/test-gateway.js'
import { answer, COST, createRoutedGateway, failure } from './routed-gateway.js'

/** Everything that a vendor can do wrong before its answer has begun. */
const FAULTS: readonly (readonly [string, Reply])[] = [
  ['a 500', failure(500)],
  ['a 503', failure(503)],
  ['a 529', failure(529)],
  ['a 429', failure(429)],
  ['a 401', failure(401)],
  ['a 402', failure(402)],
  ['a 403', failure(403)],
  ['a used-up quota', failure(429, {}, 'insufficient_quota')],
  ['a missing model', failure(404, {}, 'model_not_found')],
  ['no connection', { steps: [], fault: 'connect' }],
  ['a time-out', { steps: [], fault: 'timeout' }],
  ['a reset', { steps: [], fault: 'reset' }],
  ['a page', whole('<html>bad gateway</html>', 502)],
  ['a page under status 200', whole('<html>hello</html>')],
  ['an empty body', whole('')],
  ['an empty stream', stream()],
  ['a stream of comments', stream(': hi\n\n')],
  ['a stream that breaks at once', stream({ fault: 'reset' })],
  ['an error in place of a stream', stream('data: {"error":{"message":"no","code":"server_error"}}\n\n')],
]

describe('a vendor that fails before the first byte', () => {
  it.each(FAULTS.flatMap(([name, fault]) => [false, true].map((isStream) => ({ name, fault, isStream }))))(
    'with $name is followed by the next one; streamed: $isStream',
    async ({ fault, isStream }) => {
      const tested = createRoutedGateway()
      tested.script('a', [fault])
      const { status, text, headers } = await tested.ask('hi', { stream: isStream })
      expect([status, text]).toEqual([200, expect.stringContaining('hello')])
      expect(text).not.toContain('error')
      expect(headers['x-crossmodel-attempts']).toBe('2')
      expect(tested.visits()).toEqual(['a', 'b'])
      expect(tested.records).toMatchObject([
        {
          status: 'completed',
          route: 'b:vendor-chat',
          costMicro: COST,
          attempts: [
            { route: 'a:vendor-chat', errorCode: expect.any(String) },
            { route: 'b:vendor-chat', status: 200, errorCode: null },
          ],
        },
      ])
    },
  )

  test('case 58: is not paid for: of all attempts the delivered one settles, once', async () => {
    const tested = createRoutedGateway({ retries: { attempts: 2, baseMs: 1 } })
    tested.script('a', [failure(500)])
    await tested.ask()
    expect(tested.visits()).toEqual(['a', 'a', 'a', 'b'])
    expect(tested.wallet()).toEqual({ balanceMicro: BALANCE - COST, heldMicro: 0 })
    const entries = await tested.gateway.admin.money.entries({ accountId: 'acme' })
    expect(entries.filter(({ kind }) => kind === 'hold')).toHaveLength(1)
    expect(entries.filter(({ kind }) => kind === 'settle')).toHaveLength(1)
    expect(tested.records).toHaveLength(1)
    expect(tested.records[0]?.attempts?.map(({ status }) => status)).toEqual([500, 500, 500, 200])
  })

  it.each([400, 413, 422])('with %i has the last word: the request is wrong everywhere', async (code) => {
    const tested = createRoutedGateway({ retries: { attempts: 3, baseMs: 1 } })
    tested.script('a', [failure(code)])
    const { status, headers } = await tested.ask()
    expect([status, tested.visits()]).toEqual([code, ['a']])
    expect(headers['x-crossmodel-attempts']).toBeUndefined()
    expect(tested.records[0]?.attempts).toBeUndefined()
  })

  it.each(['context_length_exceeded', 'content_policy_violation'])(
    'with %s has the last word',
    async (code) => {
      const tested = createRoutedGateway({ retries: { attempts: 3, baseMs: 1 } })
      tested.script('a', [failure(400, {}, code)])
      const { status, json } = await tested.ask()
      expect([status, json.error.code, tested.visits()]).toEqual([400, code, ['a']])
    },
  )

  it('and all the others too: the client hears what is most worth a retry of its own', async () => {
    const tested = createRoutedGateway()
    tested.script('a', [failure(429, { 'retry-after': '7' })])
    tested.script('b', [failure(401)])
    const { status, headers } = await tested.ask()
    expect([status, headers['retry-after']]).toEqual([429, '7'])
    expect(headers['x-crossmodel-attempts']).toBe('2')
    expect(tested.records).toMatchObject([
      {
        status: 'failed',
        costMicro: 0,
        attempts: [
          { status: 429, errorCode: 'rate_limit_exceeded' },
          { status: 401, errorCode: 'provider_error' },
        ],
      },
    ])
    expect(tested.wallet()).toEqual({ balanceMicro: BALANCE, heldMicro: 0 })
  })
})

describe('case 44: a stream that every vendor refuses', () => {
  it.each(ENDPOINTS)('keeps its true status, and begins nothing: $path', async ({ path, request }) => {
    const tested = createRoutedGateway()
    tested.script('a', [failure(503)])
    tested.script('b', [stream()])
    const { status, text, headers } = await tested.post(path, {
      ...request(),
      model: CHAT.model,
      stream: true,
    })
    expect([status, headers['content-type']]).toEqual([502, expect.stringContaining('application/json')])
    expect(text).not.toContain('event:')
    expect(tested.records).toMatchObject([{ status: 'failed', costMicro: 0, attempts: [{}, {}] }])
  })
})

describe('case 45: a vendor that fails within its answer', () => {
  it.each([
    ['breaks off', [{ fault: 'reset' } as const]],
    ['ends without an end', []],
    ['says an error', ['data: {"error":{"message":"no","code":"server_error"}}\n\n']],
  ])('and %s is followed by nobody: what was said is not said twice', async (_name, end) => {
    const tested = createRoutedGateway({ retries: { attempts: 3, baseMs: 1 } })
    tested.script('a', [stream(chunk({ role: 'assistant', content: 'hel' }), ...end)])
    const { text } = await tested.ask('hi', { stream: true })
    expect(tested.visits()).toEqual(['a'])
    expect(text).toContain('hel')
    expect(text).toContain('error')
    expect(tested.records).toMatchObject([{ status: 'failed', route: 'a:vendor-chat' }])
    expect(tested.records[0]?.attempts).toBeUndefined()
  })
})

describe('a fallback to a vendor of another protocol', () => {
  const candidates = [
    { upstream: 'a', model: 'vendor-chat' },
    { upstream: 'm', model: 'vendor-messages' },
  ]

  it.each(
    ENDPOINTS.flatMap(({ path, request }) => [false, true].map((isStream) => ({ path, request, isStream }))),
  )('is translated anew for clients of $path; streamed: $isStream', async ({ path, request, isStream }) => {
    const tested = createRoutedGateway({}, { candidates })
    tested.script('a', [failure(503)])
    const body = { ...request('hi'), model: CHAT.model, stream: isStream }
    const { status, text, headers } = await tested.post(path, body)
    expect([status, text]).toEqual([200, expect.stringContaining('hello')])
    expect(tested.vendor.last().json).toMatchObject({
      model: 'vendor-messages',
      max_tokens: expect.any(Number),
      messages: [{ role: 'user' }],
    })
    expect(headers['x-crossmodel-attempts']).toBe('2')
    expect(tested.records).toMatchObject([{ route: 'm:vendor-messages', costMicro: COST }])
  })

  it('tells only what the last translation lost', async () => {
    const tested = createRoutedGateway({}, { candidates: candidates.toReversed() })
    tested.script('m', [failure(503)])
    const { headers } = await tested.ask('hi', { seed: 1 })
    expect(tested.vendor.last().json.seed).toBe(1)
    expect(headers['x-crossmodel-warnings']).toBeUndefined()
  })

  it('passes by a vendor that has no words for the request', async () => {
    const tested = createRoutedGateway(
      {},
      { candidates: [...candidates, { upstream: 'b', model: 'vendor-chat' }] },
    )
    tested.script('a', [failure(503)])
    const { status } = await tested.ask('hi', { n: 2 })
    expect([status, tested.visits()]).toEqual([200, ['a', 'b']])
  })

  it('keeps headers of the vendor that failed to itself', async () => {
    const tested = createRoutedGateway({}, { candidates: candidates.toReversed() })
    const reply = stream()
    tested.script('m', [{ ...reply, headers: { ...reply.headers, 'request-id': 'of m' } }])
    const { headers } = await tested.ask('hi', { stream: true })
    expect(JSON.stringify(headers)).not.toContain('of m')
  })
})

describe('a vendor that hangs', () => {
  const HANGS: Reply = { steps: [], fault: 'timeout' }
  const candidates = ['a', 'b', 'keyed'].map((upstream) => ({ upstream, model: 'x' }))
  const headTimes = async (timeouts: object, isStream: boolean): Promise<readonly number[]> => {
    const tested = createRoutedGateway({ timeouts }, { candidates })
    for (const name of ['a', 'b']) tested.script(name, [HANGS])
    const { status } = await tested.ask('hi', { stream: isStream })
    expect([status, tested.visits()]).toEqual([200, ['a', 'b', 'keyed']])
    return tested.vendor.calls.map(({ request }) => request.headTimeoutMs)
  }

  it('holds up a stream for a bounded time while another candidate is left, and the last one as long as it likes', async () => {
    expect(await headTimes({ fallbackMs: 300 }, true)).toEqual([300, 300, 300_000])
    expect(await headTimes({}, true)).toEqual([8000, 8000, 300_000])
  })

  it('is left before the status of the stream has to be committed', async () => {
    expect(await headTimes({ commitMs: 1000 }, true)).toEqual([800, 800, 300_000])
    expect(await headTimes({ commitMs: 0 }, true)).toEqual([8000, 8000, 300_000])
  })

  it.each<[string, { readonly headMs?: number; readonly fallbackMs?: number }, boolean, number]>([
    ['a shorter limit', { headMs: 100 }, true, 100],
    ['a rule that is switched off', { fallbackMs: 0 }, true, 300_000],
    ['a whole answer, which takes as long as it takes', {}, false, 300_000],
  ])('is waited for as before with %s', async (_name, timeouts, isStream, waitMs) => {
    expect(await headTimes(timeouts, isStream)).toEqual([waitMs, waitMs, timeouts.headMs ?? 300_000])
  })

  it('is bounded where there is no other limit on its head', async () => {
    expect(await headTimes({ headMs: 0, fallbackMs: 50 }, true)).toEqual([50, 50, 0])
  })
})

describe('a stream whose status had to be committed', () => {
  it('goes on nowhere: the error comes inside it', async () => {
    const tested = createRoutedGateway({ timeouts: { commitMs: 1 } })
    const head = defer()
    tested.script('a', () => ({ ...failure(503), head: head.promise }))
    const begun = await tested.handle(CHAT.path, { body: { ...CHAT.request(), stream: true } })
    head.resolve()
    const { status, text } = await readAnswer(begun)
    expect([status, tested.visits()]).toEqual([200, ['a']])
    expect(text).toContain('error')
    expect(tested.records).toMatchObject([{ status: 'failed' }])
  })
})

describe('a client that has left', () => {
  it('is no reason to ask anybody else', async () => {
    const tested = createRoutedGateway({ retries: { attempts: 3, baseMs: 1 } })
    const controller = new AbortController()
    tested.script('a', () => {
      controller.abort()
      return failure(503)
    })
    await tested.handle(CHAT.path, { body: CHAT.request(), signal: controller.signal })
    expect(tested.visits()).toEqual(['a'])
    expect(tested.records).toMatchObject([{ status: 'aborted', costMicro: 0 }])
  })

  it('within the second try leaves a record of both', async () => {
    const tested = createRoutedGateway()
    const controller = new AbortController()
    tested.script('a', [failure(503)])
    tested.script('b', () => {
      controller.abort()
      return { steps: [], fault: 'aborted' }
    })
    await tested.handle(CHAT.path, { body: CHAT.request(), signal: controller.signal })
    expect(tested.records).toMatchObject([
      {
        status: 'aborted',
        attempts: [
          { route: 'a:vendor-chat', status: 503, errorCode: 'server_is_overloaded' },
          { route: 'b:vendor-chat', status: 499, errorCode: null },
        ],
      },
    ])
  })

  it('ends the wait before a retry', async () => {
    const tested = createRoutedGateway({ retries: { attempts: 1, baseMs: 60_000, maxMs: 60_000 } })
    const controller = new AbortController()
    tested.script('a', () => {
      setTimeout(() => controller.abort(), 5)
      return failure(503)
    })
    await tested.handle(CHAT.path, { body: CHAT.request(), signal: controller.signal })
    expect(tested.visits()).toEqual(['a'])
    expect(tested.wallet().heldMicro).toBe(0)
  })
})

describe('retries', () => {
  const single = { candidates: [{ upstream: 'a', model: 'vendor-chat' }] }

  it('are none unless they are configured', async () => {
    const tested = createRoutedGateway({}, single)
    tested.script('a', [failure(503)])
    expect((await tested.ask()).status).toBe(503)
    expect(tested.visits()).toEqual(['a'])
  })

  it.each([false, true])('try the same vendor again; streamed: %s', async (isStream) => {
    const tested = createRoutedGateway({ retries: { attempts: 2, baseMs: 1 } }, single)
    let calls = 0
    tested.script('a', (call) => ((calls += 1) < 3 ? failure(503) : answer(call)))
    const { status, headers } = await tested.ask('hi', { stream: isStream })
    expect([status, headers['x-crossmodel-attempts']]).toEqual([200, '3'])
    expect(new Set(tested.vendor.calls.map(({ text }) => text)).size).toBe(1)
  })

  it.each([
    ['retry-after', '60'],
    ['retry-after-ms', '60000'],
  ])('are left out where the vendor asks for too long a wait in %s', async (header, value) => {
    const tested = createRoutedGateway({ retries: { attempts: 2, baseMs: 1, maxMs: 1000 } }, single)
    tested.script('a', [failure(429, { [header]: value })])
    const { status, headers } = await tested.ask()
    expect([status, headers['retry-after'], tested.visits()]).toEqual([429, '60', ['a']])
  })

  it('wait no longer than the whole call may take, nor a stream for its status', async () => {
    for (const timeouts of [{ totalMs: 1000 }, { commitMs: 1000 }]) {
      const retries = { attempts: 2, baseMs: 60_000, maxMs: 60_000 }
      const tested = createRoutedGateway({ retries, timeouts }, single)
      tested.script('a', [failure(503)])
      expect((await tested.ask('hi', { stream: true })).status).toBe(503)
      expect(tested.visits()).toEqual(['a'])
    }
  })
})

describe('a hook on the route', () => {
  it('hears of every place, and may refuse one', async () => {
    const routes: string[] = []
    const tested = createRoutedGateway(
      {
        hooks: {
          onRoute({ route }) {
            routes.push(route)
            return route.startsWith('b:') ? { refuse: 'not there' } : undefined
          },
        },
      },
      {
        candidates: ['a', 'b', 'm'].map((upstream) => ({ upstream, model: 'x' })),
      },
    )
    tested.script('a', [failure(503)])
    expect((await tested.ask()).status).toBe(200)
    expect(routes).toEqual(['a:x', 'b:x', 'm:x'])
    expect(tested.visits()).toEqual(['a', 'm'])
    expect(tested.records).toMatchObject([{ route: 'm:x' }])
  })
})
