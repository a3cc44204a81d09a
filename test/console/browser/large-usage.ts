import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { selectRecords } from '../../../adapters/stores/sqlite/usage-query.js'
import type { UsageQuery } from '../../../src/index.js'
import type { OpenVisit, Visit } from './browser.js'
import { explain, fillUsage } from './fill-usage.js'
import { dialogOf, eventually, factOf, goToAddress, settled, signIn, textOf } from './pages.js'
import { ACCOUNT, BY, startWorld, type World } from './world.js'

/** A million by hand: `CROSSMODEL_CONSOLE_ROWS=1000000`. */
const ROWS = Number(process.env['CROSSMODEL_CONSOLE_ROWS'] ?? 200_000)
const PAGE = 50

/** A filter, how many rows the first page has then, and what each of them says. */
const FILTERS = [
  ['status=failed', PAGE, 'upstream_error'],
  ['model=test/model-3', PAGE, 'test/model-3'],
  ['end_user=user-7', PAGE, 'user-7'],
  ['key=key_10&status=failed', PAGE, 'upstream_error'],
  ['range=7d', PAGE, 'test/model-'],
  ['model=nothing', 0, ''],
] as const

/** A usage list that is long: what is read is a page, whatever is asked for. */
export function tellLargeUsage(open: OpenVisit): void {
  let world: World
  let visit: Visit
  const queries: UsageQuery[] = []
  const lengths: number[] = []
  beforeAll(async () => {
    world = await startWorld({
      wrap: (stores) => ({
        ...stores,
        usage: {
          ...stores.usage,
          async records(query) {
            queries.push(query)
            const records = await stores.usage.records(query)
            lengths.push(records.length)
            return records
          },
        },
      }),
    })
    await world.gateway.admin.keys.create({ accountId: ACCOUNT, name: 'Production', ...BY })
    await fillUsage(world.file, ROWS, { accountId: ACCOUNT, keyPrefix: 'key_', newest: Date.now() - 60_000 })
    visit = await open()
    await signIn(visit.page, world)
  })
  afterAll(async () => {
    await visit.close()
    await world.close()
  })

  it('is paged through, filtered and opened a page at a time', async () => {
    const { page, faults } = visit
    await timed('first page', () => goToAddress(page, `#/usage?account=${ACCOUNT}`, 'Usage'))
    const first = await shownIds(page)
    await timed('next page', () => turn(page, 'Next', first))
    const second = await shownIds(page)
    await timed('third page', () => turn(page, 'Next', second))
    const third = await shownIds(page)
    expect(new Set([...first, ...second, ...third]).size).toBe(3 * PAGE)
    await turn(page, 'Previous', third)
    expect(await shownIds(page)).toEqual(second)
    for (const [filter, count, words] of FILTERS) {
      await timed(filter, () => goToAddress(page, `#/usage?account=${ACCOUNT}&${filter}`, 'Usage'))
      const rows = await page.getByRole('table', { name: 'Requests' }).locator('tbody tr').allTextContents()
      expect([filter, rows.length]).toEqual([filter, count])
      expect(rows.filter((row) => !row.includes(words))).toEqual([])
    }
    await timed('all accounts', () => goToAddress(page, '#/usage', 'Usage'))
    const [newest = ''] = await shownIds(page)
    await timed('a detail', () => goToAddress(page, `#/usage?request=${newest}`, 'Usage'))
    expect(await textOf(factOf(dialogOf(page, 'Request'), 'Model'))).toMatch(/^test\/model-\d+$/)
    await timed('overview', () => goToAddress(page, `#/overview?account=${ACCOUNT}`, 'Overview'))
    const requests = factOf(page.getByRole('main'), 'Requests this month').locator('.tile-value')
    const count = await countThisMonth(world)
    await eventually(() => textOf(requests)).toBe(count.toLocaleString('en-US'))
    expect(faults).toEqual([])
  })

  it('reads no more than a page for each question, by an index, without sorting', async () => {
    expect(queries.length).toBeGreaterThan(8)
    expect(Math.max(...queries.map(({ limit }) => limit))).toBeLessThanOrEqual(PAGE + 1)
    expect(Math.max(...lengths)).toBeLessThanOrEqual(PAGE + 1)
    for (const query of queries) {
      const plan = await explain(world.file, selectRecords(query))
      expect(plan.join('; ')).toMatch(/USING INDEX/)
      expect(plan.join('; ')).not.toMatch(/TEMP B-TREE/)
    }
  })
}

/** On the first day of a month it is few. */
async function countThisMonth({ stores }: World): Promise<number> {
  const now = new Date()
  const since = Date.UTC(now.getUTCFullYear(), now.getUTCMonth())
  const until = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1)
  const days = await stores.usage.totals({ by: 'day', accountId: ACCOUNT, since, until })
  return days.reduce((sum, { totals }) => sum + totals.requestCount, 0)
}

async function shownIds(page: Page): Promise<readonly string[]> {
  await settled(page)
  return await page.getByRole('table', { name: 'Requests' }).locator('code.clip').allTextContents()
}

async function turn(page: Page, name: string, before: readonly string[]): Promise<void> {
  await page.getByRole('navigation', { name: 'Pages of requests' }).getByRole('button', { name }).click()
  await page
    .getByRole('table', { name: 'Requests' })
    .getByText(before[0] ?? '')
    .waitFor({ state: 'detached' })
  await settled(page)
}

/** Times are told, never asserted: machines differ. */
async function timed(name: string, step: () => Promise<unknown>): Promise<void> {
  const startedAt = performance.now()
  await step()
  if (process.env['CROSSMODEL_CONSOLE_ROWS'] !== undefined)
    console.info(`${ROWS} rows, ${name}: ${Math.round(performance.now() - startedAt)} ms`)
}
