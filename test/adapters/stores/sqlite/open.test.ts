import { mkdtempSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createConnection } from '../../../../adapters/stores/sqlite/connection.js'
import { loadDriver, type SqliteDatabase } from '../../../../adapters/stores/sqlite/driver.js'
import { selectEntries } from '../../../../adapters/stores/sqlite/ledger-entries.js'
import { selectRecords } from '../../../../adapters/stores/sqlite/usage-query.js'
import type { LedgerQuery } from '../../../../src/balance/ledger.js'
import type { UsageFilter } from '../../../../src/usage/record.js'
import { createClock, DAY_MS, limitRequest, posting, usageRecord } from '../../../contracts/samples.js'
import { SQLITE_DRIVERS } from './drivers.js'
import { useSqliteFiles } from './files.js'

const { open, path: newPath } = useSqliteFiles()

/** Looks into a file beside the stores. */
async function lookInto<T>(path: string, look: (database: SqliteDatabase) => T): Promise<T> {
  const database = (await loadDriver())(path)
  try {
    return look(database)
  } finally {
    database.close()
  }
}

const { MAX_SAFE_INTEGER } = Number

describe.each(SQLITE_DRIVERS)('openSqlite on %s', (driver) => {
  it('keeps what was written when the file is opened again', async () => {
    const path = newPath()
    const first = await open({ path, driver })
    await first.ledger.post(posting({ amountMicro: 5 }))
    await first.close()
    const { ledger } = await open({ path, driver })
    expect(await ledger.balance('acme')).toEqual({ balanceMicro: 5, heldMicro: 0 })
  })

  it('keeps a database in memory when told so', async () => {
    const { ledger } = await open({ path: ':memory:', driver })
    await ledger.post(posting({ amountMicro: 5 }))
    expect(await ledger.balance('acme')).toEqual({ balanceMicro: 5, heldMicro: 0 })
  })

  it.each([
    ['process', 1n],
    ['power', 2n],
  ] as const)('syncs as the durability %s asks for', async (durability, synchronous) => {
    const database = (await loadDriver(driver))(newPath())
    const connection = await createConnection(database, durability)
    expect(connection.get('PRAGMA synchronous')).toMatchObject({ synchronous })
    expect(connection.get('PRAGMA journal_mode')).toMatchObject({ journal_mode: 'wal' })
    connection.close()
  })

  it('keeps amounts exact up to the largest one, and refuses one beyond', async () => {
    const { ledger } = await open({ driver })
    await ledger.post(posting({ amountMicro: MAX_SAFE_INTEGER - 1 }))
    await ledger.post(posting({ amountMicro: 1, externalId: 'payment_2' }))
    expect(() => ledger.post(posting({ amountMicro: 1, externalId: 'payment_3' }))).toThrow(RangeError)
    expect(await ledger.balance('acme')).toEqual({ balanceMicro: MAX_SAFE_INTEGER, heldMicro: 0 })
  })

  it('sums exactly up to the largest number, and says so when a sum goes beyond', async () => {
    const { usage } = await open({ driver })
    await usage.append(usageRecord({ requestId: 'one', costMicro: MAX_SAFE_INTEGER - 3 }))
    await usage.append(usageRecord({ requestId: 'two', costMicro: 3 }))
    expect((await usage.windows('acme', 0)).daily.costMicro).toBe(MAX_SAFE_INTEGER)
    await usage.append(usageRecord({ requestId: 'three', costMicro: 2 }))
    expect(() => usage.windows('acme', 0)).toThrow(/cost_micro .*9007199254740993/)
    await usage.append(usageRecord({ requestId: 'four', accountId: 'b', costMicro: MAX_SAFE_INTEGER }))
    await usage.append(usageRecord({ requestId: 'five', accountId: 'b', costMicro: 1, time: DAY_MS }))
    const days = { accountId: 'b', since: 0, until: 2 * DAY_MS }
    expect(await usage.totals({ ...days, by: 'day' })).toHaveLength(2)
    await expect(usage.totals({ ...days, by: 'model' })).rejects.toThrow(/too large to be exact/)
  })
})

describe('openSqlite', () => {
  it('refuses a file that a newer version has written', async () => {
    const path = newPath()
    await (await open({ path })).close()
    await lookInto(path, (database) =>
      database.exec('INSERT INTO crossmodel_migrations (version, applied_at) VALUES (999, 0)'),
    )
    await expect(open({ path })).rejects.toThrow(/schema version 999, this version .* newer/)
  })

  it('names the file that it cannot open', async () => {
    const text = newPath()
    writeFileSync(text, 'no database, but long enough to be looked at '.repeat(50))
    await expect(open({ path: text })).rejects.toThrow(`The SQLite file ${text} cannot be opened`)
    const nowhere = `${newPath()}/nowhere.db`
    await expect(open({ path: nowhere })).rejects.toThrow(`The SQLite file ${nowhere} cannot be opened`)
    const folder = mkdtempSync(newPath())
    await expect(open({ path: folder })).rejects.toThrow('cannot be opened')
  })

  it('lives beside the tables of others', async () => {
    const path = newPath()
    await lookInto(path, (database) => database.exec('CREATE TABLE orders (id INTEGER)'))
    await open({ path })
    const names = await lookInto(path, (database) =>
      database.prepare("SELECT name FROM sqlite_schema WHERE name NOT LIKE '%crossmodel%'").all([]),
    )
    expect(names).toMatchObject([{ name: 'orders' }])
  })

  it('forgets the limits of keys that have rested, and keeps those in debt or at work', async () => {
    const clock = createClock()
    const path = newPath()
    const { limits } = await open({ path, now: clock.now })
    const take = async (keyId: string, actualTokens: number | null): Promise<void> => {
      const request = limitRequest({ keyId, leaseId: keyId, rpm: 60, tpm: 100, tokens: 10 })
      const decision = await limits.take(request)
      if (actualTokens !== null) await limits.finish(request, decision, actualTokens)
    }
    await take('idle', 10)
    await take('in debt', 1000)
    await take('at work', null)
    clock.advance(60_000)
    await take('next', null)
    const keys = await lookInto(path, (database) =>
      database.prepare('SELECT key_id FROM crossmodel_limit_buckets ORDER BY key_id').all([]),
    )
    expect(keys.map((row) => row['key_id'])).toEqual(['at work', 'in debt', 'next'])
  })
})

describe('pages of a long history', () => {
  /** How SQLite reads a statement: by which indexes, and whether it has to sort. */
  async function planOf({ sql, values }: ReturnType<typeof selectEntries>): Promise<string> {
    const path = newPath()
    await (await open({ path })).close()
    return lookInto(path, (database) =>
      database
        .prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .all(values)
        .map((row) => String(row['detail']))
        .join('; '),
    )
  }

  it.each<[UsageFilter, RegExp]>([
    [{}, /USING INDEX crossmodel_usage_by_time/],
    [{ since: 0, until: 5 }, /SEARCH .* USING INDEX crossmodel_usage_by_time \(time>\? AND time<\?\)/],
    [{ accountId: 'acme' }, /SEARCH .* USING INDEX crossmodel_usage_by_account \(account_id=\?/],
    [{ keyId: 'key_1' }, /SEARCH .* USING INDEX crossmodel_usage_by_key \(key_id=\?/],
    [{ endUser: 'user_1' }, /SEARCH .* USING INDEX crossmodel_usage_by_end_user \(end_user=\?/],
    [{ accountId: 'acme', model: 'a/b' }, /SEARCH .* crossmodel_usage_by_account/],
    [
      { accountId: 'acme', model: 'a/b', status: 'failed' },
      /crossmodel_usage_failures_of_account \(account_id=\?/,
    ],
    [{ status: 'aborted' }, /crossmodel_usage_failures\b/],
  ])('reads records with %j by an index, without sorting', async (filter, plan) => {
    const first = await planOf(selectRecords({ ...filter, limit: 50 }))
    expect(first).toMatch(plan)
    const next = await planOf(selectRecords({ ...filter, after: { time: 5, requestId: 'x' }, limit: 50 }))
    expect(next).toMatch(/SEARCH .*time<\?|\(time,request_id\)<\(\?,\?\)/)
    expect(`${first}${next}`).not.toContain('B-TREE')
  })

  it.each<[LedgerQuery['kinds'], RegExp]>([
    [undefined, /crossmodel_ledger_entries_of_account/],
    [['settle', 'top_up'], /crossmodel_ledger_entries_of_account/],
    [['top_up', 'refund'], /crossmodel_ledger_postings/],
  ])('reads entries of the kinds %j by an index, without sorting', async (kinds, plan) => {
    const read = await planOf(selectEntries({ accountId: 'acme', kinds, limit: 50 }))
    expect(read).toMatch(plan)
    expect(read).not.toContain('B-TREE')
  })
})
