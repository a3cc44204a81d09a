import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { type OpenVisit, PHONE, type Visit } from './browser.js'
import { atView, dialogOf, eventually, goToAddress, rowOf, signIn, VIEWS } from './pages.js'
import { startWorld, type World } from './world.js'

/** The page without a mouse. */
export function tellKeyboard(open: OpenVisit): void {
  let world: World
  let visit: Visit
  beforeAll(async () => {
    world = await startWorld()
  })
  afterAll(() => world.close())
  beforeEach(async () => {
    visit = await open()
    await signIn(visit.page, world)
  })
  afterEach(() => visit.close())

  it('the first step leads over the navigation to the content, the next ones through it in order', async () => {
    const { page } = visit
    await goToAddress(page, '#/keys?account=acme', 'Keys')
    await page.reload()
    await atView(page, 'Keys')
    await page.getByRole('button', { name: 'Account Acme' }).waitFor()
    const steps = await walk(page, 14)
    expect(steps.slice(0, 12)).toEqual(['Skip to content', 'AccountAcme', ...VIEWS.map(([title]) => title)])
    await page.reload()
    await atView(page, 'Keys')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main')
    await page.keyboard.press('Tab')
    expect(await focused(page)).toBe('Create key')
    expect(page.url()).toMatch(/#\/keys\?account=acme$/)
  })

  it('a view that is chosen takes the focus with its heading', async () => {
    const { page } = visit
    await page.getByRole('link', { name: 'Usage', exact: true }).focus()
    await page.keyboard.press('Enter')
    await atView(page, 'Usage')
    await eventually(() => focused(page)).toBe('Usage')
  })

  it('a dialog keeps the focus, Escape closes it and gives the focus back', async () => {
    const { page } = visit
    await goToAddress(page, '#/keys?account=acme', 'Keys')
    const button = page.getByRole('button', { name: 'Create key' })
    await button.focus()
    await page.keyboard.press('Enter')
    const dialog = dialogOf(page, 'Create key')
    await dialog.waitFor()
    const controls = await dialog.locator('button, input, summary, select').count()
    for (let step = 0; step < controls + 4; step += 1) {
      await page.keyboard.press('Tab')
      // Behind the last control comes the browser itself, then the first one again; never what lies below.
      expect(await page.evaluate(() => document.activeElement?.closest('dialog, body')?.tagName)).toMatch(
        /^(?:DIALOG|BODY)$/,
      )
      expect(
        await page.evaluate(
          () =>
            document.activeElement?.closest('main, aside') === null ||
            document.activeElement?.closest('dialog') !== null,
        ),
      ).toBe(true)
    }
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await eventually(() => focused(page)).toBe('Create key')
  })

  it('a key is made, seen and deleted with it alone', async () => {
    const { page } = visit
    await goToAddress(page, '#/keys?account=acme', 'Keys')
    await page.getByRole('button', { name: 'Create key' }).focus()
    await page.keyboard.press('Enter')
    await page.getByLabel('Name').focus()
    await page.keyboard.type('Typed key')
    await page.keyboard.press('Enter')
    await dialogOf(page, 'Your new key').waitFor()
    await page.keyboard.press('Escape')
    await rowOf(page, 'Keys', 'Typed key').waitFor()
    await page.getByRole('button', { name: 'Delete Typed key' }).focus()
    await page.keyboard.press('Enter')
    const confirm = dialogOf(page, 'Delete this key?')
    await confirm.waitFor()
    for (let step = 0; step < 6 && (await focused(page)) !== 'Delete key'; step += 1)
      await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await rowOf(page, 'Keys', 'Typed key').waitFor({ state: 'detached' })
    // What was focused is gone, so the heading has it.
    await eventually(() => focused(page)).toBe('Keys')
  })

  it('tabs are one step, and arrows go between them', async () => {
    const { page } = visit
    await goToAddress(page, '#/integrations?account=acme', 'Integrations')
    await page.getByRole('tab', { name: 'OpenAI SDK' }).focus()
    await page.keyboard.press('ArrowRight')
    await eventually(() => focused(page)).toBe('Anthropic SDK')
    await page.getByRole('tab', { name: 'Anthropic SDK', selected: true }).waitFor()
    await page.keyboard.press('End')
    await eventually(() => focused(page)).toBe('curl')
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).not.toBe('tab')
  })

  it('the menu of a phone opens, leads on and closes', async () => {
    const { page } = visit
    await page.setViewportSize(PHONE)
    const button = page.getByRole('button', { name: 'Open menu' })
    await button.focus()
    await page.keyboard.press('Enter')
    const menu = dialogOf(page, 'Console')
    await menu.waitFor()
    await page.keyboard.press('Escape')
    await menu.waitFor({ state: 'detached' })
    await eventually(() => focused(page)).toBe('Open menu')
    await page.keyboard.press('Enter')
    await menu.getByRole('link', { name: 'Models' }).focus()
    await page.keyboard.press('Enter')
    await atView(page, 'Models')
    expect(await menu.count()).toBe(0)
    await eventually(() => focused(page)).toBe('Models')
  })
}

/** What has the focus, by its name. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement
    if (element === null || element === document.body) return 'nothing'
    return element.getAttribute('aria-label') ?? element.textContent.trim()
  })
}

async function walk(page: Page, count: number): Promise<readonly string[]> {
  const steps: string[] = []
  for (let step = 0; step < count; step += 1) {
    await page.keyboard.press('Tab')
    steps.push(await focused(page))
  }
  return steps
}
