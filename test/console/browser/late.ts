import type { Page } from 'playwright-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defer } from '../../contracts/http-server.js'
import type { OpenVisit, Visit } from './browser.js'
import { atView, eventually, goToAddress, signIn } from './pages.js'
import { ACCOUNT, makeUsage, startWorld, TOKEN, type World } from './world.js'

/** What one does while the page still waits for something is not undone by it. */
export function tellLate(open: OpenVisit): void {
  let world: World
  let visit: Visit
  beforeEach(async () => {
    world = await startWorld()
    visit = await open()
  })
  afterEach(async () => {
    await visit.close()
    await world.close()
  })

  describe('an operator with one account', () => {
    it('sees no view before the account is chosen, and is not taken back from where one has gone', async () => {
      const { page } = visit
      const accounts = await holdAccounts(page)
      await page.goto(`${world.consoleUrl}#/overview`)
      await page.getByLabel('Operator token').fill(TOKEN)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await accounts.asked
      const main = page.getByRole('main')
      await main.locator('.loading').waitFor()
      expect(await main.getByRole('heading').count()).toBe(0)
      await page.getByRole('link', { name: 'Keys', exact: true }).click()
      await eventually(() => page.url()).toMatch(/#\/keys$/)
      accounts.answer()
      await atView(page, 'Keys')
      expect(page.url()).toMatch(new RegExp(`#/keys\\?account=${ACCOUNT}$`))
    })

    it('sees all accounts when it cannot be known whether there are more', async () => {
      const { page } = visit
      await page.route(isAccounts, (route) => route.fulfill({ status: 500, body: 'no' }))
      await signIn(page, world)
      await page.getByText('All accounts together').waitFor()
    })
  })

  it('a filter keeps what is typed while the list for its first letters comes', async () => {
    const { page } = visit
    await makeUsage(world)
    await signIn(page, world)
    await goToAddress(page, `#/usage?account=${ACCOUNT}`, 'Usage')
    const field = page.getByLabel('End user')
    await field.pressSequentially('ann ')
    await eventually(() => page.url()).toContain('end_user=ann')
    await page.getByText('No request matches').waitFor()
    await field.pressSequentially('lee')
    await eventually(() => page.url()).toContain('end_user=ann+lee')
    expect(await field.inputValue()).toBe('ann lee')
    await page.getByRole('button', { name: 'Clear filters' }).first().click()
    await eventually(() => field.inputValue()).toBe('')
  })
}

const isAccounts = ({ pathname }: URL): boolean => pathname.endsWith('/api/v1/accounts')

/** Keeps the page waiting for the list of accounts. */
async function holdAccounts(
  page: Page,
): Promise<{ readonly asked: Promise<void>; readonly answer: () => void }> {
  const [asked, answered] = [defer(), defer()]
  await page.route(isAccounts, async (route) => {
    asked.resolve()
    await answered.promise
    await route.continue()
  })
  return { asked: asked.promise, answer: () => answered.resolve() }
}
