import { expect, it } from 'vitest'
import type { StartLedger } from './ledger-harness.js'

/** Calls that are paid. */
export function testSettling(start: StartLedger): void {
  it('case 55: holds and settles leave exactly nothing behind', async () => {
    const { ledger, hold, balance } = await start(1_000_000)
    const costs = Array.from({ length: 200 }, (_, index) => (index * 37) % 301)
    for (const [index, cost] of costs.entries()) {
      await hold(`h${index}`, 333 + (index % 7))
      await ledger.settle(`h${index}`, cost)
    }
    const spent = costs.reduce((sum, cost) => sum + cost, 0)
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

  it('case 58: a call of several attempts holds once and pays for the one that was delivered', async () => {
    const { ledger, hold, balance } = await start(100)
    for (let attempt = 1; attempt <= 3; attempt += 1) await hold('call', 30)
    expect(await balance()).toEqual({ balanceMicro: 100, heldMicro: 30 })
    const results = await Promise.all([12, 12, 12].map(async (cost) => ledger.settle('call', cost)))
    expect(results.filter(({ repeated }) => !repeated)).toHaveLength(1)
    expect(await balance()).toEqual({ balanceMicro: 88, heldMicro: 0 })
  })

  it('case 51: does not charge a hold that was released', async () => {
    const { ledger, hold, balance } = await start(100)
    await hold('h', 60)
    await ledger.release('h')
    expect(await ledger.settle('h', 25)).toEqual({ chargedMicro: 0, shortfallMicro: 0, repeated: true })
    expect(await balance()).toEqual({ balanceMicro: 100, heldMicro: 0 })
  })

  it('reports the whole cost as unpaid when there never was a hold', async () => {
    const { ledger } = await start(100)
    const unpaid = { chargedMicro: 0, shortfallMicro: 25, repeated: false }
    expect(await ledger.settle('unknown', 25)).toEqual(unpaid)
    expect(await ledger.entries({ accountId: 'acme', limit: 10 })).toHaveLength(1)
  })
}
