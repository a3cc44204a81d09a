import type { HoldRefusal, SpendLimit, SpendScope } from './ledger.js'

/** What a scope has spent and held since a UTC midnight, as a store has read it. */
export interface SpendSum {
  readonly scope: string
  readonly since: number
  /** Spent and held together, over all days from `since` on. */
  readonly spentMicro: number
}

/** What is to be added to the row of a scope and a UTC day; a row that is absent is one of zeros. */
export interface SpendChange {
  readonly scope: string
  /** UTC midnight, milliseconds since the epoch. */
  readonly day: number
  /** Signed. */
  readonly spentMicro: number
  /** Signed. */
  readonly heldMicro: number
}

/** A sum that a decision needs. */
export type SpendQuestion = Omit<SpendSum, 'spentMicro'>

const DAY_MS = 86_400_000
const NONE: readonly never[] = []

/** The UTC day of a time: its midnight, both in milliseconds since the epoch. */
export function spendDay(time: number): number {
  return Math.floor(time / DAY_MS) * DAY_MS
}

/** The sums that a store has to read before a hold is placed or extended: one for each limit. */
export function spendQuestions(scopes: readonly SpendScope[] | undefined): readonly SpendQuestion[] {
  if (scopes === undefined) return NONE
  return scopes.flatMap(({ scope, limits }) => limits.map(({ since }) => ({ scope, since })))
}

/** The first limit that an amount on top would break; null when all of them bear it. A sum that is not given is zero. */
export function findSpendRefusal(
  scopes: readonly SpendScope[] | undefined,
  sums: readonly SpendSum[],
  amountMicro: number,
): NonNullable<HoldRefusal['spend']> | null {
  for (const { scope, limits } of scopes ?? NONE) {
    for (const limit of limits) {
      const spentMicro = sumOf(sums, scope, limit)
      if (spentMicro + amountMicro > limit.limitMicro) return { scope, limit, spentMicro }
    }
  }
  return null
}

function sumOf(sums: readonly SpendSum[], scope: string, { since }: SpendLimit): number {
  return sums.find((sum) => sum.scope === scope && sum.since === since)?.spentMicro ?? 0
}

/** The change of every scope of a hold, on the day on which it was placed. */
export function spendChanges(
  { scopes, placedAt }: { readonly scopes: readonly string[]; readonly placedAt: number },
  change: Pick<SpendChange, 'spentMicro' | 'heldMicro'>,
): readonly SpendChange[] {
  if (scopes.length === 0) return NONE
  const day = spendDay(placedAt)
  return scopes.map((scope) => ({ scope, day, ...change }))
}
