import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import { TOKEN, type World } from './world.js'

/** Every view by the words of its link, its name in the address, and the words of its heading. */
export const VIEWS = [
  ['Overview', 'overview'],
  ['Models', 'models'],
  ['Keys', 'keys'],
  ['Usage', 'usage'],
  ['Billing', 'billing'],
  ['Integrations', 'integrations'],
  ['Settings', 'settings'],
  ['Accounts', 'accounts'],
  ['Upstreams', 'upstreams'],
  ['Audit log', 'audit'],
] as const

export type ViewTitle = (typeof VIEWS)[number][0]

/** Opens the console and signs the operator in; ends where the heading of the overview is. */
export async function signIn(page: Page, { consoleUrl }: World, token = TOKEN): Promise<void> {
  await page.goto(consoleUrl)
  await page.getByLabel('Operator token').fill(token)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await atView(page, 'Overview')
}

/** Waits for a view, and for all that it loads. */
export async function atView(page: Page, title: ViewTitle): Promise<void> {
  await page.getByRole('heading', { level: 1, name: title, exact: true }).waitFor()
  await settled(page)
}

/** Waits until nothing of the view is loading any more. */
export async function settled(page: Page): Promise<void> {
  await page.locator('.loading, [aria-busy="true"]').first().waitFor({ state: 'detached' })
}

const POLL = { timeout: 20_000, interval: 25 } as const

/** Waits until something that is asked for again and again is so. */
export function eventually<T>(ask: () => T | Promise<T>): ReturnType<typeof expect.poll<T>> {
  return expect.poll(ask, POLL)
}

/** Goes to a view by its link. */
export async function goTo(page: Page, title: ViewTitle): Promise<void> {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: title, exact: true }).click()
  await atView(page, title)
}

/** Goes to a view by its address, in the page that is open. */
export async function goToAddress(page: Page, hash: string, title: ViewTitle): Promise<void> {
  await page.evaluate(follow, hash)
  await atView(page, title)
}

/** Runs in the page: resolves when it has shown what stands at the address. */
function follow(hash: string): Promise<void> {
  return new Promise((resolve) => {
    // What a view begins to load, it begins behind the first frame.
    const onceShown = (): unknown =>
      requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve)))
    if (location.hash === hash) return void onceShown()
    addEventListener('hashchange', onceShown, { once: true })
    location.hash = hash
  })
}

/** The row of a table that has a text. */
export function rowOf(page: Page, table: string, text: string | RegExp): Locator {
  return page.getByRole('table', { name: table, exact: true }).getByRole('row').filter({ hasText: text })
}

/** The dialog of a title. */
export function dialogOf(page: Page, title: string): Locator {
  return page.getByRole('dialog', { name: title, exact: true })
}

/** What stands beside a name in a list of facts. */
export function factOf(within: Locator, name: string): Locator {
  return within
    .locator('.fact, .tile')
    .filter({ has: within.page().getByText(name, { exact: true }) })
    .locator('dd')
}

/** The whole text of something, without the spaces around it. */
export async function textOf(locator: Locator): Promise<string> {
  return ((await locator.textContent()) ?? '').trim()
}
