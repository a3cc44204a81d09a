import { testAdmin } from '../../contracts/admin.js'
import { testKeyStore } from '../../contracts/key-store.js'
import { testLedger } from '../../contracts/ledger.js'
import { testLedgerModel } from '../../contracts/ledger-model.js'
import { testSharedLedger } from '../../contracts/ledger-shared.js'
import { testLimitStore, testSharedLimitStore } from '../../contracts/limit-store.js'
import { testStateStore } from '../../contracts/state-store.js'
import { testUsageStore } from '../../contracts/usage-store.js'
import type { TestClock } from '../../contracts/samples.js'
import type { PostgresStores } from '../../../adapters/stores/postgres/index.js'
import { describePostgres } from '../../support/describe-postgres.js'

describePostgres('contracts', ({ open, openPool, freshSchema }) => {
  /** Four gateways with pools of their own on one schema. */
  const openFour = async ({ now }: TestClock) => {
    const schema = freshSchema()
    const one = (): Promise<PostgresStores> => open({ pool: openPool({ max: 5 }), schema, now })
    return Promise.all([one(), one(), one(), one()])
  }

  testKeyStore('postgres', async () => (await open()).keys)
  testLedger('postgres', async ({ now }) => (await open({ now })).ledger)
  testLedgerModel('postgres', async ({ now }) => (await open({ now })).ledger, { runs: 25, maxActions: 40 })
  testSharedLedger('postgres', async (clock) => {
    const [first, second, third, fourth] = await openFour(clock)
    return [first.ledger, second.ledger, third.ledger, fourth.ledger]
  })
  testLimitStore('postgres', async ({ now }) => (await open({ now })).limits)
  testSharedLimitStore('postgres', async (clock) => {
    const [first, second, third, fourth] = await openFour(clock)
    return [first.limits, second.limits, third.limits, fourth.limits]
  })
  testUsageStore('postgres', async () => (await open()).usage)
  testStateStore('postgres', async ({ now }) => (await open({ now })).state)
  testAdmin('postgres', async ({ now }) => {
    const stores = await open({ now })
    return { stores, close: () => stores.close() }
  })
})
