import type { MaybePromise } from '../canonical/maybe-promise.js'

/** Someone with a balance. */
export interface AccountRecord {
  readonly id: string
  readonly status: 'active' | 'suspended'
  /** Aliases of this account, on top of the global ones: alias → model id. */
  readonly aliases?: Readonly<Record<string, string>> | undefined
}

/** A key as it is stored: never the secret, only its keyed hash. */
export interface KeyRecord {
  readonly id: string
  readonly accountId: string
  /** `hashKey(secret)`, hex. */
  readonly hash: string
  /** First characters of the secret, for lists: `cm-abcd…`. */
  readonly hint: string
  readonly status: 'active' | 'disabled'
  readonly name?: string | undefined
  /** Requests per minute; null = unlimited. */
  readonly rpm: number | null
  /** Tokens per minute; null = unlimited. */
  readonly tpm: number | null
  /** Calls at the same time; null = unlimited. */
  readonly concurrency: number | null
  /** Model ids or `vendor/*` patterns that the key may use; absent = all. */
  readonly allowedModels?: readonly string[] | undefined
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number | undefined
  readonly createdAt: number
}

/** A key with its account, as `authenticate` needs them together. */
export interface Identity {
  readonly key: KeyRecord
  readonly account: AccountRecord
}

/** Where keys and accounts live. Implementations: `stores/memory`. */
export interface KeyStore {
  /** The identity of a key hash, whatever its status; null when there is none. */
  findIdentity(hash: string): MaybePromise<Identity | null>
}
