import type { BalanceSnapshot, LedgerEntry, LedgerEntryKind } from './ledger.js'
import type { SpendChange } from './spend.js'

/** A hold as a ledger keeps it. */
export interface HoldState {
  readonly holdId: string
  readonly accountId: string
  /** What it has reserved, extensions included. */
  readonly amountMicro: number
  /** `expired`: swept, its amount is free again, but the call may still be settled once. */
  readonly status: 'open' | 'expired' | 'settled' | 'released'
  /** Milliseconds since the epoch; its UTC day is the one that the cost counts towards. */
  readonly placedAt: number
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
  /** What the cost counts towards, each scope once. */
  readonly scopes: readonly string[]
  /** What the settle answered; zeros before it. */
  readonly chargedMicro: number
  readonly shortfallMicro: number
}

/** A line of the books before the store has numbered it. */
export type LedgerEntryDraft = Omit<LedgerEntry, 'id'>

/** What a store writes for one step, all of it or nothing. */
export interface LedgerWrite {
  readonly accountId: string
  /** The wallet of the account as it is now. */
  readonly wallet: BalanceSnapshot
  /** The hold as it is now; null when the step was about none. */
  readonly hold: HoldState | null
  /** Null when nothing moved (more time for a hold, nothing else). */
  readonly entry: LedgerEntryDraft | null
  /** What is to be added to the spend of scopes. */
  readonly spend: readonly SpendChange[]
}

/** A decided step of a ledger: what to answer, and what to write first; null when nothing changes. */
export interface LedgerStep<Result> {
  readonly result: Result
  readonly write: LedgerWrite | null
}

/** The wallet of an account that has none. */
export const EMPTY_WALLET: BalanceSnapshot = { balanceMicro: 0, heldMicro: 0 }

/** What a step moved in a wallet, and for whom. */
export interface Movement {
  readonly kind: LedgerEntryKind
  readonly accountId: string
  readonly time: number
  readonly before: BalanceSnapshot
  readonly after: BalanceSnapshot
}

/** What else a line of the books says; what is absent is null, or nothing for a shortfall. */
export interface EntryFields {
  readonly shortfallMicro?: number | undefined
  readonly holdId?: string | undefined
  readonly externalId?: string | undefined
  readonly note?: string | undefined
  readonly actor?: string | undefined
}

/** The line of the books for a movement. */
export function draftEntry(
  { kind, accountId, time, before, after }: Movement,
  fields: EntryFields,
): LedgerEntryDraft {
  return {
    accountId,
    kind,
    time,
    balanceMicro: after.balanceMicro - before.balanceMicro,
    heldMicro: after.heldMicro - before.heldMicro,
    balanceAfterMicro: after.balanceMicro,
    shortfallMicro: fields.shortfallMicro ?? 0,
    holdId: fields.holdId ?? null,
    externalId: fields.externalId ?? null,
    note: fields.note ?? null,
    actor: fields.actor ?? null,
  }
}
