import { describe } from 'vitest'
import { testBooks } from './ledger-books.js'
import { ledgerStarter, type CreateLedger } from './ledger-harness.js'
import { testExtending, testHolds, testSweeping } from './ledger-holds.js'
import { testPostings } from './ledger-postings.js'
import { testSettling } from './ledger-settling.js'
import { testSpend } from './ledger-spend.js'

export type { CreateLedger } from './ledger-harness.js'

/** The contract of every ledger. */
export function testLedger(name: string, create: CreateLedger): void {
  const start = ledgerStarter(create)
  describe(`${name}: ledger`, () => {
    testPostings(create, start)
    testHolds(start)
    testExtending(start)
    testSettling(start)
    testSweeping(start)
    testSpend(start)
    testBooks(create, start)
  })
}
