import type { AccountConfig } from '../../keys/account-config.js'
import { configuredAccount, configuredKey } from '../../keys/configured-records.js'
import { createMemoryKeyStore, type MemoryKeyStore } from './keys.js'
import { createMemoryLedger, type MemoryLedger } from './ledger.js'
import { createMemoryLimitStore, type MemoryLimitStore } from './limits.js'
import { createMemoryStateStore, type MemoryStateStore } from './state.js'
import { createMemoryUsageStore, type MemoryUsageStore } from './usage.js'

/** What a memory store starts with. */
export interface MemoryStoreOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Secret of the keyed hash of the keys. */
  readonly secret: string
  readonly accounts?: readonly AccountConfig[] | undefined
  /** Usage records to keep. Default 5,000. */
  readonly usageRecordLimit?: number | undefined
}

/** All stores of one process; nothing is shared with another one. */
export interface MemoryStore {
  readonly keys: MemoryKeyStore
  readonly limits: MemoryLimitStore
  readonly ledger: MemoryLedger
  readonly usage: MemoryUsageStore
  readonly state: MemoryStateStore
}

const ACTOR = 'configuration'

/** The embedded stores, filled from a configuration; throws on a key that could never be used or that is there twice. */
export function createMemoryStore(options: MemoryStoreOptions): MemoryStore {
  const { now } = options
  const store: MemoryStore = {
    keys: createMemoryKeyStore(),
    limits: createMemoryLimitStore(now),
    ledger: createMemoryLedger(now),
    usage: createMemoryUsageStore(options.usageRecordLimit),
    state: createMemoryStateStore(now),
  }
  for (const account of options.accounts ?? []) addAccount(store, account, options)
  return store
}

function addAccount({ keys, ledger }: MemoryStore, config: AccountConfig, options: MemoryStoreOptions): void {
  const now = options.now()
  const account = configuredAccount(config, now)
  const accountId = account.id
  const audit = { time: now, actor: ACTOR, accountId, details: {} }
  if (!keys.createAccount(account, { ...audit, action: 'account.create', keyId: null }))
    throw new Error(`Account ${accountId} is configured twice.`)
  if (config.balanceMicro !== undefined)
    ledger.post({
      accountId,
      kind: 'top_up',
      amountMicro: config.balanceMicro,
      externalId: `config:${accountId}`,
      actor: ACTOR,
    })
  for (const keyConfig of config.keys ?? []) {
    const key = configuredKey(accountId, keyConfig, { secret: options.secret, now })
    if (!keys.createKey(key, { ...audit, action: 'key.create', keyId: key.id }))
      throw new Error(`Key ${key.id} is configured twice, or has the same secret as another one.`)
  }
}
