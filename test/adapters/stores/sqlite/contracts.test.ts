import { SQLITE_DRIVERS } from './drivers.js'
import { testKeyStore } from '../../../contracts/key-store.js'
import { testLedger } from '../../../contracts/ledger.js'
import { testLedgerModel } from '../../../contracts/ledger-model.js'
import { testLimitStore } from '../../../contracts/limit-store.js'
import { testStateStore } from '../../../contracts/state-store.js'
import { testUsageStore } from '../../../contracts/usage-store.js'
import { useSqliteFiles } from './files.js'

const { open } = useSqliteFiles()

for (const driver of SQLITE_DRIVERS) {
  const name = `sqlite on ${driver}`
  testKeyStore(name, async () => (await open({ driver })).keys)
  testLimitStore(name, async ({ now }) => (await open({ driver, now })).limits)
  testLedger(name, async ({ now }) => (await open({ driver, now })).ledger)
  testLedgerModel(name, async ({ now }) => (await open({ driver, now })).ledger, { runs: 60 })
  testUsageStore(name, async () => (await open({ driver })).usage)
  testStateStore(name, async ({ now }) => (await open({ driver, now })).state)
}
