import { describe, expect, it } from 'vitest'
import { endUserScope, keyScope } from '../../src/gateway/admit/spend-scopes.js'
import { estimateInputTokens, holdAmount } from '../../src/index.js'
import { defer, eventually } from '../contracts/http-server.js'
import { CHAT, chatAnswer, MESSAGES } from '../support/calls.js'
import { createTestGateway, type Overrides, PRICE, type TestGateway } from '../support/test-gateway.js'

const LIMITED = { ...CHAT.request(), max_tokens: 100 }
const HOLD = holdAmount({
  inputTokens: estimateInputTokens(LIMITED),
  outputTokens: 100,
  price: PRICE,
})
const USAGE = { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 }
const COST = 50
const DAY_MS = 86_400_000

function start(key: Overrides['key']): TestGateway {
  const tested = createTestGateway({ key: key ?? {} })
  tested.vendor.always(chatAnswer(USAGE))
  return tested
}

const call = async (tested: TestGateway, more: object = {}): Promise<number> =>
  (await tested.post(CHAT.path, { ...LIMITED, ...more })).status

describe('the spend limit of a key', () => {
  it('refuses a call that it does not bear, and is named', async () => {
    const tested = start({ spendLimits: { dayMicro: HOLD } })
    expect(await call(tested)).toBe(200)
    const { status, json, headers } = await tested.post(CHAT.path, LIMITED)
    expect([status, json]).toEqual([
      402,
      {
        error: {
          message:
            'Insufficient balance. This request may cost more than the daily spend limit of this API key has left.',
          type: 'billing_error',
          param: null,
          code: 'insufficient_balance',
        },
      },
    ])
    expect(headers['retry-after']).toBeUndefined()
    expect(headers['x-should-retry']).toBe('false')
    expect(tested.vendor.calls).toHaveLength(1)
  })

  it('says when it is used up, in the dialect of the client', async () => {
    const tested = start({ spendLimits: { dayMicro: COST, monthMicro: 10 * HOLD } })
    tested.stores.ledger.hold({
      holdId: 'earlier',
      accountId: 'acme',
      amountMicro: COST,
      expiresAt: tested.clock.now() + 1000,
      scopes: [{ scope: keyScope('key_acme'), limits: [] }],
    })
    tested.stores.ledger.settle('earlier', COST)
    const { status, json } = await tested.post(MESSAGES.path, MESSAGES.request())
    const midnight = new Date(Math.floor(tested.clock.now() / DAY_MS) * DAY_MS + DAY_MS).toISOString()
    expect([status, json]).toMatchObject([
      402,
      {
        error: {
          type: 'billing_error',
          message: `Insufficient balance. This API key has reached its daily spend limit; it starts anew at ${midnight}.`,
        },
      },
    ])
  })

  it('tells to retry when only calls in flight are the cause', async () => {
    const tested = start({ spendLimits: { weekMicro: HOLD } })
    const gate = defer()
    tested.vendor.play({ steps: [gate.promise, ...chatAnswer(USAGE).steps] })
    const first = tested.post(CHAT.path, LIMITED)
    await eventually(() => tested.vendor.calls.length === 1)
    const second = await tested.post(CHAT.path, LIMITED)
    expect(second.status).toBe(402)
    expect(second.headers['retry-after']).toBe('1')
    gate.resolve()
    expect((await first).status).toBe(200)
  })

  it('starts anew with the next day', async () => {
    const tested = start({ spendLimits: { dayMicro: HOLD } })
    expect([await call(tested), await call(tested)]).toEqual([200, 402])
    tested.clock.advance(DAY_MS)
    expect(await call(tested)).toBe(200)
  })

  it('counts the spend of a month over its days', async () => {
    const tested = start({ spendLimits: { monthMicro: HOLD + COST } })
    expect(await call(tested)).toBe(200)
    tested.clock.advance(DAY_MS)
    expect([await call(tested), await call(tested)]).toEqual([200, 402])
  })

  it('lets a whole call without a limit of its own be as long as it bears', async () => {
    const tested = start({ spendLimits: { dayMicro: HOLD } })
    expect((await tested.post(CHAT.path, CHAT.request())).status).toBe(200)
    expect(tested.vendor.last().json.max_completion_tokens).toBeGreaterThanOrEqual(100)
    expect(tested.vendor.last().json.max_completion_tokens).toBeLessThan(110)
  })

  it('is counted where there is none', async () => {
    const tested = start({})
    await call(tested)
    expect(tested.stores.ledger.spent(keyScope('key_acme'), 0)).toBe(COST)
  })
})

describe('the spend limit of the end users of a key', () => {
  it('is one for each of them', async () => {
    const tested = start({ endUserSpendLimits: { dayMicro: HOLD + COST - 1 } })
    const statuses = [
      await call(tested, { user: 'ann' }),
      await call(tested, { user: 'ann' }),
      await call(tested, { user: 'bob' }),
      await call(tested),
    ]
    expect(statuses).toEqual([200, 402, 200, 200])
    expect(tested.stores.ledger.spent(endUserScope('key_acme', 'ann'), 0)).toBe(COST)
  })

  it('is named in the refusal', async () => {
    const tested = start({ endUserSpendLimits: { dayMicro: 1 } })
    const { json } = await tested.post(CHAT.path, { ...LIMITED, user: 'ann' })
    expect(json.error.message).toBe(
      'Insufficient balance. This request may cost more than the daily spend limit of this end user has left.',
    )
  })
})
