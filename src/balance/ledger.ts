import type { MaybePromise } from '../canonical/maybe-promise.js'

/** Money of one account, in integer micro-USD. `balanceMicro` includes what holds have reserved. */
export interface BalanceSnapshot {
  readonly balanceMicro: number
  /** Sum of open holds: `uncollected_micro` of the API. Spendable = balance − held. */
  readonly heldMicro: number
}

/** A span of time in which spend is limited: UTC day, ISO week, UTC month. */
export type SpendWindow = 'day' | 'week' | 'month'

/** What may be spent since the start of a window, holds included. */
export interface SpendLimit {
  readonly window: SpendWindow
  /** Start of the window: a UTC midnight, milliseconds since the epoch. */
  readonly since: number
  readonly limitMicro: number
}

/** Something whose spend is counted by UTC day: a key, an end user. A scope without limits is only counted. */
export interface SpendScope {
  readonly scope: string
  readonly limits: readonly SpendLimit[]
}

/** A reservation before a call. */
export interface HoldRequest {
  readonly holdId: string
  readonly accountId: string
  readonly amountMicro: number
  /** Milliseconds since the epoch after which a sweep may release the hold. */
  readonly expiresAt: number
  /** What the cost of the call counts towards, on the day on which the hold was placed. Default: nothing. */
  readonly scopes?: readonly SpendScope[] | undefined
}

/** A longer or larger reservation for a call that runs. */
export interface HoldExtension {
  readonly holdId: string
  /** What the hold shall have reserved in total; less than now changes nothing. */
  readonly amountMicro: number
  readonly expiresAt: number
  /** The limits again, for the scopes of the hold; a scope that is not named is not limited. */
  readonly scopes?: readonly SpendScope[] | undefined
}

/** A hold that cannot be placed is an expected outcome, not an exception. */
export type HoldResult = { readonly ok: true } | HoldRefusal

/** Why a hold was not placed or not extended; nothing has changed. */
export interface HoldRefusal {
  readonly ok: false
  /** `hold_ended`: what should have been extended has been settled, released or swept, or never was. */
  readonly reason: 'insufficient_balance' | 'no_wallet' | 'spend_limit' | 'hold_ended'
  readonly balanceMicro: number
  readonly heldMicro: number
  /** Set for `spend_limit`: the limit that refused, and what its scope had spent and held since the window began. */
  readonly spend?:
    | { readonly scope: string; readonly limit: SpendLimit; readonly spentMicro: number }
    | undefined
}

/** What a settle did. */
export interface SettleResult {
  /** What was taken from the balance: the cost, or less when the balance could not pay for more than the hold. */
  readonly chargedMicro: number
  /** Cost that nobody paid: the balance never goes below zero. */
  readonly shortfallMicro: number
  /** True when this hold had been settled or released before: nothing changed now. */
  readonly repeated: boolean
}

/** Money that comes or goes without a call. */
export interface Posting {
  readonly accountId: string
  /** `top_up` and `refund` name what they add or take as a positive amount; an `adjustment` has a sign. */
  readonly kind: 'top_up' | 'refund' | 'adjustment'
  readonly amountMicro: number
  /** Unique over the whole ledger: a payment, an event. Posted once, however often it comes. */
  readonly externalId: string
  readonly note?: string | undefined
  /** Who did it, for the books. */
  readonly actor?: string | undefined
}

/** What a posting did, now or when its external id came first. */
export interface PostResult {
  readonly wallet: BalanceSnapshot
  /** Signed change of the balance. */
  readonly postedMicro: number
  /** What a refund or a negative adjustment could not take, because it was spent or held: the balance never goes below zero. */
  readonly shortfallMicro: number
  /**
   * `posted` now; `repeated`: the same posting came before, nothing changed; `conflict`: the external id belongs to
   * another account, kind or amount, nothing changed.
   */
  readonly outcome: 'posted' | 'repeated' | 'conflict'
}

/** What an entry of the books tells. */
export type LedgerEntryKind = Posting['kind'] | 'hold' | 'extend' | 'settle' | 'release' | 'expire'

/** One line of the append-only books: balance and holds of an account are the sums of its entries. */
export interface LedgerEntry {
  /** Ascending in the order of the books. */
  readonly id: number
  readonly accountId: string
  readonly kind: LedgerEntryKind
  /** Milliseconds since the epoch. */
  readonly time: number
  /** Signed change of the balance. */
  readonly balanceMicro: number
  /** Signed change of what holds reserve. */
  readonly heldMicro: number
  /** Balance behind this entry. */
  readonly balanceAfterMicro: number
  /** Cost or refund that the balance could not pay. */
  readonly shortfallMicro: number
  readonly holdId: string | null
  readonly externalId: string | null
  readonly note: string | null
  readonly actor: string | null
}

/** Which entries to read, newest first. */
export interface LedgerQuery {
  readonly accountId: string
  readonly kinds?: readonly LedgerEntryKind[] | undefined
  /** Only entries with a smaller id: the last one of the page before. */
  readonly beforeId?: number | undefined
  readonly limit: number
}

/** One wallet as it stands, beside what its entries and open holds add up to. */
export interface WalletAudit {
  readonly accountId: string
  readonly wallet: BalanceSnapshot
  /** Sums over all entries of the account. */
  readonly entries: BalanceSnapshot
  /** Sum of the amounts of its open holds. */
  readonly openHoldsMicro: number
  /** Holds with more than one ending that moved money: must be none. */
  readonly holdsEndedTwice: readonly string[]
}

/** Prepaid money. Each method is one atomic step; all are idempotent by their id. */
export interface Ledger {
  /** Null when the account has no wallet yet. */
  balance(accountId: string): MaybePromise<BalanceSnapshot | null>
  /** Adds or takes money; the first posting makes the wallet, even one of nothing. Throws a `RangeError` on no amount. */
  post(posting: Posting): MaybePromise<PostResult>
  hold(request: HoldRequest): MaybePromise<HoldResult>
  /** Raises an open hold to a total and gives it more time. */
  extend(extension: HoldExtension): MaybePromise<HoldResult>
  /** Ends the hold and takes the cost. */
  settle(holdId: string, costMicro: number): MaybePromise<SettleResult>
  /** Ends the hold and takes nothing. */
  release(holdId: string): MaybePromise<void>
  /** Releases holds whose `expiresAt` has passed; returns how many. Safe to run anywhere, any time. */
  sweep(now: number): MaybePromise<number>
  /** What a scope has spent since a UTC midnight, without what is held. */
  spent(scope: string, since: number): MaybePromise<number>
  entries(query: LedgerQuery): MaybePromise<readonly LedgerEntry[]>
  /** Wallets in the order of their account ids, with their sums. */
  audit(page: {
    readonly afterAccountId?: string | undefined
    readonly limit: number
  }): MaybePromise<readonly WalletAudit[]>
}
