import { describe, expect, it } from 'vitest'
import type { AccountRecord, AuditEntry, KeyRecord, KeyStore } from '../../src/keys/key-store.js'
import { accountRecord, auditDraft, keyRecord } from './samples.js'

/** An empty key store. Called for each test. */
export type CreateKeyStore = () => KeyStore | Promise<KeyStore>

/** What a key store is filled with before a test. */
interface KeyStoreSeed {
  readonly accounts?: readonly AccountRecord[]
  readonly keys?: readonly KeyRecord[]
}

type StartKeyStore = (seed?: KeyStoreSeed) => Promise<KeyStore>

const FULL_ACCOUNT = accountRecord({
  name: 'Acme Käse 🧀',
  aliases: { fast: 'openai/gpt-5.5', __proto: 'x' },
  createdAt: 1_700_000_000_123,
})
const FULL_KEY = keyRecord({
  name: "ci's",
  rpm: null,
  tpm: 7,
  concurrency: 3,
  allowedModels: ['openai/*', 'anthropic/claude'],
  spendLimits: { dayMicro: 1, weekMicro: 2, monthMicro: Number.MAX_SAFE_INTEGER },
  endUserSpendLimits: { dayMicro: 0 },
  expiresAt: 1_800_000_000_456,
  createdAt: 1_700_000_000_123,
})

/** The contract of every {@link KeyStore}. */
export function testKeyStore(name: string, create: CreateKeyStore): void {
  const start: StartKeyStore = async ({ accounts = [accountRecord()], keys = [] } = {}) => {
    const store = await create()
    for (const account of accounts) await store.createAccount(account, auditDraft({ accountId: account.id }))
    for (const key of keys) await store.createKey(key, auditDraft({ keyId: key.id }))
    return store
  }

  describe(`${name}: key store`, () => {
    testFinding(start)
    testAccounts(start)
    testKeys(start)
    testAudit(start)
  })
}

function testFinding(start: StartKeyStore): void {
  it('finds a key with its account by the hash, with every field', async () => {
    const store = await start({ accounts: [FULL_ACCOUNT, accountRecord({ id: 'other' })], keys: [FULL_KEY] })
    expect(await store.findIdentity(FULL_KEY.hash)).toEqual({ key: FULL_KEY, account: FULL_ACCOUNT })
    expect(await store.account('acme')).toEqual(FULL_ACCOUNT)
    expect(await store.key('key_1')).toEqual(FULL_KEY)
  })

  it('finds keys and accounts that are not active: what that means is for the caller', async () => {
    const account = accountRecord({ status: 'suspended' })
    const key = keyRecord({ status: 'disabled' })
    const store = await start({ accounts: [account], keys: [key] })
    expect(await store.findIdentity(key.hash)).toEqual({ key, account })
  })

  it('answers null for what is unknown, and for names that every object has', async () => {
    const store = await start({ keys: [keyRecord()] })
    for (const word of ['cd'.repeat(32), '__proto__', 'constructor', "' OR 1=1 --", '']) {
      expect(await store.findIdentity(word)).toBeNull()
      expect(await store.account(word)).toBeNull()
      expect(await store.key(word)).toBeNull()
      expect(await store.changeAccount(word, { name: 'x' }, auditDraft())).toBeNull()
      expect(await store.changeKey(word, { name: 'x' }, auditDraft())).toBeNull()
      expect(await store.deleteKey(word, auditDraft())).toBeNull()
    }
  })
}

function testAccounts(start: StartKeyStore): void {
  it('creates an account once', async () => {
    const store = await start({ accounts: [] })
    const attempts = Array.from({ length: 5 }, async (_, index) =>
      store.createAccount(accountRecord({ name: `attempt ${index}` }), auditDraft()),
    )
    expect((await Promise.all(attempts)).filter((created) => created)).toHaveLength(1)
    expect(await store.accounts({ limit: 10 })).toHaveLength(1)
  })

  it('changes what is said of an account and takes away what is undefined', async () => {
    const store = await start({ accounts: [FULL_ACCOUNT], keys: [keyRecord()] })
    const suspended = { ...FULL_ACCOUNT, status: 'suspended' } as const
    expect(await store.changeAccount('acme', { status: 'suspended' }, auditDraft())).toEqual(suspended)
    const { aliases: _aliases, ...plain } = suspended
    const renamed = { ...plain, name: 'New' }
    const change = { name: 'New', aliases: undefined }
    expect(await store.changeAccount('acme', change, auditDraft())).toEqual(renamed)
    expect((await store.findIdentity(keyRecord().hash))?.account).toEqual(renamed)
  })

  it('lists accounts in the order of their ids, page by page', async () => {
    const ids = ['b', 'a', 'd', 'c', 'B']
    const store = await start({ accounts: ids.map((id) => accountRecord({ id })) })
    const list = async (page: { limit: number; afterId?: string }) =>
      (await store.accounts(page)).map(({ id }) => id)
    expect(await list({ limit: 3 })).toEqual(['B', 'a', 'b'])
    expect(await list({ limit: 3, afterId: 'b' })).toEqual(['c', 'd'])
    expect(await list({ limit: 3, afterId: 'bb' })).toEqual(['c', 'd'])
    expect(await list({ limit: 3, afterId: 'd' })).toEqual([])
  })
}

function testKeys(start: StartKeyStore): void {
  it('creates no key whose id or hash is taken, or whose account is unknown', async () => {
    const store = await start({ keys: [keyRecord()] })
    const refused = [{ hash: 'new' }, { id: 'key_2' }, { id: 'key_3', hash: 'new', accountId: 'unknown' }]
    for (const fields of refused) expect(await store.createKey(keyRecord(fields), auditDraft())).toBe(false)
    expect(await store.createKey(keyRecord({ id: 'key_2', hash: 'new' }), auditDraft())).toBe(true)
    expect(await store.keys({ limit: 10 })).toHaveLength(2)
  })

  it('creates a key once', async () => {
    const store = await start()
    const attempts = Array.from({ length: 5 }, async () => store.createKey(keyRecord(), auditDraft()))
    expect((await Promise.all(attempts)).filter((created) => created)).toHaveLength(1)
  })

  it('changes what is said of a key and takes away what is undefined', async () => {
    const store = await start({ keys: [FULL_KEY] })
    const limited = { ...FULL_KEY, rpm: 5, tpm: null, status: 'disabled' } as const
    const change = { rpm: 5, tpm: null, status: 'disabled' } as const
    expect(await store.changeKey('key_1', change, auditDraft())).toEqual(limited)
    const { name: _name, allowedModels: _models, spendLimits: _limits, expiresAt: _expiry, ...rest } = limited
    const taken = {
      name: undefined,
      allowedModels: undefined,
      spendLimits: undefined,
      expiresAt: undefined,
      endUserSpendLimits: { monthMicro: 9 },
    }
    const bare = { ...rest, endUserSpendLimits: { monthMicro: 9 } }
    expect(await store.changeKey('key_1', taken, auditDraft())).toEqual(bare)
    expect((await store.findIdentity(FULL_KEY.hash))?.key).toEqual(bare)
    expect(await store.changeKey('key_1', {}, auditDraft())).toEqual(bare)
  })

  it('deletes a key, whose id and hash are free then', async () => {
    const store = await start({ keys: [FULL_KEY] })
    expect(await store.deleteKey('key_1', auditDraft())).toEqual(FULL_KEY)
    expect(await store.deleteKey('key_1', auditDraft())).toBeNull()
    expect(await store.findIdentity(FULL_KEY.hash)).toBeNull()
    expect(await store.createKey(FULL_KEY, auditDraft())).toBe(true)
  })

  it('lists keys of all accounts or of one in the order of their ids, page by page', async () => {
    const keys = ['k3', 'k1', 'k4', 'k2'].map((id, index) =>
      keyRecord({ id, hash: id, accountId: index === 2 ? 'other' : 'acme' }),
    )
    const store = await start({ accounts: [accountRecord(), accountRecord({ id: 'other' })], keys })
    const list = async (page: Parameters<KeyStore['keys']>[0]) => (await store.keys(page)).map(({ id }) => id)
    expect(await list({ limit: 10 })).toEqual(['k1', 'k2', 'k3', 'k4'])
    expect(await list({ limit: 10, accountId: 'acme' })).toEqual(['k1', 'k2', 'k3'])
    expect(await list({ limit: 2, accountId: 'acme', afterId: 'k1' })).toEqual(['k2', 'k3'])
    expect(await list({ limit: 2, afterId: 'k2' })).toEqual(['k3', 'k4'])
    expect(await list({ limit: 10, accountId: 'unknown' })).toEqual([])
  })
}

function testAudit(start: StartKeyStore): void {
  const read = async (
    store: KeyStore,
    query: Partial<Parameters<KeyStore['auditEntries']>[0]> = {},
  ): Promise<readonly AuditEntry[]> => store.auditEntries({ limit: 100, ...query })

  it('keeps one entry for each change, newest first', async () => {
    const store = await start({ accounts: [] })
    const steps = [
      auditDraft({ action: 'account.create', time: 5, details: { name: 'Käse "🧀"', nested: [1, null] } }),
      auditDraft({ action: 'account.suspend', time: 6 }),
      auditDraft({ action: 'key.create', keyId: 'key_1', actor: 'ann' }),
      auditDraft({ action: 'key.disable', keyId: 'key_1' }),
      auditDraft({ action: 'key.delete', keyId: 'key_1' }),
    ] as const
    await store.createAccount(accountRecord(), steps[0])
    await store.changeAccount('acme', { status: 'suspended' }, steps[1])
    await store.createKey(keyRecord(), steps[2])
    await store.changeKey('key_1', { status: 'disabled' }, steps[3])
    await store.deleteKey('key_1', steps[4])
    const entries = await read(store)
    expect(entries.map(({ id: _id, ...draft }) => draft)).toEqual(steps.toReversed())
    const ids = entries.map(({ id }) => id)
    expect(ids).toEqual(ids.toSorted((left, right) => right - left))
    expect(new Set(ids).size).toBe(steps.length)
  })

  it('keeps no entry of what did not happen', async () => {
    const store = await start({ keys: [keyRecord()] })
    const before = await read(store)
    await store.createAccount(accountRecord(), auditDraft())
    await store.changeAccount('unknown', { name: 'x' }, auditDraft())
    await store.createKey(keyRecord(), auditDraft())
    await store.changeKey('unknown', { name: 'x' }, auditDraft())
    await store.deleteKey('unknown', auditDraft())
    expect(await read(store)).toEqual(before)
  })

  it('reads entries by account, page by page', async () => {
    const accounts = ['a', 'b', 'c'].map((id) => accountRecord({ id }))
    const store = await start({ accounts })
    await store.changeAccount('a', { name: 'x' }, auditDraft({ accountId: 'a', action: 'account.change' }))
    const all = await read(store)
    expect(all.map(({ accountId }) => accountId)).toEqual(['a', 'c', 'b', 'a'])
    const [first, ...rest] = all
    expect(await read(store, { limit: 1 })).toEqual([first])
    expect(await read(store, { beforeId: first?.id })).toEqual(rest)
    expect((await read(store, { accountId: 'a' })).map(({ action }) => action)).toEqual([
      'account.change',
      'account.create',
    ])
    expect(await read(store, { accountId: 'unknown' })).toEqual([])
  })
}
