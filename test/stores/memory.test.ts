import { describe, expect, it } from 'vitest'
import type { AccountConfig } from '../../src/keys/account-config.js'
import { createApiKey, hashKey } from '../../src/keys/api-key.js'
import { createMemoryStore, type MemoryStore } from '../../src/stores/memory/index.js'
import { createMemoryKeyStore } from '../../src/stores/memory/keys.js'
import { createMemoryLedger } from '../../src/stores/memory/ledger.js'
import { createMemoryLimitStore } from '../../src/stores/memory/limits.js'
import { createMemoryUsageStore } from '../../src/stores/memory/usage.js'
import { testKeyStore } from '../contracts/key-store.js'
import { testLedger } from '../contracts/ledger.js'
import { testLedgerModel } from '../contracts/ledger-model.js'
import { testLimitStore } from '../contracts/limit-store.js'
import {
  accountRecord,
  createClock,
  keyRecord,
  limitRequest,
  usageOf,
  usageRecord,
} from '../contracts/samples.js'
import { testUsageStore } from '../contracts/usage-store.js'

const SECRET = 'pepper'
const NOW = Date.parse('2024-05-15T12:00:00Z')

testKeyStore('memory', ({ accounts, keys }) => {
  const store = createMemoryKeyStore()
  for (const account of accounts) store.putAccount(account)
  for (const key of keys) store.putKey(key)
  return store
})
testLimitStore('memory', (clock) => createMemoryLimitStore(clock.now))
testLedger('memory', createMemoryLedger)
testLedgerModel('memory', createMemoryLedger)
testUsageStore('memory', () => createMemoryUsageStore())

function start(...accounts: AccountConfig[]): MemoryStore {
  return createMemoryStore({ now: () => NOW, secret: SECRET, accounts })
}

describe('createMemoryStore', () => {
  it('fills keys from a configuration, with the documented defaults', () => {
    const { keys } = start({
      id: 'acme',
      aliases: { fast: 'openai/gpt-5.5' },
      keys: [{ key: 'cm-demo-key' }],
    })
    const hash = hashKey('cm-demo-key', SECRET)
    expect(keys.findIdentity(hash)).toEqual({
      account: { id: 'acme', status: 'active', aliases: { fast: 'openai/gpt-5.5' } },
      key: {
        id: `key_${hash.slice(0, 16)}`,
        accountId: 'acme',
        hash,
        hint: 'cm-…',
        status: 'active',
        rpm: 60,
        tpm: 100_000,
        concurrency: null,
        createdAt: NOW,
      },
    })
  })

  it('takes null for unlimited, and keeps what a key says about itself', () => {
    const { keys } = start({
      id: 'acme',
      suspended: true,
      keys: [
        { key: 'cm-demo', id: 'ci', rpm: null, tpm: null, concurrency: 2, disabled: true, expiresAt: 9 },
      ],
    })
    expect(keys.findIdentity(hashKey('cm-demo', SECRET))).toMatchObject({
      account: { status: 'suspended' },
      key: { id: 'ci', rpm: null, tpm: null, concurrency: 2, status: 'disabled', expiresAt: 9 },
    })
  })

  it('keeps no secret', () => {
    const key = createApiKey((count) => new Uint8Array(count).fill(3))
    const { keys } = start({ id: 'acme', keys: [{ key }] })
    expect(JSON.stringify(keys.listKeys('acme'))).not.toContain(key.slice(10))
  })

  it('opens a wallet for a balance, also of zero, and none without', () => {
    const { ledger } = start(
      { id: 'rich', balanceMicro: 5 },
      { id: 'empty', balanceMicro: 0 },
      { id: 'none' },
    )
    expect(['rich', 'empty', 'none'].map((id) => ledger.balance(id)?.balanceMicro)).toEqual([5, 0, undefined])
  })

  const mistyped = `${createApiKey((count) => new Uint8Array(count)).slice(0, -1)}z`
  it.each<[string, AccountConfig[], RegExp]>([
    ['a foreign key', [{ id: 'a', keys: [{ key: 'sk-other' }] }], /account a: .*cm-/i],
    ['a mistyped key', [{ id: 'a', keys: [{ key: mistyped }] }], /checksum/],
    ['an account twice', [{ id: 'a' }, { id: 'a' }], /account a .*twice/i],
    ['a key twice', [{ id: 'a', keys: [{ key: 'cm-1' }, { key: 'cm-1' }] }], /twice/],
    [
      'a secret twice',
      [
        {
          id: 'a',
          keys: [
            { key: 'cm-1', id: 'x' },
            { key: 'cm-1', id: 'y' },
          ],
        },
      ],
      /same secret/,
    ],
    [
      'a key id twice',
      [
        {
          id: 'a',
          keys: [
            { key: 'cm-1', id: 'x' },
            { key: 'cm-2', id: 'x' },
          ],
        },
      ],
      /twice/,
    ],
    ['a balance that is no amount', [{ id: 'a', balanceMicro: -1 }], /micro-USD/],
  ])('refuses %s, without showing a secret', (_name, accounts, message) => {
    expect(() => start(...accounts)).toThrow(message)
    expect(() => start(...accounts)).not.toThrow(/sk-other|cm-1|zz/)
  })

  it('case 68: counts the calls of one process; a second store knows nothing of them', () => {
    const [one, other] = [start(), start()]
    const request = limitRequest({ rpm: 1 })
    one.limits.take(request)
    expect(one.limits.take(request).allowed).toBe(false)
    expect(other.limits.take(request).allowed).toBe(true)
  })
})

describe('memory key store', () => {
  it('replaces, lists and deletes keys', () => {
    const store = createMemoryKeyStore()
    store.putAccount(accountRecord())
    store.putKey(keyRecord({ hash: 'old' }))
    store.putKey(keyRecord({ hash: 'new', status: 'disabled' }))
    expect(store.findIdentity('old')).toBeNull()
    expect(store.findIdentity('new')?.key.status).toBe('disabled')
    expect(store.listKeys('acme')).toHaveLength(1)
    expect(store.listKeys('other')).toEqual([])
    expect([store.deleteKey('key_1'), store.deleteKey('key_1')]).toEqual([true, false])
    expect(store.findIdentity('new')).toBeNull()
  })

  it('refuses a key without an account', () => {
    expect(() => createMemoryKeyStore().putKey(keyRecord())).toThrow(/no account/)
  })
})

describe('memory limit store', () => {
  it('forgets keys that have been idle, and keeps those in debt or at work', () => {
    const clock = createClock()
    const store = createMemoryLimitStore(clock.now)
    const limits = { rpm: 60, tpm: 100, tokens: 10 }
    for (let index = 0; index < 1000; index += 1) {
      const request = limitRequest({ ...limits, keyId: `idle_${index}` })
      store.finish(request, store.take(request), 10)
    }
    const inDebt = limitRequest({ ...limits, keyId: 'in debt' })
    store.finish(inDebt, store.take(inDebt), 1000)
    store.take(limitRequest({ ...limits, keyId: 'at work' }))
    store.take(limitRequest({ ...limits, keyId: 'lost', leaseTtlMs: 1000 }))
    expect(store.trackedKeys()).toBe(1003)
    clock.advance(60_000)
    store.take(limitRequest({ ...limits, keyId: 'next' }))
    expect(store.trackedKeys()).toBe(3)
  })

  it('keeps no trace of refused calls of unknown keys', () => {
    const store = createMemoryLimitStore(createClock().now)
    for (let index = 0; index < 10; index += 1) store.take(limitRequest({ keyId: `key_${index}`, rpm: 0 }))
    expect(store.trackedKeys()).toBe(0)
  })
})

describe('memory usage store', () => {
  it('keeps the latest records only, newest first, while totals go on', () => {
    const store = createMemoryUsageStore(3)
    for (let index = 0; index < 5; index += 1)
      store.append(
        usageRecord({ requestId: `r${index}`, time: NOW, accountId: index === 3 ? 'other' : 'acme' }),
      )
    const ids = (filter: Parameters<typeof store.recent>[0]): string[] =>
      store.recent(filter).map(({ requestId }) => requestId)
    expect(ids({ limit: 10 })).toEqual(['r4', 'r3', 'r2'])
    expect(ids({ limit: 1 })).toEqual(['r4'])
    expect(ids({ limit: 10, accountId: 'acme' })).toEqual(['r4', 'r2'])
    expect(store.windows('acme', NOW).daily.requestCount).toBe(4)
  })

  it('keeps no records when told so', () => {
    const store = createMemoryUsageStore(0)
    store.append(usageRecord({ time: NOW }))
    expect(store.recent({ limit: 10 })).toEqual([])
    expect(store.windows('acme', NOW).daily.requestCount).toBe(1)
  })

  it("does not keep the vendor's own usage object", () => {
    const store = createMemoryUsageStore()
    store.append(usageRecord({ time: NOW, usage: usageOf({ inputTokens: 3, raw: { huge: true } }) }))
    expect(store.recent({ limit: 1 })[0]?.usage).toEqual(usageOf({ inputTokens: 3 }))
  })
})
