import type * as api from '../types.js'
import { account, accountChange, auditEntry, auditQuery, newAccount, overview } from './account.js'
import { listOf, object, page, type Schema } from './base.js'
import { createdKey, key, keyChange, newKey, spent } from './key.js'
import { model, modelQuery, upstream } from './model.js'
import {
  adjustment,
  invoiceQuery,
  ledgerEntry,
  ledgerFilter,
  ledgerQuery,
  moneyMove,
  postingResult,
} from './money.js'
import { checkout, newCheckout } from './payment.js'
import { errorAnswer, playgroundCall, session, signIn } from './session.js'
import { totalsGroup, totalsQuery, usageFilter, usageQuery, usageRecord } from './usage.js'

/** Every shape of the API under the name that the OpenAPI document gives it. */
export interface Shapes {
  readonly Nothing: Readonly<Record<string, never>>
  readonly Error: api.ErrorAnswer
  readonly Session: api.Session
  readonly SignIn: api.SignIn
  readonly PageQuery: api.PageQuery
  readonly Account: api.Account
  readonly AccountList: api.List<api.Account>
  readonly NewAccount: api.NewAccount
  readonly AccountChange: api.AccountChange
  readonly Overview: api.Overview
  readonly Key: api.Key
  readonly KeyList: api.List<api.Key>
  readonly CreatedKey: api.CreatedKey
  readonly NewKey: api.NewKey
  readonly KeyChange: api.KeyChange
  readonly Spent: api.Spent
  readonly LedgerEntry: api.LedgerEntry
  readonly LedgerEntryList: api.List<api.LedgerEntry>
  readonly LedgerFilter: api.LedgerFilter
  readonly LedgerQuery: api.LedgerQuery
  readonly InvoiceQuery: api.InvoiceQuery
  readonly MoneyMove: api.MoneyMove
  readonly Adjustment: api.MoneyMove
  readonly PostingResult: api.PostingResult
  readonly NewCheckout: api.NewCheckout
  readonly Checkout: api.Checkout
  readonly UsageRecord: api.UsageRecord
  readonly UsageRecordList: api.List<api.UsageRecord>
  readonly UsageFilter: api.UsageFilter
  readonly UsageQuery: api.UsageQuery
  readonly TotalsGroup: api.TotalsGroup
  readonly TotalsGroupList: api.List<api.TotalsGroup>
  readonly TotalsQuery: api.TotalsQuery
  readonly Model: api.Model
  readonly ModelList: api.List<api.Model>
  readonly ModelQuery: api.ModelQuery
  readonly Upstream: api.Upstream
  readonly UpstreamList: api.List<api.Upstream>
  readonly AuditEntry: api.AuditEntry
  readonly AuditEntryList: api.List<api.AuditEntry>
  readonly AuditQuery: api.AuditQuery
  readonly PlaygroundCall: api.PlaygroundCall
}

export type ShapeName = keyof Shapes

/** What holds a value to each shape. */
export const SCHEMAS: { readonly [Name in ShapeName]: Schema<Shapes[Name]> } = {
  Nothing: object<Shapes['Nothing']>({}),
  Error: errorAnswer,
  Session: session,
  SignIn: signIn,
  PageQuery: object<api.PageQuery>(page),
  Account: account,
  AccountList: listOf(account),
  NewAccount: newAccount,
  AccountChange: accountChange,
  Overview: overview,
  Key: key,
  KeyList: listOf(key),
  CreatedKey: createdKey,
  NewKey: newKey,
  KeyChange: keyChange,
  Spent: spent,
  LedgerEntry: ledgerEntry,
  LedgerEntryList: listOf(ledgerEntry),
  LedgerFilter: ledgerFilter,
  LedgerQuery: ledgerQuery,
  InvoiceQuery: invoiceQuery,
  MoneyMove: moneyMove,
  Adjustment: adjustment,
  PostingResult: postingResult,
  NewCheckout: newCheckout,
  Checkout: checkout,
  UsageRecord: usageRecord,
  UsageRecordList: listOf(usageRecord),
  UsageFilter: usageFilter,
  UsageQuery: usageQuery,
  TotalsGroup: totalsGroup,
  TotalsGroupList: listOf(totalsGroup),
  TotalsQuery: totalsQuery,
  Model: model,
  ModelList: listOf(model),
  ModelQuery: modelQuery,
  Upstream: upstream,
  UpstreamList: listOf(upstream),
  AuditEntry: auditEntry,
  AuditEntryList: listOf(auditEntry),
  AuditQuery: auditQuery,
  PlaygroundCall: playgroundCall,
}
