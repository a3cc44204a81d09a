import type {
  Account,
  AccountChange,
  AuditEntry,
  AuditQuery,
  NewAccount,
  Overview,
  Totals,
} from '../types.js'
import {
  aliases,
  anyObject,
  anyText,
  count,
  id,
  newId,
  nullable,
  object,
  oneOf,
  optional,
  page,
  type Schema,
  text,
  time,
} from './base.js'

const status = oneOf('active', 'suspended')

export const account: Schema<Account> = object<Account>({
  id: anyText,
  name: nullable(anyText),
  status,
  aliases,
  created_at: time,
})

export const newAccount: Schema<NewAccount> = object<NewAccount>({
  id: optional(newId),
  name: optional(text),
  aliases: optional(aliases),
})

export const accountChange: Schema<AccountChange> = object<AccountChange>({
  name: optional(nullable(text)),
  aliases: optional(aliases),
  status: optional(status),
})

/** The fields of sums, for objects that hold more. */
export const TOTALS: { readonly [Name in keyof Totals]: Schema<number> } = {
  cost_micro: count,
  prompt_tokens: count,
  completion_tokens: count,
  request_count: count,
  success_count: count,
}
const totals = object<Totals>(TOTALS)

export const overview: Schema<Overview> = object<Overview>({
  balance_micro: count,
  held_micro: count,
  spendable_micro: count,
  windows: object<Overview['windows']>({ day: totals, week: totals, month: totals }),
  key_count: count,
})

export const auditEntry: Schema<AuditEntry> = object<AuditEntry>({
  id: count,
  time,
  actor: anyText,
  action: anyText,
  account_id: anyText,
  key_id: nullable(anyText),
  details: anyObject,
})

export const auditQuery: Schema<AuditQuery> = object<AuditQuery>({ ...page, account_id: optional(id) })
