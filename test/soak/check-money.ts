import { groupBy, type Observed, tally, type Verdict } from './observed.js'
import { ACCOUNTS, priceOf } from './setting.js'
import type { VendorCall } from './vendor.js'

/** The books: what the ledger took is what the records say, and that is what the vendor's tokens cost. */
export function checkMoney({ remains, vendorCalls, clientCalls }: Observed): Verdict {
  const { records, balances, totals, heldMicro } = remains
  const atVendor = groupBy(vendorCalls, ({ name }) => name)
  const ofRequest = groupBy(records, ({ requestId }) => requestId)
  const violations = [
    ...remains.problems,
    ...(heldMicro === 0 ? [] : [`${heldMicro} micro-USD are held for ever`]),
    ...[...ofRequest].filter(([, list]) => list.length > 1).map(([id]) => `${id} has several records`),
  ]
  for (const { id, balanceMicro } of ACCOUNTS) {
    const charged = sum(
      records.filter(({ accountId }) => accountId === id),
      ({ costMicro, shortfallMicro }) => costMicro - shortfallMicro,
    )
    const spent = balanceMicro - (balances[id] ?? 0)
    if (spent !== charged) violations.push(`${id} has spent ${spent}, its records say ${charged}`)
  }
  const all = sum(records, ({ costMicro }) => costMicro)
  if (totals.costMicro !== all || totals.requests !== records.length)
    violations.push(
      `totals of ${totals.requests} requests add up to ${totals.costMicro}, their records to ${all}`,
    )
  for (const { requestId, status, costMicro, endUser } of records) {
    const tries = atVendor.get(endUser ?? '') ?? []
    const problem = checkCost(status, costMicro, tries)
    if (problem !== null) violations.push(`${requestId} (${endUser}, ${status}): ${problem}`)
  }
  for (const { name, end, requestId } of clientCalls) {
    if (end === 'whole' && !ofRequest.has(requestId ?? ''))
      violations.push(`${name} was answered and has no record`)
  }
  const recorded = new Set(records.map(({ endUser }) => endUser))
  const lost = [...atVendor.keys()].filter((name) => !recorded.has(name))
  violations.push(...lost.map((name) => `the vendor was called for ${name}, of which there is no record`))
  const completed = records.filter(({ status }) => status === 'completed')
  return {
    violations,
    figures: [
      ...tally(
        'records',
        records.map(({ status }) => status),
      ),
      ['micro-USD charged', all],
      [
        'micro-USD of whole answers, by the vendor',
        sum(completed, ({ endUser }) => costAtVendor(atVendor.get(endUser ?? '') ?? [])),
      ],
      ['micro-USD of whole answers, by the records', sum(completed, ({ costMicro }) => costMicro)],
    ],
  }
}

/** What the good try of a call costs. */
function costAtVendor(tries: readonly VendorCall[]): number {
  const good = tries.findLast(isGood)
  return good === undefined ? 0 : priceOf(good.usage)
}

function isGood({ fault }: VendorCall): boolean {
  return fault === null || fault === 'latency' || fault === 'drip'
}

/**
 * Null: the cost is right. Who left before the vendor named its tokens pays by an estimate, which knows nothing of its
 * cache and counts in its own way: never more than twice the whole answer without a cache.
 */
function checkCost(status: string, costMicro: number, tries: readonly VendorCall[]): string | null {
  const whole = costAtVendor(tries)
  switch (status) {
    case 'completed':
      return costMicro === whole && whole > 0
        ? null
        : `it cost ${costMicro}, the vendor's tokens are worth ${whole}`
    case 'failed':
      return costMicro <= 2 * whole ? null : `it failed and cost ${costMicro}`
    default: {
      const dearest = tries.reduce((most, { usage }) => Math.max(most, priceOf({ ...usage, ...UNCACHED })), 0)
      return costMicro <= 2 * dearest ? null : `its client left and it cost ${costMicro} of ${dearest}`
    }
  }
}

const UNCACHED = { cacheReadTokens: 0, cacheWriteTokens: 0 } as const

function sum<T>(list: readonly T[], valueOf: (item: T) => number): number {
  return list.reduce((total, item) => total + valueOf(item), 0)
}
