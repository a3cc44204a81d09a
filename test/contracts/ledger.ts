import { describe, expect, it } from 'vitest'
import type { BalanceSnapshot, HoldResult, Ledger } from '../../src/balance/ledger.js'

const EXPIRES_AT = 1_000_000
const ACCOUNT = 'acme'

interface Harness {
  readonly ledger: Ledger
  readonly hold: (holdId: string, amountMicro: number) => Promise<HoldResult>
  readonly balance: () => Promise<BalanceSnapshot | null>
}

/** The contract of every {@link Ledger}. */
export function testLedger(name: string, create: () => Ledger | Promise<Ledger>): void {
  async function start(balanceMicro: number): Promise<Harness> {
    const ledger = await create()
    await ledger.topUp(ACCOUNT, balanceMicro, 'initial')
    return {
      ledger,
      hold: async (holdId, amountMicro) =>
        ledger.hold({ holdId, accountId: ACCOUNT, amountMicro, expiresAt: EXPIRES_AT }),
      balance: async () => ledger.balance(ACCOUNT),
    }
  }

  describe(`${name}: ledger`, () => {
    testWallets(create, start)
    testHolds(start)
    testSettling(start)
    testSweeping(start)
  })
}

type Start = (balanceMicro: number) => Promise<Harness>

function testWallets(create: () => Ledger | Promise<Ledger>, start: Start): void {
  it('has no wallet before the first top-up, and holds nothing without one', async () => {
    const ledger = await create()
    expect(await ledger.balance(ACCOUNT)).toBeNull()
    const request = { holdId: 'h', accountId: ACCOUNT, amountMicro: 1, expiresAt: EXPIRES_AT }
    expect(await ledger.hold(request)).toEqual({
      ok: false,
      reason: 'no_wallet',
      balanceMicro: 0,
      heldMicro: 0,
    })
    expect(await ledger.balance(ACCOUNT)).toBeNull()
  })

  it('has an empty wallet after a top-up of nothing', async () => {
    const { hold, balance } = await start(0)
    expect(await balance()).toEqual({ balanceMicro: 0, heldMicro: 0 })
    expect(await hold('h', 1)).toMatchObject({ ok: false, reason: 'insufficient_balance' })
    expect(await hold('free', 0)).toEqual({ ok: true })
  })

  it('case 59: credits a top-up once, however often and for whomever its id comes', async () => {
    const { ledger, balance } = await start(0)
    expect(await ledger.topUp(ACCOUNT, 500, 'payment_1')).toEqual({ balanceMicro: 500, heldMicro: 0 })
    expect(await ledger.topUp(ACCOUNT, 500, 'payment_1')).toEqual({ balanceMicro: 500, heldMicro: 0 })
    await ledger.topUp('other', 500, 'payment_1')
    await ledger.topUp(ACCOUNT, 500, 'payment_2')
    expect(await balance()).toEqual({ balanceMicro: 1000, heldMicro: 0 })
    expect((await ledger.balance('other'))?.balanceMicro ?? 0).toBe(0)
  })

  it.each([-1, 0.5, Number.NaN, 2 ** 53])('refuses to calculate with %d micro-USD', async (amount) => {
    const { ledger, hold, balance } = await start(10)
    await hold('open', 5)
    await expect(async () => ledger.topUp(ACCOUNT, amount, 'payment_1')).rejects.toThrow(RangeError)
    await expect(async () => hold('h', amount)).rejects.toThrow(RangeError)
    await expect(async () => ledger.settle('open', amount)).rejects.toThrow(RangeError)
    expect(await balance()).toEqual({ balanceMicro: 10, heldMicro: 5 })
  })
}

function testHolds(start: Start): void {
  it('case 53: of 100 holds at once with funds for 10, exactly 10 pass', async () => {
    const { hold, balance } = await start(1009)
    const results = await Promise.all(Array.from({ length: 100 }, (_, index) => hold(`h${index}`, 100)))
    expect(results.filter(({ ok }) => ok)).toHaveLength(10)
    expect(await balance()).toEqual({ balanceMicro: 1009, heldMicro: 1000 })
    expect(results.find(({ ok }) => !ok)).toEqual({
      ok: false,
      reason: 'insufficient_balance',
      balanceMicro: 1009,
      heldMicro: 1000,
    })
  })

  it('case 65: what is held is spoken for before anything is settled', async () => {
    const { ledger, hold } = await start(100)
    await hold('first', 60)
    expect(await hold('second', 41)).toMatchObject({ ok: false })
    await ledger.settle('first', 20)
    expect(await hold('third', 80)).toEqual({ ok: true })
  })

  it('places a repeated hold once', async () => {
    const { hold, balance } = await start(100)
    await hold('h', 60)
    expect(await hold('h', 60)).toEqual({ ok: true })
    expect(await balance()).toEqual({ balanceMicro: 100, heldMicro: 60 })
  })

  it('does not open an ended hold again', async () => {
    const { ledger, hold, balance } = await start(100)
    await hold('h', 60)
    await ledger.settle('h', 10)
    await hold('h', 60)
    expect(await balance()).toEqual({ balanceMicro: 90, heldMicro: 0 })
  })

  it('releases a hold without a charge, as often as it is told', async () => {
    const { ledger, hold, balance } = await start(100)
    await hold('h', 60)
    await hold('other', 40)
    await ledger.release('h')
    await ledger.release('h')
    await ledger.release('unknown')
    expect(await balance()).toEqual({ balanceMicro: 100, heldMicro: 40 })
  })
}

function testSettling(start: Start): void {
  it('case 55: a thousand holds and settles leave exactly nothing behind', async () => {
    const { ledger, hold, balance } = await start(1_000_000)
    for (let index = 0; index < 1000; index += 1) {
      await hold(`h${index}`, 333 + (index % 7))
      await ledger.settle(`h${index}`, index % 301)
    }
    const spent = Array.from({ length: 1000 }, (_, index) => index % 301).reduce((sum, cost) => sum + cost, 0)
    expect(await balance()).toEqual({ balanceMicro: 1_000_000 - spent, heldMicro: 0 })
  })

  it('charges the cost, not the hold', async () => {
    const { ledger, hold, balance } = await start(100)
    await hold('h', 60)
    expect(await ledger.settle('h', 25)).toEqual({ chargedMicro: 25, shortfallMicro: 0, repeated: false })
    expect(await balance()).toEqual({ balanceMicro: 75, heldMicro: 0 })
  })

  it('charges a cost above the hold as far as nobody else has reserved the balance', async () => {
    const { ledger, hold, balance } = await start(100)
    await hold('h', 10)
    await hold('other', 50)
    expect(await ledger.settle('h', 70)).toEqual({ chargedMicro: 50, shortfallMicro: 20, repeated: false })
    expect(await balance()).toEqual({ balanceMicro: 50, heldMicro: 50 })
    expect(await ledger.settle('other', 50)).toEqual({ chargedMicro: 50, shortfallMicro: 0, repeated: false })
    expect(await balance()).toEqual({ balanceMicro: 0, heldMicro: 0 })
  })

  it('settles once and repeats its answer', async () => {
    const { ledger, hold, balance } = await start(100)
    await hold('h', 60)
    await ledger.settle('h', 25)
    expect(await ledger.settle('h', 60)).toEqual({ chargedMicro: 25, shortfallMicro: 0, repeated: true })
    await ledger.release('h')
    expect(await balance()).toEqual({ balanceMicro: 75, heldMicro: 0 })
  })

  it('does not charge a hold that was released', async () => {
    const { ledger, hold, balance } = await start(100)
    await hold('h', 60)
    await ledger.release('h')
    expect(await ledger.settle('h', 25)).toEqual({ chargedMicro: 0, shortfallMicro: 0, repeated: true })
    expect(await balance()).toEqual({ balanceMicro: 100, heldMicro: 0 })
  })

  it('reports the whole cost as unpaid when there never was a hold', async () => {
    const { ledger } = await start(100)
    expect(await ledger.settle('unknown', 25)).toEqual({
      chargedMicro: 0,
      shortfallMicro: 25,
      repeated: false,
    })
  })
}

function testSweeping(start: Start): void {
  it('case 54: a hold that nobody ended is released after its time', async () => {
    const { ledger, hold, balance } = await start(100)
    await hold('lost', 60)
    expect(await ledger.sweep(EXPIRES_AT - 1)).toBe(0)
    expect(await ledger.sweep(EXPIRES_AT)).toBe(1)
    expect(await ledger.sweep(EXPIRES_AT)).toBe(0)
    expect(await balance()).toEqual({ balanceMicro: 100, heldMicro: 0 })
  })

  it('case 54: a call that outlived its hold is still charged, once, as far as the balance allows', async () => {
    const { ledger, hold, balance } = await start(100)
    await hold('late', 60)
    await ledger.sweep(EXPIRES_AT)
    await hold('other', 80)
    expect(await ledger.settle('late', 50)).toEqual({ chargedMicro: 20, shortfallMicro: 30, repeated: false })
    expect(await ledger.settle('late', 50)).toEqual({ chargedMicro: 20, shortfallMicro: 30, repeated: true })
    expect(await balance()).toEqual({ balanceMicro: 80, heldMicro: 80 })
  })

  it('lets a swept hold be released, and then charges it no more', async () => {
    const { ledger, hold, balance } = await start(100)
    await hold('late', 60)
    await ledger.sweep(EXPIRES_AT)
    await ledger.release('late')
    expect(await ledger.settle('late', 50)).toMatchObject({ chargedMicro: 0, repeated: true })
    expect(await balance()).toEqual({ balanceMicro: 100, heldMicro: 0 })
  })
}
