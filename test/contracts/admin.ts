import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { GatewayError, hashKey, type Stores } from '../../src/index.js'
import { CHAT, chatAnswer } from '../support/calls.js'
import type { Answer } from '../support/read-answer.js'
import {
  BASE_CONFIG,
  createTestGateway,
  KEY,
  type Overrides,
  type TestGateway,
} from '../support/test-gateway.js'
import { createClock, type TestClock } from './samples.js'

/** Stores that live for one test; their clock is that of the test. */
export interface OpenedStores {
  readonly stores: Stores
  readonly close: () => Promise<void> | void
}

export type OpenStores = (clock: TestClock) => Promise<OpenedStores> | OpenedStores

const BY = { actor: 'ada' } as const
const USAGE = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }

/** The admin functions, and what calls make of what they change, over the stores of one engine. */
export function testAdmin(name: string, openStores: OpenStores): void {
  describe(`${name}: the admin functions`, () => {
    let world: World
    let tested: TestGateway
    beforeEach(async () => {
      world = await createWorld(openStores)
      tested = world.start()
    })
    const call = (secret: string): Promise<Answer> =>
      tested.post(CHAT.path, CHAT.request(), { authorization: `Bearer ${secret}` })
    const codeOf = ({ status, json }: Answer): unknown => [status, json.error?.code ?? null]

    it('work before the first request, and make all that a call needs', async () => {
      const { accounts, keys, money } = tested.gateway.admin
      expect(await accounts.create({ id: 'new', name: 'New & Co', ...BY })).toMatchObject({
        id: 'new',
        name: 'New & Co',
        status: 'active',
      })
      const created = await keys.create({ accountId: 'new', name: 'first', rpm: null, ...BY })
      const secret = created?.secret ?? ''
      expect(secret).toMatch(/^cm-gk_/)
      expect(created?.key).toMatchObject({
        accountId: 'new',
        name: 'first',
        rpm: null,
        tpm: 100_000,
        concurrency: null,
        status: 'active',
        hash: hashKey(secret, BASE_CONFIG.keySecret ?? ''),
      })
      expect(codeOf(await call(secret))).toEqual([402, 'no_wallet'])
      await money.topUp({ accountId: 'new', amountMicro: 500_000, externalId: 'pay_1', ...BY })
      tested.vendor.play(chatAnswer(USAGE))
      expect((await call(secret)).status).toBe(200)
      const charged = 10 + 5 * 2
      const credits = await tested.get('/v1/credits', { authorization: `Bearer ${secret}` })
      expect(credits.json).toMatchObject({ balance_micro: 500_000 - charged, uncollected_micro: 0 })
      const usage = await tested.get('/v1/usage', { authorization: `Bearer ${secret}` })
      expect(usage.json.daily).toMatchObject({ cost_micro: charged, request_count: 2, success_count: 1 })
      expect(await money.balance('new')).toEqual({ balanceMicro: 500_000 - charged, heldMicro: 0 })
    })

    it('stop and start a key at once, also one that is remembered', async () => {
      const { keys } = tested.gateway.admin
      expect((await call(KEY)).status).toBe(200)
      expect(await keys.disable('key_acme', BY)).toMatchObject({ id: 'key_acme', status: 'disabled' })
      expect(codeOf(await call(KEY))).toEqual([401, 'api_key_inactive'])
      await keys.enable('key_acme', BY)
      expect((await call(KEY)).status).toBe(200)
      await keys.change('key_acme', { expiresAt: world.clock.now(), ...BY })
      expect(codeOf(await call(KEY))).toEqual([401, 'api_key_inactive'])
      await keys.change('key_acme', { expiresAt: null, ...BY })
      expect((await call(KEY)).status).toBe(200)
      expect(await keys.delete('key_acme', BY)).toMatchObject({ id: 'key_acme' })
      expect(codeOf(await call(KEY))).toEqual([401, 'invalid_api_key'])
      expect(await keys.get('key_acme')).toBeNull()
    })

    it('stop and start an account with all its keys at once', async () => {
      const { accounts, keys } = tested.gateway.admin
      const second = (await keys.create({ accountId: 'acme', ...BY }))?.secret ?? ''
      expect([(await call(KEY)).status, (await call(second)).status]).toEqual([200, 200])
      expect(await accounts.suspend('acme', BY)).toMatchObject({ status: 'suspended' })
      for (const secret of [KEY, second]) {
        expect(codeOf(await call(secret))).toEqual([401, 'user_inactive'])
      }
      expect(await accounts.activate('acme', BY)).toMatchObject({ status: 'active' })
      expect([(await call(KEY)).status, (await call(second)).status]).toEqual([200, 200])
    })

    it('change what a key may do, from its next call on', async () => {
      const { keys } = tested.gateway.admin
      expect((await call(KEY)).status).toBe(200)
      const change = { name: 'slow', rpm: 1, tpm: 5000, concurrency: 2, allowedModels: ['test/*'] }
      expect(await keys.change('key_acme', { ...change, ...BY })).toMatchObject(change)
      expect((await call(KEY)).status).toBe(200)
      expect(codeOf(await call(KEY))).toEqual([429, 'rate_limit_exceeded'])
      await keys.change('key_acme', { rpm: null, allowedModels: ['other/*'], ...BY })
      expect(codeOf(await call(KEY))).toEqual([404, 'model_not_found'])
      const open = await keys.change('key_acme', { name: null, allowedModels: null, ...BY })
      expect([open?.name, open?.allowedModels, open?.concurrency]).toEqual([undefined, undefined, 2])
      expect((await call(KEY)).status).toBe(200)
    })

    it('give an account aliases, from its next call on', async () => {
      const { accounts } = tested.gateway.admin
      const ask = (): Promise<Answer> => tested.post(CHAT.path, { ...CHAT.request(), model: 'mine' })
      expect((await ask()).status).toBe(404)
      await accounts.change('acme', { aliases: { mine: 'test/chat' }, ...BY })
      expect((await ask()).status).toBe(200)
      expect(await accounts.get('acme')).toMatchObject({ aliases: { mine: 'test/chat' } })
      await accounts.change('acme', { aliases: null, name: 'Acme', ...BY })
      expect((await ask()).status).toBe(404)
      expect((await accounts.get('acme'))?.name).toBe('Acme')
    })

    it('limit what a key and its end users spend, and tell it', async () => {
      const { keys, usage } = tested.gateway.admin
      const spendLimits = { dayMicro: 1_000_000, monthMicro: 2_000_000 }
      await keys.change('key_acme', { spendLimits, endUserSpendLimits: { weekMicro: 900_000 }, ...BY })
      expect(await keys.get('key_acme')).toMatchObject({
        spendLimits,
        endUserSpendLimits: { weekMicro: 900_000 },
      })
      tested.vendor.play(chatAnswer(USAGE))
      await tested.post(CHAT.path, { ...CHAT.request(), user: 'u1' })
      const charged = { dayMicro: 20, weekMicro: 20, monthMicro: 20 }
      expect(await usage.spent({ keyId: 'key_acme' })).toEqual(charged)
      expect(await usage.spent({ keyId: 'key_acme', endUser: 'u1' })).toEqual(charged)
      expect(await usage.spent({ keyId: 'key_acme', endUser: 'u2' })).toMatchObject({ monthMicro: 0 })
      await keys.change('key_acme', { spendLimits: { dayMicro: 20 }, ...BY })
      const refused = await call(KEY)
      expect(refused.status).toBeGreaterThanOrEqual(400)
      expect(refused.text).toContain('spend limit')
    })

    it('list accounts and keys page by page', async () => {
      const { accounts, keys } = tested.gateway.admin
      for (const id of ['b', 'a', 'c']) await accounts.create({ id, ...BY })
      const ids = (list: readonly { readonly id: string }[]): readonly string[] => list.map(({ id }) => id)
      expect(ids(await accounts.list())).toEqual(['a', 'acme', 'b', 'c'])
      expect(ids(await accounts.list({ limit: 2, afterId: 'acme' }))).toEqual(['b', 'c'])
      await keys.create({ accountId: 'a', ...BY })
      await keys.create({ accountId: 'a', ...BY })
      const all = await keys.list()
      expect(all).toHaveLength(3)
      const ofA = await keys.list({ accountId: 'a' })
      expect(ofA).toHaveLength(2)
      expect(ids(await keys.list({ accountId: 'a', afterId: ofA[0]?.id }))).toEqual([ofA[1]?.id])
    })

    it('case 59: move money once for each external id, and never below zero', async () => {
      const { money } = tested.gateway.admin
      const topUp = { accountId: 'acme', amountMicro: 5000, externalId: 'pay_1', note: 'card', ...BY }
      expect(await money.topUp(topUp)).toMatchObject({ outcome: 'posted', postedMicro: 5000 })
      expect(await money.topUp(topUp)).toMatchObject({ outcome: 'repeated' })
      expect(await money.topUp({ ...topUp, amountMicro: 1 })).toMatchObject({ outcome: 'conflict' })
      expect(await money.balance('acme')).toEqual({ balanceMicro: 1_005_000, heldMicro: 0 })
      const refund = { ...topUp, externalId: 'back_1', amountMicro: 2_000_000 }
      expect(await money.refund(refund)).toMatchObject({
        outcome: 'posted',
        postedMicro: -1_005_000,
        shortfallMicro: 995_000,
      })
      await money.adjust({ ...topUp, externalId: 'fix_1', amountMicro: 70 })
      await money.adjust({ ...topUp, externalId: 'fix_2', amountMicro: -30 })
      expect(await money.balance('acme')).toEqual({ balanceMicro: 40, heldMicro: 0 })
      const entries = await money.entries({ accountId: 'acme', kinds: ['adjustment', 'refund'] })
      expect(entries.map(({ kind, balanceMicro, actor, note }) => [kind, balanceMicro, actor, note])).toEqual(
        [
          ['adjustment', -30, 'ada', 'card'],
          ['adjustment', 70, 'ada', 'card'],
          ['refund', -1_005_000, 'ada', 'card'],
        ],
      )
      const [newest, ...older] = entries
      expect(
        await money.entries({ accountId: 'acme', kinds: ['adjustment', 'refund'], beforeId: newest?.id }),
      ).toEqual(older)
      expect(await money.verifyLedger()).toEqual({ wallets: 1, problems: [] })
    })

    it('case 54: release the holds of calls that nobody ended', async () => {
      const { money } = tested.gateway.admin
      const { stores, clock } = world
      await tested.gateway.ready()
      const hold = { holdId: 'lost', accountId: 'acme', amountMicro: 100, expiresAt: clock.now() + 10 }
      await stores.ledger.hold(hold)
      expect(await money.sweep()).toBe(0)
      clock.advance(11)
      expect(await money.sweep()).toBe(1)
      expect(await money.balance('acme')).toMatchObject({ heldMicro: 0 })
    })

    it('forget answers whose time is over', async () => {
      const { stores, clock } = world
      await stores.state.put('a', '1', clock.now() + 10)
      await stores.state.put('b', '2', clock.now() + 100)
      clock.advance(50)
      expect(await tested.gateway.admin.sweepState()).toBe(1)
      expect(await stores.state.get('b')).toBe('2')
    })

    it('keep sessions until they end or their time is over', async () => {
      const { sessions } = tested.gateway.admin
      const { clock } = world
      await sessions.open('one', clock.now() + 100)
      await sessions.open('two', clock.now() + 100)
      expect(await sessions.end('one')).toBe(true)
      expect(await sessions.end('one')).toBe(false)
      expect([await sessions.isOpen('one'), await sessions.isOpen('two')]).toEqual([false, true])
      clock.advance(100)
      expect(await sessions.isOpen('two')).toBe(false)
    })

    it('read, sum, export and prune usage', async () => {
      const { usage } = tested.gateway.admin
      for (const user of ['u1', 'u2', 'u1']) {
        world.clock.advance(1000)
        tested.vendor.play(chatAnswer(USAGE))
        await tested.post(CHAT.path, { ...CHAT.request(), user })
      }
      const records = await usage.records({ accountId: 'acme' })
      expect(records.map(({ endUser }) => endUser)).toEqual(['u1', 'u2', 'u1'])
      const [first, second, third] = records
      if (first === undefined || second === undefined || third === undefined) throw new Error('no records')
      expect(await usage.record(second.requestId)).toMatchObject({ requestId: second.requestId })
      expect(await usage.records({ endUser: 'u2' })).toHaveLength(1)
      expect(await usage.records({ limit: 1, after: first })).toMatchObject([{ requestId: second.requestId }])
      const exported: string[] = []
      for await (const record of usage.exportRecords({ keyId: 'key_acme' })) exported.push(record.requestId)
      expect(exported).toEqual(records.map(({ requestId }) => requestId))
      const day = Date.parse('2024-05-15T00:00:00Z')
      const span = { since: day, until: day + 86_400_000 }
      for (const [by, groups] of [
        ['day', [['2024-05-15', 60]]],
        ['model', [['test/chat', 60]]],
        ['key', [['key_acme', 60]]],
        [
          'end_user',
          [
            ['u1', 40],
            ['u2', 20],
          ],
        ],
      ] as const) {
        const totals = await usage.totals({ accountId: 'acme', by, ...span })
        expect(totals.map(({ group, totals: { costMicro } }) => [group, costMicro])).toEqual(groups)
      }
      expect(await usage.prune(first.time)).toBe(2)
      expect(await usage.record(third.requestId)).toBeNull()
      expect((await usage.totals({ by: 'day', ...span }))[0]?.totals.costMicro).toBe(60)
    })

    it('leave an entry of who changed what, and never a secret', async () => {
      const { accounts, keys, audit } = tested.gateway.admin
      await accounts.create({ id: 'new', name: 'New', actor: 'bob' })
      const created = await keys.create({ accountId: 'new', rpm: 5, actor: 'bob' })
      const keyId = created?.key.id ?? ''
      await keys.change(keyId, { rpm: null, expiresAt: null, actor: 'eve' })
      await keys.disable(keyId, BY)
      await keys.delete(keyId, BY)
      await accounts.suspend('new', BY)
      const entries = await audit.entries({ accountId: 'new' })
      expect(entries.map(({ actor, action, keyId: key, details }) => [actor, action, key, details])).toEqual([
        ['ada', 'account.suspend', null, { status: 'suspended' }],
        ['ada', 'key.delete', keyId, {}],
        ['ada', 'key.disable', keyId, { status: 'disabled' }],
        ['eve', 'key.change', keyId, { rpm: null, expiresAt: null }],
        ['bob', 'key.create', keyId, { rpm: 5 }],
        ['bob', 'account.create', null, { name: 'New' }],
      ])
      expect(entries.every(({ time }) => time === world.clock.now())).toBe(true)
      const [newest, next] = entries
      expect(await audit.entries({ accountId: 'new', beforeId: newest?.id, limit: 1 })).toEqual([next])
      const text = JSON.stringify(await audit.entries())
      expect(text).not.toContain(created?.secret)
      expect(text).not.toContain(created?.key.hash)
    })

    it('answer null for ids that nobody has', async () => {
      const { accounts, keys, money, usage } = tested.gateway.admin
      const move = { accountId: 'nobody', amountMicro: 1, externalId: 'x', ...BY }
      const answers = await Promise.all([
        accounts.get('nobody'),
        accounts.change('nobody', { name: 'x', ...BY }),
        accounts.suspend('nobody', BY),
        keys.create({ accountId: 'nobody', ...BY }),
        keys.get('nobody'),
        keys.change('nobody', { rpm: 1, ...BY }),
        keys.disable('nobody', BY),
        keys.delete('nobody', BY),
        money.balance('nobody'),
        money.topUp(move),
        money.refund(move),
        money.adjust(move),
        usage.record('nobody'),
      ])
      expect(answers).toEqual(answers.map(() => null))
      expect(await money.entries({ accountId: 'nobody' })).toEqual([])
    })

    it('refuse an id that is taken', async () => {
      const error: unknown = await tested.gateway.admin.accounts
        .create({ id: 'acme', ...BY })
        .catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(GatewayError)
      expect(error).toMatchObject({ code: 'invalid_value', status: 409, param: 'id' })
    })
  })

  describe(`${name}: the accounts of the configuration`, () => {
    it('are there once, however often a gateway starts on the store', async () => {
      const { start } = await createWorld(openStores)
      const first = start({ account: { name: 'Acme' } })
      expect((await first.get('/v1/credits')).json.balance_micro).toBe(1_000_000)
      await first.gateway.admin.keys.disable('key_acme', BY)
      await first.gateway.admin.money.adjust({
        accountId: 'acme',
        amountMicro: -400_000,
        externalId: 'e',
        ...BY,
      })
      const second = start({ account: { name: 'Acme Ltd', balanceMicro: 9_000_000 }, key: { rpm: 7 } })
      await second.gateway.ready()
      const { accounts, keys, money } = second.gateway.admin
      expect(await accounts.get('acme')).toMatchObject({ name: 'Acme Ltd', status: 'active' })
      expect(await money.balance('acme')).toEqual({ balanceMicro: 600_000, heldMicro: 0 })
      // What the configuration does not say stays as an administrator left it.
      expect(await keys.get('key_acme')).toMatchObject({ rpm: 7, status: 'disabled' })
      await start({ key: { rpm: 7, disabled: false } }).gateway.ready()
      expect(await keys.get('key_acme')).toMatchObject({ rpm: 7, status: 'active' })
      const before = await second.gateway.admin.audit.entries()
      await start({ key: { rpm: 7, disabled: false } }).gateway.ready()
      expect(await second.gateway.admin.audit.entries()).toEqual(before)
    })

    it('replace the secret of a key, and the id of a secret', async () => {
      const { start } = await createWorld(openStores)
      await start().gateway.ready()
      const rotated = start({ key: { key: 'cm-another-secret' } })
      expect((await rotated.get('/v1/credits')).status).toBe(401)
      expect((await rotated.get('/v1/credits', { 'x-api-key': 'cm-another-secret' })).status).toBe(200)
      const renamed = start({ key: { key: 'cm-another-secret', id: 'key_new' } })
      await renamed.gateway.ready()
      const list = await renamed.gateway.admin.keys.list()
      expect(list.map(({ id }) => id)).toEqual(['key_new'])
    })

    it('are written by many instances at once', async () => {
      const { start } = await createWorld(openStores)
      const gateways = Array.from({ length: 5 }, () => start())
      const answers = await Promise.all(gateways.map((tested) => tested.get('/v1/credits')))
      expect(answers.map(({ json }) => json.balance_micro)).toEqual(answers.map(() => 1_000_000))
    })
  })
}

/** Stores with their clock, and gateways on them. */
interface World {
  readonly stores: Stores
  readonly clock: TestClock
  readonly start: (overrides?: Overrides) => TestGateway
}

async function createWorld(openStores: OpenStores): Promise<World> {
  const clock = createClock()
  const { stores, close } = await openStores(clock)
  onTestFinished(async () => close())
  const start = (overrides: Overrides = {}): TestGateway =>
    createTestGateway({ stores, now: clock.now, ...overrides })
  return { stores, clock, start }
}
