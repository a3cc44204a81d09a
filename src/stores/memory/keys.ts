import { changeRecord } from '../../keys/change-record.js'
import type {
  AccountChange,
  AccountRecord,
  AuditDraft,
  AuditEntry,
  Identity,
  IdPage,
  KeyChange,
  KeyRecord,
  KeyStore,
} from '../../keys/key-store.js'
import { createOrdered, type Ordered } from './ordered.js'
import { createRing } from './ring.js'

/** Accounts and keys in memory. */
export interface MemoryKeyStore extends KeyStore {
  findIdentity(hash: string): Identity | null
  account(accountId: string): AccountRecord | null
  accounts(page: IdPage): readonly AccountRecord[]
  createAccount(account: AccountRecord, audit: AuditDraft): boolean
  changeAccount(accountId: string, change: AccountChange, audit: AuditDraft): AccountRecord | null
  key(keyId: string): KeyRecord | null
  keys(page: IdPage & { readonly accountId?: string | undefined }): readonly KeyRecord[]
  createKey(key: KeyRecord, audit: AuditDraft): boolean
  changeKey(keyId: string, change: KeyChange, audit: AuditDraft): KeyRecord | null
  deleteKey(keyId: string, audit: AuditDraft): KeyRecord | null
  auditEntries(query: Parameters<KeyStore['auditEntries']>[0]): readonly AuditEntry[]
}

/** Audit entries that can still be read. */
const KEPT_AUDIT_ENTRIES = 10_000

/** An empty store of accounts and keys, which keeps its last `keptAuditEntries`. */
export function createMemoryKeyStore(keptAuditEntries: number = KEPT_AUDIT_ENTRIES): MemoryKeyStore {
  const accounts = createOrdered<AccountRecord>()
  const keys = createOrdered<KeyRecord>()
  const keysOf = new Map<string, Ordered<KeyRecord>>()
  const byHash = new Map<string, KeyRecord>()
  const trail = createMemoryTrail(keptAuditEntries)

  function putKey(key: KeyRecord): void {
    const siblings = keysOf.get(key.accountId) ?? createOrdered<KeyRecord>()
    keysOf.set(key.accountId, siblings)
    siblings.set(key.id, key)
    keys.set(key.id, key)
    byHash.set(key.hash, key)
  }

  return {
    findIdentity(hash) {
      const key = byHash.get(hash)
      const account = key === undefined ? undefined : accounts.get(key.accountId)
      return key === undefined || account === undefined ? null : { key, account }
    },
    account: (accountId) => accounts.get(accountId) ?? null,
    accounts: (page) => accounts.page(page),
    createAccount(account, audit) {
      if (accounts.has(account.id)) return false
      accounts.set(account.id, account)
      trail.add(audit)
      return true
    },
    changeAccount(accountId, change, audit) {
      const account = accounts.get(accountId)
      if (account === undefined) return null
      const changed = changeRecord<AccountRecord>(account, change)
      accounts.set(accountId, changed)
      trail.add(audit)
      return changed
    },
    key: (keyId) => keys.get(keyId) ?? null,
    keys: ({ accountId, ...page }) =>
      accountId === undefined ? keys.page(page) : (keysOf.get(accountId)?.page(page) ?? []),
    createKey(key, audit) {
      if (keys.has(key.id) || byHash.has(key.hash) || !accounts.has(key.accountId)) return false
      putKey(key)
      trail.add(audit)
      return true
    },
    changeKey(keyId, change, audit) {
      const key = keys.get(keyId)
      if (key === undefined) return null
      const changed = changeRecord<KeyRecord>(key, change)
      putKey(changed)
      trail.add(audit)
      return changed
    },
    deleteKey(keyId, audit) {
      const key = keys.get(keyId)
      if (key === undefined) return null
      keys.delete(keyId)
      keysOf.get(key.accountId)?.delete(keyId)
      byHash.delete(key.hash)
      trail.add(audit)
      return key
    },
    auditEntries: trail.read,
  }
}

interface MemoryTrail {
  add(draft: AuditDraft): void
  read: MemoryKeyStore['auditEntries']
}

function createMemoryTrail(kept: number): MemoryTrail {
  const entries = createRing<AuditEntry>(kept)
  return {
    add: (draft) => void entries.add((id) => ({ id, ...draft })),
    read: ({ accountId, beforeId, limit }) =>
      entries.newestFirst(
        { beforeId, limit },
        (entry) => accountId === undefined || entry.accountId === accountId,
      ),
  }
}
