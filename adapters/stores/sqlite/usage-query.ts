import type { UsageFilter, UsageQuery } from '../../../src/index.js'
import type { SqlValue } from './driver.js'
import { RECORD_COLUMNS } from './usage-record.js'
import { bindLimit, bindTime } from './values.js'

/** All columns of usage records. */
export const SELECT_RECORD: string = `SELECT ${RECORD_COLUMNS.join(', ')} FROM crossmodel_usage_records`

const CONDITIONS: Readonly<Record<keyof UsageFilter, string>> = {
  accountId: 'account_id = ?',
  keyId: 'key_id = ?',
  model: 'model = ?',
  status: 'status = ?',
  endUser: 'end_user = ?',
  since: 'time >= ?',
  until: 'time < ?',
}
const FILTERS = Object.keys(CONDITIONS) as readonly (keyof UsageFilter)[]

/** The statement for a page of records. */
export function selectRecords(query: UsageQuery): {
  readonly sql: string
  readonly values: readonly SqlValue[]
} {
  const given = FILTERS.flatMap((filter) => {
    const value = query[filter]
    if (value === undefined) return []
    return [{ condition: CONDITIONS[filter], value: typeof value === 'number' ? bindTime(value) : value }]
  })
  const conditions: string[] = given.map(({ condition }) => condition)
  const values: SqlValue[] = given.map(({ value }) => value)
  // Said in words, because a partial index is not found by a value that is bound.
  if (query.status !== undefined && query.status !== 'completed') conditions.push("status <> 'completed'")
  if (query.after !== undefined) {
    conditions.push('(time, request_id) < (?, ?)')
    values.push(bindTime(query.after.time), query.after.requestId)
  }
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
  return {
    sql: `${SELECT_RECORD}${where} ORDER BY time DESC, request_id DESC LIMIT ?`,
    values: [...values, bindLimit(query.limit)],
  }
}
