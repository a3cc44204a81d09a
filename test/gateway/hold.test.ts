import { describe, expect, it, test } from 'vitest'
import { estimateInputTokens, holdAmount, type JsonObject, type Ledger } from '../../src/index.js'
import { defer, eventually } from '../contracts/http-server.js'
import { CHAT, chatAnswer, type Endpoint, ENDPOINTS, MESSAGES, RESPONSES, whole } from '../support/calls.js'
import { readAnswer } from '../support/read-answer.js'
import { BALANCE, createTestGateway, PRICE, type TestGateway } from '../support/test-gateway.js'

const holdOf = (request: object, outputTokens: number): number =>
  holdAmount({ inputTokens: estimateInputTokens(request as JsonObject), outputTokens, price: PRICE })

const LIMITED = { ...CHAT.request(), max_tokens: 100 }
const HOLD = holdOf(LIMITED, 100)
const USAGE = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }
const COST = 20

const uncollected = async (tested: TestGateway): Promise<unknown> => (await tested.get('/v1/credits')).json

/** A vendor that answers when the gate opens. */
function gated(tested: TestGateway): { open(): void } {
  const gate = defer()
  tested.vendor.always({ steps: [gate.promise, ...chatAnswer(USAGE).steps] })
  return { open: () => gate.resolve() }
}

describe('the hold of a call', () => {
  it('is shown as uncollected while the call runs, and settled by what was used', async () => {
    const tested = createTestGateway()
    const gate = gated(tested)
    const answer = tested.post(CHAT.path, LIMITED)
    await eventually(() => tested.vendor.calls.length === 1)
    expect(await uncollected(tested)).toEqual({
      currency: 'USD',
      balance_micro: BALANCE,
      uncollected_micro: HOLD,
    })
    gate.open()
    await answer
    expect(await uncollected(tested)).toEqual({
      currency: 'USD',
      balance_micro: BALANCE - COST,
      uncollected_micro: 0,
    })
  })

  it.each(ENDPOINTS)(
    'covers the estimated input and the output limit of the client on $path',
    async (endpoint) => {
      const tested = createTestGateway()
      const request = { ...endpoint.request(), [endpoint.limitField]: 70 }
      expect(await heldDuring(tested, endpoint, request)).toBe(holdOf(request, 70))
    },
  )

  it('covers the output limit of the model when the client has none', async () => {
    const tested = createTestGateway()
    expect(await heldDuring(tested, CHAT, CHAT.request())).toBe(holdOf(CHAT.request(), 1000))
  })

  it.each(['anthropic/claude-haiku-4-5', 'anthropic/*'])(
    'covers the output limit of a known model, whatever it is sold for: %s',
    async (id) => {
      const models = [{ id, upstream: 'messages', model: id.replace('anthropic/', ''), price: PRICE }]
      const tested = createTestGateway({ models })
      const request = { ...MESSAGES.request(), model: 'anthropic/claude-haiku-4-5', max_tokens: undefined }
      const held = await heldDuring(tested, MESSAGES, request)
      expect(held).toBe(holdOf(request, 64_000))
    },
  )

  it('covers every answer that was asked for', async () => {
    const tested = createTestGateway()
    const request = { ...LIMITED, n: 3 }
    expect(await heldDuring(tested, CHAT, request)).toBe(holdOf(request, 300))
  })

  it('covers a long text however blank it is in places', async () => {
    const tested = createTestGateway({ account: { balanceMicro: 5000 } })
    const text = `${' '.repeat(256)}${'語'.repeat(1500)}`.repeat(5)
    expect((await tested.post(CHAT.path, { ...CHAT.request(text), max_tokens: 1 })).status).toBe(402)
    expect(tested.vendor.calls).toEqual([])
  })

  it('is none for a free model', async () => {
    const tested = createTestGateway({ account: { balanceMicro: undefined } })
    const { status } = await tested.post(CHAT.path, { ...LIMITED, model: 'test/free' })
    expect([status, tested.records[0]?.costMicro]).toEqual([200, 0])
  })

  test('case 51: comes back whole when the vendor fails', async () => {
    const tested = createTestGateway()
    tested.vendor.play(whole({ error: { message: 'no' } }, 500), { steps: [], fault: 'connect' })
    expect((await tested.post(CHAT.path, LIMITED)).status).toBe(502)
    expect((await tested.post(CHAT.path, LIMITED)).status).toBe(502)
    expect(tested.wallet()).toEqual({ balanceMicro: BALANCE, heldMicro: 0 })
    expect(tested.records.map(({ costMicro }) => costMicro)).toEqual([0, 0])
  })

  test('case 54: expires, so that a call that nobody ended does not keep it for ever', async () => {
    const tested = createTestGateway({ account: { balanceMicro: HOLD } })
    tested.stores.ledger.hold({
      holdId: 'lost',
      accountId: 'acme',
      amountMicro: HOLD,
      expiresAt: tested.clock.now() + 1000,
    })
    expect((await tested.post(CHAT.path, LIMITED)).status).toBe(402)
    expect(await uncollected(tested)).toMatchObject({ uncollected_micro: HOLD })
    tested.clock.advance(1000)
    expect(await uncollected(tested)).toMatchObject({ uncollected_micro: 0 })
    tested.stores.ledger.hold({ holdId: 'lost too', accountId: 'acme', amountMicro: HOLD, expiresAt: 0 })
    expect((await tested.post(CHAT.path, LIMITED)).status).toBe(200)
  })

  test('case 58: is one for a request, settled once', async () => {
    const steps: string[] = []
    const { stores } = createTestGateway()
    const ledger: Ledger = {
      ...stores.ledger,
      hold: (request) => (steps.push('hold'), stores.ledger.hold(request)),
      settle: (id, cost) => (steps.push(`settle ${cost}`), stores.ledger.settle(id, cost)),
      release: (id) => (steps.push('release'), stores.ledger.release(id)),
    }
    const tested = createTestGateway({ stores: { ledger } })
    tested.vendor.play(chatAnswer(USAGE), whole({ error: { message: 'no' } }, 503))
    await tested.post(CHAT.path, LIMITED)
    await tested.post(CHAT.path, LIMITED)
    expect(steps).toEqual(['hold', `settle ${COST}`, 'hold', 'release'])
  })
})

/** What a call holds while it is with the vendor. */
async function heldDuring(tested: TestGateway, endpoint: Endpoint, request: object): Promise<number> {
  const gate = defer()
  tested.vendor.play({ steps: [gate.promise] })
  const answer = tested.post(endpoint.path, request)
  await eventually(() => tested.vendor.calls.length > 0)
  const { heldMicro } = tested.wallet()
  gate.resolve()
  await answer
  return heldMicro
}

describe('funds for some of the calls at once', () => {
  test('case 53: 100 calls with funds for 10: exactly 10 pass, and the balance is never negative', async () => {
    const tested = createTestGateway({ account: { balanceMicro: 10 * HOLD } })
    const gate = gated(tested)
    const answers = Array.from({ length: 100 }, () => tested.post(CHAT.path, LIMITED))
    const refused = await Promise.race([Promise.all(answers.slice(10)), Promise.all(answers.slice(0, 10))])
    expect(refused).toHaveLength(90)
    expect(tested.wallet()).toEqual({ balanceMicro: 10 * HOLD, heldMicro: 10 * HOLD })
    gate.open()
    const statuses = (await Promise.all(answers)).map(({ status }) => status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(10)
    expect(statuses.filter((status) => status === 402)).toHaveLength(90)
    expect(tested.vendor.calls).toHaveLength(10)
    expect(tested.wallet()).toEqual({ balanceMicro: 10 * (HOLD - COST), heldMicro: 0 })
  })

  test('case 65: what is reserved counts at once, not when it is settled', async () => {
    const tested = createTestGateway({ account: { balanceMicro: HOLD } })
    const gate = gated(tested)
    const first = tested.post(CHAT.path, LIMITED)
    const second = await tested.post(CHAT.path, LIMITED)
    expect(second.status).toBe(402)
    gate.open()
    expect((await first).status).toBe(200)
  })

  test('case 55: reserve and settle leave no fraction behind, however often', async () => {
    const tested = createTestGateway({ account: { balanceMicro: 1_000_000 } })
    tested.vendor.always(chatAnswer({ ...USAGE, prompt_tokens_details: { cached_tokens: 3 } }))
    for (let count = 0; count < 200; count += 1) await tested.post(CHAT.path, LIMITED)
    // 7 × 1 + 3 × 0.1 + 5 × 2 = 17.3, rounded up once.
    expect(tested.wallet()).toEqual({ balanceMicro: 1_000_000 - 200 * 18, heldMicro: 0 })
  })

  it('a call that costs more than its hold takes what is left and no more', async () => {
    const tested = createTestGateway({ account: { balanceMicro: HOLD } })
    tested.vendor.play(chatAnswer({ prompt_tokens: 10, completion_tokens: 500, total_tokens: 510 }))
    expect((await tested.post(CHAT.path, LIMITED)).status).toBe(200)
    expect(tested.wallet()).toEqual({ balanceMicro: 0, heldMicro: 0 })
    expect(tested.records[0]).toMatchObject({ costMicro: 1010, shortfallMicro: 1010 - HOLD })
  })
})

describe('the output limit', () => {
  const balanceFor = (request: object, outputTokens: number): number => holdOf(request, outputTokens)

  it.each([CHAT, RESPONSES])(
    'is reduced to what the balance can pay, and told to the vendor ($path)',
    async (endpoint) => {
      const tested = createTestGateway({ account: { balanceMicro: balanceFor(endpoint.request(), 321) } })
      expect((await tested.post(endpoint.path, endpoint.request())).status).toBe(200)
      expect(tested.vendor.last().json[endpoint.limitField]).toBe(321)
    },
  )

  it('of the client is never changed', async () => {
    const tested = createTestGateway()
    await tested.post(MESSAGES.path, MESSAGES.request())
    expect(tested.vendor.last().json.max_tokens).toBe(100)
    const poor = createTestGateway({ account: { balanceMicro: HOLD - 1 } })
    expect((await poor.post(CHAT.path, LIMITED)).status).toBe(402)
  })

  it('is not told when the balance pays for all that the model can give', async () => {
    const tested = createTestGateway()
    await tested.post(CHAT.path, CHAT.request())
    expect(tested.vendor.last().text).not.toContain('max_')
  })

  it('is not reduced below what is worth a call', async () => {
    const tested = createTestGateway({ account: { balanceMicro: balanceFor(CHAT.request(), 15) } })
    expect((await tested.post(CHAT.path, CHAT.request())).status).toBe(402)
    expect(tested.vendor.calls).toEqual([])
  })
})

it('a store that fails before the call is a 500, and nothing is sent', async () => {
  const ledger = { hold: () => Promise.reject(new Error('connect 10.1.2.3')) }
  const { stores } = createTestGateway()
  const tested = createTestGateway({ stores: { ledger: { ...stores.ledger, ...ledger } } })
  const { status, json } = await readAnswer(await tested.handle(CHAT.path, { body: LIMITED }))
  expect([status, json]).toEqual([
    500,
    {
      error: {
        message: 'The limits or the balance could not be checked. Try again later.',
        type: 'api_error',
        param: null,
        code: 'db_error',
      },
    },
  ])
  expect(tested.vendor.calls).toEqual([])
})
