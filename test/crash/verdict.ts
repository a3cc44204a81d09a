import type { LedgerVerification } from '../../src/balance/audit.js'
import { ACCOUNTS, priceOf } from './accounts.js'
import type { Books, HoldRow } from './books.js'
import { checkLimits } from './limits.js'
import type { Attempt } from './order.js'
import { answerText, type VendorCall } from './vendor.js'

/** All that was seen of a run. */
export interface Observed {
  readonly attempts: readonly Attempt[]
  readonly calls: readonly VendorCall[]
  readonly books: Books
  readonly verification: LedgerVerification
  readonly startedAt: number
  readonly endedAt: number
  /** When the database crashed; null when it did not. */
  readonly crashedAt: number | null
  /** Limits live in the database, and lose with it what it had not written. */
  readonly limitsInDatabase: boolean
}

/** What was wrong, in sentences, and figures for people. */
export interface Verdict {
  readonly violations: readonly string[]
  readonly figures: readonly (readonly [name: string, value: number | string])[]
}

/** Compares what clients got and what the vendor delivered with what the books say. */
export function judge(observed: Observed): Verdict {
  const parts = [
    checkBooks(observed),
    checkCharges(observed),
    checkAnswers(observed),
    checkOrders(observed),
    checkUsage(observed),
    checkStatuses(observed),
    checkLimits(observed),
  ]
  return {
    violations: parts.flatMap(({ violations }) => violations),
    figures: parts.flatMap(({ figures }) => figures),
  }
}

/** Statuses of a gateway on whose store nobody can count; others would be a fault. */
const STATUSES = new Set([0, 200, 402, 409, 429, 500, 503])

function checkStatuses({ attempts }: Observed): Verdict {
  const counts = countBy(attempts, ({ end, status, code }) => `${end} ${status} ${code ?? ''}`.trim())
  const odd = attempts.filter(
    ({ status, code }) => !STATUSES.has(status) || (status === 500 && code !== 'db_error'),
  )
  return {
    violations: odd.map(({ status, code }) => `a client got ${status} ${code ?? ''}`),
    figures: toFigures('attempts', counts),
  }
}

/** The books add up, nothing is held any more, and nothing was ever below zero. */
function checkBooks({ books, verification }: Observed): Verdict {
  const violations = verification.problems.map(({ accountId, problem }) => `${accountId}: ${problem}`)
  for (const { id, balanceMicro } of ACCOUNTS) {
    const own = books.entries.filter(({ accountId }) => accountId === id)
    const wallet = books.wallets.get(id)
    const posted = sum(own, ({ kind, balanceMicro: change }) => (kind === 'top_up' ? change : 0))
    const settled = sum(own, ({ kind, balanceMicro: change }) => (kind === 'settle' ? -change : 0))
    if (posted !== balanceMicro) violations.push(`${id}: topped up by ${posted} instead of ${balanceMicro}`)
    if (wallet?.balanceMicro !== posted - settled)
      violations.push(`${id}: has ${wallet?.balanceMicro} after ${posted} came and ${settled} went`)
    if (wallet?.heldMicro !== 0) violations.push(`${id}: ${wallet?.heldMicro} is held for ever`)
    const lowest = Math.min(...own.map(({ balanceAfterMicro }) => balanceAfterMicro))
    if (lowest < 0) violations.push(`${id}: its balance was ${lowest}`)
  }
  const kinds = countBy(books.entries, ({ kind }) => kind)
  return {
    violations,
    figures: toFigures('entries', kinds),
  }
}

/** Each hold is settled at most once; no order is charged more often than the vendor was called for it. */
function checkCharges({ books, calls }: Observed): Verdict {
  const settles = countBy(
    books.entries.filter(({ kind }) => kind === 'settle'),
    ({ holdId }) => holdId ?? '',
  )
  const callsOf = countBy(calls, ({ marker }) => marker)
  const holdsOf = groupBy([...books.holds.values()], ({ marker }) => marker)
  const violations: string[] = []
  for (const [holdId, count] of settles)
    if (count > 1) violations.push(`${holdId} was settled ${count} times`)
  for (const [marker, holds] of holdsOf) {
    const charged = holds.filter(isCharged).length
    const called = callsOf.get(marker) ?? 0
    if (charged > called) violations.push(`${marker} was charged ${charged} times for ${called} calls`)
  }
  for (const [marker, count] of callsOf) {
    const held = holdsOf.get(marker)?.length ?? 0
    if (held < count) violations.push(`${marker} went to the vendor ${count} times with ${held} holds`)
  }
  const whole = calls.filter((call) => call.whole).length
  return {
    violations,
    figures: [
      ['vendor: calls', calls.length],
      ['vendor: delivered whole', whole],
      ['holds charged', [...books.holds.values()].filter(isCharged).length],
    ],
  }
}

/** A whole answer was charged in full, or its gateway was killed and its hold has expired. */
function checkAnswers({ attempts, books }: Observed): Verdict {
  const violations: string[] = []
  const counts = { charged: 0, unpaid: 0, expired: 0, replayed: 0 }
  for (const { end, order, text, requestId, replayed, instance } of attempts) {
    if (end !== 'whole') continue
    const { marker, words } = order.script
    if (text !== answerText(order.script)) violations.push(`${marker} got another answer: ${text}`)
    if (replayed) {
      counts.replayed += 1
      continue
    }
    const hold = books.holds.get(requestId ?? '')
    const paid = hold?.chargedMicro ?? 0
    if (hold?.status === 'settled' && paid + hold.shortfallMicro === priceOf(words)) {
      counts[hold.shortfallMicro === 0 ? 'charged' : 'unpaid'] += 1
    } else if (hold?.status === 'expired' && instance.isKilled()) {
      counts.expired += 1
    } else {
      const what = `${hold?.status} at ${paid} of ${priceOf(words)}`
      violations.push(
        `${marker}: ${requestId} was answered by gateway ${instance.id}, but its hold is ${what}`,
      )
    }
  }
  if (counts.charged === 0) violations.push('no answer was delivered: nothing was tested')
  const overheads = attempts
    .filter(({ end, replayed }) => end === 'whole' && !replayed)
    .map(({ overheadMs }) => overheadMs)
    .sort((left, right) => left - right)
  return {
    violations,
    figures: [
      ['milliseconds beside the vendor: median', overheads[Math.floor(overheads.length / 2)] ?? 0],
      ['milliseconds beside the vendor: 9 of 10', overheads[Math.floor(overheads.length * 0.9)] ?? 0],
      ['whole answers: charged in full', counts.charged],
      ['whole answers: charged what was left', counts.unpaid],
      ['whole answers: hold expired, gateway killed', counts.expired],
      ['whole answers: given again', counts.replayed],
    ],
  }
}

/** What was ordered with one key was charged once at most. */
function checkOrders({ attempts, books }: Observed): Verdict {
  const keyed = new Set(attempts.filter(({ order }) => order.keyed).map(({ order }) => order.script.marker))
  const charged = countBy(
    [...books.holds.values()].filter((hold) => isCharged(hold) && keyed.has(hold.marker)),
    ({ marker }) => marker,
  )
  const twice = [...charged].filter(([, count]) => count > 1)
  return {
    violations: twice.map(
      ([marker, count]) => `${marker} has one Idempotency-Key and was charged ${count} times`,
    ),
    figures: [
      ['orders with a key', keyed.size],
      ['orders with a key: charged', charged.size],
    ],
  }
}

/**
 * One record per request, of what its hold was charged. A record tells what a call cost: where a gateway was killed
 * before the ledger took it, the hold has expired all the same. The totals are those of the records.
 */
function checkUsage({ books, attempts }: Observed): Verdict {
  const violations: string[] = []
  const killed = new Map(attempts.map(({ requestId, instance }) => [requestId, instance.isKilled()]))
  const recorded = countBy(books.usage, ({ requestId }) => requestId)
  for (const [requestId, count] of recorded)
    if (count > 1) violations.push(`${requestId} has ${count} records`)
  let unsettled = 0
  for (const { requestId, costMicro } of books.usage) {
    const hold = books.holds.get(requestId)
    const cost = hold === undefined ? 0 : hold.chargedMicro + hold.shortfallMicro
    if (costMicro === cost) continue
    if (hold?.status === 'expired' && killed.get(requestId) !== false) unsettled += 1
    else violations.push(`${requestId} is recorded at ${costMicro}, its hold is ${hold?.status} at ${cost}`)
  }
  const { costMicro, requests } = books.usageTotal
  const all = sum(books.usage, (record) => record.costMicro)
  if (requests !== books.usage.length || costMicro !== all)
    violations.push(`usage of ${requests} requests adds up to ${costMicro}, their records to ${all}`)
  const missing = [...books.holds.values()].filter((hold) => isCharged(hold) && !recorded.has(hold.holdId))
  return {
    violations,
    figures: [
      ['usage records', books.usage.length],
      ['recorded, hold expired, gateway killed', unsettled],
      ['charged, record lost with its gateway', missing.length],
    ],
  }
}

function toFigures(what: string, counts: ReadonlyMap<string, number>): Verdict['figures'] {
  const names = [...counts.keys()].sort((left, right) => (left < right ? -1 : 1))
  return names.map((name) => [`${what}: ${name}`, counts.get(name) ?? 0] as const)
}

function isCharged({ chargedMicro }: HoldRow): boolean {
  return chargedMicro > 0
}

function sum<T>(list: readonly T[], valueOf: (item: T) => number): number {
  return list.reduce((total, item) => total + valueOf(item), 0)
}

function groupBy<T>(list: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>()
  for (const item of list) {
    const group = groups.get(keyOf(item))
    if (group === undefined) groups.set(keyOf(item), [item])
    else group.push(item)
  }
  return groups
}

function countBy<T>(list: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, number> {
  return new Map([...groupBy(list, keyOf)].map(([key, group]) => [key, group.length]))
}
