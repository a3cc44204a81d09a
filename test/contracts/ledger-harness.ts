import type { BalanceSnapshot, HoldRequest, HoldResult, Ledger } from '../../src/balance/ledger.js'
import { createClock, holdRequest, posting, type TestClock } from './samples.js'

/**
 * An empty ledger that takes its time from the clock. Called for each test: a ledger over a real database may empty its
 * tables instead of making new ones.
 */
export type CreateLedger = (clock: TestClock) => Ledger | Promise<Ledger>

/** A ledger in which `acme` has a wallet. */
export interface LedgerHarness {
  readonly clock: TestClock
  readonly ledger: Ledger
  readonly hold: (holdId: string, amountMicro: number, fields?: Partial<HoldRequest>) => Promise<HoldResult>
  readonly balance: () => Promise<BalanceSnapshot | null>
}

export type StartLedger = (balanceMicro: number) => Promise<LedgerHarness>

export function ledgerStarter(create: CreateLedger): StartLedger {
  return async (balanceMicro) => {
    const clock = createClock()
    const ledger = await create(clock)
    await ledger.post(posting({ amountMicro: balanceMicro, externalId: 'initial' }))
    return {
      clock,
      ledger,
      hold: async (holdId, amountMicro, fields) =>
        ledger.hold(holdRequest({ holdId, amountMicro, ...fields })),
      balance: async () => ledger.balance('acme'),
    }
  }
}

/** What a promise or a call fails with, so that tests need not care which of the two it is. */
export async function failureOf(step: () => unknown): Promise<unknown> {
  try {
    await step()
  } catch (error) {
    return error
  }
  throw new Error('expected a failure')
}
