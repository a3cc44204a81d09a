import { describe, expect, it } from 'vitest'
import type { Member, OwnerLimits } from '../../src/console/index.js'
import type { Answer } from '../support/read-answer.js'
import { type Actor, createTestConsole, OPERATOR, OWNER, type TestConsole, VIEWER } from './support.js'

const LIMITS: OwnerLimits = {
  keys: 3,
  rpm: 30,
  tpm: 2000,
  concurrency: 2,
  allowedModels: ['test/*', 'other/one'],
  spendLimits: { dayMicro: 5, monthMicro: 50 },
}
const CEILINGS = {
  rpm: 30,
  tpm: 2000,
  concurrency: 2,
  allowed_models: ['test/*', 'other/one'],
  spend_limits: { day_micro: 5, month_micro: 50 },
}
const MEMBER: Member = { actor: 'ada', role: 'owner', accountId: 'acme' }
const KEYS = 'accounts/acme/keys'
const CALL = { model: 'test/chat', messages: [{ role: 'user', content: 'hi' }] }

type World = TestConsole & { readonly owner: Actor; readonly olga: Actor }

/** `acme` has one key, of the configuration; its owner has these limits. */
async function open(limits: OwnerLimits = LIMITS): Promise<World> {
  const world = await createTestConsole()
  return { ...world, owner: world.as({ ...MEMBER, limits }), olga: world.as(OPERATOR) }
}

const refusal = ({ status, json }: Answer): readonly unknown[] => [status, json.error.code, json.error.param]
const keyOf = async (actor: Actor, body: object = {}): Promise<string> => {
  const made = await actor.post(KEYS, body)
  expect(made.status).toBe(201)
  return `keys/${made.json.id}`
}

const BEYOND: readonly [param: string, body: object][] = [
  ['rpm', { rpm: null }],
  ['rpm', { rpm: 31 }],
  ['tpm', { tpm: null }],
  ['tpm', { tpm: 2001 }],
  ['concurrency', { concurrency: null }],
  ['concurrency', { concurrency: 3 }],
  ['allowed_models', { allowed_models: null }],
  ['allowed_models', { allowed_models: ['test/chat', 'other/two'] }],
  ['allowed_models', { allowed_models: ['other/*'] }],
  ['allowed_models', { allowed_models: ['tes/*'] }],
  ['spend_limits.day_micro', { spend_limits: null }],
  ['spend_limits.day_micro', { spend_limits: { day_micro: 6 } }],
  ['spend_limits.month_micro', { spend_limits: { day_micro: 1, month_micro: 51 } }],
]

describe('the ceilings of an owner', () => {
  it('are told to the page, and to nobody else', async () => {
    const { owner, olga, as } = await open()
    expect((await owner.get('session')).json.limits).toEqual({ keys: 3, ...CEILINGS })
    const none = { keys: null, rpm: null, tpm: null, concurrency: null, allowed_models: null }
    const rpm = as({ ...MEMBER, limits: { rpm: 1, tpm: null } })
    expect((await rpm.get('session')).json.limits).toEqual({ ...none, rpm: 1, spend_limits: null })
    for (const other of [olga, as(OWNER), as(VIEWER)])
      expect((await other.get('session')).json.limits).toBeNull()
  })

  it('are what a new key has where nothing is said', async () => {
    const { owner } = await open()
    expect((await owner.post(KEYS, {})).json).toMatchObject(CEILINGS)
    const some = { rpm: 1, allowed_models: ['other/one', 'test/chat'], spend_limits: { week_micro: 900 } }
    expect((await owner.post(KEYS, some)).json).toMatchObject({
      ...CEILINGS,
      ...some,
      spend_limits: { day_micro: 5, week_micro: 900, month_micro: 50 },
    })
  })

  it.each(BEYOND)('are no key’s to pass, new or old: %s of %j', async (param, body) => {
    const { owner, tested } = await open()
    const path = await keyOf(owner)
    const before = await tested.gateway.admin.keys.list()
    expect(refusal(await owner.post(KEYS, body))).toEqual([400, 'invalid_value', param])
    expect(refusal(await owner.patch(path, { name: 'x', ...body }))).toEqual([400, 'invalid_value', param])
    expect(await tested.gateway.admin.keys.list()).toEqual(before)
  })

  it('are no key’s to lose one by one', async () => {
    const { owner } = await open()
    const path = await keyOf(owner)
    const answer = await owner.patch(path, { spend_limits: { day_micro: 5 } })
    expect(refusal(answer)).toEqual([400, 'invalid_value', 'spend_limits.month_micro'])
  })

  it.each([
    { rpm: 30 },
    { tpm: 1 },
    { allowed_models: [] },
    { allowed_models: ['test/a/*', 'other/one'] },
    { spend_limits: { day_micro: 0, week_micro: 1_000_000, month_micro: 50 } },
    { end_user_spend_limits: { day_micro: 1_000_000 } },
    { expires_at: null, name: 'any' },
  ])('leave free what is below and beside them: %j', async (body) => {
    const { owner } = await open()
    const path = await keyOf(owner)
    expect((await owner.patch(path, body)).json).toMatchObject(body)
  })

  it('leave alone what an operator has set above, until the owner changes it', async () => {
    const { owner, olga } = await open()
    const above = { rpm: 900, tpm: null, allowed_models: null, spend_limits: { day_micro: 700 } }
    const path = await keyOf(olga, above)
    expect((await owner.patch(path, { ...above, name: 'mine' })).json).toMatchObject({
      ...above,
      name: 'mine',
    })
    expect(refusal(await owner.patch(path, { rpm: 800 }))).toEqual([400, 'invalid_value', 'rpm'])
    const lost = await owner.patch(path, { spend_limits: null })
    expect(refusal(lost)).toEqual([400, 'invalid_value', 'spend_limits.day_micro'])
    expect((await owner.patch(path, { rpm: 30 })).json.rpm).toBe(30)
    expect(refusal(await owner.patch(path, { rpm: 900 }))).toEqual([400, 'invalid_value', 'rpm'])
    expect((await olga.patch(path, { rpm: 900 })).json.rpm).toBe(900)
  })

  it('bound how many keys there are, whoever made them', async () => {
    const { owner, olga, tested } = await open({ keys: 3 })
    await keyOf(olga)
    const own = await keyOf(owner)
    const refused = await owner.post(KEYS, {})
    expect([refused.status, refused.json.error.code]).toEqual([403, 'forbidden'])
    expect(refused.json.error.message).toContain('3 keys')
    expect((await owner.post('playground', CALL)).status).toBe(403)
    expect(tested.vendor.calls).toHaveLength(0)
    await owner.remove(own)
    expect((await owner.post('playground', CALL)).status).toBe(200)
    await keyOf(olga)
    expect(await tested.gateway.admin.keys.list({ accountId: 'acme' })).toHaveLength(4)
  })

  it('bound the keys also when they are made at once', async () => {
    const { owner, tested } = await open()
    const answers = await Promise.all(Array.from({ length: 6 }, () => owner.post(KEYS, {})))
    const made = answers.filter(({ status }) => status === 201)
    const keys = await tested.gateway.admin.keys.list({ accountId: 'acme' })
    expect(keys).toHaveLength(1 + made.length)
    expect(keys.length).toBeLessThanOrEqual(3)
  })

  it('hold for the key of the playground', async () => {
    const { owner, tested } = await open({ rpm: 1 })
    const statuses = [await owner.post('playground', CALL), await owner.post('playground', CALL)]
    expect(statuses.map(({ status }) => status)).toEqual([200, 429])
    const keys = await tested.gateway.admin.keys.list({ accountId: 'acme' })
    expect(keys.find(({ name }) => name === 'Console playground')?.rpm).toBe(1)
  })

  it.each<[string, unknown]>([
    ['a text', 'all'],
    ['a limit of nothing', { rpm: 0 }],
    ['half a key', { keys: 0.5 }],
    ['a name that is none', { rps: 5 }],
    ['models in one text', { allowedModels: 'test/*' }],
    ['money with a sign', { spendLimits: { dayMicro: -1 } }],
  ])('that are none let nobody in: %s', async (_name, limits) => {
    const { send, errors } = await createTestConsole({ authorize: () => ({ ...MEMBER, limits }) as never })
    expect((await send('session')).status).toBe(500)
    expect(String(errors[0]?.cause)).toMatch(/^TypeError: authorize: limits/)
  })
})

describe('a key that an operator has disabled', () => {
  const refused = async ({ owner }: World, path: string): Promise<void> => {
    expect(refusal(await owner.patch(path, { status: 'active' }))).toEqual([403, 'forbidden', 'status'])
    expect(refusal(await owner.patch(path, { status: 'active', name: 'x' }))).toEqual([
      403,
      'forbidden',
      'status',
    ])
    expect(refusal(await owner.remove(path))).toEqual([403, 'forbidden', null])
    expect((await owner.get(path)).json).toMatchObject({ status: 'disabled', name: null })
  }

  it('stays so for owners, whichever operator it was', async () => {
    const world = await open()
    const path = await keyOf(world.owner)
    await world.olga.patch(path, { status: 'disabled' })
    await refused(world, path)
    expect((await world.operator.patch(path, { status: 'active' })).json.status).toBe('active')
    expect((await world.owner.remove(path)).status).toBe(204)
  })

  it('stays so where an owner had disabled it before, or tries to after', async () => {
    const world = await open()
    const path = await keyOf(world.owner)
    await world.owner.patch(path, { status: 'disabled' })
    await world.olga.patch(path, { status: 'disabled' })
    await world.owner.patch(path, { status: 'disabled' })
    await refused(world, path)
  })

  it('stays so where code of the host has disabled it, or the configuration', async () => {
    const world = await open()
    const { admin } = world.tested.gateway
    const path = await keyOf(world.owner)
    await admin.keys.disable(path.replace('keys/', ''), { actor: 'ada' })
    await refused(world, path)
    const configured = await createTestConsole(
      {},
      { accounts: [{ id: 'acme', keys: [{ key: 'cm-of-the-configuration', id: 'cold', disabled: true }] }] },
    )
    await refused({ ...world, owner: configured.as(OWNER) }, 'keys/cold')
  })

  it('stays so behind many other changes of its account', async () => {
    const world = await open()
    const { admin } = world.tested.gateway
    const path = await keyOf(world.owner)
    await world.olga.patch(path, { status: 'disabled' })
    for (let change = 0; change < 1001; change += 1)
      await admin.accounts.change('acme', { name: `n${change}`, actor: 'ada', byOwner: true })
    await refused(world, path)
  })

  it('is another matter than one that its owner has disabled, even once more', async () => {
    const { owner, olga } = await open()
    const path = await keyOf(owner)
    await olga.patch(path, { status: 'disabled' })
    await olga.patch(path, { status: 'active' })
    await owner.patch(path, { status: 'disabled' })
    expect((await owner.patch(path, { status: 'active' })).json.status).toBe('active')
    await owner.patch(path, { status: 'disabled' })
    expect((await owner.remove(path)).status).toBe(204)
  })

  it('is not opened by the playground: it cannot be made anew', async () => {
    const { owner, olga } = await open({})
    await owner.post('playground', CALL)
    const { data } = (await owner.get(KEYS)).json
    const path = `keys/${data.find(({ name }: { name: string }) => name === 'Console playground').id}`
    await olga.patch(path, { status: 'disabled' })
    expect((await owner.remove(path)).status).toBe(403)
    expect((await owner.post('playground', CALL)).json.error.code).toBe('api_key_inactive')
  })
})
