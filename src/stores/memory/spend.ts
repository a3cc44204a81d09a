import type { SpendChange, SpendQuestion } from '../../balance/spend.js'

/** Spend of scopes by UTC day. */
export interface MemorySpend {
  add(change: SpendChange): void
  /** Spent and held since a UTC midnight. */
  committed(question: SpendQuestion): number
  /** Spent since a UTC midnight, without what is held. */
  spent(question: SpendQuestion): number
  /** How many scopes and days are remembered. */
  size(): number
}

interface SpendRow {
  readonly spentMicro: number
  readonly heldMicro: number
}

/** No window reaches further back than a month and the week at its end. */
const KEPT_MS = 40 * 86_400_000

const EMPTY_ROW: SpendRow = { spentMicro: 0, heldMicro: 0 }

/** Spend of nothing; days that no window reaches any more are forgotten. */
export function createMemorySpend(): MemorySpend {
  const days = new Map<number, Map<string, SpendRow>>()
  let newestDay = Number.NEGATIVE_INFINITY

  function openDay(day: number): Map<string, SpendRow> {
    const rows = new Map<string, SpendRow>()
    days.set(day, rows)
    newestDay = Math.max(newestDay, day)
    for (const old of days.keys()) if (old < newestDay - KEPT_MS) days.delete(old)
    return rows
  }

  function sum({ scope, since }: SpendQuestion, amountOf: (row: SpendRow) => number): number {
    let total = 0
    for (const [day, rows] of days) if (day >= since) total += amountOf(rows.get(scope) ?? EMPTY_ROW)
    return total
  }

  return {
    add({ scope, day, spentMicro, heldMicro }) {
      const rows = days.get(day) ?? openDay(day)
      const row = rows.get(scope) ?? EMPTY_ROW
      const changed = { spentMicro: row.spentMicro + spentMicro, heldMicro: row.heldMicro + heldMicro }
      // Clients choose the names of end users: one whose calls cost nothing leaves nothing.
      if (changed.spentMicro === 0 && changed.heldMicro === 0) rows.delete(scope)
      else rows.set(scope, changed)
    },
    committed: (question) => sum(question, (row) => row.spentMicro + row.heldMicro),
    spent: (question) => sum(question, (row) => row.spentMicro),
    size: () => [...days.values()].reduce((total, rows) => total + rows.size, 0),
  }
}
