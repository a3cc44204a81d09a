import { earliestStart, type UsageStore, type UsageTotals, sumWindows, utcDate } from '../../../src/index.js'
import { BATCH, type Drainable } from './batch-sizes.js'
import { createBatcher } from './batcher.js'
import type { PgRow } from './client.js'
import type { Database } from './database.js'
import { numberOf, storable, textOf } from './rows.js'
import { createUsageAppend } from './usage-append.js'
import { createUsageRecords } from './usage-records.js'

/** Rows that one statement of a pruning deletes. */
const PRUNE_BATCH = 1000

const SUMS = `sum(cost_micro) AS cost_micro, sum(prompt_tokens) AS prompt_tokens, sum(completion_tokens) AS completion_tokens,
  sum(request_count) AS request_count, sum(success_count) AS success_count`

/** Usage of many processes: records, and totals of each day that are kept with them. */
export function createPostgresUsage(database: Database): UsageStore & Drainable {
  const { prefix } = database
  const appends = createBatcher({ ...BATCH, run: createUsageAppend(database) })
  const totals = `${prefix}usage_totals`
  const windows = {
    name: 'usage_windows',
    text: `SELECT * FROM ${totals} WHERE dimension = 'day' AND account_id = $1 AND day >= $2 AND day <= $3`,
  }
  const byDay = {
    name: '',
    text: `SELECT day, ${SUMS} FROM ${totals}
WHERE dimension = 'day' AND ($1::text IS NULL OR account_id = $1) AND day >= $2 AND day < $3 GROUP BY day ORDER BY day`,
  }
  const byGroup = {
    name: '',
    text: `SELECT group_name, ${SUMS} FROM ${totals}
WHERE dimension = $4 AND ($1::text IS NULL OR account_id = $1) AND day >= $2 AND day < $3
GROUP BY group_name ORDER BY sum(cost_micro) DESC, group_name`,
  }
  const byDayAndModel = {
    name: '',
    text: `SELECT day, group_name, ${SUMS} FROM ${totals}
WHERE dimension = 'model' AND ($1::text IS NULL OR account_id = $1) AND day >= $2 AND day < $3
GROUP BY day, group_name ORDER BY day, sum(cost_micro) DESC, group_name`,
  }
  const prune = {
    name: '',
    text: `DELETE FROM ${prefix}usage_records WHERE request_id IN (
  SELECT request_id FROM ${prefix}usage_records WHERE time < $1 ORDER BY time LIMIT ${PRUNE_BATCH} FOR UPDATE SKIP LOCKED
) RETURNING 1`,
  }
  return {
    ...createUsageRecords(database),
    append: (record) => appends.submit(record),
    async windows(accountId, now) {
      const rows = await database.execute(windows, [storable(accountId), earliestStart(now), Math.floor(now)])
      return sumWindows(
        rows.map((row) => [numberOf(row, 'day'), readTotals(row)] as const),
        now,
      )
    },
    async totals({ accountId, by, since, until }) {
      const values = [accountId === undefined ? null : storable(accountId), since, until]
      if (by !== 'day' && by !== 'day_model') {
        const rows = await database.execute(byGroup, [...values, by])
        return rows.map((row) => ({ group: textOf(row, 'group_name'), totals: readTotals(row) }))
      }
      const rows = await database.execute(by === 'day' ? byDay : byDayAndModel, values)
      return rows.map((row) => ({
        group: utcDate(numberOf(row, 'day')),
        ...(by === 'day' ? {} : { model: textOf(row, 'group_name') }),
        totals: readTotals(row),
      }))
    },
    async prune(before) {
      for (let pruned = 0; ;) {
        const { length } = await database.execute(prune, [Math.floor(before)])
        pruned += length
        if (length < PRUNE_BATCH) return pruned
      }
    },
    drain: () => appends.drain(),
  }
}

function readTotals(row: PgRow): UsageTotals {
  return {
    costMicro: numberOf(row, 'cost_micro'),
    promptTokens: numberOf(row, 'prompt_tokens'),
    completionTokens: numberOf(row, 'completion_tokens'),
    requestCount: numberOf(row, 'request_count'),
    successCount: numberOf(row, 'success_count'),
  }
}
