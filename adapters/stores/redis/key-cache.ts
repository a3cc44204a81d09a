import { type Identity, isJsonObject, type KeyStore, parseJson } from '../../../src/index.js'
import type { BoundedCommands } from './deadline.js'

/** How keys are cached. */
export interface KeyCacheOptions {
  /** How long an identity is kept, in milliseconds; a change is seen after this time at the latest. */
  readonly ttlMs: number
  /** Told when Redis fails: calls go on with the key store, a change is then seen after `ttlMs`. */
  readonly onError?: ((error: unknown) => void) | undefined
}

/** Where the cache lives. */
export interface KeyCachePlace {
  readonly commands: BoundedCommands
  readonly prefix: string
}

/**
 * Marks an identity that has just changed. A process that read it before the change must not put the old one back,
 * so the mark stays for longer than a process may take from reading to filling.
 */
const CHANGED = 'changed'
const CHANGED_MS = 10_000
const FILL_WITHIN_MS = 5000
const PAGE = 100

/**
 * A key store that finds identities in Redis first, under the keyed hash of the secret, which is all that anyone gets
 * to see of it. Changes through any process drop what they concern at once. Unknown keys are not kept.
 */
export function cacheKeys(place: KeyCachePlace, keyStore: KeyStore, options: KeyCacheOptions): KeyStore {
  const cache = createIdentityCache(place, options)

  async function dropAccount(accountId: string): Promise<void> {
    let afterId: string | undefined
    for (;;) {
      const keys = await keyStore.keys({ accountId, afterId, limit: PAGE })
      await Promise.all(keys.map((key) => cache.drop(key.hash)))
      afterId = keys.at(-1)?.id
      if (keys.length < PAGE) return
    }
  }

  return {
    async findIdentity(hash) {
      const cached = await cache.find(hash)
      if (cached.identity !== null) return cached.identity
      const startedAt = performance.now()
      const identity = await keyStore.findIdentity(hash)
      const inTime = performance.now() - startedAt < FILL_WITHIN_MS
      if (identity !== null && cached.fillable && inTime) await cache.fill(identity)
      return identity
    },
    account: (accountId) => keyStore.account(accountId),
    accounts: (page) => keyStore.accounts(page),
    createAccount: (account, audit) => keyStore.createAccount(account, audit),
    async changeAccount(accountId, change, audit) {
      const account = await keyStore.changeAccount(accountId, change, audit)
      if (account !== null) await dropAccount(accountId)
      return account
    },
    key: (keyId) => keyStore.key(keyId),
    keys: (page) => keyStore.keys(page),
    createKey: (key, audit) => keyStore.createKey(key, audit),
    async changeKey(keyId, change, audit) {
      const key = await keyStore.changeKey(keyId, change, audit)
      if (key !== null) await cache.drop(key.hash)
      return key
    },
    async deleteKey(keyId, audit) {
      const key = await keyStore.deleteKey(keyId, audit)
      if (key !== null) await cache.drop(key.hash)
      return key
    },
    auditEntries: (query) => keyStore.auditEntries(query),
  }
}

interface IdentityCache {
  /** `fillable`: nothing is there, and Redis can be asked to keep it. */
  find(hash: string): Promise<{ readonly identity: Identity | null; readonly fillable: boolean }>
  fill(identity: Identity): Promise<void>
  drop(hash: string): Promise<void>
}

/** Never rejects: the key store is the truth, and without the cache it is only slower. */
function createIdentityCache({ commands, prefix }: KeyCachePlace, options: KeyCacheOptions): IdentityCache {
  const placeOf = (hash: string): string => `${prefix}identity:${hash}`

  async function attempt<T>(action: () => Promise<T>, otherwise: T): Promise<T> {
    try {
      return await action()
    } catch (error) {
      options.onError?.(error)
      return otherwise
    }
  }

  return {
    find: (hash) =>
      attempt(
        async () => {
          const text = await commands.get(placeOf(hash))
          return { identity: readIdentity(text), fillable: text === null }
        },
        { identity: null, fillable: false },
      ),
    async fill(identity) {
      const place = placeOf(identity.key.hash)
      await attempt(() => commands.setIfAbsent(place, JSON.stringify(identity), options.ttlMs), false)
    },
    drop: (hash) => attempt(() => commands.set(placeOf(hash), CHANGED, CHANGED_MS), undefined),
  }
}

function readIdentity(text: string | null): Identity | null {
  const value = text === null || text === CHANGED ? undefined : parseJson(text)
  if (!isJsonObject(value) || !isJsonObject(value['key']) || !isJsonObject(value['account'])) return null
  return value as unknown as Identity
}
