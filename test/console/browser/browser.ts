import { existsSync } from 'node:fs'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe } from 'vitest'

const PATH = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const WAIT_MS = 20_000
/** A machine that does much else at the same time takes its time, to start a browser above all. */
const LAUNCH_MS = 90_000
const TEST_MS = 180_000

export const DESKTOP = { width: 1280, height: 800 } as const
export const PHONE = { width: 390, height: 844 } as const

/** What a page did that a test may ask for. */
export interface Watch {
  /** Every request of the page, in its order. */
  readonly requests: { readonly method: string; readonly url: string; readonly type: string }[]
  /** Errors of the console and of scripts, dialogs, and what the content policy stopped. */
  readonly faults: string[]
}

/** A page in a context of its own: nobody else's cookies, storage or cache. */
export interface Visit extends Watch {
  readonly page: Page
  readonly close: () => Promise<void>
}

/** Opens pages of the one browser. */
export type OpenVisit = (options?: BrowserContextOptions) => Promise<Visit>

/** Runs tests in Chromium, one browser for all; skipped with a printed reason without it, unless nothing may be skipped. */
export function describeBrowser(name: string, body: (open: OpenVisit) => void): void {
  const reason = existsSync(PATH) ? null : `${PATH} is not installed (Debian: apt-get install chromium)`
  if (reason !== null && process.env['CROSSMODEL_NO_SKIP'] === '1') throw new Error(reason)
  if (reason !== null) console.warn(`skipped: ${name}: ${reason}`)
  describe.skipIf(reason !== null)(`Chromium: ${name}`, { timeout: TEST_MS }, () => {
    let browser: Browser | undefined
    beforeAll(async () => {
      // A profile of its own comes with every launch.
      browser = await chromium.launch({
        executablePath: PATH,
        headless: true,
        args: QUIET,
        timeout: LAUNCH_MS,
      })
    }, LAUNCH_MS)
    afterAll(() => browser?.close())
    body((options) => {
      if (browser === undefined) throw new Error('the browser was not started')
      return openVisit(browser, options)
    })
  })
}

async function openVisit(browser: Browser, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({
    viewport: DESKTOP,
    locale: 'en-US',
    timezoneId: 'UTC',
    colorScheme: 'light',
    reducedMotion: 'reduce',
    ...options,
  })
  context.setDefaultTimeout(WAIT_MS)
  const watch: Watch = { requests: [], faults: [] }
  await context.exposeBinding('reportViolation', (_source, text: string) => void watch.faults.push(text))
  await context.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      const report = Reflect.get(globalThis, 'reportViolation') as (text: string) => void
      report(`content policy: ${violatedDirective} ${blockedURI}`)
    })
  })
  const page = await context.newPage()
  listen(page, watch)
  return { ...watch, page, close: () => context.close() }
}

/** Answers of 4xx are of the API, and in the tests' own hands: the console tells of each of them. */
const FAILED_ANSWER = 'Failed to load resource: the server responded with a status of 4'

function listen(page: Page, { requests, faults }: Watch): void {
  page.on('request', (request) => {
    requests.push({ method: request.method(), url: request.url(), type: request.resourceType() })
  })
  page.on('console', (message) => {
    const isFault = message.type() === 'error' || message.type() === 'warning'
    if (isFault && !message.text().startsWith(FAILED_ANSWER)) faults.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => void faults.push(`script: ${error.message}`))
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
}
