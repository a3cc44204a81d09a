import { describe, expect, it } from 'vitest'
import { type Gateway, GatewayError } from '../../../src/index.js'
import { createTestGateway } from '../../support/test-gateway.js'

type Admin = Gateway['admin']
type Try = (admin: Admin) => unknown

const BY = { actor: 'ada' }
/** What code without types, or a page that passes JSON on, can send. */
const wild = (value: unknown): never => value as never

const outcome = async (attempt: Try, admin: Admin = createTestGateway().gateway.admin): Promise<unknown> => {
  try {
    return await attempt(admin)
  } catch (error) {
    return error
  }
}

const MOVE = { accountId: 'acme', amountMicro: 1, externalId: 'e', ...BY }
const TOTALS = { by: 'day', since: 0, until: 86_400_000 }

const FAULTS: readonly (readonly [name: string, param: string | null, attempt: Try])[] = [
  ['no input', null, (admin) => admin.accounts.create(wild(null))],
  ['no actor', 'actor', (admin) => admin.accounts.create(wild({ id: 'x' }))],
  ['an empty actor', 'actor', (admin) => admin.keys.disable('key_acme', { actor: ' ' })],
  ['no actor of a change', 'actor', (admin) => admin.accounts.suspend('acme', wild({}))],
  ['an id with a space', 'id', (admin) => admin.accounts.create({ id: 'a b', ...BY })],
  ['a setting that is none', 'status', (admin) => admin.accounts.create(wild({ status: 'active', ...BY }))],
  [
    'a setting named like a method',
    'toString',
    (admin) => admin.accounts.create(wild({ toString: 1, ...BY })),
  ],
  [
    'an alias to nowhere',
    'aliases.x',
    (admin) => admin.accounts.create({ aliases: { x: 'no/such' }, ...BY }),
  ],
  [
    'an alias that is no text',
    'aliases.x',
    (admin) => admin.accounts.change('acme', { aliases: wild({ x: 1 }), ...BY }),
  ],
  ['aliases that are a list', 'aliases', (admin) => admin.accounts.create({ aliases: wild([]), ...BY })],
  ['a rate of nothing', 'rpm', (admin) => admin.keys.change('key_acme', { rpm: 0, ...BY })],
  ['a broken rate', 'tpm', (admin) => admin.keys.change('key_acme', { tpm: 1.5, ...BY })],
  [
    'models that are no list',
    'allowedModels',
    (admin) => admin.keys.change('key_acme', { allowedModels: wild('a'), ...BY }),
  ],
  [
    'a model that is no text',
    'allowedModels[1]',
    (admin) => admin.keys.change('key_acme', { allowedModels: ['a', wild(1)], ...BY }),
  ],
  [
    'a spend limit below zero',
    'spendLimits.dayMicro',
    (admin) => admin.keys.change('key_acme', { spendLimits: { dayMicro: -1 }, ...BY }),
  ],
  [
    'a spend limit of a year',
    'endUserSpendLimits.yearMicro',
    (admin) => admin.keys.change('key_acme', { endUserSpendLimits: wild({ yearMicro: 1 }), ...BY }),
  ],
  [
    'a time that is a text',
    'expiresAt',
    (admin) => admin.keys.change('key_acme', { expiresAt: wild('now'), ...BY }),
  ],
  ['a new key without account', 'accountId', (admin) => admin.keys.create(wild(BY))],
  [
    'a secret of its own',
    'key',
    (admin) => admin.keys.create(wild({ accountId: 'acme', key: 'cm-mine-own', ...BY })),
  ],
  ['a page of nothing', 'limit', (admin) => admin.keys.list({ limit: 0 })],
  ['a page without end', 'limit', (admin) => admin.accounts.list({ limit: 1001 })],
  ['a top-up below zero', 'amountMicro', (admin) => admin.money.topUp({ ...MOVE, amountMicro: -1 })],
  ['a refund of dollars', 'amountMicro', (admin) => admin.money.refund({ ...MOVE, amountMicro: 1.5 })],
  [
    'more than can be counted',
    'amountMicro',
    (admin) => admin.money.topUp({ ...MOVE, amountMicro: Number.MAX_SAFE_INTEGER }),
  ],
  [
    'money without an external id',
    'externalId',
    (admin) => admin.money.adjust({ ...MOVE, externalId: wild(undefined) }),
  ],
  [
    'entries of a strange kind',
    'kinds[0]',
    (admin) => admin.money.entries({ accountId: 'acme', kinds: [wild('gift')] }),
  ],
  ['a status of no call', 'status', (admin) => admin.usage.records({ status: wild('maybe') })],
  ['totals by nothing', 'by', (admin) => admin.usage.totals(wild({ ...TOTALS, by: 'colour' }))],
  ['totals from noon', 'since', (admin) => admin.usage.totals(wild({ ...TOTALS, since: 1 }))],
  [
    'a record behind nothing',
    'after.requestId',
    (admin) => admin.usage.records({ after: wild({ time: 1 }) }),
  ],
  ['spend of nobody', 'keyId', (admin) => admin.usage.spent(wild({}))],
  ['a prune before nothing', 'before', (admin) => admin.usage.prune(wild(undefined))],
  [
    'an export of something else',
    'colour',
    (admin) => firstOf(admin.usage.exportRecords(wild({ colour: 1 }))),
  ],
  ['an audit of a number', 'accountId', (admin) => admin.audit.entries({ accountId: wild(5) })],
]

async function firstOf<T>(values: AsyncIterable<T>): Promise<T | undefined> {
  for await (const value of values) return value
  return undefined
}

describe('an admin function refuses', () => {
  it.each(FAULTS)('%s, and names the field', async (_name, param, attempt) => {
    const error = await outcome(attempt)
    expect(error).toBeInstanceOf(GatewayError)
    expect(error).toMatchObject({ code: 'invalid_value', status: 400, param })
  })

  it('before anything has changed', async () => {
    const { gateway, stores } = createTestGateway()
    await outcome((admin) => admin.keys.change('key_acme', { rpm: 5, tpm: -1, ...BY }), gateway.admin)
    await outcome(
      (admin) => admin.accounts.change('acme', { name: 'x', aliases: { y: 'no/such' }, ...BY }),
      gateway.admin,
    )
    expect(stores.keys.key('key_acme')?.rpm).toBeNull()
    expect(stores.keys.account('acme')?.name).toBeUndefined()
  })
})

describe('a store that fails', () => {
  const broken = (): never => {
    throw new Error('connect ECONNREFUSED 10.1.2.3 password=hunter2')
  }

  it('is a db_error that says nothing of it', async () => {
    const { gateway, stores } = createTestGateway()
    Object.assign(stores.keys, { account: broken, changeKey: broken })
    await gateway.ready().catch(() => undefined)
    const error = await outcome((admin) => admin.accounts.get('acme'), gateway.admin)
    expect(error).toMatchObject({ code: 'db_error', status: 500 })
    expect(String(error)).not.toMatch(/hunter2|10\.1/)
  })

  it('while it changes a key has perhaps changed it: nothing is remembered of the key', async () => {
    const { gateway, stores, get } = createTestGateway()
    expect((await get('/v1/credits')).status).toBe(200)
    const original = { ...stores.keys }
    Object.assign(stores.keys, {
      changeKey: (...step: Parameters<typeof original.changeKey>) => {
        original.changeKey(...step)
        return broken()
      },
    })
    const error = await outcome((admin) => admin.keys.disable('key_acme', BY), gateway.admin)
    expect(error).toMatchObject({ code: 'db_error' })
    expect((await get('/v1/credits')).status).toBe(401)
  })
})
