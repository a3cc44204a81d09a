import { ACCOUNTS, type Account } from './accounts.js'
import type { VendorCall } from './vendor.js'
import type { Observed, Verdict } from './verdict.js'

const MINUTE_MS = 60_000
/** PostgreSQL writes what nobody waits for after three times its `wal_writer_delay` of 200 ms. */
const UNWRITTEN_MS = 600

/**
 * What went to the vendor on a limited key: requests no more than a full bucket and its refills, calls at the same time
 * no more than slots. A crash of the database where limits live may forget the calls of its last moments: they are added.
 */
export function checkLimits(observed: Observed): Verdict {
  const parts = ACCOUNTS.flatMap((account) => [checkRate(account, observed), checkSlots(account, observed)])
  return {
    violations: parts.flatMap(({ violations }) => violations),
    figures: parts.flatMap(({ figures }) => figures),
  }
}

const NOTHING: Verdict = { violations: [], figures: [] }

function checkRate({ id, rpm }: Account, observed: Observed): Verdict {
  if (rpm === null) return NOTHING
  const calls = callsOf(id, observed)
  const minutes = (observed.endedAt - observed.startedAt) / MINUTE_MS
  const most = Math.floor(rpm * (1 + minutes)) + countForgotten(calls, observed)
  return compare(`calls on a key of ${rpm} a minute`, calls.length, most)
}

function checkSlots({ id, concurrency }: Account, observed: Observed): Verdict {
  if (concurrency === null) return NOTHING
  const calls = callsOf(id, observed)
  const most = concurrency + countForgotten(calls, observed)
  return compare(`calls at once on a key of ${concurrency} slots`, highestAtOnce(calls), most)
}

function compare(what: string, count: number, most: number): Verdict {
  return {
    violations: count > most ? [`${count} ${what} instead of at most ${most}`] : [],
    figures: [[`limits: ${what}`, `${count} of ${most}`]],
  }
}

function callsOf(accountId: string, { calls }: Observed): readonly VendorCall[] {
  return calls.filter(({ marker }) => marker.startsWith(`${accountId}_`))
}

/** Calls whose slot or request the database may have forgotten: those that it had not written when it crashed. */
function countForgotten(calls: readonly VendorCall[], { crashedAt, limitsInDatabase }: Observed): number {
  if (crashedAt === null || !limitsInDatabase) return 0
  return calls.filter(({ startedAt }) => startedAt > crashedAt - UNWRITTEN_MS && startedAt <= crashedAt)
    .length
}

function highestAtOnce(calls: readonly VendorCall[]): number {
  const changes = calls.flatMap(({ startedAt, endedAt }) => [
    { time: startedAt, change: 1 },
    { time: endedAt ?? Infinity, change: -1 },
  ])
  // Within a millisecond, ends come first.
  const ordered = changes.toSorted((left, right) => left.time - right.time || left.change - right.change)
  let running = 0
  return Math.max(0, ...ordered.map(({ change }) => (running += change)))
}
