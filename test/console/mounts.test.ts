import { Hono } from 'hono'
import { compress } from 'hono/compress'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toHono } from '../../adapters/http/hono.js'
import { MOUNTS } from '../support/mounts.js'
import type { TestServer } from '../contracts/http-server.js'
import { VENDOR_HOST, VENDOR_KEY } from '../support/test-gateway.js'
import { checkAnswer, createTestConsole, PAGE, PAPER, type TestConsole, TOKEN } from './support.js'

/** What a browser does with one console: keeps its cookie and its token. */
interface Browser {
  readonly ask: (path: string, method?: string, body?: unknown) => Promise<Response>
  readonly json: (path: string, method?: string, body?: unknown) => Promise<unknown>
}

async function signIn(base: string): Promise<Browser> {
  const api = `${base}/api/v1/`
  const origin = new URL(base).origin
  const headers = { 'content-type': 'application/json', origin, 'sec-fetch-site': 'same-origin' }
  const signed = await fetch(`${api}session`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ token: TOKEN }),
  })
  expect(signed.status).toBe(200)
  const cookie = signed.headers.get('set-cookie')?.split(';')[0] ?? ''
  const { csrf_token: token } = (await signed.json()) as { csrf_token: string }
  const ask: Browser['ask'] = (path, method = 'GET', body) =>
    fetch(api + path, {
      method,
      headers: { ...headers, cookie, 'x-csrf-token': token },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  return {
    ask,
    async json(path, method = 'GET', body) {
      const answer = await ask(path, method, body)
      const text = await answer.text()
      const json: unknown = text === '' ? null : JSON.parse(text)
      checkAnswer(method, path, { status: answer.status, headers: {}, text, json })
      return json
    },
  }
}

describe.each(MOUNTS)('the console in %s', (_name, start) => {
  let world: TestConsole
  let server: TestServer
  beforeAll(async () => {
    world = await createTestConsole({ authorize: undefined, payments: PAPER, now: Date.now })
    server = await start(world.console)
  })
  afterAll(async () => {
    await server.close()
    await world.close()
  })

  it('shows its page at the mount point, with a slash and without', async () => {
    for (const path of ['', '/']) {
      const answer = await fetch(server.url + path)
      expect(answer.status).toBe(200)
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
      expect(await answer.text()).toContain(PAGE.script)
    }
  })

  it('shows it gzipped once, tells HEAD its length, and does not send it again', async () => {
    const answer = await fetch(server.url)
    expect(answer.headers.get('content-encoding')).toBe('gzip')
    expect(await answer.text()).toContain(PAGE.script)
    const head = await fetch(server.url, { method: 'HEAD' })
    expect([head.status, await head.text()]).toEqual([200, ''])
    for (const name of ['content-length', 'content-encoding', 'content-type', 'etag', 'vary']) {
      expect([name, head.headers.get(name)]).toEqual([name, answer.headers.get(name) ?? 'missing'])
    }
    const headers = { 'if-none-match': answer.headers.get('etag') ?? '' }
    for (const method of ['GET', 'HEAD']) {
      const again = await fetch(server.url, { method, headers })
      expect([again.status, await again.text()]).toEqual([304, ''])
      expect(again.headers.get('content-security-policy')).toBe(answer.headers.get('content-security-policy'))
    }
  })

  it('is used by a browser from signing in to signing out', async () => {
    const { json, ask } = await signIn(server.url)
    expect(await json('session')).toMatchObject({ role: 'operator' })
    const made = await json('accounts/acme/keys', 'POST', { name: 'from a browser' })
    const { id } = made as { id: string }
    expect(await json(`keys/${id}`, 'PATCH', { status: 'disabled' })).toMatchObject({ status: 'disabled' })
    expect(await json(`keys/${id}`, 'DELETE')).toBeNull()
    expect((await ask(`keys/${id}`)).status).toBe(404)
    const move = { amount_micro: 5, external_id: `pay:${server.url}` }
    expect(await json('accounts/acme/credits', 'POST', move)).toMatchObject({ outcome: 'posted' })
    const checkout = { amount_micro: 5_000_000, return_url: `${server.url}/#/billing` }
    expect(await json('accounts/acme/checkouts', 'POST', checkout)).toMatchObject({
      url: expect.stringContaining('https://pay.example/order_'),
    })
    const out = await ask('session', 'DELETE')
    expect([out.status, out.headers.get('set-cookie')?.includes('Max-Age=0')]).toEqual([204, true])
  })

  it('streams the playground, and then has it in the usage', async () => {
    const { ask, json } = await signIn(server.url)
    const call = {
      account_id: 'acme',
      model: 'test/chat',
      stream: true,
      messages: [{ role: 'user', content: 'hi' }],
    }
    const answer = await ask('playground', 'POST', call)
    expect(answer.headers.get('content-type')).toContain('text/event-stream')
    expect(await answer.text()).toContain('data: [DONE]')
    const id = answer.headers.get('x-request-id')
    expect(await json(`usage/${id}`)).toMatchObject({ request_id: id, streamed: true })
    const table = await ask('usage.csv')
    expect(table.headers.get('content-disposition')).toBe('attachment')
    expect(await table.text()).toContain(String(id))
  })

  it('refuses what is forged, too large or nobody’s', async () => {
    const { ask } = await signIn(server.url)
    const forged = await fetch(`${server.url}/api/v1/accounts`, { method: 'POST', body: '{}' })
    expect(forged.status).toBe(401)
    const large = await ask('accounts', 'POST', { name: 'x'.repeat(70_000) })
    expect(large.status).toBe(413)
    expect((await ask('keys/a%2F..%2Fb')).status).toBe(404)
    expect((await fetch(`${server.url}/nothing`)).status).toBe(404)
  })

  it('says nothing of vendors but the names of routes', async () => {
    const { ask } = await signIn(server.url)
    for (const path of [
      'session',
      'models',
      'upstreams',
      'usage',
      'usage.csv',
      'audit',
      'keys',
      'openapi.json',
    ]) {
      const text = await (await ask(path)).text()
      expect(text).not.toContain(VENDOR_KEY)
      expect(text).not.toContain(VENDOR_HOST)
      expect(text).not.toContain(TOKEN)
    }
  })
})

describe('the page behind compression middleware', () => {
  it('is compressed once', async () => {
    const { console } = await createTestConsole()
    const app = new Hono().use(compress({ threshold: 0 })).all('/console/*', toHono(console))
    const request = (encoding: string, headers = {}): Response | Promise<Response> =>
      app.request('/console', { headers: { 'accept-encoding': encoding, ...headers } })
    const answer = await request('gzip')
    expect(answer.headers.get('content-encoding')).toBe('gzip')
    const text = gunzipSync(await answer.arrayBuffer()).toString()
    expect(text).toContain(PAGE.script)
    expect(await (await request('identity')).text()).toBe(text)
    const again = await request('gzip', { 'if-none-match': answer.headers.get('etag') })
    expect([again.status, again.headers.get('content-encoding')]).toEqual([304, null])
  })
})

describe('console.fetch', () => {
  it('answers web-standard requests', async () => {
    const { console } = await createTestConsole()
    const headers = { authorization: `Bearer ${TOKEN}` }
    const answer = await console.fetch(new Request('https://console.example/api/v1/accounts', { headers }))
    expect([answer.status, ((await answer.json()) as { data: unknown[] }).data.length]).toEqual([200, 2])
    expect((await console.fetch(new Request('https://console.example/'))).status).toBe(200)
  })
})
