import type { AccountRecord, Identity, KeyRecord, KeyStore } from '../../keys/key-store.js'

/** Accounts and keys in memory, with what an administrator does to them. */
export interface MemoryKeyStore extends KeyStore {
  findIdentity(hash: string): Identity | null
  /** Adds or replaces an account. */
  putAccount(account: AccountRecord): void
  /** Adds or replaces a key, by its id; throws when its account is unknown or its hash belongs to another key. */
  putKey(key: KeyRecord): void
  account(accountId: string): AccountRecord | null
  key(keyId: string): KeyRecord | null
  /** Keys of one account, oldest first. */
  listKeys(accountId: string): readonly KeyRecord[]
  /** Removes a key; false when there was none. */
  deleteKey(keyId: string): boolean
}

/** An empty store of accounts and keys. */
export function createMemoryKeyStore(): MemoryKeyStore {
  const accounts = new Map<string, AccountRecord>()
  const keys = new Map<string, KeyRecord>()
  const byHash = new Map<string, KeyRecord>()
  return {
    findIdentity(hash) {
      const key = byHash.get(hash)
      const account = key === undefined ? undefined : accounts.get(key.accountId)
      return key === undefined || account === undefined ? null : { key, account }
    },
    putAccount(account) {
      accounts.set(account.id, account)
    },
    putKey(key) {
      const holder = byHash.get(key.hash)
      if (!accounts.has(key.accountId))
        throw new Error(`Key ${key.id}: there is no account ${key.accountId}.`)
      if (holder !== undefined && holder.id !== key.id)
        throw new Error(`Key ${key.id} has the same secret as key ${holder.id}.`)
      const previous = keys.get(key.id)
      if (previous !== undefined) byHash.delete(previous.hash)
      keys.set(key.id, key)
      byHash.set(key.hash, key)
    },
    account: (accountId) => accounts.get(accountId) ?? null,
    key: (keyId) => keys.get(keyId) ?? null,
    listKeys: (accountId) => [...keys.values()].filter((key) => key.accountId === accountId),
    deleteKey(keyId) {
      const key = keys.get(keyId)
      if (key !== undefined) byHash.delete(key.hash)
      return keys.delete(keyId)
    },
  }
}
