import { afterEach, describe, expect, it } from 'vitest'
import type { ConsoleOptions, OwnerLimits } from '../../../src/console/index.js'
import type { OpenVisit, Visit } from './browser.js'
import { atView, dialogOf, goTo, goToAddress } from './pages.js'
import { ACCOUNT, BY, makeUsage, startWorld, TOKEN, type World } from './world.js'

const LIMITS: OwnerLimits = {
  keys: 1,
  rpm: 30,
  spendLimits: { dayMicro: 2_500_000 },
  allowedModels: ['test/*'],
}

/** What the login of a host says, and what stands in front of the console. */
export function tellHostLogin(open: OpenVisit): void {
  const closing: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close()
  })

  const start = async (options: Partial<ConsoleOptions>): Promise<World & Visit> => {
    const world = await startWorld({ console: options })
    closing.push(world.close)
    const visit = await open()
    closing.push(visit.close)
    return { ...world, ...visit, close: world.close }
  }
  const asOwner = (limits?: OwnerLimits): Partial<ConsoleOptions> => ({
    authorize: () => ({ actor: 'ada', role: 'owner', accountId: ACCOUNT, limits }),
  })

  describe('ceilings', () => {
    it('stand in the form of a key, and what is beyond them is told at its field', async () => {
      const { page, faults, gateway, consoleUrl } = await start(asOwner(LIMITS))
      await page.goto(consoleUrl)
      await atView(page, 'Overview')
      await goTo(page, 'Keys')
      await page.getByText('Your account may have 1.').waitFor()
      await page.getByRole('button', { name: 'Create key' }).click()
      const form = dialogOf(page, 'Create key')
      const [rpm, perDay] = [form.getByLabel('Requests per minute'), form.getByLabel('Per day')]
      expect([await rpm.inputValue(), await perDay.inputValue()]).toEqual(['30', '2.5'])
      await form.getByText('At most 2.5.').waitFor()
      await rpm.fill('31')
      await perDay.fill('')
      await form.getByRole('button', { name: 'Create key' }).click()
      await form.getByRole('alert').filter({ hasText: 'more than your account may have' }).waitFor()
      await form.getByRole('alert').filter({ hasText: 'needs a limit' }).waitFor()
      expect(await rpm.getAttribute('aria-invalid')).toBe('true')
      await rpm.fill('7')
      await perDay.fill('1')
      await form.getByRole('button', { name: 'Create key' }).click()
      await dialogOf(page, 'Your new key').getByRole('button', { name: 'Done' }).click()
      const [key] = await gateway.admin.keys.list({ accountId: ACCOUNT })
      expect(key).toMatchObject({
        rpm: 7,
        spendLimits: { dayMicro: 1_000_000 },
        allowedModels: ['test/*'],
      })
      await page.getByRole('button', { name: 'Create key' }).click()
      await form.getByRole('button', { name: 'Create key' }).click()
      await form.getByRole('alert').filter({ hasText: 'The account may have 1 key' }).waitFor()
      expect(faults).toEqual([])
    })

    it('a key that an operator has disabled says so to who would enable it', async () => {
      const world = await start(asOwner())
      const { page, gateway, consoleUrl } = world
      const { keyId } = await makeUsage(world, { count: 0 })
      await gateway.admin.keys.disable(keyId, BY)
      await page.goto(consoleUrl)
      await atView(page, 'Overview')
      await goTo(page, 'Keys')
      await page.getByRole('button', { name: 'Enable Production' }).click()
      await page.getByText('An operator has disabled this key').waitFor()
    })
  })

  describe('the way in', () => {
    it('is the host’s first, and the token’s below it, where there are both', async () => {
      const { page, consoleUrl } = await start({ authorize: () => null, loginUrl: '/login' })
      await page.goto(consoleUrl)
      const link = page.getByRole('link', { name: 'Go to sign-in' })
      expect(await link.getAttribute('href')).toBe('/login')
      const field = page.getByLabel('Operator token')
      const [first, second] = [await link.boundingBox(), await field.boundingBox()]
      expect(first?.y).toBeLessThan(second?.y ?? 0)
      await field.fill(TOKEN)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await atView(page, 'Overview')
    })

    it('is open behind a proxy that sends a bearer token of its own', async () => {
      const { page, faults, consoleUrl } = await start({})
      await page.context().setExtraHTTPHeaders({ authorization: 'Bearer eyJ.of.the-proxy' })
      await page.goto(consoleUrl)
      await page.getByLabel('Operator token').waitFor()
      expect(await page.getByRole('alert').count()).toBe(0)
      await page.getByLabel('Operator token').fill(TOKEN)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await atView(page, 'Overview')
      await goToAddress(page, `#/keys?account=${ACCOUNT}&create=1`, 'Keys')
      await dialogOf(page, 'Create key').getByRole('button', { name: 'Create key' }).click()
      await dialogOf(page, 'Your new key').waitFor()
      expect(faults).toEqual([])
    })
  })
}
