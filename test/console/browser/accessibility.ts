import axe from 'axe-core'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DESKTOP, type OpenVisit, PHONE, type Visit } from './browser.js'
import { fillUsage } from './fill-usage.js'
import {
  dialogOf,
  factOf,
  goTo,
  goToAddress,
  rowOf,
  settled,
  signIn,
  textOf,
  VIEWS,
  type ViewTitle,
} from './pages.js'
import { ACCOUNT, BY, callModel, makeUsage, startWorld, type World } from './world.js'

/** A folder outside of the project: pictures of all views are written there. */
const SHOTS = process.env['CROSSMODEL_CONSOLE_SHOTS']
const THEMES = ['light', 'dark'] as const
const SIZES = { desktop: DESKTOP, phone: PHONE } as const

/** Every view and window, for those who do not see it, and who see it badly. */
export function tellAccessibility(open: OpenVisit): void {
  let world: World
  let visit: Visit
  let places: readonly Place[]
  beforeAll(async () => {
    world = await startWorld()
    places = placesOf(await furnish(world))
    visit = await open()
    await signIn(visit.page, world)
    if (SHOTS !== undefined) await mkdir(SHOTS, { recursive: true })
  })
  afterAll(async () => {
    await visit.close()
    await world.close()
  })

  describe.each(Object.entries(SIZES))('%s', (size, viewport) => {
    it('no view has a serious violation, light or dark', async () => {
      const { page } = visit
      await page.setViewportSize(viewport)
      const found: string[] = []
      for (const [name, hash, title] of places) {
        await goToAddress(page, hash, title)
        for (const theme of THEMES) found.push(...(await look(page, { name, theme, size })))
      }
      expect(found).toEqual([])
    })
  })

  it.each(Object.entries(SIZES))('nor has what opens on the way: %s', async (size, viewport) => {
    const { page } = visit
    await page.setViewportSize(viewport)
    const found: string[] = []
    for (const [name, hash, title, step] of STEPS) {
      await goToAddress(page, hash, title)
      await step(page)
      for (const theme of THEMES) found.push(...(await look(page, { name, theme, size })))
      await page.emulateMedia({ colorScheme: 'light' })
      await page.keyboard.press('Escape')
    }
    expect(found).toEqual([])
  })

  it('nor has the page before one is signed in', async () => {
    const { page, close } = await open()
    await page.goto(world.consoleUrl)
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    const found: string[] = []
    for (const [size, viewport] of Object.entries(SIZES)) {
      await page.setViewportSize(viewport)
      for (const theme of THEMES) found.push(...(await look(page, { name: 'sign-in', theme, size })))
    }
    expect(found).toEqual([])
    await close()
  })
}

/** The page for those who write numbers and dates in another way. */
export function tellLocales(open: OpenVisit): void {
  it('amounts and dates are read and written as the browser’s language does', async () => {
    const world = await startWorld()
    const { page, faults, close } = await open({ locale: 'de-DE', timezoneId: 'Asia/Shanghai' })
    await signIn(page, world)
    await goTo(page, 'Billing')
    expect(await textOf(factOf(page.getByRole('main'), 'Balance'))).toBe('1,00\u00a0$')
    const [entry] = await world.gateway.admin.money.entries({ accountId: ACCOUNT })
    const local = new Date((entry?.time ?? 0) + 8 * 3_600_000).toISOString()
    expect(await rowOf(page, 'Ledger', 'welcome').getByRole('rowheader').textContent()).toContain(
      local.slice(11, 19),
    )
    await page.getByRole('radio', { name: /Other/ }).check()
    await page.getByLabel('Amount in USD').fill('12,50')
    await page.getByRole('button', { name: 'Continue to payment' }).click()
    await page.getByRole('heading', { name: 'Pay $12.50' }).waitFor()
    expect(faults).toEqual([])
    await close()
    await world.close()
  })
}

type Place = readonly [name: string, hash: string, title: ViewTitle]

function placesOf({
  keyId,
  requestId,
}: {
  readonly keyId: string
  readonly requestId: string
}): readonly Place[] {
  const of = `account=${ACCOUNT}`
  return [
    ...VIEWS.map(([title, name]) => [name, `#/${name}?${of}`, title] as const),
    ['overview-all', '#/overview', 'Overview'],
    ['billing-none', '#/billing', 'Billing'],
    ['keys-create', `#/keys?${of}&create=1`, 'Keys'],
    ['keys-edit', `#/keys?${of}&key=${keyId}`, 'Keys'],
    ['usage-request', `#/usage?${of}&request=${requestId}`, 'Usage'],
    ['usage-custom', `#/usage?${of}&range=custom`, 'Usage'],
    ['usage-none', `#/usage?${of}&model=nothing`, 'Usage'],
    ['models-details', `#/models?${of}&model=${encodeURIComponent('test/chat')}`, 'Models'],
    ['models-try', `#/models?${of}&try=${encodeURIComponent('test/chat')}`, 'Models'],
    ['accounts-create', '#/accounts?create=1', 'Accounts'],
  ]
}

type Step = readonly [...place: Place, step: (page: Page) => Promise<unknown>]

/** What is only seen after a press or two; each ends with a dialog. */
const STEPS: readonly Step[] = [
  [
    'step-secret',
    `#/keys?account=${ACCOUNT}&create=1`,
    'Keys',
    async (page) => {
      await page.getByRole('dialog').getByRole('button', { name: 'Create key' }).click()
      await dialogOf(page, 'Your new key').waitFor()
    },
  ],
  [
    'step-limits',
    `#/keys?account=${ACCOUNT}&create=1`,
    'Keys',
    async (page) => {
      const form = dialogOf(page, 'Create key')
      await form.getByText('Models, end users, expiry').click()
      await form.getByLabel('Model id or vendor/*').fill('test/*')
      await form.getByRole('button', { name: 'Add model' }).click()
      await form.getByLabel('Per day', { exact: true }).fill('much')
      await form.getByRole('button', { name: 'Create key' }).click()
      await form.getByRole('alert').first().waitFor()
    },
  ],
  [
    'step-delete',
    `#/keys?account=${ACCOUNT}`,
    'Keys',
    (page) => page.getByRole('button', { name: 'Delete Old laptop' }).click(),
  ],
  [
    'step-post',
    `#/billing?account=${ACCOUNT}`,
    'Billing',
    (page) => page.getByRole('button', { name: 'Post money' }).click(),
  ],
  [
    'step-accounts',
    '#/overview',
    'Overview',
    async (page) => {
      const menu = page.getByRole('button', { name: 'Open menu' })
      if (await menu.isVisible()) await menu.click()
      await page
        .getByRole('button', { name: /^Account/ })
        .last()
        .click()
      await dialogOf(page, 'Choose an account').getByText('Globex').waitFor()
    },
  ],
  [
    'step-missing',
    '#/usage?account=acme&request=req_of_nobody',
    'Usage',
    (page) => dialogOf(page, 'Request').getByRole('alert').waitFor(),
  ],
  [
    'step-chat',
    `#/models?account=${ACCOUNT}&try=${encodeURIComponent('test/chat')}`,
    'Models',
    async (page) => {
      const chat = dialogOf(page, 'Try a model')
      await chat.getByLabel('Message').fill('What is the weather like in Paris today?')
      await chat.getByRole('button', { name: 'Send' }).click()
      await chat.getByText('Cost and details').waitFor()
    },
  ],
]

interface Sight {
  readonly name: string
  readonly theme: (typeof THEMES)[number]
  readonly size: string
}

/** What axe finds serious, in words; a picture of it where pictures are wanted. */
async function look(page: Page, { name, theme, size }: Sight): Promise<string[]> {
  await page.emulateMedia({ colorScheme: theme })
  await settled(page)
  if (SHOTS !== undefined) {
    await page.screenshot({
      path: join(SHOTS, `${name}-${size}-${theme}.png`),
      fullPage: !name.includes('-'),
    })
  }
  if (!(await page.evaluate(() => Reflect.has(globalThis, 'axe')))) await page.evaluate(axe.source)
  // Another theme has other colors, and nothing else.
  const rules = theme === 'light' ? null : ['color-contrast']
  const violations = await page.evaluate(async (only) => {
    const { run } = Reflect.get(globalThis, 'axe') as typeof axe
    const results = await run(document, {
      resultTypes: ['violations'],
      ...(only === null ? {} : { runOnly: only }),
    })
    return results.violations.map(({ id, impact, nodes }) => ({
      id,
      impact,
      at: nodes.map(({ html }) => html.slice(0, 160)),
    }))
  }, rules)
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, at }) => `${name} ${size} ${theme}: ${id}: ${at.slice(0, 3).join(' | ')}`)
}

/** Something in every view: calls that went well and that did not, limits, aliases, entries of the ledger. */
async function furnish(world: World): Promise<{ readonly keyId: string; readonly requestId: string }> {
  const {
    gateway: { admin },
    gatewayUrl,
  } = world
  const { secret, keyId } = await makeUsage(world, { count: 4 })
  const limits = { rpm: 600, tpm: 1_000_000, spendLimits: { dayMicro: 5_000_000, monthMicro: 50_000_000 } }
  await admin.keys.create({ accountId: ACCOUNT, name: 'Nightly evaluation', ...limits, ...BY })
  const disabled = await admin.keys.create({ accountId: ACCOUNT, name: 'Old laptop', ...BY })
  await admin.keys.disable(disabled?.key.id ?? '', BY)
  await admin.accounts.change(ACCOUNT, { aliases: { fast: 'test/free', smart: 'test/chat' }, ...BY })
  await admin.accounts.create({ id: 'globex', name: 'Globex', ...BY })
  await admin.accounts.suspend('globex', BY)
  await admin.money.refund({
    accountId: ACCOUNT,
    amountMicro: 250_000,
    externalId: 'refund-7',
    note: 'Half of it back',
    ...BY,
  })
  for (const model of ['test/responses', 'test/free', 'test/nothing'])
    await callModel({ gatewayUrl, secret, body: { model, user: 'ann' } })
  await fillUsage(world.file, 2000, {
    accountId: ACCOUNT,
    keyPrefix: 'key_gone_',
    newest: Date.now() - 60_000,
  })
  const { requestId } = await callModel({ gatewayUrl, secret, body: { model: 'test/chat' } })
  return { keyId, requestId }
}
