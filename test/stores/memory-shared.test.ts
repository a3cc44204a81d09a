import { createMemoryLedger } from '../../src/stores/memory/ledger.js'
import { createMemoryLimitStore } from '../../src/stores/memory/limits.js'
import { testSharedLedger } from '../contracts/ledger-shared.js'
import { testSharedLimitStore } from '../contracts/limit-store.js'

// Several gateways of one process can be given the same stores.
testSharedLedger('memory', ({ now }) => {
  const ledger = createMemoryLedger(now)
  return Promise.resolve([ledger, ledger])
})

testSharedLimitStore('memory', ({ now }) => {
  const limits = createMemoryLimitStore(now)
  return Promise.resolve([limits, limits])
})
