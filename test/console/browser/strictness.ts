import { afterAll, beforeAll, expect, it } from 'vitest'
import type { OpenVisit } from './browser.js'
import { goTo, rowOf, signIn, textOf, VIEWS } from './pages.js'
import { makeUsage, startWorld, type World } from './world.js'

const MOST_BYTES = 120 * 1024

/** What the page loads, and what it never does. */
export function tellStrictness(open: OpenVisit): void {
  let world: World
  beforeAll(async () => {
    world = await startWorld()
    await makeUsage(world)
  })
  afterAll(() => world.close())

  it('asks its own origin alone, for one document and then only its API, without an error in any view', async () => {
    const { page, requests, faults, close } = await open()
    await signIn(page, world)
    for (const [title] of VIEWS) await goTo(page, title)
    await page.getByRole('link', { name: 'Usage', exact: true }).click()
    await rowOf(page, 'Requests', 'Production').first().getByRole('link').first().click()
    await page.getByRole('dialog').waitFor()
    await close()
    const network = requests.filter(({ url }) => !url.startsWith('data:'))
    expect(network.filter(({ type }) => type === 'document').map(({ url }) => url)).toEqual([
      world.consoleUrl,
    ])
    const api = `${world.consoleUrl}/api/v1/`
    const others = network.filter(({ type, url }) => type !== 'document' && !url.startsWith(api))
    expect(others).toEqual([])
    expect(faults).toEqual([])
  })

  it('paints from the first response alone', async () => {
    const { page, requests, faults, close } = await open()
    await page.route('**/api/**', () => undefined)
    await page.goto(world.consoleUrl)
    await page.getByRole('heading', { level: 1, name: 'Console' }).waitFor()
    await page.getByRole('status').getByText('Opening the console').waitFor({ state: 'attached' })
    const painted = await page.evaluate(
      () =>
        new Promise<string>((resolve) => {
          new PerformanceObserver((list) => {
            for (const { name } of list.getEntries()) if (name === 'first-contentful-paint') resolve(name)
          }).observe({ type: 'paint', buffered: true })
        }),
    )
    expect(painted).toBe('first-contentful-paint')
    expect(requests.map(({ type }) => type).filter((type) => type !== 'fetch')).toEqual(['document'])
    expect(faults).toEqual([])
    await close()
  })

  it('is at most 120 KB on its way, and comes once', async () => {
    const { page, faults, close } = await open()
    const first = await page.goto(world.consoleUrl)
    const { responseBodySize } = (await first?.request().sizes()) ?? { responseBodySize: 0 }
    expect(responseBodySize).toBeGreaterThan(10_000)
    expect(responseBodySize).toBeLessThan(MOST_BYTES)
    expect(await first?.headerValue('content-encoding')).toBe('gzip')
    const { etag = '' } = (await first?.allHeaders()) ?? {}
    const answered = page.waitForResponse(world.consoleUrl)
    await page.reload()
    const request = (await answered).request()
    expect((await request.allHeaders())['if-none-match']).toBe(etag)
    expect((await request.sizes()).responseBodySize).toBe(0)
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    expect(faults).toEqual([])
    await close()
  })

  it('is loaded anew where the browser would show what it kept of it', async () => {
    const { page, close } = await open()
    await signIn(page, world)
    const again = page.waitForRequest(world.consoleUrl)
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: false })))
    await page.evaluate(() => {
      document.title = 'as it was left'
      dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))
    })
    expect((await again).resourceType()).toBe('document')
    await page.waitForFunction(() => document.title === 'Overview · Console')
    await close()
  })

  it('has its own content policy, whatever the host has set before', async () => {
    const { headers } = await fetch(world.consoleUrl)
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(
      /^default-src 'none'; script-src 'sha256-[\w+/]{43}='; style-src 'sha256-[\w+/]{43}='; /,
    )
    expect(policy).not.toMatch(/unsafe|https?:|\*|script-src[^;]*'self'/)
  })

  it('has the name that it was given, also before one has signed in', async () => {
    world.replaceConsole({ title: 'Acme <models>' })
    const { page, faults, close } = await open()
    await page.goto(world.consoleUrl)
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    expect(await page.title()).toBe('Sign in · Acme <models>')
    expect(await textOf(page.getByRole('main').locator('.brand'))).toBe('Acme <models>')
    await signIn(page, world)
    expect(await page.title()).toBe('Overview · Acme <models>')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    expect(await page.title()).toBe('Sign in · Acme <models>')
    expect(faults).toEqual([])
    await close()
    world.replaceConsole({})
  })

  it('is about all that the browser keeps: the theme', async () => {
    const { page, close } = await open()
    await signIn(page, world)
    for (const [title] of VIEWS) await goTo(page, title)
    const kept = await page.evaluate(() => [Object.keys(localStorage), Object.keys(sessionStorage)])
    expect(kept).toEqual([['console-theme'], []])
    await close()
  })
}
