import { verifyLedger } from '../../src/balance/audit.js'
import type { Stores, UsageRecord } from '../../src/index.js'
import { ACCOUNTS } from './setting.js'

/** What a gateway leaves behind when it has ended. */
export interface Remains {
  readonly heldMicro: number
  readonly balances: Readonly<Record<string, number>>
  readonly problems: readonly string[]
  readonly records: readonly UsageRecord[]
  /** Sums of the daily totals. */
  readonly totals: { readonly costMicro: number; readonly requests: number }
  /** Sockets and timers that are left when everything is closed. */
  readonly leftovers: readonly string[]
  /** Errors that no call has asked for, by their words. */
  readonly errors: readonly string[]
}

const DAY_MS = 86_400_000
const PAGE = 500

type Books = Pick<Stores, 'ledger' | 'usage'>

/** Money that holds have reserved, of all accounts. */
export async function sumHolds(ledger: Books['ledger']): Promise<number> {
  let sum = 0
  for (const { id } of ACCOUNTS) sum += (await ledger.balance(id))?.heldMicro ?? 0
  return sum
}

/** Everything that the stores know of money. */
export async function readBooks({ ledger, usage }: Books): Promise<Omit<Remains, 'leftovers' | 'errors'>> {
  const { problems } = await verifyLedger(ledger)
  const balances: Record<string, number> = {}
  for (const { id } of ACCOUNTS) balances[id] = (await ledger.balance(id))?.balanceMicro ?? 0
  const tomorrow = DAY_MS * (1 + Math.ceil(Date.now() / DAY_MS))
  const groups = await usage.totals({ by: 'day', since: 0, until: tomorrow })
  return {
    heldMicro: await sumHolds(ledger),
    balances,
    problems: problems.map(({ accountId, problem }) => `${accountId}: ${problem}`),
    records: await readRecords(usage),
    totals: {
      costMicro: groups.reduce((sum, { totals }) => sum + totals.costMicro, 0),
      requests: groups.reduce((sum, { totals }) => sum + totals.requestCount, 0),
    },
  }
}

async function readRecords(usage: Books['usage']): Promise<readonly UsageRecord[]> {
  const records: UsageRecord[] = []
  for (;;) {
    const page = await usage.records({ limit: PAGE, after: records.at(-1) })
    if (page.length === 0) return records
    records.push(...page)
  }
}
