import * as z from 'zod/mini'
import type {
  InvoiceQuery,
  LedgerEntry,
  LedgerFilter,
  LedgerQuery,
  MoneyMove,
  PostingResult,
} from '../types.js'
import {
  anyText,
  count,
  list,
  nullable,
  object,
  oneOf,
  optional,
  page,
  type Schema,
  signed,
  text,
  time,
} from './base.js'

const kind = oneOf('top_up', 'refund', 'adjustment', 'hold', 'extend', 'settle', 'release', 'expire')

export const ledgerEntry: Schema<LedgerEntry> = object<LedgerEntry>({
  id: count,
  kind,
  time,
  balance_micro: signed,
  held_micro: signed,
  balance_after_micro: count,
  shortfall_micro: count,
  hold_id: nullable(anyText),
  external_id: nullable(anyText),
  note: nullable(anyText),
  actor: nullable(anyText),
})

export const ledgerFilter: Schema<LedgerFilter> = object<LedgerFilter>({ kind: optional(list(kind)) })

export const ledgerQuery: Schema<LedgerQuery> = object<LedgerQuery>({ ...page, kind: optional(list(kind)) })

/** From 1970 on: the gateway counts its milliseconds from there. */
const MONTH = /^(?:19[7-9]\d|[2-9]\d{3})-(?:0[1-9]|1[0-2])$/

export const invoiceQuery: Schema<InvoiceQuery> = object<InvoiceQuery>({
  month: z.string().check(z.regex(MONTH, 'must be a month like 2026-01')),
})

/** Ten million dollars: more in one step is a slip of the finger. */
const MOST_MICRO = 10_000_000_000_000

const MOVE = { external_id: text, note: optional(text) } as const

export const moneyMove: Schema<MoneyMove> = object<MoneyMove>({
  ...MOVE,
  amount_micro: z.int().check(z.positive(), z.maximum(MOST_MICRO)),
})

export const adjustment: Schema<MoneyMove> = object<MoneyMove>({
  ...MOVE,
  amount_micro: z.int().check(
    z.minimum(-MOST_MICRO),
    z.maximum(MOST_MICRO),
    z.refine((value) => value !== 0, 'must not be 0'),
  ),
})

export const postingResult: Schema<PostingResult> = object<PostingResult>({
  outcome: oneOf('posted', 'repeated'),
  posted_micro: signed,
  shortfall_micro: count,
  balance_micro: count,
  held_micro: count,
})
