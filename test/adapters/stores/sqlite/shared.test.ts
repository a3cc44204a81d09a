import { testIdempotency } from '../../../contracts/idempotency.js'
import { testSharedLedger } from '../../../contracts/ledger-shared.js'
import { testSharedLimitStore } from '../../../contracts/limit-store.js'
import { SQLITE_DRIVERS } from './drivers.js'
import { useSqliteFiles } from './files.js'

const { open, path: newPath } = useSqliteFiles()

for (const driver of SQLITE_DRIVERS) {
  const name = `sqlite on ${driver}, two connections`
  const openTwo = async (now: () => number) => {
    const path = newPath()
    return [await open({ driver, path, now }), await open({ driver, path, now })] as const
  }

  testIdempotency(async ({ now }) => open({ driver, now }), `sqlite on ${driver}: `)
  testSharedLedger(name, async ({ now }) => {
    const [one, other] = await openTwo(now)
    return [one.ledger, other.ledger]
  })
  testSharedLimitStore(name, async ({ now }) => {
    const [one, other] = await openTwo(now)
    return [one.limits, other.limits]
  })
}
