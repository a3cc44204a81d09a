import { expect, it } from 'vitest'
import { createClock, holdRequest, posting } from './samples.js'
import { failureOf, type CreateLedger, type StartLedger } from './ledger-harness.js'

/** Money that comes and goes without a call. */
export function testPostings(create: CreateLedger, start: StartLedger): void {
  it('has no wallet before the first posting, and holds nothing without one', async () => {
    const ledger = await create(createClock())
    expect(await ledger.balance('acme')).toBeNull()
    expect(await ledger.hold(holdRequest())).toEqual({
      ok: false,
      reason: 'no_wallet',
      balanceMicro: 0,
      heldMicro: 0,
    })
    expect(await ledger.balance('acme')).toBeNull()
  })

  it('has an empty wallet after a top-up of nothing', async () => {
    const { hold, balance } = await start(0)
    expect(await balance()).toEqual({ balanceMicro: 0, heldMicro: 0 })
    expect(await hold('h', 1)).toMatchObject({ ok: false, reason: 'insufficient_balance' })
    expect(await hold('free', 0)).toEqual({ ok: true })
  })

  it('case 59: credits a payment once, however often it comes', async () => {
    const { ledger, balance } = await start(0)
    const payment = posting({ amountMicro: 500 })
    const result = { wallet: { balanceMicro: 500, heldMicro: 0 }, postedMicro: 500, shortfallMicro: 0 }
    expect(await ledger.post(payment)).toEqual({ ...result, outcome: 'posted' })
    expect(await ledger.post(payment)).toEqual({ ...result, outcome: 'repeated' })
    expect(await ledger.post({ ...payment, externalId: 'payment_2' })).toMatchObject({ outcome: 'posted' })
    expect(await balance()).toEqual({ balanceMicro: 1000, heldMicro: 0 })
  })

  it('case 59: of a hundred deliveries of one payment at once, one is credited', async () => {
    const { ledger, balance } = await start(0)
    const results = await Promise.all(Array.from({ length: 100 }, async () => ledger.post(posting())))
    expect(results.filter(({ outcome }) => outcome === 'posted')).toHaveLength(1)
    expect(await balance()).toEqual({ balanceMicro: 100, heldMicro: 0 })
    expect(await ledger.entries({ accountId: 'acme', limit: 10 })).toHaveLength(2)
  })

  it.each([
    ['another amount', { amountMicro: 99 }],
    ['another kind', { kind: 'adjustment' }],
    ['another account', { accountId: 'other' }],
  ] as const)('case 59: tells a conflict when an external id comes with %s', async (_name, fields) => {
    const { ledger, balance } = await start(0)
    await ledger.post(posting())
    expect(await ledger.post(posting(fields))).toMatchObject({
      outcome: 'conflict',
      postedMicro: 100,
      shortfallMicro: 0,
    })
    expect(await balance()).toEqual({ balanceMicro: 100, heldMicro: 0 })
    expect((await ledger.balance('other'))?.balanceMicro ?? 0).toBe(0)
  })

  it('takes a refund as far as it is neither spent nor held, and repeats its answer', async () => {
    const { ledger, hold } = await start(100)
    await hold('h', 30)
    const refund = posting({ kind: 'refund', amountMicro: 90, externalId: 'refund_1' })
    const result = { wallet: { balanceMicro: 30, heldMicro: 30 }, postedMicro: -70, shortfallMicro: 20 }
    expect(await ledger.post(refund)).toEqual({ ...result, outcome: 'posted' })
    expect(await ledger.post(refund)).toEqual({ ...result, outcome: 'repeated' })
    expect(await ledger.post({ ...refund, amountMicro: 70 })).toMatchObject({ outcome: 'conflict' })
  })

  it('adjusts up and down, never below what is held', async () => {
    const { ledger, hold } = await start(100)
    await hold('h', 30)
    const adjust = async (amountMicro: number) =>
      await ledger.post(posting({ kind: 'adjustment', amountMicro, externalId: `support_${amountMicro}` }))
    expect(await adjust(5)).toMatchObject({ postedMicro: 5, wallet: { balanceMicro: 105 } })
    expect(await adjust(-15)).toMatchObject({ postedMicro: -15, wallet: { balanceMicro: 90 } })
    expect(await adjust(-100)).toMatchObject({ postedMicro: -60, shortfallMicro: 40 })
    expect(await adjust(0)).toMatchObject({ postedMicro: 0, wallet: { balanceMicro: 30, heldMicro: 30 } })
  })

  it('makes a wallet of nothing for a refund that comes first', async () => {
    const ledger = await create(createClock())
    const refund = posting({ kind: 'refund', amountMicro: 5 })
    expect(await ledger.post(refund)).toMatchObject({ postedMicro: 0, shortfallMicro: 5 })
    expect(await ledger.balance('acme')).toEqual({ balanceMicro: 0, heldMicro: 0 })
  })

  it.each([-1, 0.5, Number.NaN, 2 ** 53])('refuses to calculate with %d micro-USD', async (amountMicro) => {
    const { ledger, hold, balance } = await start(10)
    await hold('open', 5)
    const steps = [
      () => ledger.post(posting({ amountMicro })),
      () => ledger.post(posting({ kind: 'refund', amountMicro })),
      () => hold('h', amountMicro),
      () => ledger.extend({ holdId: 'open', amountMicro, expiresAt: 0 }),
      () => ledger.settle('open', amountMicro),
    ]
    for (const step of steps) expect(await failureOf(step)).toBeInstanceOf(RangeError)
    expect(await balance()).toEqual({ balanceMicro: 10, heldMicro: 5 })
    expect(await ledger.entries({ accountId: 'acme', limit: 10 })).toHaveLength(2)
  })

  it('refuses a balance that arithmetic would not keep exact', async () => {
    const { ledger, balance } = await start(1)
    const huge = posting({ amountMicro: Number.MAX_SAFE_INTEGER })
    expect(await failureOf(() => ledger.post(huge))).toBeInstanceOf(RangeError)
    expect(await balance()).toEqual({ balanceMicro: 1, heldMicro: 0 })
    expect(await ledger.post({ ...huge, amountMicro: huge.amountMicro - 1 })).toMatchObject({
      wallet: { balanceMicro: Number.MAX_SAFE_INTEGER },
    })
  })
}
