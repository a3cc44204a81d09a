import { describe, expect, it, vi } from 'vitest'
import { createDelivery } from '../../src/gateway/settle/delivery.js'
import {
  createMemoryOutbox,
  type Outbox,
  type OutboxEntry,
  type OutboxJob,
} from '../../src/gateway/settle/outbox.js'
import { createMemoryStore, type Ledger, type MemoryStore, type UsageRecord } from '../../src/index.js'
import { createClock, START, usageRecord } from '../contracts/samples.js'
import { testOutbox } from '../contracts/outbox.js'
import { defer, eventually } from '../contracts/http-server.js'
import { refuseConnection, replaceMethods } from '../support/replace-methods.js'

describe('an outbox in memory', () => {
  testOutbox(() => createMemoryOutbox(100))

  it('refuses what it has no room for, until something is done', () => {
    const outbox = createMemoryOutbox(2)
    expect(['a', 'b', 'c'].map((id) => outbox.put(settle(id)))).toEqual([true, true, false])
    void outbox.done('a')
    expect(outbox.put(settle('c'))).toBe(true)
  })

  it('keeps half of its room for what does not end by itself', () => {
    const outbox = createMemoryOutbox(4)
    const release = (id: string): OutboxEntry => ({
      ...settle(id),
      job: { type: 'release', holdId: id },
      expiresAt: START,
    })
    expect(['a', 'b', 'c'].map((id) => outbox.put(release(id)))).toEqual([true, true, false])
    expect(['d', 'e', 'f'].map((id) => outbox.put(settle(id)))).toEqual([true, true, false])
    void outbox.done('a')
    expect(outbox.put(release('g'))).toBe(true)
  })
})

const settle = (holdId: string): OutboxEntry => ({
  id: holdId,
  requestId: holdId,
  job: { type: 'settle', holdId, costMicro: 10 },
  expiresAt: null,
})

interface Bench {
  readonly stores: MemoryStore
  readonly outbox: Outbox
  readonly clock: ReturnType<typeof createClock>
  readonly lost: OutboxJob[]
  readonly open: (outbox?: Outbox) => ReturnType<typeof createDelivery>
}

function start(): Bench {
  const clock = createClock()
  const accounts = [{ id: 'acme', balanceMicro: 1000 }]
  const stores = createMemoryStore({ now: clock.now, secret: 'pepper', accounts })
  const lost: OutboxJob[] = []
  const shared = createMemoryOutbox(100)
  const open: Bench['open'] = (outbox = shared) =>
    createDelivery({
      outbox,
      stores,
      hooks: {
        error: () => undefined,
        storeFailure: (event) => void (event.lost !== null && lost.push(event.lost)),
      },
      now: clock.now,
      leaseTtlMs: 1000,
    })
  return { stores, outbox: shared, clock, lost, open }
}

const idsOf = ({ outbox }: Bench): readonly string[] =>
  (outbox.pending() as readonly OutboxEntry[]).map(({ id }) => id)

const hold = ({ stores }: Bench, holdId: string): unknown =>
  stores.ledger.hold({ holdId, accountId: 'acme', amountMicro: 50, expiresAt: START + 60_000 })

describe('the delivery of what calls owe', () => {
  it('does at once what it can', async () => {
    const bench = start()
    hold(bench, 'a')
    await bench.open().deliver('a', settle('a').job)
    expect(bench.stores.ledger.balance('acme')).toEqual({ balanceMicro: 990, heldMicro: 0 })
    expect(bench.outbox.pending()).toEqual([])
  })

  const charge = (record: UsageRecord): OutboxJob =>
    ({ ...settle('a').job, costMicro: 1030, record }) as OutboxJob

  it('writes what was charged late into the record, when it is charged', async () => {
    const bench = start()
    hold(bench, 'a')
    const mend = replaceMethods(bench.stores.ledger, { settle: refuseConnection })
    const delivery = bench.open()
    await delivery.deliver('a', charge(usageRecord({ requestId: 'a', costMicro: 1030 })))
    expect(bench.stores.usage.record('a')).toBeNull()
    mend()
    await delivery.drain(1000)
    expect(bench.stores.usage.record('a')).toMatchObject({ costMicro: 1030, shortfallMicro: 30 })
    expect(bench.outbox.pending()).toEqual([])
  })

  it('says that nobody paid where somebody else has ended the hold meanwhile', async () => {
    const bench = start()
    hold(bench, 'a')
    bench.stores.ledger.settle('a', 0)
    await bench.open().deliver('a', charge(usageRecord({ requestId: 'a', costMicro: 1030 })))
    expect(bench.stores.usage.record('a')).toMatchObject({ shortfallMicro: 1030 })
  })

  it('keeps the record of a late charge when only that cannot be written', async () => {
    const bench = start()
    hold(bench, 'a')
    await bench.outbox.put({ ...settle('a'), job: charge(usageRecord({ requestId: 'a' })) })
    const mend = replaceMethods(bench.stores.usage, { append: refuseConnection })
    const delivery = bench.open({ ...bench.outbox, durable: true })
    await eventually(() => bench.stores.ledger.balance('acme')?.balanceMicro === 0)
    await eventually(() => idsOf(bench).join() === 'a:append')
    mend()
    await delivery.drain(1000)
    expect(bench.stores.usage.record('a')).toMatchObject({ shortfallMicro: 30 })
    expect(bench.outbox.pending()).toEqual([])
  })

  it('is not stopped by a job that can never be done', async () => {
    const bench = start()
    const delivery = bench.open()
    const mend = replaceMethods(bench.stores.ledger, { settle: refuseConnection })
    for (let count = 0; count < 12; count += 1)
      await delivery.deliver(`bad${count}`, { type: 'settle', holdId: `bad${count}`, costMicro: -1 })
    hold(bench, 'good')
    await delivery.deliver('good', settle('good').job)
    mend()
    await eventually(() => bench.stores.ledger.balance('acme')?.balanceMicro === 990)
    await delivery.drain(1)
    expect(bench.lost).toHaveLength(12)
  })

  it('forgets a release whose hold has long ended by itself', async () => {
    const bench = start()
    const delivery = bench.open()
    replaceMethods(bench.stores.ledger, { release: refuseConnection })
    await delivery.deliver('a', { type: 'release', holdId: 'a' })
    expect(bench.outbox.pending()).toHaveLength(1)
    bench.clock.advance(1000)
    await delivery.drain(1000)
    expect([bench.outbox.pending(), bench.lost]).toEqual([[], []])
  })

  it('takes up what a durable outbox has from before a crash', async () => {
    const bench = start()
    hold(bench, 'a')
    await bench.outbox.put(settle('a'))
    const delivery = bench.open({ ...bench.outbox, durable: true })
    await eventually(() => bench.stores.ledger.balance('acme')?.balanceMicro === 990)
    await eventually(() => (bench.outbox.pending() as readonly OutboxEntry[]).length === 0)
    await delivery.drain(1)
  })

  it('charges once where two processes share one outbox', async () => {
    const bench = start()
    hold(bench, 'a')
    await bench.outbox.put(settle('a'))
    const [first, second] = [bench.open(), bench.open()]
    await Promise.all([first.drain(1000), second.drain(1000)])
    expect(bench.stores.ledger.balance('acme')).toEqual({ balanceMicro: 990, heldMicro: 0 })
  })

  it('reports a job as lost when the outbox itself fails', async () => {
    const bench = start()
    const broken: Outbox = { ...createMemoryOutbox(1), put: refuseConnection }
    replaceMethods(bench.stores.ledger, { settle: refuseConnection })
    const delivery = bench.open(broken)
    expect(await delivery.owe('a', settle('a').job, new Error('down'))).toBe(false)
    expect(bench.lost).toEqual([settle('a').job])
  })

  it('begins nothing after its end, and says what is lost but for what is still done', async () => {
    vi.useFakeTimers()
    try {
      const bench = start()
      hold(bench, 'a')
      hold(bench, 'b')
      const gate = defer()
      let asked = 0
      const mend = replaceMethods(bench.stores.ledger, { settle: refuseConnection })
      const delivery = bench.open()
      await delivery.deliver('a', settle('a').job)
      await delivery.deliver('b', settle('b').job)
      mend()
      const slowly = async (): Promise<void> => {
        asked += 1
        await gate.promise
      }
      const ledger: Ledger = bench.stores.ledger
      replaceMethods(ledger, (real) => ({
        async settle(holdId, costMicro) {
          await slowly()
          return holdId === 'a' ? real.settle(holdId, costMicro) : refuseConnection()
        },
      }))
      // A round is under way when the gateway is closed.
      await vi.advanceTimersByTimeAsync(100)
      expect(asked).toBe(2)
      const drained = delivery.drain(50)
      await vi.advanceTimersByTimeAsync(60)
      gate.resolve()
      await drained
      expect(bench.lost).toEqual([settle('b').job])
      expect(await delivery.owe('c', settle('c').job, new Error('down'))).toBe(false)
      expect(bench.lost).toEqual([settle('b').job, settle('c').job])
      await vi.advanceTimersByTimeAsync(60_000)
      expect(asked).toBe(2)
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  it('tries again after pauses that grow', async () => {
    vi.useFakeTimers()
    try {
      const bench = start()
      let asked = 0
      replaceMethods(bench.stores.ledger, { settle: () => ((asked += 1), refuseConnection()) })
      await bench.open().deliver('a', settle('a').job)
      const counts: number[] = []
      for (const pauseMs of [100, 200, 400, 800]) {
        await vi.advanceTimersByTimeAsync(pauseMs - 1)
        const before = asked
        await vi.advanceTimersByTimeAsync(1)
        counts.push(asked - before)
      }
      expect(counts).toEqual([1, 1, 1, 1])
      expect(asked).toBe(5)
    } finally {
      vi.useRealTimers()
    }
  })
})
