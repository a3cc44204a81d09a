import { afterEach, describe, expect, it } from 'vitest'
import type { Authorize, Principal } from '../../../src/console/index.js'
import { startServer } from '../../contracts/http-server.js'
import { DESKTOP, type OpenVisit, PHONE, type Visit } from './browser.js'
import { atView, dialogOf, eventually, goTo, goToAddress, signIn, VIEWS, type ViewTitle } from './pages.js'
import { ACCOUNT, BY, makeUsage, startWorld, TOKEN, type World } from './world.js'

const COOKIE = 'host-session'
const OWNER: Principal = { actor: 'ada', role: 'owner', accountId: ACCOUNT }
const VIEWER: Principal = { actor: 'vera', role: 'viewer', accountId: ACCOUNT }
const SECRETIVE = 'rival'

/** The login of the host: a cookie that says who it is. */
const authorize: Authorize = ({ headers }) => {
  const { cookie = '' } = headers
  const value = new RegExp(`(?:^|; )${COOKIE}=([^;]+)`).exec(String(cookie))?.[1]
  return value === undefined ? null : (JSON.parse(decodeURIComponent(value)) as Principal)
}

/** Who may see and do what, and what other sites can do with a browser that is signed in. */
export function tellRoles(open: OpenVisit): void {
  const closing: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close()
  })

  const start = async (): Promise<World> => {
    const world = await startWorld({ console: { authorize } })
    closing.push(world.close)
    await world.gateway.admin.accounts.create({ id: SECRETIVE, name: 'Rival & Sons', ...BY })
    return world
  }

  const visit = async (): Promise<Visit> => {
    const opened = await open()
    closing.push(opened.close)
    return opened
  }

  /** The page of somebody whom the host knows. */
  const visitAs = async ({ origin, consoleUrl }: World, principal: Principal): Promise<Visit> => {
    const opened = await visit()
    const value = encodeURIComponent(JSON.stringify(principal))
    await opened.page.context().addCookies([{ name: COOKIE, value, url: origin }])
    await opened.page.goto(consoleUrl)
    await atView(opened.page, 'Overview')
    return opened
  }

  describe('roles', () => {
    it('a viewer sees everything of the account and nothing that writes', async () => {
      const world = await start()
      await makeUsage(world)
      const { page, faults } = await visitAs(world, VIEWER)
      const seen: string[] = []
      for (const [title, name] of viewsOf(VIEWER)) {
        await goToAddress(page, `#/${name}`, title)
        seen.push(...(await page.getByRole('main').getByRole('button').allTextContents()))
      }
      // Nothing but looking: copies, pages, filters, details.
      const looking = /^(?:|Refresh|Find request|Copy|Production|test\/\w+)$/
      expect(seen.map((words) => words.trim()).filter((words) => !looking.test(words))).toEqual([])
      await goToAddress(page, '#/keys?create=1', 'Keys')
      expect(await page.getByRole('dialog').count()).toBe(0)
      for (const title of ['Accounts', 'Upstreams', 'Audit log'])
        expect(await page.getByRole('link', { name: title, exact: true }).count()).toBe(0)
      expect(faults).toEqual([])
    })

    it('what a viewer forges is refused, with the token of the viewer’s own session', async () => {
      const world = await start()
      const { keyId } = await makeUsage(world)
      const { page } = await visitAs(world, VIEWER)
      const before = await snapshot(world)
      const statuses = await page.evaluate(forgeAll, { keyId, account: ACCOUNT, token: await csrfOf(page) })
      expect(statuses).toEqual(statuses.map(() => 403))
      expect(await snapshot(world)).toEqual(before)
    })

    it('an owner writes in the own account and finds no other, not by its address either', async () => {
      const world = await start()
      const rival = await makeUsage(world, { accountId: SECRETIVE, count: 0 })
      const { page } = await visitAs(world, OWNER)
      for (const [title, name] of [
        ['Overview', 'overview'],
        ['Billing', 'billing'],
      ] as const) {
        await goToAddress(page, `#/${name}?account=${SECRETIVE}`, title)
        await page.getByText('$1.00').first().waitFor()
        expect(await page.content()).not.toContain('Rival')
      }
      await goToAddress(page, `#/keys?key=${rival.keyId}`, 'Keys')
      await dialogOf(page, 'Key').getByRole('alert').filter({ hasText: 'Not found' }).waitFor()
      await page.keyboard.press('Escape')
      await page.evaluate(() => void (location.hash = '#/accounts'))
      await page.getByRole('heading', { name: 'No access' }).waitFor()
      const token = await csrfOf(page)
      const before = await snapshot(world)
      const statuses = await page.evaluate(forgeAll, { keyId: rival.keyId, account: SECRETIVE, token })
      expect(statuses).toEqual(statuses.map(() => 404))
      expect(await snapshot(world)).toEqual(before)
      await goTo(page, 'Keys')
      await page.getByRole('button', { name: 'Create key' }).click()
      await dialogOf(page, 'Create key').getByRole('button', { name: 'Create key' }).click()
      await dialogOf(page, 'Your new key').waitFor()
    })
  })

  describe('sessions', () => {
    it('another operator token ends them: the page asks to sign in, and the new one opens it', async () => {
      const world = await start()
      const { page } = await visit()
      await signIn(page, world)
      const renewed = 'another-operator-token-of-the-tests'
      world.replaceConsole({ operatorToken: renewed })
      await page.getByRole('link', { name: 'Usage', exact: true }).click()
      await page.getByRole('heading', { name: 'Sign in' }).waitFor()
      await page.getByLabel('Operator token').fill(TOKEN)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('alert').filter({ hasText: 'wrong_token' }).waitFor()
      await page.getByLabel('Operator token').fill(renewed)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await atView(page, 'Usage')
    })

    it('a link with the token opens one, and the token stays in no address', async () => {
      const world = await start()
      const { page, faults } = await visit()
      await page.goto(`${world.consoleUrl}#/sign-in?token=${encodeURIComponent(TOKEN)}`)
      await atView(page, 'Overview')
      expect(page.url()).not.toContain('token')
      // In a page that is open, too.
      await page.evaluate(() => void (location.hash = '#/sign-in?token=some-wrong-operator-token'))
      await page.getByRole('alert').filter({ hasText: 'wrong_token' }).waitFor()
      expect(page.url()).not.toContain('token')
      await page.reload()
      await atView(page, 'Overview')
      await page.goBack().catch(() => null)
      expect(page.url()).not.toContain('token')
      await page.goto('about:blank')
      await page.goto(`${world.consoleUrl}#/sign-in?token=some-wrong-operator-token`)
      await page.getByRole('alert').filter({ hasText: 'wrong_token' }).waitFor()
      await page.getByLabel('Operator token').waitFor()
      expect(page.url()).not.toContain('token')
      expect(faults).toEqual([])
    })

    it('that the browser does not keep are told of, not asked for again and again', async () => {
      const world = await start()
      const { page } = await visit()
      // As over plain HTTP, where the cookie is dropped.
      const answer = {
        error: { code: 'not_signed_in', message: 'Sign in first.' },
        login: 'token',
        login_url: null,
      }
      await page.route('**/api/v1/session', (route) =>
        route.request().method() === 'GET' ? route.fulfill({ status: 401, json: answer }) : route.continue(),
      )
      await page.goto(world.consoleUrl)
      await page.getByLabel('Operator token').fill(TOKEN)
      await page.getByRole('button', { name: 'Sign in' }).click()
      await page.getByRole('alert').filter({ hasText: 'Open the console over HTTPS' }).waitFor()
    })

    it('of the host are opened by the host', async () => {
      const world = await start()
      world.replaceConsole({ operatorToken: undefined, loginUrl: '/login?next=console' })
      const { page } = await visit()
      await page.goto(world.consoleUrl)
      const link = page.getByRole('link', { name: 'Go to sign-in' })
      expect(await link.getAttribute('href')).toBe('/login?next=console')
      expect(await page.getByLabel('Operator token').count()).toBe(0)
    })

    it('signing out ends one, and the cookie was never a script’s to read', async () => {
      const world = await start()
      const { page } = await visit()
      await signIn(page, world)
      const [cookie] = await page.context().cookies(`${world.consoleUrl}/api/v1/session`)
      expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/console/api/v1' })
      expect(await page.evaluate(() => document.cookie)).toBe('')
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.getByRole('heading', { name: 'Sign in' }).waitFor()
      expect(await page.context().cookies(`${world.consoleUrl}/api/v1/session`)).toEqual([])
      // Whoever had taken the cookie before is signed out, too.
      await page.context().addCookies([cookie ?? expect.fail('there was no cookie')])
      await page.reload()
      await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    })

    it('that cannot be ended now say so, and go on', async () => {
      const world = await start()
      const { page } = await visit()
      await signIn(page, world)
      const answer = { error: { code: 'db_error', message: 'The store could not be reached.' } }
      await page.route('**/api/v1/session', (route) =>
        route.request().method() === 'DELETE'
          ? route.fulfill({ status: 500, json: answer })
          : route.continue(),
      )
      await page.setViewportSize(PHONE)
      await page.getByRole('button', { name: 'Open menu' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click()
      // Nothing covers it.
      await page.getByText('Not signed out: The store could not be reached.').click()
      await page.setViewportSize(DESKTOP)
      await goTo(page, 'Usage')
    })
  })

  describe('another site', () => {
    it('changes nothing and reads nothing, however it asks, in a browser that is signed in', async () => {
      const world = await start()
      const { keyId } = await makeUsage(world)
      const { page } = await visit()
      await signIn(page, world)
      const before = await snapshot(world)
      const attacker = await startServer((_request, response) => {
        response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Evil</title>')
      })
      closing.push(attacker.close)
      await page.goto(attacker.url)
      const api = `${world.consoleUrl}/api/v1`
      const read = await page.evaluate(forgeFromElsewhere, { api, keyId, account: ACCOUNT })
      expect(read).toEqual(read.map(() => 'nothing'))
      for (const path of [
        `accounts/${ACCOUNT}/keys`,
        `accounts/${ACCOUNT}/credits`,
        'session',
        'playground',
      ]) {
        await page.goto(attacker.url)
        await page.evaluate(postForm, `${api}/${path}`)
        await eventually(() => page.evaluate(() => document.body.textContent)).toMatch(/cross_site|refused/i)
      }
      expect(await snapshot(world)).toEqual(before)
      // The session itself has come to no harm.
      await page.goto(world.consoleUrl)
      await atView(page, 'Overview')
    })

    it('cannot show the page in a frame', async () => {
      const world = await start()
      const attacker = await startServer((_request, response) => {
        response
          .writeHead(200, { 'content-type': 'text/html' })
          .end(`<!doctype html><title>Evil</title><iframe src="${world.consoleUrl}"></iframe>`)
      })
      closing.push(attacker.close)
      const { page } = await visit()
      await page.goto(attacker.url)
      const frame = page.frames().find((each) => each !== page.mainFrame())
      expect(frame?.url()).not.toContain(world.consoleUrl)
      expect(await frame?.getByRole('heading').count()).toBe(0)
    })
  })
}

function viewsOf({ role }: Principal): readonly (readonly [ViewTitle, string])[] {
  const hidden = role === 'viewer' ? ['accounts', 'upstreams', 'audit'] : ['accounts', 'upstreams']
  return VIEWS.filter(([, name]) => !hidden.includes(name))
}

async function csrfOf(page: Visit['page']): Promise<string> {
  return await page.evaluate(async () => {
    const session = (await (await fetch(`${location.pathname}/api/v1/session`)).json()) as {
      csrf_token: string
    }
    return session.csrf_token
  })
}

interface Forged {
  readonly keyId: string
  readonly account: string
  readonly token: string
}

/** Runs in the page: every way to write about an account, by hand; the statuses of the answers. */
async function forgeAll({ keyId, account, token }: Forged): Promise<number[]> {
  const base = `${location.pathname}/api/v1`
  const calls = [
    ['POST', `accounts/${account}/keys`, { name: 'forged' }],
    ['PATCH', `accounts/${account}`, { name: 'forged' }],
    ['PATCH', `keys/${keyId}`, { status: 'disabled' }],
    ['DELETE', `keys/${keyId}`, undefined],
    ['POST', `accounts/${account}/checkouts`, { amount_micro: 5_000_000, return_url: location.href }],
    ['POST', `accounts/${account}/credits`, { amount_micro: 5_000_000, external_id: 'forged' }],
    [
      'POST',
      'playground',
      { account_id: account, model: 'test/chat', messages: [{ role: 'user', content: 'hi' }] },
    ],
  ] as const
  const statuses: number[] = []
  for (const [method, path, body] of calls) {
    const headers = { 'content-type': 'application/json', 'x-csrf-token': token }
    const response = await fetch(`${base}/${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    statuses.push(response.status)
  }
  return statuses
}

/** Runs in a page of another origin: what it can learn from each kind of request. */
async function forgeFromElsewhere({
  api,
  keyId,
  account,
}: {
  readonly api: string
  readonly keyId: string
  readonly account: string
}): Promise<string[]> {
  const json = JSON.stringify({ name: 'forged' })
  const plain = { 'content-type': 'text/plain' }
  const typed = { 'content-type': 'application/json', 'x-csrf-token': 'guess' }
  const inits: readonly (readonly [path: string, init: RequestInit])[] = [
    ['session', {}],
    ['usage.csv', {}],
    [`accounts/${account}/keys`, { method: 'POST', headers: plain, body: json }],
    [`accounts/${account}/keys`, { method: 'POST', headers: typed, body: json }],
    [`keys/${keyId}`, { method: 'DELETE' }],
    [`keys/${keyId}`, { method: 'PATCH', headers: typed, body: '{"status":"disabled"}' }],
    ['session', { method: 'DELETE' }],
    ['session', { method: 'POST', headers: plain, body: '{"token":"guess"}' }],
  ]
  const learnt: string[] = []
  for (const [path, init] of inits) {
    const read = fetch(`${api}/${path}`, { credentials: 'include', ...init }).then((response) =>
      response.text(),
    )
    learnt.push(await read.catch(() => 'nothing'))
    await fetch(`${api}/${path}`, { credentials: 'include', mode: 'no-cors', ...init }).catch(() => undefined)
  }
  return learnt
}

/** Runs in a page of another origin: a form that is sent by itself, its body fit to be taken for JSON. */
function postForm(action: string): void {
  const form = document.createElement('form')
  form.method = 'post'
  form.enctype = 'text/plain'
  form.action = action
  const field = document.createElement('input')
  field.name = '{"name":"forged","amount_micro":5000000,"external_id":"forged'
  field.value = '"}'
  form.append(field)
  document.body.append(form)
  form.submit()
}

/** All that writing could change. */
async function snapshot({ gateway: { admin } }: World): Promise<unknown> {
  return [
    await admin.accounts.list(),
    await admin.keys.list(),
    await admin.money.entries({ accountId: ACCOUNT }),
    await admin.money.entries({ accountId: SECRETIVE }),
    await admin.audit.entries(),
    (await admin.usage.records()).length,
  ]
}
