import {
  extendHold,
  placeHold,
  releaseHold,
  settleHold,
  type HoldSituation,
} from '../../balance/hold-steps.js'
import type {
  BalanceSnapshot,
  HoldExtension,
  HoldRequest,
  HoldResult,
  Ledger,
  LedgerEntry,
  LedgerQuery,
  Posting,
  PostResult,
  SettleResult,
  WalletAudit,
} from '../../balance/ledger.js'
import { postMoney, type EarlierPosting } from '../../balance/post-money.js'
import { spendQuestions, type SpendSum } from '../../balance/spend.js'
import { EMPTY_WALLET, type HoldState, type LedgerStep } from '../../balance/step.js'
import { createMemoryBooks, type BookSums } from './books.js'
import { readPage } from './page.js'
import { createRecent } from './recent.js'
import { createMemorySpend } from './spend.js'

/** Prepaid money in memory: gone with the process, so for trials, tests and balances that live elsewhere. */
export interface MemoryLedger extends Ledger {
  balance(accountId: string): BalanceSnapshot | null
  post(posting: Posting): PostResult
  hold(request: HoldRequest): HoldResult
  extend(extension: HoldExtension): HoldResult
  settle(holdId: string, costMicro: number): SettleResult
  release(holdId: string): void
  sweep(now: number): number
  spent(scope: string, since: number): number
  entries(query: LedgerQuery): readonly LedgerEntry[]
  audit(page: Parameters<Ledger['audit']>[0]): readonly WalletAudit[]
}

/** Ended holds whose repetition is still recognised. */
const REMEMBERED_HOLDS = 50_000
/** Swept holds that can still be settled. */
const REMEMBERED_EXPIRED = 10_000
/** Entries that can still be read; older ones are kept as sums. */
const KEPT_ENTRIES = 100_000

/**
 * An empty ledger; `now` in milliseconds since the epoch, `keptEntries` the length of its readable books.
 * External ids of postings are remembered for ever: forgetting one could pay it out twice.
 */
export function createMemoryLedger(now: () => number, keptEntries: number = KEPT_ENTRIES): MemoryLedger {
  const wallets = new Map<string, BalanceSnapshot>()
  const postings = new Map<string, EarlierPosting>()
  const open = new Map<string, HoldState>()
  const expired = createRecent<HoldState>(REMEMBERED_EXPIRED)
  const ended = createRecent<HoldState>(REMEMBERED_HOLDS)
  const books = createMemoryBooks(keptEntries)
  const spend = createMemorySpend()

  function findHold(holdId: string): HoldState | null {
    return open.get(holdId) ?? expired.get(holdId) ?? ended.get(holdId) ?? null
  }

  function walletOf(accountId: string): BalanceSnapshot | null {
    return wallets.get(accountId) ?? null
  }

  function keepHold(hold: HoldState): void {
    const { holdId, status } = hold
    if (status === 'open') {
      open.set(holdId, hold)
      return
    }
    open.delete(holdId)
    expired.delete(holdId)
    if (status === 'expired') expired.set(holdId, hold)
    else ended.set(holdId, hold)
  }

  function commit<Result>({ result, write }: LedgerStep<Result>): Result {
    if (write === null) return result
    wallets.set(write.accountId, write.wallet)
    if (write.hold !== null) keepHold(write.hold)
    if (write.entry !== null) books.add(write.entry)
    for (const change of write.spend) spend.add(change)
    return result
  }

  function situationOf(holdId: string): HoldSituation {
    const hold = findHold(holdId)
    return { hold, wallet: hold === null ? null : walletOf(hold.accountId) }
  }

  function readSpend(scopes: HoldRequest['scopes']): readonly SpendSum[] {
    return spendQuestions(scopes).map((question) => ({ ...question, spentMicro: spend.committed(question) }))
  }

  return {
    balance: walletOf,
    post(posting) {
      const { accountId, externalId } = posting
      const earlier = postings.get(externalId) ?? null
      const step = postMoney({ wallet: walletOf(accountId), earlier }, posting, now())
      const entry = step.write?.entry
      if (entry) postings.set(externalId, entry)
      return commit(step)
    },
    hold(request) {
      const { holdId, accountId, scopes } = request
      const situation = { wallet: walletOf(accountId), hold: findHold(holdId), spend: readSpend(scopes) }
      return commit(placeHold(situation, request, now()))
    },
    extend(extension) {
      const situation = { ...situationOf(extension.holdId), spend: readSpend(extension.scopes) }
      return commit(extendHold(situation, extension, now()))
    },
    settle: (holdId, costMicro) => commit(settleHold(situationOf(holdId), costMicro, now())),
    release: (holdId) => void commit(releaseHold(situationOf(holdId), 'release', now())),
    sweep(time) {
      const overdue = [...open.values()].filter((hold) => hold.expiresAt <= time)
      for (const { holdId } of overdue) commit(releaseHold(situationOf(holdId), 'expire', time))
      return overdue.length
    },
    spent: (scope, since) => spend.spent({ scope, since }),
    entries: (query) => books.read(query),
    audit({ afterAccountId, limit }) {
      const page = readPage(wallets, ([accountId]) => accountId, { afterId: afterAccountId, limit })
      const sums = books.sum(page.map(([accountId]) => accountId))
      const held = sumOpenHolds(open.values())
      return page.map(([accountId, wallet]) => ({
        accountId,
        wallet,
        openHoldsMicro: held.get(accountId) ?? 0,
        ...(sums.get(accountId) ?? NO_SUMS),
      }))
    },
  }
}

const NO_SUMS: BookSums = { entries: EMPTY_WALLET, holdsEndedTwice: [] }

function sumOpenHolds(holds: Iterable<HoldState>): ReadonlyMap<string, number> {
  const held = new Map<string, number>()
  for (const { accountId, amountMicro } of holds)
    held.set(accountId, (held.get(accountId) ?? 0) + amountMicro)
  return held
}
