/**
 * What the console's API takes and answers, as JSON: snake_case, money in integer micro-USD (`*_micro`), times RFC 3339
 * in UTC. Types only, so that the page may import them; the schemas beside hold answers and requests to them.
 */

import type { KeyCeilings } from './key-types.js'

export type * from './key-types.js'

/** Who a request comes from, as the API names it. */
export type Role = 'operator' | 'owner' | 'viewer'

/** Who is signed in, and what this console is. */
export interface Session {
  readonly actor: string
  readonly role: Role
  /** Null for an operator. */
  readonly account_id: string | null
  /** What every writing request carries as `x-csrf-token`. */
  readonly csrf_token: string
  readonly title: string
  /** Absolute, or a path on this origin. */
  readonly gateway_url: string
  readonly login_url: string | null
  /** True for a session of the operator's token; those of the host's login end at the host. */
  readonly can_sign_out: boolean
  /** What an owner may set of keys at most; null: no ceilings. */
  readonly limits: KeyCeilings | null
  /** Null: nothing can be topped up here. */
  readonly payments: PaymentTerms | null
  /** Of this API. */
  readonly version: string
}

/** What a top-up can be. */
export interface PaymentTerms {
  readonly name: string
  readonly minimum_micro: number
  readonly methods: readonly string[]
}

/** The operator's token, for a session. */
export interface SignIn {
  readonly token: string
}

/** A page of a list; `next` is given back as `after`, null at the end. */
export interface List<T> {
  readonly object: 'list'
  readonly data: readonly T[]
  readonly next: string | null
}

/** Which page of a list. */
export interface PageQuery {
  readonly after?: string | undefined
  /** 1 to 1,000. Default 100. */
  readonly limit?: number | undefined
}

/** Someone with a balance. */
export interface Account {
  readonly id: string
  readonly name: string | null
  readonly status: 'active' | 'suspended'
  /** alias → model id. */
  readonly aliases: Readonly<Record<string, string>>
  readonly created_at: string
}

/** A new account. */
export interface NewAccount {
  readonly id?: string | undefined
  readonly name?: string | undefined
  readonly aliases?: Readonly<Record<string, string>> | undefined
}

/** A change of an account: what is absent stays. */
export interface AccountChange {
  readonly name?: string | null | undefined
  readonly aliases?: Readonly<Record<string, string>> | undefined
  readonly status?: Account['status'] | undefined
}

/** Sums of calls. */
export interface Totals {
  readonly cost_micro: number
  readonly prompt_tokens: number
  readonly completion_tokens: number
  /** Of every status. */
  readonly request_count: number
  /** The completed ones. */
  readonly success_count: number
}

/** Money and calls of an account: UTC day, ISO week, UTC month. */
export interface Overview {
  readonly balance_micro: number
  /** What running calls have reserved. */
  readonly held_micro: number
  readonly spendable_micro: number
  readonly windows: { readonly day: Totals; readonly week: Totals; readonly month: Totals }
  /** Counted to 1,000. */
  readonly key_count: number
}

/** Kinds of entries of the books. */
export type LedgerKind =
  | 'top_up'
  | 'refund'
  | 'adjustment'
  | 'hold'
  | 'extend'
  | 'settle'
  | 'release'
  | 'expire'

/** A line of the books. */
export interface LedgerEntry {
  readonly id: number
  readonly kind: LedgerKind
  readonly time: string
  /** Signed change. */
  readonly balance_micro: number
  /** Signed change of what is reserved. */
  readonly held_micro: number
  readonly balance_after_micro: number
  /** What the balance could not pay. */
  readonly shortfall_micro: number
  readonly hold_id: string | null
  readonly external_id: string | null
  readonly note: string | null
  readonly actor: string | null
}

/** Which kinds of entries; without, all. */
export interface LedgerFilter {
  /** Repeated, or a list with commas. */
  readonly kind?: readonly LedgerKind[] | undefined
}

export interface LedgerQuery extends LedgerFilter, PageQuery {}

/** Which month, UTC: `2026-01`. */
export interface InvoiceQuery {
  readonly month: string
}

/** Money that an operator moves; `external_id` makes a repetition harmless. */
export interface MoneyMove {
  readonly amount_micro: number
  readonly external_id: string
  readonly note?: string | undefined
}

/** What a posting did. */
export interface PostingResult {
  readonly outcome: 'posted' | 'repeated'
  /** Signed. */
  readonly posted_micro: number
  readonly shortfall_micro: number
  readonly balance_micro: number
  readonly held_micro: number
}

/** A top-up to be paid. */
export interface NewCheckout {
  readonly amount_micro: number
  /** Where the provider sends the payer back to: a page of the origin that asks, or of the host's `returnOrigins`. */
  readonly return_url: string
}

/** Where the payer goes. */
export interface Checkout {
  readonly url: string
}

/** Tokens of a call; every part is contained in its total. */
export interface UsageTokens {
  readonly input_tokens: number
  readonly cache_read_tokens: number
  readonly cache_write_tokens: number
  readonly cache_write_long_tokens: number
  readonly output_tokens: number
  readonly reasoning_tokens: number
  /** True: counted here, the vendor did not say. */
  readonly estimated: boolean
}

/** One of several calls to vendors that a request took. */
export interface UsageAttempt {
  readonly route: string
  readonly status: number | null
  readonly error_code: string | null
  readonly latency_ms: number
}

export type CallStatus = 'completed' | 'failed' | 'aborted'

/** One request. */
export interface UsageRecord {
  readonly request_id: string
  readonly account_id: string
  readonly key_id: string
  readonly time: string
  readonly model: string
  /** Null also for everyone but an operator. */
  readonly route: string | null
  readonly endpoint: string
  readonly status: CallStatus
  readonly http_status: number
  readonly error_code: string | null
  readonly error_message: string | null
  readonly latency_ms: number
  readonly time_to_first_byte_ms: number | null
  readonly streamed: boolean
  readonly end_user: string | null
  readonly usage: UsageTokens
  readonly cost_micro: number
  readonly shortfall_micro: number
  /** For operators, of a request that took several. */
  readonly attempts?: readonly UsageAttempt[] | undefined
}

/** Which requests; `since` is included, `until` is not; a bare date is its midnight, UTC. */
export interface UsageFilter {
  readonly account_id?: string | undefined
  readonly key_id?: string | undefined
  readonly model?: string | undefined
  readonly status?: CallStatus | undefined
  readonly end_user?: string | undefined
  readonly since?: string | undefined
  readonly until?: string | undefined
}

export interface UsageQuery extends UsageFilter, PageQuery {}

export type TotalsBy = 'day' | 'model' | 'key' | 'end_user' | 'day_model'

/** Whole UTC days: `since` is included, `until` is not. Default: the last 30 days, today among them. */
export interface TotalsQuery {
  readonly account_id?: string | undefined
  readonly by: TotalsBy
  readonly since?: string | undefined
  readonly until?: string | undefined
  readonly limit?: number | undefined
}

/** Sums of one group: a day (`2026-01-31`), a model, a key, an end user. */
export interface TotalsGroup extends Totals {
  readonly group: string
  /** For `day_model`, whose group is the day. */
  readonly model?: string | undefined
  /** In the row of all groups behind the limit, whose name is empty: how many they are. */
  readonly folded?: number | undefined
}

/** Prices in micro-USD of a million tokens. */
export interface Rates {
  readonly input_micro_per_1m: number
  readonly output_micro_per_1m: number
  readonly cache_read_micro_per_1m: number
  readonly cache_write_micro_per_1m: number
  /** Of cache entries with a long life. */
  readonly cache_write_long_micro_per_1m: number
}

/** Rates of calls with more input than `above_input_tokens`. */
export interface RateTier extends Rates {
  readonly above_input_tokens: number
}

export interface Price extends Rates {
  readonly tiers?: readonly RateTier[] | undefined
}

/** A model of the catalogue. */
export interface Model {
  readonly id: string
  readonly display_name: string | null
  readonly vendor: string
  readonly context_window_tokens: number | null
  readonly max_output_tokens: number | null
  readonly price: Price | 'free' | null
  /** `reasoning`, `image_input`, … */
  readonly capabilities: readonly string[]
  /** Names that lead to it: global ones, and those of the account. */
  readonly aliases: readonly string[]
}

export interface ModelQuery {
  readonly account_id?: string | undefined
}

/** What this process's calls have shown of one candidate. */
export interface Upstream {
  /** `upstream name:vendor model id` */
  readonly route: string
  /** Of its breaker. */
  readonly state: 'closed' | 'open' | 'half-open'
  /** Its rate limit, or the refusal of our key, is waited out. */
  readonly resting: boolean
  /** Of the last window. */
  readonly calls: number
  /** 0 to 1. */
  readonly error_rate: number
  /** 429s of the last window. */
  readonly limited: number
  readonly latency_ms: number | null
}

/** Who changed which account or key. */
export interface AuditEntry {
  readonly id: number
  readonly time: string
  readonly actor: string
  readonly action: string
  readonly account_id: string
  readonly key_id: string | null
  /** What was changed, named and written as in a `Key` or `Account`; null: taken away. */
  readonly details: Readonly<Record<string, unknown>>
}

export interface AuditQuery extends PageQuery {
  readonly account_id?: string | undefined
}

/** A body of `/v1/chat/completions` for an account's playground key. */
export interface PlaygroundCall {
  /** Needed by operators; for owners their own. */
  readonly account_id?: string | undefined
  readonly [field: string]: unknown
}

/** What is wrong. */
export interface ErrorAnswer {
  readonly error: {
    readonly message: string
    readonly type: string
    readonly code: string
    readonly param: string | null
  }
  readonly request_id: string
  /** On 401: how to sign in here. */
  readonly login?: 'token' | 'host' | undefined
  readonly login_url?: string | null | undefined
}
