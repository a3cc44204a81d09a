import type { SpendLimits } from './key-store.js'

/** A key as a configuration names it. */
export interface KeyConfig {
  /** The secret itself, `cm-…`; only its keyed hash is kept. A key made by `createApiKey` has a checksum, any other form works as it is. */
  readonly key: string
  /** Default: derived from the hash, so the same after a restart. */
  readonly id?: string | undefined
  readonly name?: string | undefined
  /** Requests per minute; null = unlimited. Default 60. */
  readonly rpm?: number | null | undefined
  /** Tokens per minute; null = unlimited. Default 100,000. */
  readonly tpm?: number | null | undefined
  /** Calls at the same time; null = unlimited. Default null. */
  readonly concurrency?: number | null | undefined
  /** Model ids and `vendor/*` patterns. Default: all. */
  readonly allowedModels?: readonly string[] | undefined
  /** What all calls with the key may spend. Default: what the balance has. */
  readonly spendLimits?: SpendLimits | undefined
  /** What each end user may spend with the key. Default: no limit. */
  readonly endUserSpendLimits?: SpendLimits | undefined
  readonly disabled?: boolean | undefined
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number | undefined
}

/** An account as a configuration names it. */
export interface AccountConfig {
  readonly id: string
  readonly name?: string | undefined
  /** Balance at the first start, in micro-USD. Absent: the account has no wallet yet. */
  readonly balanceMicro?: number | undefined
  readonly keys?: readonly KeyConfig[] | undefined
  /** alias → model id, on top of the global ones. */
  readonly aliases?: Readonly<Record<string, string>> | undefined
  readonly suspended?: boolean | undefined
}
