import { describe, expect, it } from 'vitest'
import { createMemoryStore, type KeyStore, type MemoryStore } from '../../src/index.js'
import { createOnce } from '../../src/gateway/config/seed.js'
import { createClock } from '../contracts/samples.js'
import { CHAT, MESSAGES } from '../support/calls.js'
import { replaceMethods } from '../support/replace-methods.js'
import { createTestGateway } from '../support/test-gateway.js'

const emptyStores = (): MemoryStore => createMemoryStore({ now: createClock().now, secret: '' })

describe('a store that is away when the gateway starts', () => {
  it('is a 500 in the words of the dialect that says nothing of it, until the store is back', async () => {
    const stores = emptyStores()
    const original = { ...stores.keys }
    let away = true
    Object.assign(stores.keys, {
      createAccount: (...step: Parameters<typeof original.createAccount>) => {
        if (away) throw new Error('connect ECONNREFUSED 10.1.2.3 password=hunter2')
        return original.createAccount(...step)
      },
    })
    const tested = createTestGateway({ stores })
    const chat = await tested.post(CHAT.path, CHAT.request())
    expect([chat.status, chat.json.error.code]).toEqual([500, 'db_error'])
    const messages = await tested.post(MESSAGES.path, MESSAGES.request())
    expect([messages.status, messages.json.error.type]).toEqual([500, 'api_error'])
    expect(chat.text + messages.text).not.toMatch(/hunter2|10\.1/)
    expect(tested.vendor.calls).toEqual([])
    await expect(tested.gateway.ready()).rejects.toMatchObject({ code: 'db_error' })
    away = false
    expect((await tested.post(CHAT.path, CHAT.request())).status).toBe(200)
    await tested.gateway.ready()
  })

  it('does not stop what needs no store', async () => {
    const stores = emptyStores()
    Object.assign(stores.keys, { account: () => Promise.reject(new Error('away')) })
    const { handle } = createTestGateway({ stores, cors: { origins: '*' } })
    expect((await handle(CHAT.path, { method: 'OPTIONS' })).status).toBe(204)
    expect((await handle('/v1/nowhere')).status).toBe(404)
  })
})

it('the first requests wait for the accounts, all of them for the same work', async () => {
  const stores = emptyStores()
  const original = { ...stores.keys }
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  let creations = 0
  Object.assign(stores.keys, {
    createAccount: async (...step: Parameters<typeof original.createAccount>) => {
      creations += 1
      await opened
      return original.createAccount(...step)
    },
  })
  const { get } = createTestGateway({ stores })
  const answers = Promise.all([get('/v1/credits'), get('/v1/credits'), get('/v1/usage')])
  open()
  expect((await answers).map(({ status }) => status)).toEqual([200, 200, 200])
  expect(creations).toBe(1)
})

it('a ledger of the host gets the balance although keys live in memory', async () => {
  const { ledger } = emptyStores()
  const { get } = createTestGateway({ stores: { ledger } })
  expect((await get('/v1/credits')).json).toMatchObject({ balance_micro: 1_000_000 })
  expect(ledger.balance('acme')).toEqual({ balanceMicro: 1_000_000, heldMicro: 0 })
})

it('stores in memory are filled at once: nothing is waited for', async () => {
  const { gateway, get } = createTestGateway({ stores: {} })
  expect(await gateway.admin.accounts.get('acme')).toMatchObject({ id: 'acme' })
  expect((await get('/v1/credits')).status).toBe(200)
})

describe('work that is done once', () => {
  it('is shared while it runs, null when it is done, and tried again when it failed', async () => {
    const runs: string[] = []
    const once = createOnce(async () => {
      runs.push('run')
      await Promise.resolve()
      if (runs.length === 1) throw new Error('first')
    })
    const [left, right] = [once(), once()]
    expect(left).toBe(right)
    await expect(left).rejects.toThrow('first')
    await once()
    expect(once()).toBeNull()
    expect(runs).toHaveLength(2)
  })
})

it('gateways that start at the same time store each key once, and delete none', async () => {
  const stores = emptyStores()
  const other = createTestGateway({ stores })
  let asked = 0
  // The other one stores all keys when this one has just seen that there are none.
  replaceMethods<KeyStore>(stores.keys, (real) => ({
    key: async (keyId: string) => {
      asked += 1
      const seen = real.key(keyId)
      if (asked === 1) await other.gateway.ready()
      return seen
    },
  }))
  await createTestGateway({ stores }).gateway.ready()
  const actions = stores.keys.auditEntries({ limit: 100 }).map(({ action }) => action)
  expect(actions.filter((action) => action.startsWith('key.'))).toEqual(['key.create'])
})
