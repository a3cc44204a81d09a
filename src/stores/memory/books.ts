import type { BalanceSnapshot, LedgerEntry, LedgerQuery, WalletAudit } from '../../balance/ledger.js'
import { EMPTY_WALLET, type LedgerEntryDraft } from '../../balance/step.js'
import { createRing } from './ring.js'

/** The entries of a ledger: the latest ones to read, all of them in the sums. */
export interface MemoryBooks {
  add(draft: LedgerEntryDraft): void
  /** Newest first. */
  read(query: LedgerQuery): readonly LedgerEntry[]
  /** What the entries of some accounts say; holds that ended twice are found among the kept entries. */
  sum(accountIds: Iterable<string>): ReadonlyMap<string, BookSums>
}

/** What the entries of one account say. */
export type BookSums = Pick<WalletAudit, 'entries' | 'holdsEndedTwice'>

/** Empty books that keep the last `kept` entries, at least one, and fold what is older into a sum for each account. */
export function createMemoryBooks(kept: number): MemoryBooks {
  const ring = createRing<LedgerEntry>(kept)
  const openings = new Map<string, BalanceSnapshot>()

  return {
    add(draft) {
      const oldest = ring.add((id) => ({ id, ...draft }))
      if (oldest === undefined) return
      openings.set(oldest.accountId, plus(openings.get(oldest.accountId) ?? EMPTY_WALLET, oldest))
    },
    read: ({ accountId, kinds, ...page }) =>
      ring.newestFirst(
        page,
        (entry) => entry.accountId === accountId && (kinds === undefined || kinds.includes(entry.kind)),
      ),
    sum(accountIds) {
      const entriesOf = new Map([...accountIds].map((accountId) => [accountId, [] as LedgerEntry[]]))
      for (const entry of ring.items) entriesOf.get(entry.accountId)?.push(entry)
      return new Map(
        [...entriesOf].map(([accountId, entries]) => [
          accountId,
          {
            entries: entries.reduce(plus, openings.get(accountId) ?? EMPTY_WALLET),
            holdsEndedTwice: findEndedTwice(entries),
          },
        ]),
      )
    },
  }
}

function plus(left: BalanceSnapshot, right: BalanceSnapshot): BalanceSnapshot {
  return {
    balanceMicro: left.balanceMicro + right.balanceMicro,
    heldMicro: left.heldMicro + right.heldMicro,
  }
}

/** Ends that a hold can have only one of; it may expire and then be settled. */
function findEndedTwice(entries: readonly LedgerEntry[]): readonly string[] {
  const seen = new Set<string>()
  const twice = new Set<string>()
  for (const { kind, holdId } of entries) {
    if (holdId === null || (kind !== 'settle' && kind !== 'release')) continue
    if (seen.has(holdId)) twice.add(holdId)
    seen.add(holdId)
  }
  return [...twice]
}
