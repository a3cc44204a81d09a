import { describe, expect, it } from 'vitest'
import type { ErrorEvent, Hooks, RequestEvent, RouteEvent } from '../../src/index.js'
import { eventually } from '../contracts/http-server.js'
import { CHAT, chatAnswer, ENDPOINTS, MESSAGES, stream, whole } from '../support/calls.js'
import { BALANCE, createTestGateway } from '../support/test-gateway.js'

describe('hooks that look', () => {
  it('see the request with its account, then the route', async () => {
    const seen: (RequestEvent | RouteEvent)[] = []
    const tested = createTestGateway({
      aliases: { fast: 'test/chat' },
      hooks: { onRequest: (event) => void seen.push(event), onRoute: (event) => void seen.push(event) },
    })
    const body = { ...CHAT.request(), model: 'fast', unknown: 1 }
    const { headers } = await tested.post(CHAT.path, body)
    const requestId = headers['x-request-id']
    expect(seen).toEqual([
      {
        requestId,
        endpoint: '/v1/chat/completions',
        identity: {
          account: expect.objectContaining({ id: 'acme' }),
          key: expect.objectContaining({ id: 'key_acme' }),
        },
        model: 'fast',
        body,
      },
      { requestId, model: 'test/chat', route: 'chat:vendor-chat' },
    ])
    expect(JSON.stringify(seen)).not.toContain('cm-key-of-acme')
  })

  it('see an error as the client does, and its cause', async () => {
    const tested = createTestGateway()
    const { json } = await tested.post(CHAT.path, { ...CHAT.request(), model: 'no/such' })
    tested.vendor.play(whole({ error: { message: 'down' } }, 500))
    await tested.post(CHAT.path, CHAT.request())
    expect(tested.errors.map(({ error }) => [error.code, error.status])).toEqual([
      ['model_not_found', 404],
      ['provider_error', 502],
    ])
    expect(tested.errors[0]?.error.message).toBe(json.error.message)
    expect(tested.errors[0]?.requestId).toMatch(/^req_cm_/)
  })

  it('see an error once', async () => {
    const tested = createTestGateway()
    tested.vendor.always(stream({ fault: 'reset' }))
    for (const { path, request } of ENDPOINTS) await tested.post(path, { ...request(), stream: true })
    await tested.post(CHAT.path, 'no json')
    await tested.get('/nothing')
    expect(tested.errors).toHaveLength(5)
    expect(new Set(tested.errors.map(({ requestId }) => requestId)).size).toBe(5)
  })

  it('may take their time', async () => {
    let done = false
    const tested = createTestGateway({
      hooks: {
        onRequest: async () => {
          await new Promise((resolve) => setTimeout(resolve, 5))
          done = true
        },
      },
    })
    await tested.post(CHAT.path, CHAT.request())
    expect([done, tested.vendor.calls.length]).toEqual([true, 1])
  })
})

describe('hooks that refuse', () => {
  const refused = (message: string): unknown => ({
    error: { message, type: 'invalid_request_error', param: null, code: 'request_refused' },
  })

  it.each<[string, Hooks]>([
    ['onRequest', { onRequest: () => ({ refuse: 'Not today.' }) }],
    ['onRoute', { onRoute: () => Promise.resolve({ refuse: 'Not today.' }) }],
  ])('by %s end the call before the vendor, with 403 in the dialect', async (_name, hooks) => {
    const tested = createTestGateway({ hooks })
    const chat = await tested.post(CHAT.path, { ...CHAT.request(), stream: true })
    expect([chat.status, chat.json]).toEqual([403, refused('Not today.')])
    const messages = await tested.post(MESSAGES.path, MESSAGES.request())
    expect([messages.status, messages.json]).toEqual([
      403,
      {
        type: 'error',
        error: { type: 'policy_blocked', message: 'Not today.' },
        request_id: messages.headers['request-id'],
      },
    ])
    expect(tested.vendor.calls).toEqual([])
    expect(tested.wallet()).toEqual({ balanceMicro: BALANCE, heldMicro: 0 })
  })

  it.each([
    [451, 451],
    [499, 499],
    [200, 403],
    [500, 403],
  ])('with %i answer with %i', async (status, expected) => {
    const tested = createTestGateway({ hooks: { onRequest: () => ({ refuse: 'no', status }) } })
    expect(await tested.post(CHAT.path, CHAT.request())).toMatchObject({
      status: expected,
      json: refused('no'),
    })
  })
})

describe('hooks that fail', () => {
  const FAILURES: readonly [string, () => never][] = [
    ['throw', () => fail(new Error('hook failed'))],
    ['throw nothing', () => fail(undefined)],
    ['reject', () => Promise.reject(new Error('hook failed')) as never],
  ]

  it.each(FAILURES)('break no request when they %s', async (_name, failing) => {
    const events: ErrorEvent[] = []
    const hooks = { onRequest: failing, onRoute: failing, onUsage: failing, onWarning: failing }
    const tested = createTestGateway({ hooks: { ...hooks, onError: (event) => void events.push(event) } })
    for (const { path, request } of ENDPOINTS) {
      expect((await tested.post(path, request())).status).toBe(200)
      expect((await tested.post(path, { ...request(), stream: true })).status).toBe(200)
    }
    await eventually(() => events.length === 18)
    expect(new Set(events.map(({ error }) => error.code))).toEqual(new Set(['internal_error']))
    expect(tested.wallet().heldMicro).toBe(0)
  })

  it.each(FAILURES)('break no error either when they %s', async (_name, failing) => {
    const tested = createTestGateway({ hooks: { onError: failing, onUsage: failing } })
    expect((await tested.post(CHAT.path, 'no json')).status).toBe(400)
    expect((await tested.post(CHAT.path, CHAT.request('[[error:503]]'))).status).toBe(503)
    expect((await tested.get('/nothing')).status).toBe(404)
  })

  it('cannot change what is billed, nor what the client gets', async () => {
    const tested = createTestGateway({
      hooks: {
        onUsage: (record) => void Object.assign(record, { costMicro: 0 }),
        onRoute: () => ({ status: 500 }) as never,
      },
    })
    tested.vendor.play(chatAnswer({ prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }))
    expect((await tested.post(CHAT.path, CHAT.request())).status).toBe(200)
    expect(tested.wallet().balanceMicro).toBe(BALANCE - 20)
    expect((await tested.get('/v1/usage')).json.daily.cost_micro).toBe(20)
  })
})

function fail(error: unknown): never {
  throw error
}
