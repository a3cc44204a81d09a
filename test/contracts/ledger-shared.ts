import { describe, expect, it } from 'vitest'
import { verifyLedger } from '../../src/balance/audit.js'
import type { Ledger } from '../../src/balance/ledger.js'
import { createClock, EXPIRES_AT, holdRequest, posting, type TestClock } from './samples.js'

/** Several users of the same empty books: connections, pools or processes. */
export type CreateSharedLedgers = (clock: TestClock) => Promise<readonly [Ledger, Ledger, ...Ledger[]]>

/** What must hold when several gateways share one ledger. */
export function testSharedLedger(name: string, create: CreateSharedLedgers): void {
  async function start(balanceMicro: number) {
    const ledgers = await create(createClock())
    await ledgers[0].post(posting({ amountMicro: balanceMicro, externalId: 'initial' }))
    return {
      ledgers,
      each: async <T>(count: number, step: (ledger: Ledger, index: number) => T | Promise<T>) =>
        await Promise.all(
          Array.from({ length: count }, async (_, index) =>
            step(ledgers[index % ledgers.length] ?? ledgers[0], index),
          ),
        ),
    }
  }

  describe(`${name}: one ledger, several gateways`, () => {
    it('case 53: with funds for 10, exactly 10 of 500 holds pass', async () => {
      const { ledgers, each } = await start(1009)
      const results = await each(500, (ledger, index) =>
        ledger.hold(holdRequest({ holdId: `h${index}`, amountMicro: 100 })),
      )
      expect(results.filter(({ ok }) => ok)).toHaveLength(10)
      expect(await ledgers[1].balance('acme')).toEqual({ balanceMicro: 1009, heldMicro: 1000 })
    })

    it('case 54: sweeps everywhere at once release each hold once, and a late settle charges once', async () => {
      const { ledgers, each } = await start(1000)
      await each(20, (ledger, index) => ledger.hold(holdRequest({ holdId: `h${index}` })))
      const swept = await each(8, (ledger) => ledger.sweep(EXPIRES_AT))
      expect(swept.reduce((sum, count) => sum + count, 0)).toBe(20)
      const settled = await each(8, (ledger) => ledger.settle('h0', 7))
      expect(settled.filter(({ repeated }) => !repeated)).toHaveLength(1)
      expect(await ledgers[0].balance('acme')).toEqual({ balanceMicro: 993, heldMicro: 0 })
    })

    it('case 57: a settle that is sent again elsewhere charges once', async () => {
      const { ledgers, each } = await start(1000)
      await ledgers[0].hold(holdRequest({ amountMicro: 50 }))
      const results = await each(20, (ledger) => ledger.settle('hold_1', 30))
      expect(results.map(({ chargedMicro }) => chargedMicro)).toEqual(results.map(() => 30))
      expect(results.filter(({ repeated }) => !repeated)).toHaveLength(1)
      expect(await ledgers[1].balance('acme')).toEqual({ balanceMicro: 970, heldMicro: 0 })
    })

    it('case 59: a payment that arrives everywhere at once is credited once', async () => {
      const { ledgers, each } = await start(0)
      const results = await each(40, (ledger) => ledger.post(posting()))
      expect(results.filter(({ outcome }) => outcome === 'posted')).toHaveLength(1)
      expect(await ledgers[1].balance('acme')).toEqual({ balanceMicro: 100, heldMicro: 0 })
    })

    it('case 65: a spend limit holds over all of them', async () => {
      const { each } = await start(10_000)
      const limits = [{ window: 'day', since: 0, limitMicro: 105 } as const]
      const results = await each(60, (ledger, index) =>
        ledger.hold(holdRequest({ holdId: `h${index}`, scopes: [{ scope: 'key:1', limits }] })),
      )
      expect(results.filter(({ ok }) => ok)).toHaveLength(10)
    })

    it('settles, releases and sweeps that race leave sound books', async () => {
      const { ledgers, each } = await start(1000)
      await each(30, (ledger, index) => ledger.hold(holdRequest({ holdId: `h${index}` })))
      await each(180, async (ledger, index) => {
        const holdId = `h${index % 30}`
        if (index % 3 === 0) await ledger.settle(holdId, 5)
        else if (index % 3 === 1) await ledger.release(holdId)
        else await ledger.sweep(EXPIRES_AT)
      })
      expect((await ledgers[1].balance('acme'))?.heldMicro).toBe(0)
      expect(await verifyLedger(ledgers[0])).toEqual({ wallets: 1, problems: [] })
    })
  })
}
