import type { BalanceSnapshot, HoldResult, SettleResult } from './ledger.js'
import { PICO_PER_MICRO, picoCost, roundUpToMicro, type ModelPrice, type TokenPrice } from './price.js'

/** What a call may cost at most, before it is made. */
export interface HoldEstimate {
  /** Estimated input tokens, whole. */
  readonly inputTokens: number
  /** The most that the model may put out, whole. */
  readonly outputTokens: number
  readonly price: ModelPrice
}

/** The real input may be a quarter longer than its estimate, and so reach the next price tier. */
const TIER_MARGIN = 1.25

/** Micro-USD to hold for a call: as if every input token had the dearest input price that could apply. */
export function holdAmount({ inputTokens, outputTokens, price }: HoldEstimate): number {
  const worst = worstPrice(price, inputTokens)
  return roundUpToMicro(picoCost(inputTokens, worst.input) + picoCost(outputTokens, worst.output))
}

/** The largest number of output tokens whose hold fits into an amount; 0 when not even one fits. */
export function affordableOutputTokens(
  availableMicro: number,
  inputTokens: number,
  price: ModelPrice,
): number {
  const worst = worstPrice(price, inputTokens)
  const left = BigInt(availableMicro) * PICO_PER_MICRO - picoCost(inputTokens, worst.input)
  if (left < 0n) return 0
  if (worst.output === 0) return Number.MAX_SAFE_INTEGER
  return Math.min(Number(left / BigInt(worst.output)), Number.MAX_SAFE_INTEGER)
}

function worstPrice(
  price: ModelPrice,
  inputTokens: number,
): { readonly input: number; readonly output: number } {
  const reachable = (price.tiers ?? []).filter((tier) => inputTokens * TIER_MARGIN > tier.aboveInputTokens)
  const candidates = [price, ...reachable]
  return {
    input: Math.max(...candidates.map(dearestInput)),
    output: Math.max(...candidates.map((candidate) => candidate.outputMicroPer1M)),
  }
}

function dearestInput(price: TokenPrice): number {
  return Math.max(
    price.inputMicroPer1M,
    price.cacheReadMicroPer1M ?? 0,
    price.cacheWriteMicroPer1M ?? 0,
    price.cacheWriteLongMicroPer1M ?? 0,
  )
}

/** A hold as a ledger keeps it. `expired`: swept, its amount is free again, but the call may still be settled once. */
export interface HoldState {
  readonly accountId: string
  readonly amountMicro: number
  readonly status: 'open' | 'expired' | 'settled' | 'released'
  /** What the settle answered; zeros before it. */
  readonly chargedMicro: number
  readonly shortfallMicro: number
}

/** A wallet and one of its holds after a step. */
export interface HoldStep<Result> {
  readonly wallet: BalanceSnapshot
  readonly hold: HoldState
  readonly result: Result
}

/** What {@link placeHold} decided: the wallet is null when there is none, the hold when it was refused. */
export interface PlacedHold {
  readonly wallet: BalanceSnapshot | null
  readonly hold: HoldState | null
  readonly result: HoldResult
}

/** Reserves an amount if the part of the balance that no other hold has reserved covers it. */
export function placeHold(
  wallet: BalanceSnapshot | null,
  request: { readonly accountId: string; readonly amountMicro: number },
): PlacedHold {
  if (wallet === null) {
    return { wallet, hold: null, result: { ok: false, reason: 'no_wallet', balanceMicro: 0, heldMicro: 0 } }
  }
  const { balanceMicro, heldMicro } = wallet
  if (request.amountMicro > balanceMicro - heldMicro) {
    return {
      wallet,
      hold: null,
      result: { ok: false, reason: 'insufficient_balance', balanceMicro, heldMicro },
    }
  }
  return {
    wallet: { balanceMicro, heldMicro: heldMicro + request.amountMicro },
    hold: {
      accountId: request.accountId,
      amountMicro: request.amountMicro,
      status: 'open',
      chargedMicro: 0,
      shortfallMicro: 0,
    },
    result: { ok: true },
  }
}

/**
 * Ends a hold and takes the cost from the balance, never touching what other holds have reserved.
 * A repeated settle changes nothing and answers what the first one did.
 */
export function settleHold(
  wallet: BalanceSnapshot,
  hold: HoldState,
  costMicro: number,
): HoldStep<SettleResult> {
  if (hold.status === 'settled' || hold.status === 'released') {
    const { chargedMicro, shortfallMicro } = hold
    return { wallet, hold, result: { chargedMicro, shortfallMicro, repeated: true } }
  }
  const free = freeHold(wallet, hold)
  const chargedMicro = Math.min(costMicro, Math.max(0, free.balanceMicro - free.heldMicro))
  const shortfallMicro = costMicro - chargedMicro
  return {
    wallet: { balanceMicro: free.balanceMicro - chargedMicro, heldMicro: free.heldMicro },
    hold: { ...hold, status: 'settled', chargedMicro, shortfallMicro },
    result: { chargedMicro, shortfallMicro, repeated: false },
  }
}

/** Ends a hold and takes nothing: `expired` when its time ran out, `released` when the call did not happen. */
export function releaseHold(
  wallet: BalanceSnapshot,
  hold: HoldState,
  status: 'expired' | 'released',
): Omit<HoldStep<never>, 'result'> {
  if (hold.status === 'settled' || hold.status === 'released') return { wallet, hold }
  return { wallet: freeHold(wallet, hold), hold: { ...hold, status } }
}

function freeHold(wallet: BalanceSnapshot, hold: HoldState): BalanceSnapshot {
  if (hold.status !== 'open') return wallet
  return { balanceMicro: wallet.balanceMicro, heldMicro: wallet.heldMicro - hold.amountMicro }
}
