import type {
  BalanceSnapshot,
  HoldExtension,
  HoldRefusal,
  HoldRequest,
  HoldResult,
  SettleResult,
} from './ledger.js'
import { assertMicro } from './money.js'
import { findSpendRefusal, spendChanges, type SpendSum } from './spend.js'
import { draftEntry, EMPTY_WALLET, type HoldState, type LedgerStep } from './step.js'

/** What a store has read and locked for a step of one hold. */
export interface HoldSituation {
  /** The wallet of the account: that of the hold, or of the request when there is no hold; null when there is none. */
  readonly wallet: BalanceSnapshot | null
  /** The hold with the id of the step, whatever its status; null when there is none. */
  readonly hold: HoldState | null
}

/** What a store has read for a hold that is placed or extended. */
export interface ReservationSituation extends HoldSituation {
  /** The answers to `spendQuestions(request.scopes)`. */
  readonly spend: readonly SpendSum[]
}

const DONE: HoldResult = { ok: true }

/**
 * Reserves an amount if the part of the balance that no other hold has reserved covers it and every spend limit bears
 * it. A hold that is there already, open or ended, stays as it is. Throws a `RangeError` on no amount of micro-USD.
 */
export function placeHold(
  { wallet, hold, spend }: ReservationSituation,
  request: HoldRequest,
  now: number,
): LedgerStep<HoldResult> {
  const { holdId, accountId, expiresAt } = request
  const amountMicro = assertMicro(request.amountMicro, 'amountMicro')
  if (hold !== null) return { result: DONE, write: null }
  if (wallet === null) return refuse('no_wallet', EMPTY_WALLET)
  const refusal = findRefusal(wallet, { amountMicro, scopes: request.scopes }, spend)
  if (refusal !== null) return refusal
  const placed: HoldState = {
    holdId,
    accountId,
    amountMicro,
    status: 'open',
    placedAt: now,
    expiresAt,
    scopes: scopeNames(request.scopes),
    chargedMicro: 0,
    shortfallMicro: 0,
  }
  const after = { balanceMicro: wallet.balanceMicro, heldMicro: wallet.heldMicro + amountMicro }
  return {
    result: DONE,
    write: {
      accountId,
      wallet: after,
      hold: placed,
      entry: draftEntry({ kind: 'hold', accountId, time: now, before: wallet, after }, { holdId }),
      spend: spendChanges(placed, { spentMicro: 0, heldMicro: amountMicro }),
    },
  }
}

/**
 * Raises an open hold to a total under the same conditions, and gives it more time, never less. An amount that it has
 * reserved already moves nothing. Throws a `RangeError` on no amount of micro-USD.
 */
export function extendHold(
  { wallet: read, hold, spend }: ReservationSituation,
  extension: HoldExtension,
  now: number,
): LedgerStep<HoldResult> {
  const totalMicro = assertMicro(extension.amountMicro, 'amountMicro')
  const wallet = read ?? EMPTY_WALLET
  if (hold?.status !== 'open') return refuse('hold_ended', wallet)
  const amountMicro = totalMicro - hold.amountMicro
  const expiresAt = Math.max(hold.expiresAt, extension.expiresAt)
  const { holdId, accountId } = hold
  if (amountMicro <= 0) {
    const isLonger = expiresAt > hold.expiresAt
    const write = { accountId, wallet, hold: { ...hold, expiresAt }, entry: null, spend: [] }
    return { result: DONE, write: isLonger ? write : null }
  }
  const refusal = findRefusal(wallet, { amountMicro, scopes: extension.scopes }, spend)
  if (refusal !== null) return refusal
  const after = { balanceMicro: wallet.balanceMicro, heldMicro: wallet.heldMicro + amountMicro }
  return {
    result: DONE,
    write: {
      accountId,
      wallet: after,
      hold: { ...hold, amountMicro: totalMicro, expiresAt },
      entry: draftEntry({ kind: 'extend', accountId, time: now, before: wallet, after }, { holdId }),
      spend: spendChanges(hold, { spentMicro: 0, heldMicro: amountMicro }),
    },
  }
}

/**
 * Ends a hold and takes the cost from the balance, never touching what other holds have reserved. A repeated settle
 * changes nothing and answers what the first one did; without a hold nobody pays. Throws a `RangeError` on no amount.
 */
export function settleHold(
  { wallet: read, hold }: HoldSituation,
  costMicro: number,
  now: number,
): LedgerStep<SettleResult> {
  assertMicro(costMicro, 'costMicro')
  if (hold === null)
    return { result: { chargedMicro: 0, shortfallMicro: costMicro, repeated: false }, write: null }
  if (hasEnded(hold)) {
    const { chargedMicro, shortfallMicro } = hold
    return { result: { chargedMicro, shortfallMicro, repeated: true }, write: null }
  }
  const before = read ?? EMPTY_WALLET
  const freedMicro = reservedBy(hold)
  const heldMicro = before.heldMicro - freedMicro
  const chargedMicro = Math.min(costMicro, Math.max(0, before.balanceMicro - heldMicro))
  const shortfallMicro = costMicro - chargedMicro
  const after = { balanceMicro: before.balanceMicro - chargedMicro, heldMicro }
  const { holdId, accountId } = hold
  return {
    result: { chargedMicro, shortfallMicro, repeated: false },
    write: {
      accountId,
      wallet: after,
      hold: { ...hold, status: 'settled', chargedMicro, shortfallMicro },
      entry: draftEntry({ kind: 'settle', accountId, time: now, before, after }, { holdId, shortfallMicro }),
      spend: spendChanges(hold, { spentMicro: chargedMicro, heldMicro: 0 - freedMicro }),
    },
  }
}

const ENDINGS = { release: 'released', expire: 'expired' } as const

/**
 * Ends a hold and takes nothing: `release` when the call did not happen, `expire` when its time ran out. An expired
 * one can still be settled or released, once. What has ended, or never was, stays as it is.
 */
export function releaseHold(
  { wallet: read, hold }: HoldSituation,
  kind: keyof typeof ENDINGS,
  now: number,
): LedgerStep<null> {
  const status = ENDINGS[kind]
  if (hold === null || hasEnded(hold) || hold.status === status) return { result: null, write: null }
  const before = read ?? EMPTY_WALLET
  const freedMicro = reservedBy(hold)
  const after = { balanceMicro: before.balanceMicro, heldMicro: before.heldMicro - freedMicro }
  const { holdId, accountId } = hold
  return {
    result: null,
    write: {
      accountId,
      wallet: after,
      hold: { ...hold, status },
      entry: draftEntry({ kind, accountId, time: now, before, after }, { holdId }),
      spend: spendChanges(hold, { spentMicro: 0, heldMicro: 0 - freedMicro }),
    },
  }
}

function findRefusal(
  wallet: BalanceSnapshot,
  { amountMicro, scopes }: Pick<HoldRequest, 'amountMicro' | 'scopes'>,
  sums: readonly SpendSum[],
): LedgerStep<HoldRefusal> | null {
  if (amountMicro > wallet.balanceMicro - wallet.heldMicro) return refuse('insufficient_balance', wallet)
  const spend = findSpendRefusal(scopes, sums, amountMicro)
  return spend === null ? null : refuse('spend_limit', wallet, spend)
}

function refuse(
  reason: HoldRefusal['reason'],
  { balanceMicro, heldMicro }: BalanceSnapshot,
  spend?: HoldRefusal['spend'],
): LedgerStep<HoldRefusal> {
  const refusal = { ok: false, reason, balanceMicro, heldMicro } as const
  return { result: spend === undefined ? refusal : { ...refusal, spend }, write: null }
}

function hasEnded({ status }: HoldState): boolean {
  return status === 'settled' || status === 'released'
}

/** What a hold takes away from the spendable part of the balance now. */
function reservedBy({ status, amountMicro }: HoldState): number {
  return status === 'open' ? amountMicro : 0
}

function scopeNames(scopes: HoldRequest['scopes']): readonly string[] {
  return scopes === undefined ? [] : [...new Set(scopes.map(({ scope }) => scope))]
}
