import { describe, expect, it } from 'vitest'
import { verifyLedger } from '../../src/balance/audit.js'
import type { AccountConfig } from '../../src/keys/account-config.js'
import { createApiKey, hashKey } from '../../src/keys/api-key.js'
import { createMemoryStore, type MemoryStore } from '../../src/stores/memory/index.js'
import { createMemoryKeyStore } from '../../src/stores/memory/keys.js'
import { createMemoryLedger } from '../../src/stores/memory/ledger.js'
import { createMemoryLimitStore } from '../../src/stores/memory/limits.js'
import { createMemoryStateStore } from '../../src/stores/memory/state.js'
import { createMemoryUsageStore } from '../../src/stores/memory/usage.js'
import type { UsageQuery } from '../../src/usage/record.js'
import { testKeyStore } from '../contracts/key-store.js'
import { testLedger } from '../contracts/ledger.js'
import { testLedgerModel } from '../contracts/ledger-model.js'
import { testLimitStore } from '../contracts/limit-store.js'
import {
  accountRecord,
  auditDraft,
  createClock,
  DAY_MS,
  holdRequest,
  limitRequest,
  posting,
  usageOf,
  usageRecord,
} from '../contracts/samples.js'
import { testStateStore } from '../contracts/state-store.js'
import { testUsageStore } from '../contracts/usage-store.js'

const SECRET = 'pepper'
const NOW = Date.parse('2024-05-15T12:00:00Z')

testKeyStore('memory', () => createMemoryKeyStore())
testLimitStore('memory', (clock) => createMemoryLimitStore(clock.now))
testLedger('memory', (clock) => createMemoryLedger(clock.now))
testLedgerModel('memory', (clock) => createMemoryLedger(clock.now))
testUsageStore('memory', () => createMemoryUsageStore())
testStateStore('memory', (clock) => createMemoryStateStore(clock.now))

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
      account: { id: 'acme', status: 'active', aliases: { fast: 'openai/gpt-5.5' }, createdAt: NOW },
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
    expect(JSON.stringify([keys.keys({ limit: 10 }), keys.auditEntries({ limit: 10 })])).not.toContain(
      key.slice(10),
    )
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
  it('keeps the latest audit entries only', () => {
    const store = createMemoryKeyStore(2)
    for (const id of ['a', 'b', 'c'])
      store.createAccount(accountRecord({ id }), auditDraft({ accountId: id }))
    const entries = store.auditEntries({ limit: 10 })
    expect(entries.map(({ id, accountId }) => [id, accountId])).toEqual([
      [3, 'c'],
      [2, 'b'],
    ])
    expect(store.auditEntries({ limit: 10, beforeId: 2 })).toEqual([])
  })
})

describe('memory ledger', () => {
  it('keeps the latest entries to read, and all of them in the sums', async () => {
    const ledger = createMemoryLedger(() => NOW, 5)
    for (const accountId of ['acme', 'other'])
      ledger.post(posting({ accountId, amountMicro: 1000, externalId: accountId }))
    for (let index = 0; index < 20; index += 1) {
      ledger.hold(holdRequest({ holdId: `h${index}` }))
      if (index % 4 !== 0) ledger.settle(`h${index}`, 3)
    }
    const entries = ledger.entries({ accountId: 'acme', limit: 100 })
    expect(entries.map(({ id }) => id)).toEqual([37, 36, 35, 34, 33])
    expect(ledger.entries({ accountId: 'acme', limit: 100, beforeId: 34 })).toHaveLength(1)
    expect(ledger.entries({ accountId: 'other', limit: 100 })).toEqual([])
    expect(ledger.audit({ limit: 10 })[0]).toMatchObject({
      wallet: { balanceMicro: 955, heldMicro: 50 },
      entries: { balanceMicro: 955, heldMicro: 50 },
      openHoldsMicro: 50,
    })
    expect(await verifyLedger(ledger)).toEqual({ wallets: 2, problems: [] })
  })

  it('forgets the spend of days that no window reaches', () => {
    const clock = createClock()
    const ledger = createMemoryLedger(clock.now)
    ledger.post(posting())
    const spendOne = (holdId: string): void => {
      ledger.hold(holdRequest({ holdId, scopes: [{ scope: 'key:1', limits: [] }] }))
      ledger.settle(holdId, 1)
    }
    spendOne('old')
    clock.advance(40 * DAY_MS)
    spendOne('kept')
    expect(ledger.spent('key:1', 0)).toBe(2)
    clock.advance(DAY_MS)
    spendOne('new')
    expect(ledger.spent('key:1', 0)).toBe(2)
  })
})

describe('memory state store', () => {
  const LATER = NOW + 1000

  it('drops the oldest beyond its number of entries', () => {
    const store = createMemoryStateStore(() => NOW, { maxEntries: 2 })
    for (const key of ['a', 'b', 'a', 'c']) store.put(key, 'v', LATER)
    expect(['a', 'b', 'c'].map((key) => store.get(key))).toEqual(['v', null, 'v'])
  })

  it('drops the oldest beyond its number of characters', () => {
    const store = createMemoryStateStore(() => NOW, { maxCharacters: 10 })
    store.put('a', '1234', LATER)
    store.put('b', '1234', LATER)
    expect([store.get('a'), store.get('b')]).toEqual(['1234', '1234'])
    store.put('b', '12345', LATER)
    expect([store.get('a'), store.get('b')]).toEqual([null, '12345'])
    store.put('c', '123456789', LATER)
    expect([store.get('b'), store.get('c')]).toEqual([null, '123456789'])
    store.put('d', '1234567890', LATER)
    expect([store.get('c'), store.get('d')]).toEqual([null, null])
  })

  it('has room again for what was deleted or swept', () => {
    const store = createMemoryStateStore(() => NOW, { maxCharacters: 10 })
    store.put('a', '123456789', LATER)
    store.delete('a')
    store.put('b', '123456789', LATER)
    expect(store.sweep(LATER)).toBe(1)
    store.put('c', '1234', LATER)
    store.put('d', '1234', LATER)
    expect([store.get('c'), store.get('d')]).toEqual(['1234', '1234'])
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
    const ids = (query: UsageQuery): string[] => store.records(query).map(({ requestId }) => requestId)
    expect(ids({ limit: 10 })).toEqual(['r4', 'r3', 'r2'])
    expect(ids({ limit: 1 })).toEqual(['r4'])
    expect(ids({ limit: 10, accountId: 'acme' })).toEqual(['r4', 'r2'])
    expect(store.windows('acme', NOW).daily.requestCount).toBe(4)
  })

  it('keeps no records when told so', () => {
    const store = createMemoryUsageStore(0)
    store.append(usageRecord({ time: NOW }))
    expect(store.records({ limit: 10 })).toEqual([])
    expect(store.windows('acme', NOW).daily.requestCount).toBe(1)
  })

  it("does not keep the vendor's own usage object", () => {
    const store = createMemoryUsageStore()
    store.append(usageRecord({ time: NOW, usage: usageOf({ inputTokens: 3, raw: { huge: true } }) }))
    expect(store.records({ limit: 1 })[0]?.usage).toEqual(usageOf({ inputTokens: 3 }))
  })
})
