import type {
  BalanceSnapshot,
  EarlierPosting,
  HoldState,
  LedgerEntryDraft,
  LedgerStep,
  LedgerWrite,
  SpendChange,
  SpendQuestion,
  SpendSum,
} from '../../../src/index.js'

/** What a transaction has read and locked. */
export interface ReadBooks {
  readonly wallets: ReadonlyMap<string, BalanceSnapshot>
  /** Of locked wallets only. */
  readonly holds: ReadonlyMap<string, HoldState>
  /** By external id. */
  readonly postings: ReadonlyMap<string, EarlierPosting>
  readonly spend: readonly SpendSum[]
}

/** What one operation finds. */
export interface Situation {
  readonly wallet: BalanceSnapshot | null
  readonly hold: HoldState | null
  readonly earlier: EarlierPosting | null
  readonly spend: readonly SpendSum[]
}

/** An operation of the ledger: what it has to know, and what it does then. */
export interface LedgerOperation<Result> {
  readonly holdId?: string | undefined
  /** Absent when the hold says it. */
  readonly accountId?: string | undefined
  readonly externalId?: string | undefined
  readonly questions?: readonly SpendQuestion[] | undefined
  decide(situation: Situation, now: number): LedgerStep<Result>
}

/** What a batch has to write, all of it or nothing. */
export interface BooksChange {
  readonly newWallets: ReadonlyMap<string, BalanceSnapshot>
  readonly wallets: ReadonlyMap<string, BalanceSnapshot>
  readonly newHolds: ReadonlyMap<string, HoldState>
  readonly holds: ReadonlyMap<string, HoldState>
  readonly entries: readonly LedgerEntryDraft[]
  readonly spend: readonly SpendChange[]
}

/** The books of one transaction: each operation sees what those before it in the batch have done. */
export interface Books {
  /** Throws what the decision throws; nothing has changed then. */
  apply<Result>(operation: LedgerOperation<Result>, now: number): Result
  /** Null when there is nothing to write. */
  change(): BooksChange | null
}

/** Books that begin with what was read. */
export function openBooks(read: ReadBooks): Books {
  const wallets = new Map(read.wallets)
  const holds = new Map(read.holds)
  const postings = new Map(read.postings)
  const sums = openSums(read.spend)
  const changedWallets = new Set<string>()
  const changedHolds = new Set<string>()
  const entries: LedgerEntryDraft[] = []
  const spend = new Map<string, SpendChange>()

  function situationOf(operation: LedgerOperation<unknown>): Situation {
    const { holdId, externalId, questions = [] } = operation
    const hold = holdId === undefined ? null : (holds.get(holdId) ?? null)
    const accountId = hold?.accountId ?? operation.accountId
    return {
      hold,
      wallet: accountId === undefined ? null : (wallets.get(accountId) ?? null),
      earlier: externalId === undefined ? null : (postings.get(externalId) ?? null),
      spend: questions.flatMap(({ scope, since }) => sums.get(scope)?.get(since) ?? []),
    }
  }

  function addSpend(change: SpendChange): void {
    const key = `${change.day} ${change.scope}`
    const earlier = spend.get(key)
    spend.set(key, earlier === undefined ? change : addChanges(earlier, change))
    const ofScope = sums.get(change.scope) ?? new Map<number, SpendSum>()
    for (const [since, sum] of ofScope) if (change.day >= since) ofScope.set(since, raise(sum, change))
  }

  function keep({ accountId, wallet, hold, entry, spend: changes }: LedgerWrite): void {
    wallets.set(accountId, wallet)
    changedWallets.add(accountId)
    if (hold !== null) {
      holds.set(hold.holdId, hold)
      changedHolds.add(hold.holdId)
    }
    if (entry !== null) {
      entries.push(entry)
      if (entry.externalId !== null) postings.set(entry.externalId, entry)
    }
    for (const change of changes) addSpend(change)
  }

  return {
    apply(operation, now) {
      const { result, write } = operation.decide(situationOf(operation), now)
      if (write !== null) keep(write)
      return result
    },
    change() {
      if (changedWallets.size === 0) return null
      const isNewWallet = (id: string): boolean => !read.wallets.has(id)
      const isNewHold = (id: string): boolean => !read.holds.has(id)
      return {
        newWallets: pick(wallets, changedWallets, isNewWallet),
        wallets: pick(wallets, changedWallets, (id) => !isNewWallet(id)),
        newHolds: pick(holds, changedHolds, isNewHold),
        holds: pick(holds, changedHolds, (id) => !isNewHold(id)),
        entries,
        // In one order in all transactions: these rows have no lock of their own before they are written.
        spend: [...spend.values()].sort((left, right) => (spendOrder(left) < spendOrder(right) ? -1 : 1)),
      }
    },
  }
}

/** Sums by scope and start. */
function openSums(read: readonly SpendSum[]): Map<string, Map<number, SpendSum>> {
  const sums = new Map<string, Map<number, SpendSum>>()
  for (const sum of read) {
    const ofScope = sums.get(sum.scope) ?? new Map<number, SpendSum>()
    sums.set(sum.scope, ofScope.set(sum.since, sum))
  }
  return sums
}

function raise(sum: SpendSum, { spentMicro, heldMicro }: SpendChange): SpendSum {
  return { ...sum, spentMicro: sum.spentMicro + spentMicro + heldMicro }
}

function spendOrder({ scope, day }: SpendChange): string {
  return `${scope}\0${day}`
}

function addChanges(one: SpendChange, other: SpendChange): SpendChange {
  return {
    ...one,
    spentMicro: one.spentMicro + other.spentMicro,
    heldMicro: one.heldMicro + other.heldMicro,
  }
}

function pick<Value>(
  values: ReadonlyMap<string, Value>,
  ids: ReadonlySet<string>,
  filter: (id: string) => boolean,
): ReadonlyMap<string, Value> {
  return new Map([...values].filter(([id]) => ids.has(id) && filter(id)))
}
