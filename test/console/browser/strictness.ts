import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { OpenVisit } from './browser.js'
import { goTo, rowOf, signIn, VIEWS } from './pages.js'
import { makeUsage, startWorld, type World } from './world.js'

const MOST_GZIPPED = 120 * 1024

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

  it('is at most 120 KB, gzipped', async () => {
    const response = await fetch(world.consoleUrl)
    expect(gzipSync(await response.text()).length).toBeLessThan(MOST_GZIPPED)
  })

  it('has its own content policy, whatever the host has set before', async () => {
    const { headers } = await fetch(world.consoleUrl)
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(/^default-src 'none'; script-src 'nonce-[\w-]{24}'; style-src 'nonce-/)
    expect(policy).not.toMatch(/unsafe|https?:|\*|script-src[^;]*'self'/)
    const other = await fetch(world.consoleUrl)
    expect(other.headers.get('content-security-policy')).not.toBe(policy)
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
