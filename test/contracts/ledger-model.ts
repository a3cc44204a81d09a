import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Ledger } from '../../src/balance/ledger.js'

const ACCOUNT = 'acme'
const holdId = fc.nat(7).map((index) => `h${index}`)
const amount = fc.nat(100)

type Step =
  | { readonly type: 'topUp'; readonly amount: number; readonly id: string }
  | { readonly type: 'hold'; readonly amount: number; readonly id: string; readonly expiresAt: number }
  | { readonly type: 'settle'; readonly amount: number; readonly id: string }
  | { readonly type: 'release'; readonly id: string }
  | { readonly type: 'sweep'; readonly now: number }

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ type: fc.constant('topUp'), amount, id: holdId }),
  fc.record({ type: fc.constant('hold'), amount, id: holdId, expiresAt: amount }),
  fc.record({ type: fc.constant('settle'), amount, id: holdId }),
  fc.record({ type: fc.constant('release'), id: holdId }),
  fc.record({ type: fc.constant('sweep'), now: amount }),
)

/** The books as a bookkeeper would keep them: what came in, what went out, which holds are open. */
interface Books {
  credited: number
  charged: number
  /** What was to be paid, and what of it was not. */
  billed: number
  unpaid: number
  readonly topUps: Set<string>
  readonly open: Map<string, { readonly amount: number; readonly expiresAt: number }>
}

async function play(ledger: Ledger, step: Step, books: Books): Promise<void> {
  switch (step.type) {
    case 'topUp':
      await ledger.topUp(ACCOUNT, step.amount, step.id)
      if (!books.topUps.has(step.id)) books.credited += step.amount
      books.topUps.add(step.id)
      return
    case 'hold': {
      const before = await ledger.balance(ACCOUNT)
      const request = {
        holdId: step.id,
        accountId: ACCOUNT,
        amountMicro: step.amount,
        expiresAt: step.expiresAt,
      }
      await ledger.hold(request)
      const after = await ledger.balance(ACCOUNT)
      const isNew = (after?.heldMicro ?? 0) > (before?.heldMicro ?? 0)
      if (isNew) books.open.set(step.id, { amount: step.amount, expiresAt: step.expiresAt })
      return
    }
    case 'settle': {
      const result = await ledger.settle(step.id, step.amount)
      if (!result.repeated) {
        books.charged += result.chargedMicro
        books.unpaid += result.shortfallMicro
        books.billed += step.amount
      }
      books.open.delete(step.id)
      return
    }
    case 'release':
      await ledger.release(step.id)
      books.open.delete(step.id)
      return
    case 'sweep':
      await ledger.sweep(step.now)
      for (const [id, { expiresAt }] of books.open) if (expiresAt <= step.now) books.open.delete(id)
  }
}

/** Random interleavings of everything that can happen to one account, against simple books. */
export function testLedgerModel(name: string, create: () => Ledger | Promise<Ledger>, runs = 500): void {
  describe(`${name}: ledger under random interleavings`, () => {
    it('balances like the books, covers every open hold and never goes below zero', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(anyStep, { maxLength: 60 }), async (steps) => {
          const ledger = await create()
          const books: Books = {
            credited: 0,
            charged: 0,
            billed: 0,
            unpaid: 0,
            topUps: new Set(),
            open: new Map(),
          }
          for (const step of steps) {
            await play(ledger, step, books)
            const { balanceMicro, heldMicro } = (await ledger.balance(ACCOUNT)) ?? {
              balanceMicro: 0,
              heldMicro: 0,
            }
            expect(balanceMicro).toBe(books.credited - books.charged)
            expect(books.charged + books.unpaid).toBe(books.billed)
            expect(heldMicro).toBe([...books.open.values()].reduce((sum, hold) => sum + hold.amount, 0))
            expect(balanceMicro - heldMicro).toBeGreaterThanOrEqual(0)
          }
        }),
        { numRuns: runs },
      )
    })
  })
}
