import type { Page } from 'playwright-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defer } from '../../contracts/http-server.js'
import type { OpenVisit, Visit } from './browser.js'
import { atView, dialogOf, eventually, goToAddress, signIn } from './pages.js'
import { ACCOUNT, BY, makeUsage, startWorld, TOKEN, type World } from './world.js'

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

  it('an account has its own name in its settings, also where another one stood before', async () => {
    const { page } = visit
    await world.gateway.admin.accounts.create({ id: 'globex', name: 'Globex', ...BY })
    await signIn(page, world)
    for (const [id, name] of [
      [ACCOUNT, 'Acme'],
      ['globex', 'Globex'],
    ] as const) {
      await goToAddress(page, `#/settings?account=${id}`, 'Settings')
      await page.getByText(id, { exact: true }).waitFor()
      await eventually(() => page.getByLabel('Name').inputValue()).toBe(name)
    }
  })

  it('a key has its own name in its form, also where another one stood before', async () => {
    const { page } = visit
    await signIn(page, world)
    for (const name of ['First', 'Second']) {
      const created = await world.gateway.admin.keys.create({ accountId: ACCOUNT, name, ...BY })
      await goToAddress(page, `#/keys?account=${ACCOUNT}&key=${created?.key.id}`, 'Keys')
      await eventually(() => dialogOf(page, name).getByLabel('Name').inputValue()).toBe(name)
    }
  })

  it('an alias leaves the one before it, though the account has not been read again', async () => {
    const { page } = visit
    await signIn(page, world)
    await goToAddress(page, `#/settings?account=${ACCOUNT}`, 'Settings')
    const read = defer()
    await page.route(isAcme, async (route) => {
      if (route.request().method() === 'GET') await read.promise
      await route.continue()
    })
    for (const alias of ['fast', 'smart']) {
      await page.getByLabel('Alias', { exact: true }).fill(alias)
      await page.getByLabel('Leads to model').fill('test/chat')
      await page.getByRole('button', { name: 'Add alias' }).click()
      await page.getByText(`The alias ${alias} leads to`).waitFor()
    }
    const account = await world.gateway.admin.accounts.get(ACCOUNT)
    expect(account?.aliases).toEqual({ fast: 'test/chat', smart: 'test/chat' })
    read.resolve()
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

const isAcme = ({ pathname }: URL): boolean => pathname.endsWith(`/api/v1/accounts/${ACCOUNT}`)
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
