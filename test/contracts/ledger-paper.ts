import type { HoldResult, Posting, PostResult, SettleResult, SpendScope } from '../../src/balance/ledger.js'
import type { LedgerAction } from './ledger-actions.js'

interface PaperHold {
  readonly amount: number
  readonly expiresAt: number
  readonly status: 'open' | 'swept' | 'ended'
  readonly charged: number
  readonly shortfall: number
  readonly scopes: readonly SpendScope[]
}

interface PaperPosting {
  readonly posting: Posting
  readonly posted: number
  readonly shortfall: number
}

/** One account as a bookkeeper keeps it on paper: every step is done before the next one begins. */
export interface Paper {
  /** Null without a wallet. */
  readonly balance: () => number | null
  readonly held: () => number
  readonly spent: (scope: string) => number
  /** Does a step and answers what a ledger should. */
  readonly play: (action: LedgerAction) => unknown
}

export function createPaper(): Paper {
  const holds = new Map<string, PaperHold>()
  const postings = new Map<string, PaperPosting>()
  let balance: number | null = null

  const held = (): number => sum([...holds.values()].filter(isOpen).map(({ amount }) => amount))
  const ofScope = (scope: string): PaperHold[] =>
    [...holds.values()].filter(({ scopes }) => scopes.some((one) => one.scope === scope))
  const charged = (scope: string): number => sum(ofScope(scope).map((one) => one.charged))
  const wallet = () => ({ balanceMicro: balance ?? 0, heldMicro: held() })

  function post(posting: Posting): PostResult {
    const { kind, amountMicro, externalId } = posting
    const earlier = postings.get(externalId)
    if (earlier !== undefined) {
      const same = earlier.posting.kind === kind && earlier.posting.amountMicro === amountMicro
      return {
        wallet: wallet(),
        postedMicro: earlier.posted,
        shortfallMicro: earlier.shortfall,
        outcome: same ? 'repeated' : 'conflict',
      }
    }
    const wanted = kind === 'refund' ? 0 - amountMicro : amountMicro
    const free = (balance ?? 0) - held()
    const posted = wanted < 0 && 0 - wanted > free ? 0 - free : wanted
    balance = (balance ?? 0) + posted
    const shortfall = posted - wanted
    postings.set(externalId, { posting, posted, shortfall })
    return { wallet: wallet(), postedMicro: posted, shortfallMicro: shortfall, outcome: 'posted' }
  }

  function refuse(scopes: readonly SpendScope[], more: number): HoldResult | null {
    const refusal = { ok: false, ...wallet() } as const
    if (balance === null) return { ...refusal, reason: 'no_wallet' }
    if (more > balance - held()) return { ...refusal, reason: 'insufficient_balance' }
    for (const { scope, limits } of scopes) {
      const open = ofScope(scope).filter(isOpen)
      const spentMicro = charged(scope) + sum(open.map(({ amount }) => amount))
      for (const limit of limits)
        if (spentMicro + more > limit.limitMicro)
          return { ...refusal, reason: 'spend_limit', spend: { scope, limit, spentMicro } }
    }
    return null
  }

  function hold({ holdId, amountMicro, expiresAt, scopes }: LedgerAction & { type: 'hold' }): HoldResult {
    if (holds.has(holdId)) return { ok: true }
    const refusal = refuse(scopes, amountMicro)
    if (refusal !== null) return refusal
    holds.set(holdId, { amount: amountMicro, expiresAt, status: 'open', charged: 0, shortfall: 0, scopes })
    return { ok: true }
  }

  function extend({ holdId, amountMicro, expiresAt }: LedgerAction & { type: 'extend' }): HoldResult {
    const current = holds.get(holdId)
    if (current === undefined) return { ok: false, reason: 'hold_ended', balanceMicro: 0, heldMicro: 0 }
    if (!isOpen(current)) return { ok: false, reason: 'hold_ended', ...wallet() }
    const amount = Math.max(current.amount, amountMicro)
    const refusal = amount === current.amount ? null : refuse(current.scopes, amount - current.amount)
    if (refusal !== null) return refusal
    holds.set(holdId, { ...current, amount, expiresAt: Math.max(current.expiresAt, expiresAt) })
    return { ok: true }
  }

  function settle(holdId: string, cost: number): SettleResult {
    const current = holds.get(holdId)
    if (current === undefined) return { chargedMicro: 0, shortfallMicro: cost, repeated: false }
    if (current.status === 'ended')
      return { chargedMicro: current.charged, shortfallMicro: current.shortfall, repeated: true }
    holds.set(holdId, { ...current, status: 'ended' })
    const taken = Math.min(cost, (balance ?? 0) - held())
    balance = (balance ?? 0) - taken
    const shortfall = cost - taken
    holds.set(holdId, { ...current, status: 'ended', charged: taken, shortfall })
    return { chargedMicro: taken, shortfallMicro: shortfall, repeated: false }
  }

  function release(holdId: string): void {
    const current = holds.get(holdId)
    if (current !== undefined) holds.set(holdId, { ...current, status: 'ended' })
  }

  function sweep(now: number): number {
    const overdue = [...holds].filter(([, one]) => isOpen(one) && one.expiresAt <= now)
    for (const [holdId, one] of overdue) holds.set(holdId, { ...one, status: 'swept' })
    return overdue.length
  }

  return {
    balance: () => balance,
    held,
    spent: charged,
    play(action) {
      switch (action.type) {
        case 'post':
          return post(action.posting)
        case 'hold':
          return hold(action)
        case 'extend':
          return extend(action)
        case 'settle':
          return settle(action.holdId, action.costMicro)
        case 'release':
          return release(action.holdId)
        case 'sweep':
          return sweep(action.now)
      }
    },
  }
}

function isOpen({ status }: PaperHold): boolean {
  return status === 'open'
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0)
}
