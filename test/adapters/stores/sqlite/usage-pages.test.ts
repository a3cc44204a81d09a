import Database from 'libsql'
import { expect, it } from 'vitest'
import { selectRecords } from '../../../../adapters/stores/sqlite/usage-query.js'
import type { UsageFilter } from '../../../../src/index.js'
import { useSqliteFiles } from './files.js'

const files = useSqliteFiles()

it.each<[string, UsageFilter, string]>([
  ['of all', {}, 'crossmodel_usage_by_time'],
  ['of an account', { accountId: 'a' }, 'crossmodel_usage_by_account'],
  ['of a key', { keyId: 'k' }, 'crossmodel_usage_by_key'],
  ['of an end user', { endUser: 'u' }, 'crossmodel_usage_by_end_user'],
  ['of failures', { status: 'failed' }, 'crossmodel_usage_failures'],
  [
    'of failures in an account',
    { accountId: 'a', status: 'aborted' },
    'crossmodel_usage_failures_of_account',
  ],
])(
  'a page %s is read from an index in its order, however many records there are',
  async (_name, filter, index) => {
    const path = files.path()
    await files.open({ path })
    const { sql, values } = selectRecords({ ...filter, after: { time: 5, requestId: 'r' }, limit: 101 })
    const database = new Database(path)
    const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values) as { detail: string }[]
    database.close()
    const details = plan.map(({ detail }) => detail)
    expect(details).toHaveLength(1)
    expect(details[0]).toMatch(new RegExp(`USING INDEX ${index}(?: |$)`))
  },
)
