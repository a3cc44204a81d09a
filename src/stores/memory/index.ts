import type { AccountConfig, KeyConfig } from '../../keys/account-config.js'
import { checkApiKeyFormat, hashKey, keyHint } from '../../keys/api-key.js'
import type { KeyRecord } from '../../keys/key-store.js'
import { createMemoryKeyStore, type MemoryKeyStore } from './keys.js'
import { createMemoryLedger, type MemoryLedger } from './ledger.js'
import { createMemoryLimitStore, type MemoryLimitStore } from './limits.js'
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
}

const DEFAULT_RPM = 60
const DEFAULT_TPM = 100_000

/** The embedded stores, filled from a configuration; throws on a key that could never be used or that is there twice. */
export function createMemoryStore(options: MemoryStoreOptions): MemoryStore {
  const store: MemoryStore = {
    keys: createMemoryKeyStore(),
    limits: createMemoryLimitStore(options.now),
    ledger: createMemoryLedger(),
    usage: createMemoryUsageStore(options.usageRecordLimit),
  }
  for (const account of options.accounts ?? []) addAccount(store, account, options)
  return store
}

function addAccount(store: MemoryStore, config: AccountConfig, options: MemoryStoreOptions): void {
  if (store.keys.account(config.id) !== null) throw new Error(`Account ${config.id} is configured twice.`)
  store.keys.putAccount({
    id: config.id,
    status: config.suspended === true ? 'suspended' : 'active',
    aliases: config.aliases,
  })
  if (config.balanceMicro !== undefined)
    store.ledger.topUp(config.id, config.balanceMicro, `config:${config.id}`)
  for (const key of config.keys ?? []) {
    const record = keyRecord(config.id, key, options)
    if (store.keys.key(record.id) !== null) throw new Error(`Key ${record.id} is configured twice.`)
    store.keys.putKey(record)
  }
}

function keyRecord(accountId: string, config: KeyConfig, { secret, now }: MemoryStoreOptions): KeyRecord {
  const format = checkApiKeyFormat(config.key)
  if (format === 'foreign' || format === 'mistyped')
    throw new Error(`Account ${accountId}: ${UNUSABLE[format]}`)
  const hash = hashKey(config.key, secret)
  return {
    id: config.id ?? `key_${hash.slice(0, 16)}`,
    accountId,
    hash,
    hint: keyHint(config.key),
    status: config.disabled === true ? 'disabled' : 'active',
    name: config.name,
    rpm: config.rpm === undefined ? DEFAULT_RPM : config.rpm,
    tpm: config.tpm === undefined ? DEFAULT_TPM : config.tpm,
    concurrency: config.concurrency ?? null,
    allowedModels: config.allowedModels,
    expiresAt: config.expiresAt,
    createdAt: now(),
  }
}

const UNUSABLE = {
  foreign: 'a key must be cm- and up to 253 visible ASCII characters.',
  mistyped: 'a key begins like a generated one (cm-gk_) but its checksum is wrong.',
} as const
