import { expect, it } from 'vitest'
import { EXPIRES_AT } from './samples.js'
import type { StartLedger } from './ledger-harness.js'

/** Reservations: placed, raised, released, swept. */
export function testHolds(start: StartLedger): void {
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

/** A hold that grows with its call. */
export function testExtending(start: StartLedger): void {
  it('raises a hold to a total, which a settle then frees as a whole', async () => {
    const { ledger, hold, balance } = await start(100)
    await hold('h', 10)
    expect(await ledger.extend({ holdId: 'h', amountMicro: 30, expiresAt: EXPIRES_AT })).toEqual({ ok: true })
    expect(await balance()).toEqual({ balanceMicro: 100, heldMicro: 30 })
    expect(await ledger.settle('h', 25)).toEqual({ chargedMicro: 25, shortfallMicro: 0, repeated: false })
    expect(await balance()).toEqual({ balanceMicro: 75, heldMicro: 0 })
  })

  it('case 53: refuses what the balance does not cover beside other holds, and leaves the hold as it was', async () => {
    const { ledger, hold, balance } = await start(100)
    await hold('h', 10)
    await hold('other', 50)
    const extend = async (amountMicro: number) =>
      await ledger.extend({ holdId: 'h', amountMicro, expiresAt: EXPIRES_AT })
    expect(await extend(51)).toEqual({
      ok: false,
      reason: 'insufficient_balance',
      balanceMicro: 100,
      heldMicro: 60,
    })
    expect(await balance()).toEqual({ balanceMicro: 100, heldMicro: 60 })
    expect(await extend(50)).toEqual({ ok: true })
    expect(await balance()).toEqual({ balanceMicro: 100, heldMicro: 100 })
  })

  it('never lowers a hold and never shortens its time', async () => {
    const { ledger, hold, balance } = await start(100)
    await hold('h', 30)
    for (const amountMicro of [30, 10, 0])
      expect(await ledger.extend({ holdId: 'h', amountMicro, expiresAt: 0 })).toEqual({ ok: true })
    expect(await balance()).toEqual({ balanceMicro: 100, heldMicro: 30 })
    expect(await ledger.sweep(EXPIRES_AT - 1)).toBe(0)
  })

  it('gives more time, with or without more money', async () => {
    const { ledger, hold, balance } = await start(100)
    await hold('longer', 10)
    await hold('larger', 10)
    await ledger.extend({ holdId: 'longer', amountMicro: 10, expiresAt: EXPIRES_AT + 2 })
    await ledger.extend({ holdId: 'larger', amountMicro: 20, expiresAt: EXPIRES_AT + 1 })
    expect(await ledger.sweep(EXPIRES_AT)).toBe(0)
    expect(await ledger.sweep(EXPIRES_AT + 1)).toBe(1)
    expect(await balance()).toEqual({ balanceMicro: 100, heldMicro: 10 })
    expect(await ledger.sweep(EXPIRES_AT + 2)).toBe(1)
  })

  it('extends only what is open', async () => {
    const { ledger, hold, balance } = await start(100)
    for (const holdId of ['settled', 'released', 'swept']) await hold(holdId, 10)
    await ledger.settle('settled', 10)
    await ledger.release('released')
    await ledger.sweep(EXPIRES_AT)
    const ended = { ok: false, reason: 'hold_ended' }
    for (const holdId of ['settled', 'released', 'swept'])
      expect(await ledger.extend({ holdId, amountMicro: 20, expiresAt: EXPIRES_AT * 2 })).toEqual({
        ...ended,
        balanceMicro: 90,
        heldMicro: 0,
      })
    expect(await ledger.extend({ holdId: 'unknown', amountMicro: 1, expiresAt: EXPIRES_AT })).toEqual({
      ...ended,
      balanceMicro: 0,
      heldMicro: 0,
    })
    expect(await balance()).toEqual({ balanceMicro: 90, heldMicro: 0 })
  })
}

/** Holds that nobody ended. */
export function testSweeping(start: StartLedger): void {
  it('case 54: a hold that nobody ended is released after its time', async () => {
    const { ledger, hold, balance } = await start(100)
    await hold('lost', 60)
    expect(await ledger.sweep(EXPIRES_AT - 1)).toBe(0)
    expect(await ledger.sweep(EXPIRES_AT)).toBe(1)
    expect(await ledger.sweep(EXPIRES_AT)).toBe(0)
    expect(await balance()).toEqual({ balanceMicro: 100, heldMicro: 0 })
  })

  it('case 54: sweeps that run at once release a hold once', async () => {
    const { ledger, hold, balance } = await start(100)
    for (let index = 0; index < 10; index += 1) await hold(`lost${index}`, 10)
    const swept = await Promise.all(Array.from({ length: 5 }, async () => ledger.sweep(EXPIRES_AT)))
    expect(swept.reduce((sum, count) => sum + count, 0)).toBe(10)
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
