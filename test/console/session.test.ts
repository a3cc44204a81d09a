import { describe, expect, it, vi } from 'vitest'
import { createConsoleWith } from '../../src/console/console-handler.js'
import type { ConsoleOptions } from '../../src/console/options.js'
import { createTestGateway } from '../support/test-gateway.js'
import {
  actorOf,
  cookieOf,
  createTestConsole,
  OPERATOR,
  ORIGIN,
  OWNER,
  PAGE,
  PAPER,
  principalHeader,
  type Send,
  sendTo,
  signIn,
  TOKEN,
  VIEWER,
} from './support.js'

const HOUR_MS = 3_600_000

describe('options', () => {
  const { gateway } = createTestGateway()
  it.each<[string, Partial<ConsoleOptions>, RegExp]>([
    ['no way to sign in', {}, /authorize or operatorToken/],
    ['a short token', { operatorToken: 'fifteen letters' }, /16 to 1024/],
    ['a token of few letters', { operatorToken: '1234512345123451' }, /6 of them different/],
    ['a token that no header carries', { operatorToken: 'sixteen letters ä' }, /visible ASCII/],
    ['a login that is a script', { operatorToken: TOKEN, loginUrl: 'javascript:alert(1)' }, /loginUrl/],
    ['a login elsewhere in disguise', { operatorToken: TOKEN, loginUrl: '//evil.example' }, /loginUrl/],
    ['a gateway that is no place', { operatorToken: TOKEN, gatewayUrl: 'llm' }, /gatewayUrl/],
  ])('are refused: %s', (_name, options, words) => {
    expect(() => createConsoleWith({ gateway, ...options }, PAGE)).toThrow(words)
  })

  it.each(['/', '/llm', '/llm/v1', 'https://llm.example', 'http://127.0.0.1:8787/llm'])(
    'are taken: a gateway at %s',
    (gatewayUrl) => {
      expect(() => createConsoleWith({ gateway, operatorToken: TOKEN, gatewayUrl }, PAGE)).not.toThrow()
    },
  )
})

describe('who sends a request', () => {
  it('is told, with what the page needs to know', async () => {
    const options = { title: 'Acme & Co', gatewayUrl: '/llm', loginUrl: '/login', payments: PAPER }
    const { as } = await createTestConsole(options)
    const { json } = await as(VIEWER).get('session')
    expect(json).toMatchObject({
      actor: 'vera',
      role: 'viewer',
      account_id: 'acme',
      title: 'Acme & Co',
      gateway_url: '/llm',
      login_url: '/login',
      payments: { name: 'paper', minimum_micro: 1, methods: ['cash'] },
    })
    expect((await as(OPERATOR).get('session')).json).toMatchObject({ role: 'operator', account_id: null })
  })

  it('is the host’s word first, then the token in the header, then the session', async () => {
    const { send } = await createTestConsole()
    const cookie = cookieOf(await signIn(send))
    const who = async (headers: Readonly<Record<string, string>>): Promise<unknown> =>
      (await send('session', { headers })).json.actor
    expect(await who({ cookie, authorization: `Bearer ${TOKEN}`, ...principalHeader(OWNER) })).toBe('ada')
    expect(await who({ cookie, authorization: `Bearer ${TOKEN}` })).toBe('operator')
    expect(await who({ cookie })).toBe('operator')
    expect(await who({ cookie, authorization: 'Basic b2xnYTp4' })).toBe('operator')
  })

  it('is who has the session, whatever token a proxy puts beside it; without one that token is wrong', async () => {
    const { send } = await createTestConsole()
    const authorization = 'Bearer eyJ.of.the-proxy'
    const cookie = cookieOf(await signIn(send, TOKEN, { authorization }))
    expect((await send('session', { headers: { cookie, authorization } })).json.actor).toBe('operator')
    const actor = actorOf(send, { cookie, authorization })
    expect((await actor.post('accounts/acme/keys', { name: 'k' })).status).toBe(201)
    await actor.remove('session')
    for (const headers of [{ authorization }, { cookie, authorization }]) {
      const answer = await send('session', { headers })
      expect([answer.status, answer.json.error.code]).toEqual([401, 'wrong_token'])
    }
  })

  it.each<[string, unknown]>([
    ['throws', null],
    ['names no role', { actor: 'a' }],
    ['names a role that is none', { actor: 'a', role: 'admin', accountId: 'acme' }],
    ['names an owner of nothing', { actor: 'a', role: 'owner' }],
    ['names nobody', { actor: ' ', role: 'operator' }],
    ['answers a text', 'operator'],
  ])('lets nobody in when authorize %s', async (_name, answer) => {
    const { send, errors } = await createTestConsole({
      authorize: () => {
        if (answer === null) throw new Error('no database at 10.1.2.3')
        return answer as never
      },
    })
    const { status, json, text } = await send('accounts')
    expect([status, json.error.code]).toEqual([500, 'internal_error'])
    expect(text).not.toContain('10.1.2.3')
    expect(errors).toHaveLength(1)
    expect(errors[0]?.requestId).toBe(json.request_id)
    expect(String(errors[0]?.cause)).toMatch(answer === null ? /10\.1\.2\.3/ : /authorize/)
  })

  it('may be found by a promise', async () => {
    const { send } = await createTestConsole({ authorize: () => Promise.resolve(OWNER) })
    expect((await send('session')).json.actor).toBe('ada')
  })

  it('is nobody when authorize says nothing', async () => {
    const { send } = await createTestConsole({ authorize: () => undefined as never })
    expect((await send('session')).status).toBe(401)
  })
})

describe('the session of the operator', () => {
  it('is a cookie that scripts and other sites do not get, for the folder of the API', async () => {
    const { send } = await createTestConsole()
    const answer = await signIn(send)
    expect([answer.status, answer.json.role]).toEqual([200, 'operator'])
    expect(answer.headers['set-cookie']).toMatch(
      /^crossmodel_console=[\w.-]+; Max-Age=43200; HttpOnly; SameSite=Strict; Secure$/,
    )
  })

  it.each([
    ['http://localhost:3000', false],
    ['http://127.0.0.1:8787', false],
    ['http://[::1]:8787', false],
    ['http://localhost.evil.example', true],
    ['http://127.0.0.1.evil.example', true],
    ['https://localhost', true],
    ['null', true],
  ])('is Secure at %s: %s', async (origin, isSecure) => {
    const { send } = await createTestConsole()
    const answer = await signIn(send, TOKEN, { origin })
    expect(answer.headers['set-cookie']?.endsWith('; Secure')).toBe(isSecure)
  })

  it('lets its bearer read and, with the token of the session, write', async () => {
    const { send } = await createTestConsole()
    const actor = actorOf(send, { cookie: `theme=dark; ${cookieOf(await signIn(send))}` })
    expect((await actor.get('accounts')).json.data).toHaveLength(2)
    expect((await actor.post('accounts', { id: 'third' })).status).toBe(201)
  })

  it('ends after 12 hours', async () => {
    const { send, tested } = await createTestConsole()
    const headers = { cookie: cookieOf(await signIn(send)) }
    tested.clock.advance(12 * HOUR_MS - 1)
    expect((await send('session', { headers })).status).toBe(200)
    tested.clock.advance(1)
    expect((await send('session', { headers })).status).toBe(401)
  })

  it('ends with its operator’s token, and holds in every process that has the same', async () => {
    const { send, tested } = await createTestConsole()
    const headers = { cookie: cookieOf(await signIn(send)) }
    const open = (operatorToken: string, gateway = tested.gateway): Send =>
      sendTo(createConsoleWith({ gateway, operatorToken, now: tested.clock.now }, PAGE))
    expect((await open(TOKEN)('session', { headers })).status).toBe(200)
    expect((await open(`${TOKEN}2`)('session', { headers })).status).toBe(401)
    const elsewhere = createTestGateway({ keySecret: 'another pepper of tests' }).gateway
    expect((await open(TOKEN, elsewhere)('session', { headers })).status).toBe(401)
  })

  it('is void when a letter of it has changed', async () => {
    const { send } = await createTestConsole()
    const cookie = cookieOf(await signIn(send))
    const start = cookie.indexOf('=') + 1
    for (let at = start; at < cookie.length; at += 1) {
      // The last letter of base64 carries bits that mean nothing.
      const letter = cookie[at] === 'A' ? 'w' : 'A'
      const forged = cookie.slice(0, at) + letter + cookie.slice(at + 1)
      expect((await send('session', { headers: { cookie: forged } })).status).toBe(401)
    }
    for (const forged of [
      `${cookie}.x`,
      cookie.split('.')[0],
      `${cookie.slice(0, start)}.`,
      'crossmodel_console',
    ])
      expect((await send('session', { headers: { cookie: String(forged) } })).status).toBe(401)
  })

  it('is not made by hand', async () => {
    const { send } = await createTestConsole()
    const payload = btoa(JSON.stringify({ role: 'operator', expiresAt: 9e15 })).replace(/=+$/, '')
    for (const signature of ['', 'AAAA', payload])
      expect(
        (await send('session', { headers: { cookie: `crossmodel_console=${payload}.${signature}` } })).status,
      ).toBe(401)
  })

  it('is found beside others of its name', async () => {
    const { send } = await createTestConsole()
    const cookie = cookieOf(await signIn(send))
    const headers = { cookie: `crossmodel_console=old.one; a=b;${cookie}` }
    expect((await send('session', { headers })).status).toBe(200)
  })

  it('is taken away by signing out', async () => {
    const { send } = await createTestConsole()
    const actor = actorOf(send, { cookie: cookieOf(await signIn(send)) })
    const out = await actor.remove('session')
    expect(out.status).toBe(204)
    expect(out.headers['set-cookie']).toMatch(/^crossmodel_console=; Max-Age=0; HttpOnly; SameSite=Strict/)
  })

  it('ends by signing out for who has taken its cookie, in every process, and no other one does', async () => {
    const { send, tested } = await createTestConsole()
    const [stolen, other] = [cookieOf(await signIn(send)), cookieOf(await signIn(send))]
    const { gateway } = createTestGateway({ stores: tested.stores })
    const elsewhere = sendTo(
      createConsoleWith({ gateway, operatorToken: TOKEN, now: tested.clock.now }, PAGE),
    )
    const statuses = (cookie: string): Promise<readonly number[]> =>
      Promise.all(
        [send, elsewhere].map(async (ask) => (await ask('session', { headers: { cookie } })).status),
      )
    expect(await statuses(stolen)).toEqual([200, 200])
    await actorOf(send, { cookie: stolen }).remove('session')
    expect(await statuses(stolen)).toEqual([401, 401])
    expect(await statuses(other)).toEqual([200, 200])
  })

  it('ends when its browser signs in again', async () => {
    const { send } = await createTestConsole()
    const before = cookieOf(await signIn(send))
    const after = cookieOf(await signIn(send, TOKEN, { cookie: before }))
    expect((await send('session', { headers: { cookie: before } })).status).toBe(401)
    expect((await send('session', { headers: { cookie: after } })).status).toBe(200)
    await signIn(send, 'some wrong token', { cookie: after })
    expect((await send('session', { headers: { cookie: after } })).status).toBe(200)
  })

  it('is kept by the store for its time only', async () => {
    const { send, tested } = await createTestConsole()
    await signIn(send)
    tested.clock.advance(12 * HOUR_MS - 1)
    expect(await tested.gateway.admin.sweepState()).toBe(0)
    tested.clock.advance(1)
    expect(await tested.gateway.admin.sweepState()).toBe(1)
  })

  it('is not asked for in the store without its signature', async () => {
    const { send, tested } = await createTestConsole()
    const cookie = cookieOf(await signIn(send))
    const get = vi.spyOn(tested.stores.state, 'get')
    await send('session', { headers: { cookie: `${cookie.slice(0, -4)}AAAA` } })
    expect(get).not.toHaveBeenCalled()
    await send('session', { headers: { cookie } })
    expect(get).toHaveBeenCalledOnce()
  })

  it('neither counts nor ends while its store is away, and says so', async () => {
    const { send, tested } = await createTestConsole()
    const actor = actorOf(send, { cookie: cookieOf(await signIn(send)) })
    const fail = (): never => {
      throw new Error('no store at 10.1.2.3')
    }
    const ending = vi.spyOn(tested.stores.state, 'delete').mockImplementation(fail)
    const out = await actor.remove('session')
    expect([out.status, out.json.error.code, out.headers['set-cookie']]).toEqual([500, 'db_error', undefined])
    ending.mockRestore()
    const asking = vi.spyOn(tested.stores.state, 'get').mockImplementation(fail)
    const read = await actor.get('accounts')
    expect([read.status, read.text.includes('10.1.2.3')]).toEqual([500, false])
    asking.mockRestore()
    expect((await actor.get('accounts')).status).toBe(200)
  })

  it('alone can be ended here: who the host has let in signs out at the host', async () => {
    const { send, as } = await createTestConsole()
    const cookie = cookieOf(await signIn(send))
    expect((await send('session', { headers: { cookie } })).json.can_sign_out).toBe(true)
    expect((await as(OPERATOR).get('session')).json.can_sign_out).toBe(false)
    const out = await actorOf(send, { cookie, ...principalHeader(OWNER) }).remove('session')
    expect(out.status).toBe(204)
    expect((await send('session', { headers: { cookie } })).status).toBe(401)
  })
})

describe('forged requests', () => {
  const write = { method: 'POST', body: { name: 'k' } } as const

  it('need the token of their principal', async () => {
    const { send, as, tested } = await createTestConsole()
    const owner = principalHeader(OWNER)
    const tokenOf = async (principal: typeof OWNER): Promise<string> =>
      (await as(principal).get('session')).json.csrf_token
    const right = await tokenOf(OWNER)
    const foreign = [VIEWER, OPERATOR, { ...OWNER, actor: 'bob' }, { ...OWNER, accountId: 'other' }]
    const tokens = [undefined, '', 'x', right.slice(1), ...(await Promise.all(foreign.map(tokenOf)))]
    for (const token of tokens) {
      const headers = { ...owner, ...(token === undefined ? {} : { 'x-csrf-token': token }) }
      const answer = await send('accounts/acme/keys', { ...write, headers })
      expect([answer.status, answer.json.error.code]).toEqual([403, 'csrf_token'])
    }
    expect(await tested.gateway.admin.keys.list({ accountId: 'acme' })).toHaveLength(1)
    const headers = { ...owner, 'x-csrf-token': right }
    expect((await send('accounts/acme/keys', { ...write, headers })).status).toBe(201)
  })

  it('need it beside whatever bearer token, unless that is the operator’s and no login of the host counts', async () => {
    const { send, tested } = await createTestConsole()
    const cookie = cookieOf(await signIn(send))
    const [proxys, right] = ['Bearer eyJ.of.the-proxy', `Bearer ${TOKEN}`]
    const outcomes: unknown[] = []
    for (const headers of [
      { ...principalHeader(OWNER), authorization: proxys },
      { ...principalHeader(OWNER), authorization: right },
      { cookie, authorization: proxys },
      { cookie, authorization: right },
      { authorization: right },
    ])
      outcomes.push((await send('accounts/acme/keys', { ...write, headers })).status)
    expect(outcomes).toEqual([403, 403, 403, 201, 201])
    expect(await tested.gateway.admin.keys.list({ accountId: 'acme' })).toHaveLength(3)
  })

  it.each(['cross-site', 'same-site', 'something new'])(
    'are refused from a page that is %s',
    async (site) => {
      const { send, as, operator } = await createTestConsole()
      const headers = { 'sec-fetch-site': site }
      const token = (await as(OWNER).get('session')).json.csrf_token
      const answers = [
        await send('accounts/acme/keys', {
          ...write,
          headers: { ...headers, ...principalHeader(OWNER), 'x-csrf-token': token },
        }),
        await operator.send('accounts/acme/keys', { ...write, headers }),
        await signIn(send, TOKEN, headers),
      ]
      for (const { status, json, headers: given } of answers) {
        expect([status, json.error.code]).toEqual([403, 'cross_site'])
        expect(given['set-cookie']).toBeUndefined()
      }
    },
  )

  it.each(['same-origin', 'none'])('are none from a page that is %s', async (site) => {
    const { operator } = await createTestConsole()
    const headers = { 'sec-fetch-site': site }
    expect((await operator.send('accounts/acme/keys', { ...write, headers })).status).toBe(201)
  })

  it('read nothing across origins: no answer allows it', async () => {
    const { operator } = await createTestConsole()
    const { headers } = await operator.send('accounts', { headers: { origin: ORIGIN } })
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([])
    expect(headers).toMatchObject({
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
    })
    const preflight = await operator.send('accounts', { method: 'OPTIONS', headers: { origin: ORIGIN } })
    expect([preflight.status, preflight.headers['allow']]).toEqual([405, 'GET, POST'])
  })
})
