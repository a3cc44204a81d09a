import { LRUCache } from 'lru-cache'
import type { MaybePromise } from '../canonical/maybe-promise.js'
import { GatewayError } from '../errors.js'
import { checkApiKeyFormat, hashKey } from './api-key.js'
import type { Identity, KeyStore } from './key-store.js'

/** What an authenticator works with. */
export interface AuthenticatorOptions {
  readonly store: Pick<KeyStore, 'findIdentity'>
  /** Secret of the keyed hash under which keys are stored. */
  readonly secret: string
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Verified keys to remember. Default 10,000. */
  readonly cacheSize?: number | undefined
  /** How long they are, and so how long a disabled key may go on working. Default 5,000 ms. */
  readonly cacheTtlMs?: number | undefined
}

/** What a client showed. */
export interface Credentials {
  readonly key: string | null
  /** What to say when there is no key: each dialect has its own words. */
  readonly missingMessage: string
}

/** Turns keys into identities. */
export interface Authenticator {
  /**
   * The active identity of a key, at once when it is cached or the store is synchronous.
   * Throws (or rejects with) a `GatewayError`: missing_api_key, invalid_api_key, api_key_inactive, user_inactive, db_error.
   */
  authenticate(credentials: Credentials): MaybePromise<Identity>
  /** Drops what is remembered of a key, for those who change one. */
  forget(hash: string): void
  /** Drops what is remembered of all keys of an account. */
  forgetAccount(accountId: string): void
}

/** Unknown keys have a small cache of their own, so that a flood of guesses evicts no good key. */
const UNKNOWN_CACHE_SIZE = 1000

/** An authenticator with its caches; nothing is shared with another one. */
export function createAuthenticator(options: AuthenticatorOptions): Authenticator {
  const { store, secret, now } = options
  const ttlMs = options.cacheTtlMs ?? 5000
  const known = createMemory<Identity>(options.cacheSize ?? 10_000, { ttlMs, now })
  const unknown = createMemory<string>(UNKNOWN_CACHE_SIZE, { ttlMs, now })
  const pending = new Map<string, Promise<Identity>>()
  let changes = 0

  /** `seenChanges` is how many changes were known when the store was asked: its answer may be older than the next one. */
  function remember(
    key: string,
    hash: string,
    answer: { identity: Identity | null; seenChanges: number },
  ): Identity {
    const { identity, seenChanges } = answer
    const current = seenChanges === changes
    if (identity === null) {
      if (current) unknown.set(key, hash)
      throw invalidKey()
    }
    if (current) known.set(key, identity)
    return assertActive(identity, now())
  }

  function lookUp(key: string): MaybePromise<Identity> {
    const hash = hashKey(key, secret)
    const seenChanges = changes
    const found = askStore(store, hash)
    if (!(found instanceof Promise)) return remember(key, hash, { identity: found, seenChanges })
    const answer = found
      .then((identity) => remember(key, hash, { identity, seenChanges }))
      .finally(() => {
        if (pending.get(key) === answer) pending.delete(key)
      })
    pending.set(key, answer)
    return answer
  }

  function forgetWhere(isMeant: (identity: Identity) => boolean): void {
    changes += 1
    pending.clear()
    known.forgetWhere(isMeant)
  }

  return {
    authenticate({ key, missingMessage }) {
      if (key === null || key === '') throw new GatewayError('missing_api_key', missingMessage)
      const identity = known.get(key)
      if (identity !== undefined) return assertActive(identity, now())
      if (unknown.get(key) !== undefined) throw invalidKey()
      const format = checkApiKeyFormat(key)
      if (format === 'foreign') throw invalidKey()
      if (format === 'mistyped') throw new GatewayError('invalid_api_key', MISTYPED)
      return pending.get(key) ?? lookUp(key)
    },
    forget(hash) {
      forgetWhere((identity) => identity.key.hash === hash)
      unknown.forgetWhere((unknownHash) => unknownHash === hash)
    },
    forgetAccount(accountId) {
      forgetWhere((identity) => identity.account.id === accountId)
    },
  }
}

/** What was found under keys, for a while. */
interface Memory<T> {
  get(key: string): T | undefined
  set(key: string, value: T): void
  forgetWhere(isMeant: (value: T) => boolean): void
}

function createMemory<T>(max: number, { ttlMs, now }: { ttlMs: number; now: () => number }): Memory<T> {
  const cache = new LRUCache<string, { readonly value: T; readonly setAt: number }>({ max })
  return {
    get(key) {
      const found = cache.get(key)
      if (found === undefined) return undefined
      // Either way: a clock that was set back must not make a disabled key work until it has caught up.
      if (Math.abs(now() - found.setAt) <= ttlMs) return found.value
      cache.delete(key)
      return undefined
    },
    set: (key, value) => void cache.set(key, { value, setAt: now() }),
    forgetWhere(isMeant) {
      for (const [key, { value }] of cache.entries()) if (isMeant(value)) cache.delete(key)
    },
  }
}

const MISTYPED = 'Invalid API key provided: its checksum is wrong. Check that it was copied completely.'

function invalidKey(): GatewayError {
  return new GatewayError('invalid_api_key', 'Invalid API key provided.')
}

function assertActive(identity: Identity, now: number): Identity {
  const { key, account } = identity
  if (key.status !== 'active') throw new GatewayError('api_key_inactive', 'This API key is disabled.')
  if (key.expiresAt !== undefined && key.expiresAt <= now)
    throw new GatewayError('api_key_inactive', 'This API key has expired.')
  if (account.status !== 'active') throw new GatewayError('user_inactive', 'This account is suspended.')
  return identity
}

/** A broken store is our fault, whatever it says; its words stay inside. */
function askStore(store: Pick<KeyStore, 'findIdentity'>, hash: string): MaybePromise<Identity | null> {
  try {
    const found = store.findIdentity(hash)
    return found instanceof Promise ? found.catch(storeFailure) : found
  } catch (error) {
    return storeFailure(error)
  }
}

function storeFailure(cause: unknown): never {
  throw new GatewayError('db_error', 'The API key could not be checked. Try again later.', { cause })
}
