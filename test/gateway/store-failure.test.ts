import { describe, expect, it, test } from 'vitest'
import type { StoreFailureEvent } from '../../src/gateway/hooks.js'
import type { MemoryLedger } from '../../src/stores/memory/ledger.js'
import { defer, eventually, pause } from '../contracts/http-server.js'
import { posting } from '../contracts/samples.js'
import { CHAT, chatAnswer, chatStream, stream, whole } from '../support/calls.js'
import { hang, refuseConnection, replaceMethods } from '../support/replace-methods.js'
import { BALANCE, createTestGateway, type Overrides, type TestGateway } from '../support/test-gateway.js'

const USAGE = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }
const COST = 20
const SOON = { storeMs: 20 } as const

interface Watched extends TestGateway {
  readonly failures: StoreFailureEvent[]
}

function start(overrides: Overrides = {}): Watched {
  const failures: StoreFailureEvent[] = []
  const tested = createTestGateway({
    ...overrides,
    hooks: { onStoreFailure: (event) => void failures.push(event) },
  })
  tested.vendor.always(chatAnswer(USAGE))
  return { ...tested, failures }
}

const call = (tested: TestGateway): ReturnType<TestGateway['post']> => tested.post(CHAT.path, CHAT.request())
/** The hold is placed, but nobody hears of it. */
const loseHoldAnswer = (real: Pick<MemoryLedger, 'hold'>): Pick<MemoryLedger, 'hold'> => ({
  hold: (request) => (real.hold(request), refuseConnection()),
})
const charged = { balanceMicro: BALANCE - COST, heldMicro: 0 }
const untouched = { balanceMicro: BALANCE, heldMicro: 0 }

describe('a limit store that fails', () => {
  const limited = { key: { rpm: 60, tpm: 100_000, concurrency: 2 } }

  test('case 70: lets calls pass without limits, and every one of them is counted', async () => {
    const tested = start(limited)
    replaceMethods(tested.stores.limits, { take: refuseConnection })
    const { status, headers } = await call(tested)
    expect(status).toBe(200)
    expect(Object.keys(headers).filter((name) => name.includes('ratelimit'))).toEqual([])
    expect(tested.failures).toMatchObject([{ store: 'limits', operation: 'take', passed: true, lost: null }])
    expect(tested.wallet()).toEqual(charged)
  })

  test('case 70: refuses every call where it is configured to', async () => {
    const tested = start({ ...limited, storeFailure: { limits: 'closed' } })
    replaceMethods(tested.stores.limits, { take: refuseConnection })
    const { status, json } = await call(tested)
    expect([status, json.error.code]).toEqual([500, 'db_error'])
    expect(tested.failures).toMatchObject([{ store: 'limits', operation: 'take', passed: false }])
    expect(tested.vendor.calls).toEqual([])
    expect(tested.wallet()).toEqual(untouched)
  })

  it('that hangs is waited for only so long', async () => {
    const tested = start({ ...limited, timeouts: SOON })
    replaceMethods(tested.stores.limits, { take: hang })
    expect((await call(tested)).status).toBe(200)
    expect(tested.failures).toMatchObject([{ store: 'limits', passed: true }])
  })

  it('whose answer alone was lost keeps no slot taken', async () => {
    const tested = start({ key: { concurrency: 1 } })
    const mend = replaceMethods(tested.stores.limits, (real) => ({
      take: (request) => (real.take(request), refuseConnection()),
    }))
    expect((await call(tested)).status).toBe(200)
    mend()
    expect(await firstSuccess(tested)).toBe(200)
  })
})

/** Calls until one is not limited any more; the test's own timeout ends a wait in vain. */
async function firstSuccess(tested: TestGateway): Promise<number> {
  for (;;) {
    const { status } = await call(tested)
    if (status !== 429) return status
    await pause(10)
  }
}

describe('a ledger that fails before a call', () => {
  it('refuses it, sends nothing, and gives back what the limits have taken', async () => {
    const tested = start({ key: { concurrency: 1, tpm: 100_000 } })
    const mend = replaceMethods(tested.stores.ledger, { hold: refuseConnection })
    const { status, json } = await call(tested)
    expect([status, json.error.code]).toEqual([500, 'db_error'])
    expect(tested.failures).toMatchObject([{ store: 'ledger', operation: 'hold', passed: false }])
    expect(tested.vendor.calls).toEqual([])
    mend()
    expect((await call(tested)).status).toBe(200)
    expect(tested.wallet()).toEqual(charged)
  })

  it('that hangs is waited for only so long', async () => {
    const tested = start({ timeouts: SOON })
    replaceMethods(tested.stores.ledger, { hold: hang })
    expect((await call(tested)).status).toBe(500)
    expect(tested.vendor.calls).toEqual([])
  })

  it('whose answer alone was lost keeps no money held', async () => {
    const tested = start()
    replaceMethods(tested.stores.ledger, loseHoldAnswer)
    expect((await call(tested)).status).toBe(500)
    await eventually(() => tested.wallet().heldMicro === 0)
    expect(tested.wallet()).toEqual(untouched)
  })

  it('lets it run where that is configured, and charges it once when it is back', async () => {
    const tested = start({ storeFailure: { ledger: 'open' } })
    const mend = replaceMethods(tested.stores.ledger, { hold: refuseConnection, settle: refuseConnection })
    expect((await call(tested)).status).toBe(200)
    expect(tested.failures[0]).toMatchObject({ store: 'ledger', operation: 'hold', passed: true })
    expect(tested.records).toMatchObject([{ costMicro: COST, shortfallMicro: 0 }])
    expect(tested.wallet()).toEqual(untouched)
    mend()
    await eventually(() => tested.wallet().balanceMicro < BALANCE)
    expect(tested.wallet()).toEqual(charged)
    expect(tested.stores.ledger.spent('key:key_acme', 0)).toBe(COST)
  })

  it('whose hold had arrived after all charges it once', async () => {
    const tested = start({ storeFailure: { ledger: 'open' } })
    const mend = replaceMethods(tested.stores.ledger, loseHoldAnswer)
    expect((await call(tested)).status).toBe(200)
    mend()
    await eventually(() => tested.wallet().heldMicro === 0)
    expect(tested.wallet()).toEqual(charged)
  })

  it('charges nothing for a call without it that failed', async () => {
    const tested = start({ storeFailure: { ledger: 'open' } })
    tested.vendor.play(whole({ error: { message: 'no' } }, 503))
    const mend = replaceMethods(tested.stores.ledger, loseHoldAnswer)
    expect((await call(tested)).status).toBe(503)
    mend()
    await eventually(() => tested.wallet().heldMicro === 0)
    expect(tested.wallet()).toEqual(untouched)
  })
})

describe('a store that fails after the answer', () => {
  it('is asked again until the call is charged, once', async () => {
    const tested = start()
    let asked = 0
    replaceMethods(tested.stores.ledger, (real) => ({
      settle(holdId, costMicro) {
        asked += 1
        // The first failure is a lost answer: the money has been taken.
        if (asked === 1) real.settle(holdId, costMicro)
        return asked < 3 ? refuseConnection() : real.settle(holdId, costMicro)
      },
    }))
    expect((await call(tested)).status).toBe(200)
    const requestId = tested.records[0]?.requestId ?? ''
    expect(tested.stores.usage.record(requestId)).toBeNull()
    await eventually(() => tested.stores.usage.record(requestId) !== null)
    expect(asked).toBe(3)
    expect(tested.stores.usage.record(requestId)).toMatchObject({ costMicro: COST, shortfallMicro: 0 })
    expect(tested.wallet()).toEqual(charged)
    expect(tested.failures).toMatchObject([
      { store: 'ledger', operation: 'settle', passed: true, lost: null },
    ])
    expect(tested.errors).toMatchObject([{ error: { code: 'db_error' } }])
  })

  it('within a stream lets the answer be delivered, and is charged when it is back', async () => {
    const tested = start()
    const gate = defer()
    tested.vendor.play(stream(...chatStream(null).slice(0, 2), gate.promise, ...chatStream(USAGE).slice(2)))
    const answer = await tested.open(CHAT.path, CHAT.request())
    await answer.next()
    const mend = replaceMethods(tested.stores.ledger, {
      settle: refuseConnection,
      extend: refuseConnection,
      release: refuseConnection,
    })
    gate.resolve()
    let text = ''
    for (let next = await answer.next(); next !== undefined; next = await answer.next()) text += next
    expect(text).toContain('[DONE]')
    expect(tested.wallet().balanceMicro).toBe(BALANCE)
    mend()
    await eventually(() => tested.wallet().heldMicro === 0)
    expect(tested.wallet()).toEqual(charged)
  })

  it('is charged even when its hold has been swept meanwhile', async () => {
    const tested = start()
    const mend = replaceMethods(tested.stores.ledger, { settle: refuseConnection })
    await call(tested)
    tested.clock.advance(2 * 3_600_000)
    expect(tested.stores.ledger.sweep(tested.clock.now())).toBe(1)
    expect(tested.wallet()).toEqual(untouched)
    mend()
    await eventually(() => tested.wallet().balanceMicro < BALANCE)
    expect(tested.wallet()).toEqual(charged)
  })

  it('leaves a record that says what the balance could not pay when it was charged at last', async () => {
    const tested = start()
    const mend = replaceMethods(tested.stores.ledger, { settle: refuseConnection })
    await call(tested)
    tested.clock.advance(2 * 3_600_000)
    tested.stores.ledger.sweep(tested.clock.now())
    tested.stores.ledger.post(posting({ kind: 'adjustment', amountMicro: 5 - BALANCE }))
    mend()
    await tested.gateway.close()
    const requestId = tested.records[0]?.requestId ?? ''
    expect(tested.stores.usage.record(requestId)).toMatchObject({ costMicro: COST, shortfallMicro: COST - 5 })
    expect(tested.wallet()).toEqual({ balanceMicro: 0, heldMicro: 0 })
  })

  test('case 69: gives slots and tokens back when it is back', async () => {
    const tested = start({ key: { concurrency: 1 } })
    const mend = replaceMethods(tested.stores.limits, { finish: refuseConnection })
    expect((await call(tested)).status).toBe(200)
    expect((await call(tested)).status).toBe(429)
    mend()
    expect(await firstSuccess(tested)).toBe(200)
  })

  it('gets its usage record when it is back, once', async () => {
    const tested = start()
    let asked = 0
    replaceMethods(tested.stores.usage, (real) => ({
      append(record) {
        asked += 1
        if (asked === 1) real.append(record)
        return asked < 3 ? refuseConnection() : real.append(record)
      },
    }))
    await call(tested)
    await eventually(() => asked === 3)
    const now = tested.clock.now()
    expect(tested.stores.usage.windows('acme', now).daily).toMatchObject({ requestCount: 1, costMicro: COST })
  })

  it('that hangs delays the answer only so long', async () => {
    const tested = start({ timeouts: SOON })
    const mend = replaceMethods(tested.stores.ledger, { settle: hang })
    expect((await call(tested)).status).toBe(200)
    mend()
    await eventually(() => tested.wallet().heldMicro === 0)
    expect(tested.wallet()).toEqual(charged)
  })
})

describe('the outbox', () => {
  it('is emptied by close', async () => {
    const tested = start()
    const mend = replaceMethods(tested.stores.ledger, { settle: refuseConnection })
    for (let count = 0; count < 20; count += 1) await call(tested)
    mend()
    await tested.gateway.close()
    expect(tested.wallet()).toEqual({ balanceMicro: BALANCE - 20 * COST, heldMicro: 0 })
  })

  it('is left by close when its time is up, and what is lost is reported whole', async () => {
    const tested = start({ timeouts: { drainMs: 30 } })
    replaceMethods(tested.stores.ledger, { settle: refuseConnection })
    await call(tested)
    await tested.gateway.close()
    const [record] = tested.records
    expect(tested.failures.at(-1)).toMatchObject({
      store: 'ledger',
      operation: 'settle',
      lost: { type: 'settle', holdId: record?.requestId, costMicro: COST },
    })
  })

  it('that is full reports what it cannot take, and the record says that nobody paid', async () => {
    const tested = start({ outboxSize: 2, timeouts: { drainMs: 1 } })
    replaceMethods(tested.stores.ledger, { settle: refuseConnection })
    for (let count = 0; count < 3; count += 1) await call(tested)
    expect(tested.records.map(({ shortfallMicro }) => shortfallMicro)).toEqual([0, 0, COST])
    const lost = tested.failures.filter((event) => event.lost !== null)
    expect(lost).toMatchObject([{ lost: { type: 'settle', costMicro: COST } }])
    await tested.gateway.close()
  })
})
