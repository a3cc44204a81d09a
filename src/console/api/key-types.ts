/** What may be spent in a UTC day, an ISO week, a UTC month. */
export interface SpendLimits {
  readonly day_micro?: number | undefined
  readonly week_micro?: number | undefined
  readonly month_micro?: number | undefined
}

/** What can be set of a key; null = no limit. */
export interface KeySettings {
  readonly name: string | null
  /** Requests a minute. */
  readonly rpm: number | null
  /** Tokens a minute. */
  readonly tpm: number | null
  /** Calls at once. */
  readonly concurrency: number | null
  /** Model ids and `vendor/*`; null = all. */
  readonly allowed_models: readonly string[] | null
  readonly spend_limits: SpendLimits | null
  /** Of each end user. */
  readonly end_user_spend_limits: SpendLimits | null
  readonly expires_at: string | null
}

/** A key; never its secret. */
export interface Key extends KeySettings {
  readonly id: string
  readonly account_id: string
  /** How the secret begins. */
  readonly hint: string
  readonly status: 'active' | 'disabled'
  readonly created_at: string
  /** When its last call came; null = none that is still recorded. In the answer about one key only. */
  readonly last_used_at?: string | null | undefined
}

/** A key that was just made: the only time that its secret is shown. */
export interface CreatedKey extends Key {
  readonly secret: string
}

/** A new key. */
export type NewKey = { readonly [Name in keyof KeySettings]?: KeySettings[Name] | undefined }

/** A change of a key: what is absent stays. */
export interface KeyChange extends NewKey {
  readonly status?: Key['status'] | undefined
}

/** What a key has spent since the day, the week and the month began. */
export interface Spent {
  readonly day_micro: number
  readonly week_micro: number
  readonly month_micro: number
}

/** What an owner may set of keys at most; null = no ceiling. */
export interface KeyCeilings extends Pick<
  KeySettings,
  'rpm' | 'tpm' | 'concurrency' | 'allowed_models' | 'spend_limits'
> {
  /** Of the account. */
  readonly keys: number | null
}
