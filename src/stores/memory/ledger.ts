import { placeHold, releaseHold, settleHold, type HoldState } from '../../balance/hold.js'
import type { BalanceSnapshot, HoldRequest, HoldResult, Ledger, SettleResult } from '../../balance/ledger.js'
import { assertMicro } from '../../balance/money.js'
import { createRecent } from './recent.js'

/** Prepaid money in memory: gone with the process, so for trials, tests and balances that live elsewhere. */
export interface MemoryLedger extends Ledger {
  balance(accountId: string): BalanceSnapshot | null
  topUp(accountId: string, amountMicro: number, externalId: string): BalanceSnapshot
  hold(request: HoldRequest): HoldResult
  settle(holdId: string, costMicro: number): SettleResult
  release(holdId: string): void
  sweep(now: number): number
}

/** A hold that has not ended, with the time after which it may be swept. */
interface OpenHold {
  readonly hold: HoldState
  readonly expiresAt: number
}

/** Ended holds whose repetition is still recognised. */
const REMEMBERED_HOLDS = 50_000
/** Swept holds that can still be settled. */
const REMEMBERED_EXPIRED = 10_000

const EMPTY_WALLET: BalanceSnapshot = { balanceMicro: 0, heldMicro: 0 }

/** An empty ledger. External ids of top-ups are remembered for ever: forgetting one could pay it out twice. */
export function createMemoryLedger(): MemoryLedger {
  const wallets = new Map<string, BalanceSnapshot>()
  const topUps = new Set<string>()
  const open = new Map<string, OpenHold>()
  const expired = createRecent<HoldState>(REMEMBERED_EXPIRED)
  const ended = createRecent<HoldState>(REMEMBERED_HOLDS)

  function findHold(holdId: string): HoldState | undefined {
    return open.get(holdId)?.hold ?? expired.get(holdId) ?? ended.get(holdId)
  }

  function walletOf(hold: HoldState): BalanceSnapshot {
    return wallets.get(hold.accountId) ?? EMPTY_WALLET
  }

  function end(holdId: string, step: { readonly wallet: BalanceSnapshot; readonly hold: HoldState }): void {
    wallets.set(step.hold.accountId, step.wallet)
    open.delete(holdId)
    expired.delete(holdId)
    if (step.hold.status === 'expired') expired.set(holdId, step.hold)
    else ended.set(holdId, step.hold)
  }

  return {
    balance: (accountId) => wallets.get(accountId) ?? null,
    topUp(accountId, amountMicro, externalId) {
      assertMicro(amountMicro, 'amountMicro')
      const wallet = wallets.get(accountId) ?? EMPTY_WALLET
      if (topUps.has(externalId)) return wallet
      const balanceMicro = assertMicro(wallet.balanceMicro + amountMicro, 'balanceMicro')
      const credited = { ...wallet, balanceMicro }
      topUps.add(externalId)
      wallets.set(accountId, credited)
      return credited
    },
    hold(request) {
      assertMicro(request.amountMicro, 'amountMicro')
      if (findHold(request.holdId) !== undefined) return { ok: true }
      const { wallet, hold, result } = placeHold(wallets.get(request.accountId) ?? null, request)
      if (wallet !== null && hold !== null) {
        wallets.set(request.accountId, wallet)
        open.set(request.holdId, { hold, expiresAt: request.expiresAt })
      }
      return result
    },
    settle(holdId, costMicro) {
      assertMicro(costMicro, 'costMicro')
      const hold = findHold(holdId)
      // Never placed, or forgotten long ago: nobody is there to pay, and the caller is told.
      if (hold === undefined) return { chargedMicro: 0, shortfallMicro: costMicro, repeated: false }
      const step = settleHold(walletOf(hold), hold, costMicro)
      if (!step.result.repeated) end(holdId, step)
      return step.result
    },
    release(holdId) {
      const hold = findHold(holdId)
      if (hold?.status === 'open' || hold?.status === 'expired')
        end(holdId, releaseHold(walletOf(hold), hold, 'released'))
    },
    sweep(now) {
      let released = 0
      for (const [holdId, { hold, expiresAt }] of open) {
        if (expiresAt > now) continue
        end(holdId, releaseHold(walletOf(hold), hold, 'expired'))
        released += 1
      }
      return released
    },
  }
}
