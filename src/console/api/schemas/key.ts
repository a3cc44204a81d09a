import type { CreatedKey, Key, KeyChange, KeySettings, NewKey, SpendLimits, Spent } from '../types.js'
import {
  anyText,
  count,
  list,
  nullable,
  object,
  oneOf,
  optional,
  rate,
  type Schema,
  text,
  time,
} from './base.js'

const status = oneOf('active', 'disabled')

/** What may be spent, by window. */
export const spendLimits: Schema<SpendLimits> = object<SpendLimits>({
  day_micro: optional(count),
  week_micro: optional(count),
  month_micro: optional(count),
})

/** Limits, in answers and in requests. */
const LIMITS = {
  rpm: nullable(rate),
  tpm: nullable(rate),
  concurrency: nullable(rate),
  spend_limits: nullable(spendLimits),
  end_user_spend_limits: nullable(spendLimits),
  expires_at: nullable(time),
} as const

const KEY = {
  ...LIMITS,
  id: anyText,
  account_id: anyText,
  name: nullable(anyText),
  hint: anyText,
  status,
  allowed_models: nullable(list(anyText, 100_000)),
  created_at: time,
  last_used_at: optional(nullable(time)),
} as const

export const key: Schema<Key> = object<Key>(KEY)

export const createdKey: Schema<CreatedKey> = object<CreatedKey>({ ...KEY, secret: anyText })

const SETTINGS: { readonly [Name in keyof KeySettings]: Schema<KeySettings[Name] | undefined> } = {
  name: optional(nullable(text)),
  rpm: optional(LIMITS.rpm),
  tpm: optional(LIMITS.tpm),
  concurrency: optional(LIMITS.concurrency),
  allowed_models: optional(nullable(list(text))),
  spend_limits: optional(LIMITS.spend_limits),
  end_user_spend_limits: optional(LIMITS.end_user_spend_limits),
  expires_at: optional(LIMITS.expires_at),
}

export const newKey: Schema<NewKey> = object<NewKey>(SETTINGS)

export const keyChange: Schema<KeyChange> = object<KeyChange>({ ...SETTINGS, status: optional(status) })

export const spent: Schema<Spent> = object<Spent>({ day_micro: count, week_micro: count, month_micro: count })
