import type { MaybePromise } from '../canonical/maybe-promise.js'

/** Money of one account, in integer micro-USD. `balanceMicro` includes what holds have reserved. */
export interface BalanceSnapshot {
  readonly balanceMicro: number
  /** Sum of open holds: `uncollected_micro` of the API. Spendable = balance − held. */
  readonly heldMicro: number
}

/** A reservation before a call. */
export interface HoldRequest {
  readonly holdId: string
  readonly accountId: string
  readonly amountMicro: number
  /** Milliseconds since the epoch after which a sweep may release the hold. */
  readonly expiresAt: number
}

/** A hold that cannot be placed is an expected outcome, not an exception. */
export type HoldResult =
  | { readonly ok: true }
  | {
      readonly ok: false
      readonly reason: 'insufficient_balance' | 'no_wallet'
      readonly balanceMicro: number
      readonly heldMicro: number
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

/** Prepaid money. Each method is one atomic step; all are idempotent by their id. */
export interface Ledger {
  /** Null when the account has no wallet yet. */
  balance(accountId: string): MaybePromise<BalanceSnapshot | null>
  /** Adds money. A repeated `externalId` changes nothing and answers the same. */
  topUp(accountId: string, amountMicro: number, externalId: string): MaybePromise<BalanceSnapshot>
  hold(request: HoldRequest): MaybePromise<HoldResult>
  /** Ends the hold and takes the cost. */
  settle(holdId: string, costMicro: number): MaybePromise<SettleResult>
  /** Ends the hold and takes nothing. */
  release(holdId: string): MaybePromise<void>
  /** Releases holds whose `expiresAt` has passed; returns how many. Safe to run anywhere, any time. */
  sweep(now: number): MaybePromise<number>
}
