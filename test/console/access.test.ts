import { describe, expect, it } from 'vitest'
import type { Principal } from '../../src/console/principal.js'
import type { Route } from '../../src/console/route.js'
import { ROUTES } from '../../src/console/routes.js'
import { bodyFor, furnish, type Ids, isOfAccount, namesAccount, NOBODY, pathOf } from './samples.js'
import {
  createTestConsole,
  OPERATOR,
  OWNER,
  PAPER,
  STRANGER,
  type TestConsole,
  TOKEN,
  VIEWER,
} from './support.js'
import type { Answer } from '../support/read-answer.js'

const guarded = ROUTES.filter(({ access }) => access !== 'anyone')
const name = ({ method, path }: Route): string => `${method} ${path}`
const each = (routes: readonly Route[]): [string, Route][] => routes.map((route) => [name(route), route])

/** A console with a key, money and a request in `acme` and in `other`. */
async function furnished(): Promise<TestConsole & { readonly ids: Readonly<Record<'acme' | 'other', Ids>> }> {
  const world = await createTestConsole({ payments: PAPER })
  return { ...world, ids: { acme: await furnish(world, 'acme'), other: await furnish(world, 'other') } }
}

async function call(
  world: TestConsole,
  principal: Principal,
  { route, path, body = bodyFor(route) }: { route: Route; path: string; body?: unknown },
): Promise<Answer> {
  const actor = world.as(principal)
  switch (route.method) {
    case 'GET':
      return await actor.get(path)
    case 'POST':
      return await actor.post(path, body)
    case 'PATCH':
      return await actor.patch(path, body)
    case 'DELETE':
      return await actor.remove(path)
  }
}

/** What an answer says, without the id that it was asked for and its own. */
const words = ({ status, json }: Answer, ids: Ids): unknown => {
  const { message, ...error } = json.error
  const plain = Object.values(ids).reduce((text: string, id) => text.replaceAll(id, 'ID'), message)
  return { status, error: { ...error, message: plain } }
}

describe('what belongs to another account', () => {
  it.each(each(guarded.filter(isOfAccount)))('is nowhere for its neighbour: %s', async (_name, route) => {
    const world = await furnished()
    const theirs = await call(world, OWNER, { route, path: pathOf(route, world.ids.other) })
    const nobodys = await call(world, OWNER, { route, path: pathOf(route, NOBODY) })
    expect(theirs.status).toBe(404)
    expect(words(theirs, world.ids.other)).toEqual(words(nobodys, NOBODY))
  })

  it.each(each(guarded.filter(isOfAccount)))(
    'is there for its owner or an operator: %s',
    async (_name, route) => {
      const world = await furnished()
      const principal = route.access === 'operator' ? OPERATOR : STRANGER
      const answer = await call(world, principal, { route, path: pathOf(route, world.ids.other) })
      expect(answer.status).toBe(route.status ?? 200)
    },
  )

  it.each(each(guarded.filter(namesAccount)))('is not found by its name: %s', async (_name, route) => {
    const world = await furnished()
    const path = pathOf(route, NOBODY)
    const ask = (id: string): Promise<Answer> =>
      route.body === null
        ? call(world, OWNER, { route, path: `${path}${path.includes('?') ? '&' : '?'}account_id=${id}` })
        : call(world, OWNER, { route, path, body: { ...(bodyFor(route) as object), account_id: id } })
    const [theirs, nobodys] = [await ask('other'), await ask('nobody')]
    expect(theirs.status).toBe(404)
    expect(words(theirs, { ...NOBODY, account_id: 'other' })).toEqual(words(nobodys, NOBODY))
    expect((await ask('acme')).status).toBe(200)
  })

  it('is in no list, sum or table', async () => {
    const world = await furnished()
    const paths = ['usage', 'usage.csv', 'totals?by=key', 'totals?by=day', 'audit', 'models']
    for (const path of paths) {
      const { text, status } = await world.as(STRANGER).get(path)
      expect(status).toBe(200)
      expect(text).not.toContain('acme')
      expect(text).not.toContain(world.ids.acme.request_id)
    }
    const day = await world.as(STRANGER).get('totals?by=day')
    expect(day.json.data).toMatchObject([{ request_count: 1, cost_micro: 20 }])
    expect((await world.operator.get('totals?by=day')).json.data).toMatchObject([{ request_count: 2 }])
  })

  it('does not come through a key or a cursor of the neighbour', async () => {
    const world = await furnished()
    const { acme, other } = world.ids
    expect((await world.as(OWNER).get(`usage?key_id=${other.key_id}`)).json.data).toEqual([])
    const page = await world.operator.get('usage?limit=1')
    const { data } = (await world.as(STRANGER).get(`usage?after=${page.json.next}`)).json
    expect(data.every((record: { account_id: string }) => record.account_id === 'other')).toBe(true)
    expect((await world.as(OWNER).get('usage')).json.data[0].request_id).toBe(acme.request_id)
  })
})

describe('roles', () => {
  it.each(each(guarded.filter(({ method }) => method !== 'GET')))(
    'a viewer cannot write: %s',
    async (_name, route) => {
      const world = await furnished()
      const before = await snapshot(world)
      const answer = await call(world, VIEWER, { route, path: pathOf(route, world.ids.acme) })
      // Signing out is no writing.
      expect(answer.status).toBe(route.path === 'session' ? 204 : 403)
      if (route.path !== 'session') expect(answer.json.error.code).toBe('forbidden')
      expect(await snapshot(world)).toEqual(before)
    },
  )

  it.each(each(guarded.filter(({ access }) => access === 'operator')))(
    'an owner does nothing of an operator: %s',
    async (_name, route) => {
      const world = await furnished()
      const before = await snapshot(world)
      const answer = await call(world, OWNER, { route, path: pathOf(route, world.ids.acme) })
      expect([answer.status, answer.json.error.code]).toEqual([403, 'forbidden'])
      expect(await snapshot(world)).toEqual(before)
    },
  )

  it('an owner changes names and aliases of the account, not its status', async () => {
    const { as, operator } = await createTestConsole()
    const owner = as(OWNER)
    const changed = await owner.patch('accounts/acme', { name: 'Acme', aliases: { mine: 'test/chat' } })
    expect(changed.json).toMatchObject({ name: 'Acme', aliases: { mine: 'test/chat' }, status: 'active' })
    const refused = await owner.patch('accounts/acme', { status: 'suspended', name: 'Other' })
    expect([refused.status, refused.json.error.param]).toEqual([403, 'status'])
    expect((await owner.get('accounts/acme')).json).toMatchObject({ name: 'Acme', status: 'active' })
    expect((await operator.patch('accounts/acme', { status: 'suspended' })).json.status).toBe('suspended')
  })

  it('who moved money or changed something is the operators’ to know, unless it was somebody of the account', async () => {
    const world = await createTestConsole({ payments: PAPER })
    const { admin } = world.tested.gateway
    const olga = world.as({ actor: 'olga@gateway.example', role: 'operator' })
    const { json: key } = await olga.post('accounts/acme/keys', {})
    await olga.patch('accounts/acme', { name: 'Acme' })
    await world.as(OWNER).patch(`keys/${key.id}`, { name: 'mine' })
    await olga.post('accounts/acme/credits', { amount_micro: 5, external_id: 'bank 7', note: 'Thank you' })
    const paid = { accountId: 'acme', amountMicro: 7, externalId: 'paper:payment:1' }
    await admin.money.topUp({ ...paid, actor: PAPER.name })
    const actors = async (principal: Principal, path: string): Promise<unknown[]> =>
      (await world.as(principal).get(path)).json.data.map(({ actor }: { actor: string }) => actor)

    const audit = 'audit?account_id=acme&limit=3'
    expect(await actors(OPERATOR, audit)).toEqual(['ada', 'olga@gateway.example', 'olga@gateway.example'])
    expect(await actors(OWNER, audit)).toEqual(['ada', 'operator', 'operator'])
    expect((await world.as(OWNER).get(audit)).json.data[0].details).toEqual({ name: 'mine' })
    const books = 'accounts/acme/ledger?kind=top_up'
    expect(await actors(OPERATOR, books)).toEqual(['paper', 'olga@gateway.example', 'configuration'])
    for (const member of [OWNER, VIEWER]) {
      expect(await actors(member, books)).toEqual(['paper', 'operator', 'operator'])
      for (const path of [books, 'accounts/acme/ledger.csv'])
        expect((await world.as(member).get(path)).text).not.toContain('olga')
      expect((await world.as(member).get('accounts/acme/ledger.csv')).text).toContain(
        'bank 7,Thank you,operator',
      )
    }
    expect((await olga.get('accounts/acme/ledger.csv')).text).toContain('Thank you,olga@gateway.example')
  })

  it('routes and attempts of upstreams are the operators’ alone', async () => {
    const world = await furnished()
    const { request_id: id } = world.ids.acme
    expect((await world.operator.get(`usage/${id}`)).json.route).toBe('chat:vendor-chat')
    expect((await world.operator.get('usage.csv')).text).toContain('chat:vendor-chat')
    for (const principal of [OWNER, VIEWER]) {
      const one = await world.as(principal).get(`usage/${id}`)
      expect([one.json.route, 'attempts' in one.json]).toEqual([null, false])
      const table = await world.as(principal).get('usage.csv')
      expect(table.text).toContain(id)
      expect(table.text).not.toMatch(/vendor-chat|route|attempts/)
    }
  })
})

describe('without a session', () => {
  it.each(each(guarded))('there is nothing but the way to sign in: %s', async (_name, route) => {
    const world = await furnished()
    const before = await snapshot(world)
    const path = pathOf(route, world.ids.acme)
    const body = bodyFor(route)
    const answer = await world.send(path, { method: route.method, ...(body === undefined ? {} : { body }) })
    expect([answer.status, answer.json.error.code, answer.json.login]).toEqual([
      401,
      'not_signed_in',
      'token',
    ])
    expect(await snapshot(world)).toEqual(before)
  })

  it('the way to sign in is that of the host where there is no token', async () => {
    const { send } = await createTestConsole({ operatorToken: undefined, loginUrl: '/login' })
    expect((await send('session')).json).toMatchObject({ login: 'host', login_url: '/login' })
    const tried = await send('session', { method: 'POST', body: { token: TOKEN } })
    expect([tried.status, tried.json.login]).toEqual([401, 'host'])
  })

  it('there are both ways where there is a token beside the login of the host', async () => {
    const { send } = await createTestConsole({ loginUrl: '/login' })
    expect((await send('session')).json).toMatchObject({ login: 'token', login_url: '/login' })
  })

  it('the document of the API is there', async () => {
    const { send } = await createTestConsole()
    expect((await send('openapi.json')).json.openapi).toBe('3.1.0')
  })
})

/** All that writing could change. */
async function snapshot({ tested }: TestConsole): Promise<unknown> {
  const { admin } = tested.gateway
  return [
    await admin.accounts.list(),
    await admin.keys.list(),
    await admin.money.balance('acme'),
    await admin.money.entries({ accountId: 'acme' }),
    await admin.audit.entries(),
    (await admin.usage.records()).length,
  ]
}
