import type {
  UsageFilter,
  UsageGroup,
  UsageGrouping,
  UsageQuery,
  UsageRecord,
  UsageTotalsQuery,
  UsageWindows,
} from '../../usage/record.js'
import { dayStart, monthStart, weekStart } from '../../usage/windows.js'
import { endUserScope, keyScope } from '../admit/spend-scopes.js'
import {
  type Check,
  checkFields,
  checkInput,
  checkMidnight,
  checkOneOf,
  checkPageLimit,
  checkText,
  checkTime,
  PAGE_LIMITS,
  withLimit,
} from './checks.js'
import type { RunAdmin } from './context.js'
import { readPages } from './read-pages.js'

/** Which records, newest first; what is absent does not filter. */
export interface UsageListQuery extends UsageFilter {
  /** Only records behind this one: the last one of the page before. */
  readonly after?: UsageQuery['after']
  /** 1 to 1,000. Default 100. */
  readonly limit?: number | undefined
}

/** Whose spend: that of a key, or of one end user of it. */
export interface SpentQuery {
  readonly keyId: string
  readonly endUser?: string | undefined
}

/** Micro-USD since the start of the UTC day, the ISO week and the UTC month; without what running calls hold. */
export interface SpentTotals {
  readonly dayMicro: number
  readonly weekMicro: number
  readonly monthMicro: number
}

/** What was called, and what it cost. */
export interface UsageAdmin {
  records(query?: UsageListQuery): Promise<readonly UsageRecord[]>
  /** Null when there is none, or it has been pruned. */
  record(requestId: string): Promise<UsageRecord | null>
  /** What an account has used this UTC day, ISO week and UTC month; zeros for one that nobody has. */
  windows(accountId: string): Promise<UsageWindows>
  /** Totals by day, model, key or end user, or by day and model, over whole UTC days. */
  totals(query: UsageTotalsQuery): Promise<readonly UsageGroup[]>
  /** Zeros for a key that nobody has seen, and for end users of a key that does not limit them: those are not counted. */
  spent(query: SpentQuery): Promise<SpentTotals>
  /** Every record of a filter, newest first, read page by page as they are taken. */
  exportRecords(filter?: UsageFilter): AsyncIterable<UsageRecord>
  /** Forgets records from before a time, never the totals; returns how many. */
  prune(before: number): Promise<number>
}

const FILTER = {
  accountId: checkText,
  keyId: checkText,
  model: checkText,
  status: checkOneOf(['completed', 'failed', 'aborted']),
  endUser: checkText,
  since: checkTime,
  until: checkTime,
}
/** A whole record will do. */
const afterCheck: Check = checkFields({ required: { time: checkTime, requestId: checkText }, open: true })
const RECORDS = { optional: { ...FILTER, after: afterCheck, limit: checkPageLimit } }
const GROUPINGS: Readonly<Record<UsageGrouping, true>> = {
  day: true,
  model: true,
  key: true,
  end_user: true,
  day_model: true,
}
const TOTALS = {
  required: { by: checkOneOf(Object.keys(GROUPINGS)), since: checkMidnight, until: checkMidnight },
  optional: { accountId: checkText },
}
const SPENT = { required: { keyId: checkText }, optional: { endUser: checkText } }
const PRUNE = { required: { before: checkTime } }

/** The functions of {@link UsageAdmin}. */
export function createUsageAdmin(run: RunAdmin): UsageAdmin {
  const readPage = (query: UsageQuery): Promise<readonly UsageRecord[]> =>
    run(({ stores }) => stores.usage.records(query))

  return {
    records: (query = {}) =>
      run(({ stores }) => {
        checkInput(query, RECORDS)
        return stores.usage.records(withLimit(query))
      }),
    record: (requestId) => run(({ stores }) => stores.usage.record(requestId)),
    windows: (accountId) => run(({ stores, now }) => stores.usage.windows(accountId, now())),
    totals: (query) =>
      run(({ stores }) => {
        checkInput(query, TOTALS)
        return stores.usage.totals(query)
      }),
    spent: (query) =>
      run(async ({ stores: { ledger }, now }) => {
        checkInput(query, SPENT)
        const { keyId, endUser } = query
        const scope = endUser === undefined ? keyScope(keyId) : endUserScope(keyId, endUser)
        const time = now()
        const [dayMicro, weekMicro, monthMicro] = await Promise.all([
          ledger.spent(scope, dayStart(time)),
          ledger.spent(scope, weekStart(time)),
          ledger.spent(scope, monthStart(time)),
        ])
        return { dayMicro, weekMicro, monthMicro }
      }),
    exportRecords: (filter = {}) => exportRecords(readPage, filter),
    prune: (before) =>
      run(({ stores }) => {
        checkInput({ before }, PRUNE)
        return stores.usage.prune(before)
      }),
  }
}

async function* exportRecords(
  readPage: (query: UsageQuery) => Promise<readonly UsageRecord[]>,
  filter: UsageFilter,
): AsyncGenerator<UsageRecord, void, undefined> {
  checkInput(filter, { optional: FILTER })
  yield* readPages((last) => readPage({ ...filter, after: last, limit: PAGE_LIMITS.most }))
}
