import { describe, expect, it } from 'vitest'
import type { Answer } from '../support/read-answer.js'
import { hang, refuseConnection, replaceMethods } from '../support/replace-methods.js'
import { createTestGateway, type Overrides, type TestGateway } from '../support/test-gateway.js'

type Break = (stores: TestGateway['stores'], method: typeof refuseConnection) => unknown

/** How each store stops answering. */
const BREAK: Readonly<Record<'keys' | 'ledger' | 'limits' | 'usage' | 'state', Break>> = {
  keys: ({ keys }, account) => replaceMethods(keys, { account }),
  ledger: ({ ledger }, balance) => replaceMethods(ledger, { balance }),
  limits: ({ limits }, take) => replaceMethods(limits, { take }),
  usage: ({ usage }, record) => replaceMethods(usage, { record }),
  state: ({ state }, get) => replaceMethods(state, { get }),
}

const OK = { keys: 'ok', ledger: 'ok', limits: 'ok', usage: 'ok', state: 'ok' }

async function broken(
  store: keyof typeof BREAK,
  overrides: Overrides = {},
  method: typeof refuseConnection = refuseConnection,
): Promise<TestGateway> {
  const tested = createTestGateway(overrides)
  await tested.gateway.ready()
  BREAK[store](tested.stores, method)
  return tested
}

const readiness = (tested: TestGateway): Promise<Answer> => tested.get('/readyz', {})

describe('GET /healthz', () => {
  it.each(['/healthz', '/v1/healthz', '/healthz/?x'])(
    'is a 200 without a key, whatever the stores do: %s',
    async (path) => {
      const tested = await broken('keys', {}, hang)
      expect(await tested.get(path, {})).toMatchObject({ status: 200, json: { status: 'ok' } })
    },
  )
})

describe('GET /readyz', () => {
  it('is a 200 without a key when every store answers', async () => {
    const { status, json, headers } = await readiness(createTestGateway())
    expect([status, json]).toEqual([200, { status: 'ready', stores: OK }])
    expect(headers['cache-control']).toBe('private, no-store')
  })

  it.each([
    ['keys', {}],
    ['ledger', {}],
    ['limits', { storeFailure: { limits: 'closed' } }],
  ] as const)('is a 503 where calls need a store that fails: %s', async (store, overrides) => {
    const tested = await broken(store, overrides)
    const { status, json, text } = await readiness(tested)
    expect([status, json]).toEqual([503, { status: 'unready', stores: { ...OK, [store]: 'failed' } }])
    expect(text).not.toContain('10.1.2.3')
    expect(tested.errors.map(({ error, cause }) => [error.code, String(cause)])).toEqual([
      ['db_error', 'Error: connect ECONNREFUSED 10.1.2.3:5432'],
    ])
  })

  it.each([
    ['limits', {}],
    ['ledger', { storeFailure: { ledger: 'open' } }],
    ['usage', {}],
    ['state', {}],
  ] as const)('is a 200 that says so where calls can do without: %s', async (store, overrides) => {
    const { status, json } = await readiness(await broken(store, overrides))
    expect([status, json]).toEqual([200, { status: 'degraded', stores: { ...OK, [store]: 'failed' } }])
  })

  it('does not wait for a store that hangs', async () => {
    const { status, json } = await readiness(await broken('ledger', {}, hang))
    expect([status, json.stores]).toEqual([503, { ...OK, ledger: 'failed' }])
  })

  it('asks the stores once a second, however often it is asked', async () => {
    const tested = createTestGateway()
    let asked = 0
    replaceMethods(tested.stores.ledger, (real) => ({
      balance(accountId) {
        asked += 1
        return real.balance(accountId)
      },
    }))
    await Promise.all(Array.from({ length: 50 }, () => readiness(tested)))
    expect(asked).toBe(1)
    tested.clock.advance(1000)
    await readiness(tested)
    expect(asked).toBe(2)
    // The clock was set back.
    tested.clock.advance(-1000)
    await readiness(tested)
    expect(asked).toBe(3)
  })

  it('tells HEAD the same without a body for it', async () => {
    const { status } = await (await broken('keys')).handle('/readyz', { method: 'HEAD', headers: {} })
    expect(status).toBe(503)
  })
})
