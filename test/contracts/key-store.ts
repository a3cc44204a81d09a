import { describe, expect, it } from 'vitest'
import type { AccountRecord, KeyRecord, KeyStore } from '../../src/keys/key-store.js'
import { accountRecord, keyRecord } from './samples.js'

/** What a key store is filled with before a test. */
export interface KeyStoreSeed {
  readonly accounts: readonly AccountRecord[]
  readonly keys: readonly KeyRecord[]
}

/** The contract of every {@link KeyStore}. */
export function testKeyStore(
  name: string,
  create: (seed: KeyStoreSeed) => KeyStore | Promise<KeyStore>,
): void {
  describe(`${name}: key store`, () => {
    it('finds a key with its account by the hash', async () => {
      const account = accountRecord({ aliases: { fast: 'openai/gpt-5.5' } })
      const key = keyRecord({
        allowedModels: ['openai/*'],
        name: 'ci',
        expiresAt: 5,
        rpm: null,
        concurrency: 3,
      })
      const store = await create({ accounts: [account, accountRecord({ id: 'other' })], keys: [key] })
      expect(await store.findIdentity(key.hash)).toEqual({ key, account })
    })

    it('finds keys and accounts that are not active: what that means is for the caller', async () => {
      const account = accountRecord({ status: 'suspended' })
      const key = keyRecord({ status: 'disabled' })
      const store = await create({ accounts: [account], keys: [key] })
      expect(await store.findIdentity(key.hash)).toEqual({ key, account })
    })

    it('answers null for an unknown hash, and for names that every object has', async () => {
      const store = await create({ accounts: [accountRecord()], keys: [keyRecord()] })
      expect(await store.findIdentity('cd'.repeat(32))).toBeNull()
      expect(await store.findIdentity('__proto__')).toBeNull()
      expect(await store.findIdentity('')).toBeNull()
    })
  })
}
