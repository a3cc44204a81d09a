import { expect, it } from 'vitest'
import type { SpendScope } from '../../src/balance/ledger.js'
import { DAY_MS, EXPIRES_AT, START } from './samples.js'
import type { StartLedger } from './ledger-harness.js'

const TODAY = Math.floor(START / DAY_MS) * DAY_MS
const MONTH = Date.parse('2024-05-01T00:00:00Z')

const daily = (scope: string, limitMicro: number, since: number = TODAY): SpendScope => {
  return { scope, limits: [{ window: 'day', since, limitMicro }] }
}

/** Spend of keys and end users, and its limits. */
export function testSpend(start: StartLedger): void {
  it('counts what was charged towards every scope of a hold', async () => {
    const { ledger, hold } = await start(1000)
    const key: SpendScope = { scope: 'key:1', limits: [] }
    await hold('first', 100, { scopes: [key, { scope: 'user:ann', limits: [] }] })
    await hold('second', 100, { scopes: [key] })
    expect(await ledger.spent('key:1', TODAY)).toBe(0)
    await ledger.settle('first', 30)
    await ledger.settle('second', 12)
    await ledger.settle('second', 12)
    const scopes = ['key:1', 'user:ann', 'user:unknown', '']
    expect(await Promise.all(scopes.map(async (scope) => ledger.spent(scope, TODAY)))).toEqual([42, 30, 0, 0])
  })

  it('counts a cost that the balance could not pay only as far as it was charged', async () => {
    const { ledger, hold } = await start(50)
    await hold('h', 10, { scopes: [{ scope: 'key:1', limits: [] }] })
    await ledger.settle('h', 80)
    expect(await ledger.spent('key:1', TODAY)).toBe(50)
  })

  it('case 65: refuses a hold that would go over a limit, held amounts included, and says which', async () => {
    const { ledger, hold, balance } = await start(1000)
    const scopes = [{ scope: 'key:1', limits: [] }, daily('user:ann', 100)]
    await hold('settled', 40, { scopes })
    await ledger.settle('settled', 30)
    await hold('open', 50, { scopes })
    expect(await hold('over', 21, { scopes })).toEqual({
      ok: false,
      reason: 'spend_limit',
      balanceMicro: 970,
      heldMicro: 50,
      spend: {
        scope: 'user:ann',
        limit: { window: 'day', since: TODAY, limitMicro: 100 },
        spentMicro: 80,
      },
    })
    expect(await balance()).toEqual({ balanceMicro: 970, heldMicro: 50 })
    expect(await hold('exact', 20, { scopes })).toEqual({ ok: true })
  })

  it('case 65: of many holds at once no more pass than the limit bears', async () => {
    const { hold } = await start(10_000)
    const scopes = [daily('key:1', 105)]
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, index) => hold(`h${index}`, 10, { scopes })),
    )
    expect(results.filter(({ ok }) => ok)).toHaveLength(10)
  })

  it('gives back to a limit what a call did not cost', async () => {
    const { ledger, hold } = await start(1000)
    const scopes = [daily('key:1', 100)]
    for (const holdId of ['settled', 'released', 'swept']) await hold(holdId, 30, { scopes })
    await ledger.settle('settled', 5)
    await ledger.release('released')
    await ledger.sweep(EXPIRES_AT)
    expect(await hold('large', 96, { scopes })).toMatchObject({ spend: { spentMicro: 5 } })
    expect(await hold('exact', 95, { scopes })).toEqual({ ok: true })
  })

  it('counts a swept hold that is settled late', async () => {
    const { ledger, hold } = await start(1000)
    const scopes = [daily('key:1', 100)]
    await hold('late', 30, { scopes })
    await ledger.sweep(EXPIRES_AT)
    await ledger.settle('late', 25)
    expect(await ledger.spent('key:1', TODAY)).toBe(25)
    expect(await hold('next', 76, { scopes })).toMatchObject({ reason: 'spend_limit' })
    expect(await hold('next', 75, { scopes })).toEqual({ ok: true })
  })

  it('counts towards the UTC day on which the hold was placed', async () => {
    const { clock, ledger, hold } = await start(1000)
    await hold('yesterday', 30, { scopes: [daily('key:1', 100)] })
    clock.advance(DAY_MS)
    const tomorrow = TODAY + DAY_MS
    await ledger.settle('yesterday', 30)
    expect(await ledger.spent('key:1', tomorrow)).toBe(0)
    expect(await ledger.spent('key:1', TODAY)).toBe(30)
    expect(await hold('today', 100, { scopes: [daily('key:1', 100, tomorrow)] })).toEqual({ ok: true })
  })

  it('adds up the days of a window', async () => {
    const { clock, ledger, hold } = await start(1000)
    const scopes: readonly SpendScope[] = [
      {
        scope: 'key:1',
        limits: [
          { window: 'day', since: TODAY + 2 * DAY_MS, limitMicro: 50 },
          { window: 'month', since: MONTH, limitMicro: 100 },
        ],
      },
    ]
    for (const [index, cost] of [30, 40].entries()) {
      await hold(`h${index}`, cost, { scopes: [{ scope: 'key:1', limits: [] }] })
      await ledger.settle(`h${index}`, cost)
      clock.advance(DAY_MS)
    }
    expect(await hold('over', 31, { scopes })).toMatchObject({
      spend: { limit: { window: 'month' }, spentMicro: 70 },
    })
    expect(await hold('exact', 30, { scopes })).toEqual({ ok: true })
    expect(await ledger.spent('key:1', MONTH)).toBe(70)
    expect(await ledger.spent('key:1', TODAY + DAY_MS)).toBe(40)
  })

  it('limits an extension by what it adds', async () => {
    const { ledger, hold, balance } = await start(1000)
    const scopes = [daily('key:1', 100)]
    const expiresAt = EXPIRES_AT
    await hold('other', 20, { scopes })
    await hold('h', 30, { scopes })
    expect(await ledger.extend({ holdId: 'h', amountMicro: 81, expiresAt, scopes })).toMatchObject({
      reason: 'spend_limit',
      spend: { scope: 'key:1', spentMicro: 50 },
    })
    expect(await balance()).toMatchObject({ heldMicro: 50 })
    expect(await ledger.extend({ holdId: 'h', amountMicro: 80, expiresAt, scopes })).toEqual({ ok: true })
    expect(await hold('more', 1, { scopes })).toMatchObject({ spend: { spentMicro: 100 } })
    expect(await ledger.extend({ holdId: 'h', amountMicro: 90, expiresAt })).toEqual({ ok: true })
    await ledger.settle('h', 85)
    expect(await hold('after', 1, { scopes })).toMatchObject({ spend: { spentMicro: 105 } })
  })
}
