import { describe, expect, it } from 'vitest'
import type { LimitDecision, LimitRequest, LimitStore } from '../../src/limits/store.js'
import { createClock, limitRequest, type TestClock } from './samples.js'

/** A store that takes its time from the clock. */
export type CreateLimitStore = (clock: TestClock) => LimitStore | Promise<LimitStore>

interface Harness {
  readonly clock: TestClock
  readonly store: LimitStore
  /** Takes with a lease id of its own. */
  readonly take: (
    fields: Partial<LimitRequest>,
  ) => Promise<{ request: LimitRequest; decision: LimitDecision }>
  /** Takes as often as asked, all at once; answers how many were allowed. */
  readonly takeAtOnce: (count: number, fields: Partial<LimitRequest>) => Promise<number>
}

async function start(create: CreateLimitStore): Promise<Harness> {
  const clock = createClock()
  const store = await create(clock)
  let leases = 0
  const take: Harness['take'] = async (fields) => {
    leases += 1
    const request = limitRequest({ leaseId: `lease_${leases}`, ...fields })
    return { request, decision: await store.take(request) }
  }
  return {
    clock,
    store,
    take,
    async takeAtOnce(count, fields) {
      const taken = await Promise.all(Array.from({ length: count }, () => take(fields)))
      return taken.filter(({ decision }) => decision.allowed).length
    },
  }
}

/** Several users of the same empty limits: connections or processes, all with the time of the clock. */
export type CreateSharedLimitStores = (
  clock: TestClock,
) => Promise<readonly [LimitStore, LimitStore, ...LimitStore[]]>

/** What must hold when several gateways share one limit store. */
export function testSharedLimitStore(name: string, create: CreateSharedLimitStores): void {
  async function takeEverywhere(count: number, fields: Partial<LimitRequest>) {
    const clock = createClock()
    const stores = await create(clock)
    const calls = Array.from({ length: count }, async (_, index) => {
      const store = stores[index % stores.length] ?? stores[0]
      const request = limitRequest({ leaseId: `lease_${index}`, ...fields })
      return { request, decision: await store.take(request) }
    })
    const allowed = (await Promise.all(calls)).filter(({ decision }) => decision.allowed)
    return { clock, stores, allowed }
  }

  describe(`${name}: one limit store, several gateways`, () => {
    it('case 68: requests per minute are those of all together', async () => {
      const { clock, stores, allowed } = await takeEverywhere(100, { rpm: 30 })
      expect(allowed).toHaveLength(30)
      clock.advance(2000)
      const next = await stores[1].take(limitRequest({ leaseId: 'next', rpm: 30 }))
      expect(next).toMatchObject({ allowed: true, requests: { remaining: 0 } })
    })

    it('case 66: no more tokens are reserved than the minute has', async () => {
      const { allowed } = await takeEverywhere(50, { tpm: 1000, tokens: 90 })
      expect(allowed).toHaveLength(11)
    })

    it('case 67: what one gateway gives back another one can take', async () => {
      const { stores, allowed } = await takeEverywhere(2, { tpm: 100, tokens: 100 })
      const [first] = allowed
      if (first === undefined) throw new Error('expected one to be allowed')
      await stores[1].finish(first.request, first.decision, 30)
      await stores[0].finish(first.request, first.decision, 30)
      const next = await stores[0].take(limitRequest({ leaseId: 'next', tpm: 100, tokens: 70 }))
      expect(next).toMatchObject({ allowed: true, tokens: { remaining: 0 } })
    })

    it('case 69: slots are those of all together, and come back by themselves', async () => {
      const { clock, stores, allowed } = await takeEverywhere(40, { concurrency: 5, leaseTtlMs: 1000 })
      expect(allowed).toHaveLength(5)
      const next = limitRequest({ leaseId: 'next', concurrency: 5 })
      expect((await stores[1].take(next)).allowed).toBe(false)
      clock.advance(1000)
      expect((await stores[0].take(next)).allowed).toBe(true)
    })
  })
}

/** The contract of every {@link LimitStore}. */
export function testLimitStore(name: string, create: CreateLimitStore): void {
  describe(`${name}: limit store`, () => {
    testBuckets(create)
    testReconciling(create)
    testLeases(create)
  })
}

function testBuckets(create: CreateLimitStore): void {
  it('allows what the minute holds, refuses the next and says when to come back', async () => {
    const { takeAtOnce, take } = await start(create)
    expect(await takeAtOnce(60, { rpm: 60 })).toBe(60)
    const { decision } = await take({ rpm: 60 })
    expect(decision).toEqual({
      allowed: false,
      refusedBy: 'requests',
      retryAfterMs: 1000,
      reservedTokens: 0,
      requests: { limit: 60, remaining: 0, resetMs: 60_000 },
      tokens: null,
    })
  })

  it('refills continuously', async () => {
    const { clock, takeAtOnce } = await start(create)
    await takeAtOnce(60, { rpm: 60 })
    clock.advance(5000)
    expect(await takeAtOnce(10, { rpm: 60 })).toBe(5)
    clock.advance(600_000)
    expect(await takeAtOnce(70, { rpm: 60 })).toBe(60)
  })

  it('keeps keys apart', async () => {
    const { takeAtOnce } = await start(create)
    await takeAtOnce(2, { rpm: 1 })
    expect(await takeAtOnce(2, { rpm: 1, keyId: 'key_2' })).toBe(1)
  })

  it('leaves everything unlimited when no rule is given', async () => {
    const { takeAtOnce, take } = await start(create)
    expect(await takeAtOnce(200, { tokens: 1e9 })).toBe(200)
    expect((await take({})).decision).toEqual({
      allowed: true,
      reservedTokens: 0,
      requests: null,
      tokens: null,
    })
  })

  it('case 66: five calls at once cannot reserve more than the tokens of the minute', async () => {
    const { takeAtOnce } = await start(create)
    expect(await takeAtOnce(5, { tpm: 100, tokens: 40 })).toBe(2)
  })

  it('takes nothing from any bucket when one refuses', async () => {
    const { take } = await start(create)
    const limits = { rpm: 10, tpm: 100, concurrency: 5 }
    await take({ ...limits, tokens: 60 })
    const { decision: refused } = await take({ ...limits, tokens: 60 })
    expect(refused).toMatchObject({
      refusedBy: 'tokens',
      requests: { remaining: 9 },
      tokens: { remaining: 40 },
    })
    const { decision: allowed } = await take({ ...limits, tokens: 40 })
    expect(allowed).toMatchObject({ allowed: true, requests: { remaining: 8 }, tokens: { remaining: 0 } })
  })

  it('lets a call that is larger than the bucket through when the bucket is full', async () => {
    const { take } = await start(create)
    const { decision } = await take({ tpm: 100, tokens: 5000 })
    expect(decision).toMatchObject({ allowed: true, reservedTokens: 100 })
    expect((await take({ tpm: 100, tokens: 5000 })).decision.retryAfterMs).toBe(60_000)
  })

  it('case 68: two users of one store draw from the same buckets', async () => {
    const { store } = await start(create)
    const viaOne = await store.take(limitRequest({ leaseId: 'one', rpm: 1 }))
    const viaOther = await store.take(limitRequest({ leaseId: 'other', rpm: 1 }))
    expect([viaOne.allowed, viaOther.allowed]).toEqual([true, false])
  })
}

function testReconciling(create: CreateLimitStore): void {
  it('case 67: gives back what a call did not use', async () => {
    const { store, take } = await start(create)
    const { request, decision } = await take({ tpm: 100, tokens: 100 })
    await store.finish(request, decision, 30)
    expect((await take({ tpm: 100, tokens: 70 })).decision).toMatchObject({
      allowed: true,
      tokens: { remaining: 0 },
    })
  })

  it('case 67: gives back nothing of a minute that is over', async () => {
    const { clock, store, take } = await start(create)
    const early = await take({ tpm: 100, tokens: 100 })
    clock.advance(60_000)
    await take({ tpm: 100, tokens: 100 })
    await store.finish(early.request, early.decision, 0)
    expect((await take({ tpm: 100, tokens: 1 })).decision).toMatchObject({
      allowed: false,
      tokens: { remaining: 0 },
    })
  })

  it('goes into debt for what a call used on top', async () => {
    const { clock, store, take } = await start(create)
    const { request, decision } = await take({ tpm: 60, tokens: 10 })
    await store.finish(request, decision, 100)
    expect((await take({ tpm: 60, tokens: 1 })).decision).toMatchObject({
      allowed: false,
      retryAfterMs: 41_000,
    })
    clock.advance(41_000)
    expect((await take({ tpm: 60, tokens: 1 })).decision.allowed).toBe(true)
  })

  it('finishes a call once, however often it is told', async () => {
    const { store, take } = await start(create)
    const { request, decision } = await take({ tpm: 100, tokens: 50 })
    for (let index = 0; index < 3; index += 1) await store.finish(request, decision, 40)
    expect((await take({ tpm: 100, tokens: 0 })).decision.tokens?.remaining).toBe(60)
  })

  it('gives no request back', async () => {
    const { store, take } = await start(create)
    const { request, decision } = await take({ rpm: 1 })
    await store.finish(request, decision, 0)
    expect((await take({ rpm: 1 })).decision.allowed).toBe(false)
  })
}

function testLeases(create: CreateLimitStore): void {
  it('allows as many calls at the same time as the rule says', async () => {
    const { store, take, takeAtOnce } = await start(create)
    const first = await take({ concurrency: 3 })
    expect(await takeAtOnce(5, { concurrency: 3 })).toBe(2)
    const { decision } = await take({ concurrency: 3 })
    expect(decision).toMatchObject({ allowed: false, refusedBy: 'concurrency' })
    expect(decision.retryAfterMs).toBeGreaterThan(0)
    await store.finish(first.request, first.decision, 0)
    expect(await takeAtOnce(5, { concurrency: 3 })).toBe(1)
  })

  it('case 69: a slot that nobody returned comes back by itself', async () => {
    const { clock, takeAtOnce } = await start(create)
    await takeAtOnce(2, { concurrency: 2, leaseTtlMs: 30_000 })
    clock.advance(29_999)
    expect(await takeAtOnce(1, { concurrency: 2, leaseTtlMs: 30_000 })).toBe(0)
    clock.advance(1)
    expect(await takeAtOnce(3, { concurrency: 2, leaseTtlMs: 30_000 })).toBe(2)
  })

  it('case 69: a slot that came back by itself is not returned a second time', async () => {
    const { clock, store, take, takeAtOnce } = await start(create)
    const lost = await take({ concurrency: 1, leaseTtlMs: 1000 })
    clock.advance(1000)
    await takeAtOnce(1, { concurrency: 1 })
    await store.finish(lost.request, lost.decision, 0)
    expect(await takeAtOnce(1, { concurrency: 1 })).toBe(0)
  })

  it('keeps the slot of a call that renews its lease', async () => {
    const { clock, store, take, takeAtOnce } = await start(create)
    const rules = { concurrency: 1, tpm: 100, tokens: 100, leaseTtlMs: 120_000 }
    const long = await take(rules)
    for (let renewed = 0; renewed < 3; renewed += 1) {
      clock.advance(100_000)
      await store.renew?.(long.request)
    }
    expect(await takeAtOnce(1, { ...rules, tokens: 0 })).toBe(0)
    clock.advance(119_999)
    expect(await takeAtOnce(1, { ...rules, tokens: 0 })).toBe(0)
    await store.finish(long.request, long.decision, 150)
    expect((await take({ ...rules, tokens: 51 })).decision).toMatchObject({ refusedBy: 'tokens' })
    expect((await take({ ...rules, tokens: 50 })).decision).toMatchObject({ allowed: true })
  })

  it('renews no lease that has ended', async () => {
    const { clock, store, take, takeAtOnce } = await start(create)
    const [lost, done] = [await take({ concurrency: 2, leaseTtlMs: 1000 }), await take({ concurrency: 2 })]
    await store.finish(done.request, done.decision, 0)
    clock.advance(1000)
    for (const { request } of [lost, done]) await store.renew?.(request)
    expect(await takeAtOnce(3, { concurrency: 2 })).toBe(2)
  })

  it('ignores the end of a call that never began', async () => {
    const { store, take } = await start(create)
    const { decision } = await take({ tpm: 100, tokens: 100 })
    await store.finish(limitRequest({ leaseId: 'unknown', tpm: 100 }), decision, 0)
    expect((await take({ tpm: 100, tokens: 1 })).decision.allowed).toBe(false)
  })
}
