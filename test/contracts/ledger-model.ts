import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { verifyLedger } from '../../src/balance/audit.js'
import type { Ledger, LedgerEntry, SpendScope } from '../../src/balance/ledger.js'
import { anyAction, playAction, SCOPES, type LedgerAction } from './ledger-actions.js'
import type { CreateLedger } from './ledger-harness.js'
import { createPaper } from './ledger-paper.js'
import { createClock } from './samples.js'

/** How much is tried; less for a ledger that is slow. */
export interface ModelOptions {
  /** Default 300. */
  readonly runs?: number | undefined
  /** Default 60. */
  readonly maxActions?: number | undefined
}

/**
 * Random interleavings of everything that can happen to one account (payments, refunds, holds, extensions, settles,
 * releases, sweeps, crashes, duplicate deliveries), against a bookkeeper with paper, and all at once.
 */
export function testLedgerModel(name: string, create: CreateLedger, options: ModelOptions = {}): void {
  const { runs: numRuns = 300, maxActions = 60 } = options
  const actions = fc.array(anyAction, { maxLength: maxActions })

  describe(`${name}: ledger under random interleavings`, () => {
    it('answers and balances like paper, step by step, and its books add up', async () => {
      await fc.assert(
        fc.asyncProperty(actions, async (steps) => {
          const clock = createClock()
          const ledger = await create(clock)
          const paper = createPaper()
          const scopesOf = firstScopes()
          for (const action of steps) {
            clock.advance(1)
            const expected = paper.play(action)
            const answer = await playAction(ledger, action, scopesOf.current)
            if (action.type !== 'release') expect(answer).toEqual(expected)
            scopesOf.note(action, expected)
            expect((await ledger.balance('acme'))?.balanceMicro ?? null).toBe(paper.balance())
            expect((await ledger.balance('acme'))?.heldMicro ?? 0).toBe(paper.held())
            for (const scope of SCOPES) expect(await ledger.spent(scope, 0)).toBe(paper.spent(scope))
            await expectSoundBooks(ledger)
          }
        }),
        { numRuns },
      )
    })

    it('stays sound when much happens at once', async () => {
      await fc.assert(
        fc.asyncProperty(actions, fc.integer({ min: 2, max: 12 }), async (steps, width) => {
          const ledger = await create(createClock())
          await ledger.post({ accountId: 'acme', kind: 'top_up', amountMicro: 200, externalId: 'initial' })
          for (let start = 0; start < steps.length; start += width) {
            const batch = steps.slice(start, start + width)
            await Promise.all(batch.map(async (action) => playAction(ledger, action, new Map())))
            await expectSoundBooks(ledger)
          }
        }),
        { numRuns: Math.ceil(numRuns / 3) },
      )
    })
  })
}

/** The scopes with which each hold was placed. */
function firstScopes(): {
  readonly current: ReadonlyMap<string, readonly SpendScope[]>
  readonly note: (action: LedgerAction, answer: unknown) => void
} {
  const current = new Map<string, readonly SpendScope[]>()
  return {
    current,
    note(action, answer) {
      if (action.type !== 'hold' || current.has(action.holdId)) return
      if ((answer as { ok: boolean }).ok) current.set(action.holdId, action.scopes)
    },
  }
}

async function expectSoundBooks(ledger: Ledger): Promise<void> {
  const { balanceMicro, heldMicro } = (await ledger.balance('acme')) ?? { balanceMicro: 0, heldMicro: 0 }
  expect(heldMicro).toBeGreaterThanOrEqual(0)
  expect(balanceMicro).toBeGreaterThanOrEqual(heldMicro)
  expect((await verifyLedger(ledger)).problems).toEqual([])
  const entries = await ledger.entries({ accountId: 'acme', limit: 1000 })
  expect(sumOf(entries, 'balanceMicro')).toBe(balanceMicro)
  expect(sumOf(entries, 'heldMicro')).toBe(heldMicro)
  expect(entries[0]?.balanceAfterMicro ?? 0).toBe(balanceMicro)
  const ends = entries.filter(({ kind }) => kind === 'settle' || kind === 'release')
  expect(new Set(ends.map(({ holdId }) => holdId)).size).toBe(ends.length)
  const events = entries.flatMap(({ externalId }) => externalId ?? [])
  expect(new Set(events).size).toBe(events.length)
}

function sumOf(entries: readonly LedgerEntry[], field: 'balanceMicro' | 'heldMicro'): number {
  return entries.reduce((sum, entry) => sum + entry[field], 0)
}
