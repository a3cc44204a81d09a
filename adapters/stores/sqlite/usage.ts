import {
  addTotals,
  dayStart,
  earliestStart,
  EMPTY_TOTALS,
  recordTotals,
  sortUsageGroups,
  sumWindows,
  type UsageDimension,
  type UsageGroup,
  type UsageGrouping,
  type UsageQuery,
  type UsageRecord,
  type UsageStore,
  type UsageTotals,
  utcDate,
} from '../../../src/index.js'
import { nextTurn, runInBatches } from './batches.js'
import type { SqliteConnection } from './connection.js'
import type { SqlRow } from './driver.js'
import { SELECT_RECORD, selectRecords } from './usage-query.js'
import { bindRecord, RECORD_COLUMNS, recordOf } from './usage-record.js'
import { bindInteger, bindTime, integerOf, integerOrNull, textOf } from './values.js'

const INSERT_RECORD = `
  INSERT INTO crossmodel_usage_records (${RECORD_COLUMNS.join(', ')})
  VALUES (${RECORD_COLUMNS.map(() => '?').join(', ')}) ON CONFLICT DO NOTHING`
const PRUNE = `
  DELETE FROM crossmodel_usage_records WHERE sequence IN (
    SELECT sequence FROM crossmodel_usage_records WHERE time < ? ORDER BY time LIMIT ?)`

const ADD_TOTALS = `
  INSERT INTO crossmodel_usage_totals
    (day, owner, dimension, member, cost_micro, prompt_tokens, completion_tokens, request_count, success_count)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET
    cost_micro = cost_micro + excluded.cost_micro,
    prompt_tokens = prompt_tokens + excluded.prompt_tokens,
    completion_tokens = completion_tokens + excluded.completion_tokens,
    request_count = request_count + excluded.request_count,
    success_count = success_count + excluded.success_count`
const SUMS = `
  sum(cost_micro) AS cost_micro, sum(prompt_tokens) AS prompt_tokens,
  sum(completion_tokens) AS completion_tokens, sum(request_count) AS request_count,
  sum(success_count) AS success_count`
/** One look-up for each day, so what other accounts have on it is not read. */
const TOTALS_OF_DAYS = `
  WITH RECURSIVE days (start) AS (
    SELECT ?1 UNION ALL SELECT start + 86400000 FROM days WHERE start + 86400000 <= ?2)
  SELECT day, member, ${SUMS}
  FROM days CROSS JOIN crossmodel_usage_totals ON day = start AND owner = ?3 AND dimension = ?4`
const TOTALS_BY_DAY = `${TOTALS_OF_DAYS} GROUP BY day`
const TOTALS_BY_MEMBER = `${TOTALS_OF_DAYS} GROUP BY member`
const TOTALS_BY_DAY_AND_MEMBER = `${TOTALS_OF_DAYS} GROUP BY day, member`
/** The days on which a model was called: reading all other days for a page of it would take long. */
const DAYS_OF_MODEL = `
  WITH RECURSIVE days (start) AS (
    SELECT ?1 UNION ALL SELECT start + 86400000 FROM days WHERE start + 86400000 <= ?2)
  SELECT min(day) AS first, max(day) AS last
  FROM days CROSS JOIN crossmodel_usage_totals ON day = start AND owner = ?3 AND dimension = 'model' AND member = ?4`
const KNOWN_DAYS = `
  SELECT (SELECT min(day) FROM crossmodel_usage_totals) AS first,
    (SELECT max(day) FROM crossmodel_usage_totals) AS last`

const DAY_MS = 86_400_000
/** Days whose totals are read at once: an account may have thousands of end users on each of them. */
const STEP_MS = 10 * DAY_MS
const ALL_ACCOUNTS = '*'

/** Usage in a SQLite file: a row for each record, and sums by day that are kept with them. */
export function createSqliteUsageStore(connection: SqliteConnection): UsageStore {
  return {
    append(record) {
      connection.write(() => {
        if (connection.run(INSERT_RECORD, ...bindRecord(record)) === 1) addToTotals(connection, record)
      })
    },
    windows(accountId, now) {
      const owner = ownerOf(accountId)
      const rows = connection.all(
        TOTALS_BY_DAY,
        bindTime(earliestStart(now)),
        bindTime(dayStart(now)),
        owner,
        'day',
      )
      return sumWindows(
        rows.map((row) => [integerOf(row, 'day'), totalsOf(row)] as const),
        now,
      )
    },
    record(requestId) {
      const row = connection.get(`${SELECT_RECORD} WHERE request_id = ?`, requestId)
      return row === undefined ? null : recordOf(row)
    },
    records(query) {
      const bounded = query.model === undefined ? query : onDaysOfModel(connection, query, query.model)
      if (bounded === null) return []
      const { sql, values } = selectRecords(bounded)
      return connection.all(sql, ...values).map(recordOf)
    },
    async totals({ accountId, by, since, until }) {
      const days = daysBetween(connection, since, until)
      const owner = accountId === undefined ? ALL_ACCOUNTS : ownerOf(accountId)
      const { sql, dimension, keyOf, groupOf } = GROUPINGS[by]
      const sums = new Map<string, UsageGroup>()
      for (let first = days.first; first <= days.last; first += STEP_MS) {
        const last = Math.min(first + STEP_MS - DAY_MS, days.last)
        for (const row of connection.all(sql, bindTime(first), bindTime(last), owner, dimension)) {
          const key = keyOf(row)
          const totals = exact(addTotals(sums.get(key)?.totals ?? EMPTY_TOTALS, totalsOf(row)))
          sums.set(key, { ...groupOf(row), totals })
        }
        await nextTurn()
      }
      return sortUsageGroups([...sums.values()], by)
    },
    prune: (before) => runInBatches((size) => connection.run(PRUNE, bindTime(before), size)),
  }
}

/** The same query over those days alone on which the model has totals; null when it has none. */
function onDaysOfModel(connection: SqliteConnection, query: UsageQuery, model: string): UsageQuery | null {
  const { since = 0, until = Number.POSITIVE_INFINITY, accountId } = query
  const known = daysBetween(connection, dayStart(since), until)
  if (known.first > known.last) return null
  const owner = accountId === undefined ? ALL_ACCOUNTS : ownerOf(accountId)
  const days = connection.get(DAYS_OF_MODEL, bindTime(known.first), bindTime(known.last), owner, model) ?? {}
  const [first, last] = [integerOrNull(days, 'first'), integerOrNull(days, 'last')]
  if (first === null || last === null) return null
  return { ...query, since: Math.max(since, first), until: Math.min(until, last + DAY_MS) }
}

function ownerOf(accountId: string): string {
  return `=${accountId}`
}

/** The row of each dimension in which a record counts; calls without an end user are in none of that. */
function addToTotals(connection: SqliteConnection, record: UsageRecord): void {
  const day = bindTime(dayStart(record.time))
  const { costMicro, promptTokens, completionTokens, requestCount, successCount } = recordTotals(record)
  const sums = [costMicro, promptTokens, completionTokens, requestCount, successCount].map(bindInteger)
  const members: readonly (readonly [UsageDimension, string | null])[] = [
    ['day', ''],
    ['model', record.model],
    ['key', record.keyId],
    ['end_user', record.endUser],
  ]
  for (const owner of [ALL_ACCOUNTS, ownerOf(record.accountId)])
    for (const [dimension, member] of members)
      if (member !== null) connection.run(ADD_TOTALS, day, owner, dimension, member, ...sums)
}

/** The days of a query that can have totals, the last one included: each of them is looked up. */
function daysBetween(
  connection: SqliteConnection,
  since: number,
  until: number,
): { readonly first: number; readonly last: number } {
  const known = connection.get(KNOWN_DAYS) ?? {}
  return {
    first: Math.max(midnightFrom(since), integerOrNull(known, 'first') ?? Number.POSITIVE_INFINITY),
    last: Math.min(midnightFrom(until) - DAY_MS, integerOrNull(known, 'last') ?? Number.NEGATIVE_INFINITY),
  }
}

function midnightFrom(time: number): number {
  return Math.ceil(time / DAY_MS) * DAY_MS
}

function exact(totals: UsageTotals): UsageTotals {
  if (Object.values(totals).every(Number.isSafeInteger)) return totals
  throw new RangeError('the totals are too large to be exact')
}

/** How the rows of a grouping are read: from which dimension, what makes a row's group one, what it is called. */
interface Grouping {
  readonly sql: string
  readonly dimension: UsageDimension
  readonly keyOf: (row: SqlRow) => string
  readonly groupOf: (row: SqlRow) => Omit<UsageGroup, 'totals'>
}

const dateOf = (row: SqlRow): string => utcDate(integerOf(row, 'day'))
const memberOf = (row: SqlRow): string => textOf(row, 'member')

function byMember(dimension: UsageDimension): Grouping {
  return { sql: TOTALS_BY_MEMBER, dimension, keyOf: memberOf, groupOf: (row) => ({ group: memberOf(row) }) }
}

const GROUPINGS: Readonly<Record<UsageGrouping, Grouping>> = {
  day: { sql: TOTALS_BY_DAY, dimension: 'day', keyOf: dateOf, groupOf: (row) => ({ group: dateOf(row) }) },
  model: byMember('model'),
  key: byMember('key'),
  end_user: byMember('end_user'),
  day_model: {
    sql: TOTALS_BY_DAY_AND_MEMBER,
    dimension: 'model',
    keyOf: (row) => `${dateOf(row)} ${memberOf(row)}`,
    groupOf: (row) => ({ group: dateOf(row), model: memberOf(row) }),
  },
}

function totalsOf(row: SqlRow): UsageTotals {
  return {
    costMicro: integerOf(row, 'cost_micro'),
    promptTokens: integerOf(row, 'prompt_tokens'),
    completionTokens: integerOf(row, 'completion_tokens'),
    requestCount: integerOf(row, 'request_count'),
    successCount: integerOf(row, 'success_count'),
  }
}
