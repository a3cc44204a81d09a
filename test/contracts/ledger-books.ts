import { expect, it } from 'vitest'
import { verifyLedger } from '../../src/balance/audit.js'
import type { LedgerEntry } from '../../src/balance/ledger.js'
import { createClock, entryDraft, EXPIRES_AT, posting, START } from './samples.js'
import type { CreateLedger, StartLedger } from './ledger-harness.js'

/** The append-only books behind the wallets. */
export function testBooks(create: CreateLedger, start: StartLedger): void {
  it('writes one entry for each step that moved something, newest first', async () => {
    const { clock, ledger, hold } = await start(100)
    clock.advance(1)
    await hold('h', 10)
    await ledger.extend({ holdId: 'h', amountMicro: 15, expiresAt: EXPIRES_AT })
    await ledger.settle('h', 120)
    const entries = await ledger.entries({ accountId: 'acme', limit: 10 })
    expect(entries.map(withoutId)).toEqual([
      entryDraft({
        kind: 'settle',
        time: START + 1,
        holdId: 'h',
        balanceMicro: -100,
        heldMicro: -15,
        shortfallMicro: 20,
      }),
      entryDraft({ kind: 'extend', time: START + 1, holdId: 'h', heldMicro: 5, balanceAfterMicro: 100 }),
      entryDraft({ kind: 'hold', time: START + 1, holdId: 'h', heldMicro: 10, balanceAfterMicro: 100 }),
      entryDraft({ kind: 'top_up', externalId: 'initial', balanceMicro: 100, balanceAfterMicro: 100 }),
    ])
    const ids = entries.map(({ id }) => id)
    expect(ids).toEqual(ids.toSorted((left, right) => right - left))
    expect(new Set(ids).size).toBe(4)
  })

  it('writes who posted money and why, and what could not be taken', async () => {
    const { ledger } = await start(100)
    const words = { note: "Zahlung 'ä' 🧀 \" \\", actor: 'support:ann' }
    await ledger.post(posting({ kind: 'adjustment', amountMicro: -130, externalId: 'ticket_7', ...words }))
    const [entry] = await ledger.entries({ accountId: 'acme', limit: 1 })
    expect(entry && withoutId(entry)).toEqual(
      entryDraft({
        kind: 'adjustment',
        externalId: 'ticket_7',
        balanceMicro: -100,
        shortfallMicro: 30,
        ...words,
      }),
    )
  })

  it('writes releases, expiries and late settles as what they are', async () => {
    const { ledger, hold } = await start(100)
    await hold('released', 10)
    await hold('late', 20)
    await ledger.release('released')
    await ledger.sweep(EXPIRES_AT)
    await ledger.settle('late', 7)
    const entries = await ledger.entries({ accountId: 'acme', limit: 3 })
    expect(entries.map(withoutId)).toEqual([
      entryDraft({ kind: 'settle', holdId: 'late', balanceMicro: -7, balanceAfterMicro: 93 }),
      entryDraft({
        kind: 'expire',
        time: EXPIRES_AT,
        holdId: 'late',
        heldMicro: -20,
        balanceAfterMicro: 100,
      }),
      entryDraft({ kind: 'release', holdId: 'released', heldMicro: -10, balanceAfterMicro: 100 }),
    ])
  })

  it('writes nothing for what changes nothing', async () => {
    const { ledger, hold } = await start(100)
    await hold('h', 10)
    await ledger.settle('h', 5)
    const before = await ledger.entries({ accountId: 'acme', limit: 100 })
    await hold('h', 10)
    await hold('refused', 1000)
    await ledger.extend({ holdId: 'h', amountMicro: 50, expiresAt: EXPIRES_AT })
    await ledger.settle('h', 5)
    await ledger.settle('unknown', 5)
    await ledger.release('h')
    await ledger.sweep(EXPIRES_AT)
    await ledger.post(posting({ externalId: 'initial' }))
    expect(await ledger.entries({ accountId: 'acme', limit: 100 })).toEqual(before)
  })

  it('reads entries by account and kind, page by page', async () => {
    const { ledger, hold } = await start(100)
    await ledger.post(posting({ accountId: 'other', externalId: 'of other' }))
    for (const holdId of ['a', 'b', 'c']) {
      await hold(holdId, 10)
      await ledger.settle(holdId, 1)
    }
    const read = async (query: { kinds?: LedgerEntry['kind'][]; beforeId?: number; limit: number }) =>
      await ledger.entries({ accountId: 'acme', ...query })
    const all = await read({ limit: 100 })
    expect(all.map(({ accountId }) => accountId)).toEqual(Array.from({ length: 7 }, () => 'acme'))
    const first = await read({ limit: 3 })
    const rest = await read({ limit: 100, beforeId: first.at(-1)?.id ?? 0 })
    expect([...first, ...rest]).toEqual(all)
    const settled = await read({ limit: 2, kinds: ['settle', 'top_up'] })
    expect(settled.map(({ holdId }) => holdId)).toEqual(['c', 'b'])
    const posted = await read({ limit: 9, kinds: ['top_up'] })
    expect(posted.map(({ externalId }) => externalId)).toEqual(['initial'])
    expect(await read({ limit: 9, kinds: [] })).toEqual([])
  })

  it('audits wallets beside what their entries and open holds add up to, in the order of their accounts', async () => {
    const { ledger, hold } = await start(100)
    await hold('settled', 10)
    await ledger.settle('settled', 7)
    await hold('open', 30)
    await hold('swept', 20, { expiresAt: START })
    await ledger.sweep(START)
    await ledger.settle('swept', 3)
    for (const accountId of ['b', 'c']) await ledger.post(posting({ accountId, externalId: accountId }))
    const page = await ledger.audit({ limit: 2 })
    const sums = { balanceMicro: 90, heldMicro: 30 }
    expect(page).toEqual([
      { accountId: 'acme', wallet: sums, entries: sums, openHoldsMicro: 30, holdsEndedTwice: [] },
      expect.objectContaining({ accountId: 'b', openHoldsMicro: 0 }),
    ])
    const next = await ledger.audit({ afterAccountId: 'b', limit: 2 })
    expect(next.map(({ accountId }) => accountId)).toEqual(['c'])
    expect(await ledger.audit({ afterAccountId: 'c', limit: 2 })).toEqual([])
    expect(await verifyLedger(ledger)).toEqual({ wallets: 3, problems: [] })
  })

  it('has nothing to verify when it is empty', async () => {
    expect(await verifyLedger(await create(createClock()))).toEqual({ wallets: 0, problems: [] })
  })
}

function withoutId({ id: _id, ...entry }: LedgerEntry): Omit<LedgerEntry, 'id'> {
  return entry
}
