import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Principal } from '../../../src/console/index.js'
import { chatAnswer, whole } from '../../support/calls.js'
import { BASE_CONFIG } from '../../support/test-gateway.js'
import { DESKTOP, type OpenVisit, type Visit } from './browser.js'
import { atView, eventually, goToAddress, settled, type ViewTitle } from './pages.js'
import { ACCOUNT, callModel, startWorld, type World } from './world.js'

/** Texts that would run, turn the line around or break the layout, if they were more than texts. */
const HOSTILE = [
  '<img src=x onerror=globalThis.hacked=1>',
  '"><script>globalThis.hacked=1</script>',
  "javascript:globalThis.hacked=1//'",
  '{{constructor.constructor("globalThis.hacked=1")()}}',
  '\u202Egnp.tnuocca \u2066<svg onload=globalThis.hacked=1>\u2069',
  `very-long-${'w'.repeat(200)}`,
] as const
const [FIRST] = HOSTILE
const NARROW = { width: 360, height: 780 } as const

/** Who works here has a name as bad as all others. */
const ACTOR = '<img src=x onerror=globalThis.hacked=1>'
const OPERATOR: Principal = { actor: ACTOR, role: 'operator' }

/** Words of clients and neighbours stay words, wherever the page shows them. */
export function tellInjection(open: OpenVisit): void {
  let world: World
  let ids: Ids
  let visit: Visit
  beforeAll(async () => {
    const console = { authorize: () => OPERATOR, title: FIRST }
    world = await startWorld({ console, config: { models: MODELS } })
    ids = await poison(world)
    visit = await open()
    await visit.page.goto(world.consoleUrl)
    await atView(visit.page, 'Overview')
  })
  afterAll(async () => {
    await visit.close()
    await world.close()
  })

  const places = (): readonly (readonly [hash: string, title: ViewTitle, text: string])[] => [
    ['#/overview', 'Overview', FIRST],
    ['#/overview?account=acme', 'Overview', FIRST],
    ['#/models?account=acme', 'Models', FIRST],
    [`#/models?account=acme&model=${encodeURIComponent('test/named')}`, 'Models', FIRST],
    [`#/models?account=acme&try=${encodeURIComponent(`wild/${FIRST}`)}`, 'Models', FIRST],
    ['#/keys', 'Keys', FIRST],
    [`#/keys?account=acme&key=${ids.key}`, 'Keys', FIRST],
    ['#/usage', 'Usage', FIRST],
    ['#/usage?account=acme', 'Usage', FIRST],
    [`#/usage?account=acme&request=${ids.failed}`, 'Usage', FIRST],
    [`#/usage?account=acme&end_user=${encodeURIComponent(FIRST)}`, 'Usage', FIRST],
    ['#/billing?account=acme', 'Billing', FIRST],
    [`#/integrations?account=acme&model=${encodeURIComponent(FIRST)}`, 'Integrations', FIRST],
    ['#/settings?account=acme', 'Settings', FIRST],
    ['#/accounts', 'Accounts', FIRST],
    ['#/upstreams', 'Upstreams', 'chat:'],
    ['#/audit', 'Audit log', FIRST],
    [`#/billing?account=${encodeURIComponent(FIRST)}`, 'Billing', 'Not found'],
    [`#/usage?request=${encodeURIComponent(FIRST)}`, 'Usage', FIRST],
  ]

  describe.each([
    ['a desktop', DESKTOP],
    ['a narrow phone', NARROW],
  ])('on %s', (_name, size) => {
    it('nothing hostile runs, and no page is wider than the screen', async () => {
      const { page, faults } = visit
      await page.setViewportSize(size)
      const wide: string[] = []
      for (const [hash, title, text] of places()) {
        await goToAddress(page, hash, title)
        await eventually(() => page.locator('body').innerText()).toContain(text)
        await settled(page)
        await page.evaluate(() => {
          for (const details of document.querySelectorAll('details')) details.open = true
        })
        const [inner, scrolled] = await page.evaluate(() => [
          innerWidth,
          document.documentElement.scrollWidth,
        ])
        if (scrolled > inner) wide.push(`${hash}: ${scrolled} > ${inner}`)
      }
      expect(await page.evaluate(() => Reflect.get(globalThis, 'hacked'))).toBeUndefined()
      expect(await page.locator('#app img, #app script, #app svg[onload]').count()).toBe(0)
      expect(await page.locator('a:not([href^="#/"]):not([href^="/"])').count()).toBe(0)
      expect(wide).toEqual([])
      expect(faults).toEqual([])
    })
  })

  it('the address itself is words as well', async () => {
    const { page, faults } = visit
    const hashes = [
      '#javascript:globalThis.hacked=1',
      `#/${FIRST}`,
      `#/usage?status=${FIRST}&range=${FIRST}`,
      '#/%',
      '#/overview?days=__proto__',
    ]
    for (const hash of hashes) {
      await page.goto(`${world.consoleUrl}${hash}`)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await settled(page)
    }
    await page.goto(`${world.consoleUrl}?checkout=${encodeURIComponent(FIRST)}#/billing?account=acme`)
    await atView(page, 'Billing')
    expect(await page.evaluate(() => Reflect.get(globalThis, 'hacked'))).toBeUndefined()
    expect(faults).toEqual([])
  })
}

const MODELS = [
  ...(BASE_CONFIG.models ?? []),
  { id: 'test/named', displayName: FIRST, upstream: 'chat', model: 'vendor-named', price: 'free' },
  { id: 'wild/*', upstream: 'chat', price: 'free', maxOutputTokens: 100, contextWindowTokens: 100_000 },
] as const

interface Ids {
  readonly key: string
  readonly failed: string
}

/** Puts hostile texts wherever somebody other than the operator has a say. */
async function poison({ gateway: { admin }, gatewayUrl, vendor }: World): Promise<Ids> {
  const by = { actor: ACTOR }
  const aliases = Object.fromEntries(
    HOSTILE.map((text, index) => [text, index % 2 === 0 ? 'test/named' : `wild/${text}`]),
  )
  await admin.accounts.change(ACCOUNT, { name: FIRST, aliases, ...by })
  await Promise.all(
    HOSTILE.map((name, index) => admin.accounts.create({ id: `account-${index}`, name, ...by })),
  )
  let ids: Ids = { key: '', failed: '' }
  for (const [index, text] of HOSTILE.entries()) {
    const created = await admin.keys.create({
      accountId: ACCOUNT,
      name: text,
      allowedModels: [`wild/${text}`],
      ...by,
    })
    const secret = created?.secret ?? ''
    const move = { accountId: ACCOUNT, amountMicro: 1, externalId: `${text} ${index}`, note: text, ...by }
    await admin.money.topUp(move)
    const body = { model: `wild/${text}`, user: text }
    vendor.play(chatAnswer({ prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }))
    await callModel({ gatewayUrl, secret, body })
    vendor.play(whole({ error: { message: text, type: text, code: text } }, 400))
    const failed = await callModel({ gatewayUrl, secret, body })
    if (index === 0) ids = { key: created?.key.id ?? '', failed: failed.requestId }
  }
  return ids
}
