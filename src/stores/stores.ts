import type { Ledger } from '../balance/ledger.js'
import type { KeyStore } from '../keys/key-store.js'
import type { LimitStore } from '../limits/store.js'
import type { StateStore } from '../state/state-store.js'
import type { UsageStore } from '../usage/record.js'

/** The stores of a gateway; each concern may live in another engine. */
export interface Stores {
  readonly keys: KeyStore
  readonly limits: LimitStore
  readonly ledger: Ledger
  readonly usage: UsageStore
  readonly state: StateStore
}
