import { describe, expect, it } from 'vitest'
import { defer, eventually } from '../contracts/http-server.js'
import { CHAT, chatAnswer, MESSAGES } from '../support/calls.js'
import { createTestGateway } from '../support/test-gateway.js'

const openai = (code: string, message: string): unknown => ({
  error: { message, type: 'billing_error', param: null, code },
})
const anthropic = (message: string): unknown => ({
  type: 'error',
  error: { type: 'billing_error', message },
  request_id: expect.stringMatching(/^req_cm_/),
})

describe('a call that cannot be paid', () => {
  const NO_FUNDS = 'Insufficient balance. Top up to continue.'

  it('is a 402 in the dialect of the endpoint, and nothing is generated', async () => {
    const tested = createTestGateway({ account: { balanceMicro: 10 } })
    const chat = await tested.post(CHAT.path, CHAT.request())
    expect([chat.status, chat.json]).toEqual([402, openai('insufficient_balance', NO_FUNDS)])
    const messages = await tested.post(MESSAGES.path, MESSAGES.request())
    expect([messages.status, messages.json]).toEqual([402, anthropic(NO_FUNDS)])
    for (const { headers } of [chat, messages]) {
      expect(headers['retry-after']).toBeUndefined()
      expect(headers['x-should-retry']).toBe('false')
    }
    expect(tested.vendor.calls).toEqual([])
    expect(tested.wallet()).toEqual({ balanceMicro: 10, heldMicro: 0 })
  })

  it('is a 402 for a stream as well', async () => {
    const tested = createTestGateway({ account: { balanceMicro: 10 } })
    const { status, json } = await tested.post(CHAT.path, { ...CHAT.request(), stream: true })
    expect([status, json]).toEqual([402, openai('insufficient_balance', NO_FUNDS)])
  })

  it('tells to retry when only calls in flight are the cause', async () => {
    const tested = createTestGateway({ account: { balanceMicro: 300 } })
    const gate = defer()
    tested.vendor.always({ steps: [gate.promise, ...chatAnswer().steps] })
    const request = { ...CHAT.request(), max_tokens: 100 }
    const first = tested.post(CHAT.path, request)
    await eventually(() => tested.vendor.calls.length === 1)
    const waiting = await tested.post(CHAT.path, request)
    expect([waiting.status, waiting.json]).toEqual([
      402,
      openai(
        'insufficient_balance',
        'Insufficient balance. Requests in flight hold the rest; retry when they have ended.',
      ),
    ])
    expect([waiting.headers['retry-after'], waiting.headers['retry-after-ms']]).toEqual(['1', '1000'])
    expect(waiting.headers['x-should-retry']).toBeUndefined()
    const hopeless = await tested.post(CHAT.path, { ...request, max_tokens: 1000 })
    expect([hopeless.status, hopeless.json]).toEqual([402, openai('insufficient_balance', NO_FUNDS)])
    expect(hopeless.headers['retry-after']).toBeUndefined()
    gate.resolve()
    await first
    expect((await tested.post(CHAT.path, request)).status).toBe(200)
  })

  it('says that there is no wallet where there is none', async () => {
    const tested = createTestGateway({ account: { balanceMicro: undefined } })
    const message = 'Insufficient balance. This account has no wallet yet; top up to start using the API.'
    const chat = await tested.post(CHAT.path, CHAT.request())
    expect([chat.status, chat.json]).toEqual([402, openai('no_wallet', message)])
    const messages = await tested.post(MESSAGES.path, MESSAGES.request())
    expect([messages.status, messages.json]).toEqual([402, anthropic(message)])
    expect((await tested.get('/v1/credits')).json).toEqual({
      currency: 'USD',
      balance_micro: 0,
      uncollected_micro: 0,
    })
  })

  it('is on the record with its error and no cost', async () => {
    const tested = createTestGateway({ account: { balanceMicro: 10 } })
    await tested.post(CHAT.path, CHAT.request())
    expect(tested.records).toMatchObject([
      { status: 'failed', httpStatus: 402, errorCode: 'insufficient_balance', costMicro: 0 },
    ])
  })
})
