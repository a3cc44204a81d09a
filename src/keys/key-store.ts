import type { JsonObject } from '../canonical/json.js'
import type { MaybePromise } from '../canonical/maybe-promise.js'

/** Someone with a balance. */
export interface AccountRecord {
  readonly id: string
  readonly name?: string | undefined
  readonly status: 'active' | 'suspended'
  /** Aliases of this account, on top of the global ones: alias → model id. */
  readonly aliases?: Readonly<Record<string, string>> | undefined
  readonly createdAt: number
}

/** What may be spent in a UTC day, an ISO week and a UTC month, in micro-USD; absent = unlimited. */
export interface SpendLimits {
  readonly dayMicro?: number | undefined
  readonly weekMicro?: number | undefined
  readonly monthMicro?: number | undefined
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
  /** What all calls with the key may spend. */
  readonly spendLimits?: SpendLimits | undefined
  /** What each end user may spend with the key. */
  readonly endUserSpendLimits?: SpendLimits | undefined
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number | undefined
  readonly createdAt: number
}

/** A key with its account, as `authenticate` needs them together. */
export interface Identity {
  readonly key: KeyRecord
  readonly account: AccountRecord
}

/** What can be changed of an account; what is absent stays. */
export type AccountChange = Partial<Pick<AccountRecord, 'name' | 'status' | 'aliases'>>

/** What can be changed of a key; what is absent stays, an explicit `undefined` takes the field away. */
export type KeyChange = Partial<
  Pick<
    KeyRecord,
    | 'name'
    | 'status'
    | 'rpm'
    | 'tpm'
    | 'concurrency'
    | 'allowedModels'
    | 'spendLimits'
    | 'endUserSpendLimits'
    | 'expiresAt'
  >
>

/** Who changed what: one entry for each change of an account or a key, kept with it in one step. */
export interface AuditEntry {
  /** Ascending. */
  readonly id: number
  /** Milliseconds since the epoch. */
  readonly time: number
  /** Who did it, as the caller of the admin functions names them. */
  readonly actor: string
  /** `account.create`, `key.disable`, … */
  readonly action: string
  readonly accountId: string
  readonly keyId: string | null
  /** What was changed, never a secret; `byOwner: true` beside it when somebody of the account itself has done it. */
  readonly details: JsonObject
}

/** An audit entry before the store has numbered it. */
export type AuditDraft = Omit<AuditEntry, 'id'>

/** A page of a list that is ordered by id. */
export interface IdPage {
  /** Only what comes behind this id. */
  readonly afterId?: string | undefined
  readonly limit: number
}

/** Where keys and accounts live. Each change is one atomic step together with its audit entry. */
export interface KeyStore {
  /** The identity of a key hash, whatever its status; null when there is none. */
  findIdentity(hash: string): MaybePromise<Identity | null>
  account(accountId: string): MaybePromise<AccountRecord | null>
  /** In the order of their ids. */
  accounts(page: IdPage): MaybePromise<readonly AccountRecord[]>
  /** False when the id is taken: nothing has changed. */
  createAccount(account: AccountRecord, audit: AuditDraft): MaybePromise<boolean>
  /** The account as it is now; null when there is none. */
  changeAccount(
    accountId: string,
    change: AccountChange,
    audit: AuditDraft,
  ): MaybePromise<AccountRecord | null>
  key(keyId: string): MaybePromise<KeyRecord | null>
  /** In the order of their ids. */
  keys(page: IdPage & { readonly accountId?: string | undefined }): MaybePromise<readonly KeyRecord[]>
  /** False when the id or the hash is taken or there is no such account: nothing has changed. */
  createKey(key: KeyRecord, audit: AuditDraft): MaybePromise<boolean>
  /** The key as it is now; null when there is none. */
  changeKey(keyId: string, change: KeyChange, audit: AuditDraft): MaybePromise<KeyRecord | null>
  /** The key that was; null when there is none. */
  deleteKey(keyId: string, audit: AuditDraft): MaybePromise<KeyRecord | null>
  /** Newest first. */
  auditEntries(query: {
    readonly accountId?: string | undefined
    readonly beforeId?: number | undefined
    readonly limit: number
  }): MaybePromise<readonly AuditEntry[]>
}
