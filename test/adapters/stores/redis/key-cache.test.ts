import { randomUUID } from 'node:crypto'
import { expect, it, vi } from 'vitest'
import { openRedis } from '../../../../adapters/stores/redis/index.js'
import { hashKey } from '../../../../src/keys/api-key.js'
import type { Identity, KeyStore } from '../../../../src/keys/key-store.js'
import { createMemoryKeyStore } from '../../../../src/stores/memory/keys.js'
import { accountRecord, auditDraft, keyRecord } from '../../../contracts/samples.js'
import { CLIENTS, CONNECT } from '../../../support/redis-connect.js'
import { describeRedis, startRedis, useConnection } from '../../../support/redis-server.js'

const SECRET = 'cm-a-secret-that-nobody-else-may-see'
const HASH = hashKey(SECRET, 'server secret')
const TTL_MS = 60_000

/** A store with one account and `count` keys; `lookUps` counts how often it was asked for an identity. */
function filledStore(count = 1): { store: KeyStore; lookUps: () => number } {
  const store = createMemoryKeyStore()
  store.createAccount(accountRecord(), auditDraft())
  for (let index = 0; index < count; index += 1) {
    const id = `key_${String(index).padStart(4, '0')}`
    store.createKey(keyRecord({ id, hash: index === 0 ? HASH : `hash_${index}` }), auditDraft())
  }
  const findIdentity = vi.fn<(hash: string) => Identity | null>((hash) => store.findIdentity(hash))
  return { store: { ...store, findIdentity }, lookUps: () => findIdentity.mock.calls.length }
}

describeRedis('key cache', (server) => {
  const nodeRedis = useConnection(() => CONNECT['node-redis'](server().url))
  const ioredis = useConnection(() => CONNECT.ioredis(server().url))

  /** The caches of two processes over one key store. */
  function openTwo(store: KeyStore): { one: KeyStore; other: KeyStore; prefix: string } {
    const prefix = `${randomUUID()}:`
    const [one, other] = [nodeRedis().client, ioredis().client].map((client) =>
      openRedis({ client, prefix }).cacheKeys(store, { ttlMs: TTL_MS }),
    )
    if (one === undefined || other === undefined) throw new Error('two clients')
    return { one, other, prefix }
  }

  it('asks the key store once for all processes', async () => {
    const { store, lookUps } = filledStore()
    const { one, other } = openTwo(store)
    const found = [await one.findIdentity(HASH), await other.findIdentity(HASH), await one.findIdentity(HASH)]
    expect(found.map((identity) => identity?.key.id)).toEqual(['key_0000', 'key_0000', 'key_0000'])
    expect(found[2]).toEqual(found[0])
    expect(lookUps()).toBe(1)
  })

  it('keeps an identity for its time, and an unknown key not at all', async () => {
    const { store, lookUps } = filledStore()
    const { one, prefix } = openTwo(store)
    await one.findIdentity(HASH)
    const ttl = Number(await ioredis().send('PTTL', `${prefix}identity:${HASH}`))
    expect(ttl).toBeGreaterThan(0)
    expect(ttl).toBeLessThanOrEqual(TTL_MS)
    expect([await one.findIdentity('unknown'), await one.findIdentity('unknown')]).toEqual([null, null])
    expect(lookUps()).toBe(3)
    expect(await ioredis().send('EXISTS', `${prefix}identity:unknown`)).toBe(0)
  })

  it('shows every process at once that a key was changed or deleted', async () => {
    const { store } = filledStore()
    const { one, other } = openTwo(store)
    await other.findIdentity(HASH)
    await one.changeKey('key_0000', { status: 'disabled' }, auditDraft())
    expect((await other.findIdentity(HASH))?.key.status).toBe('disabled')
    await one.deleteKey('key_0000', auditDraft())
    expect(await other.findIdentity(HASH)).toBeNull()
  })

  it('shows every process at once that an account was changed, on all of its keys', async () => {
    const { store } = filledStore(250)
    const { one, other } = openTwo(store)
    const hashes = [HASH, 'hash_99', 'hash_100', 'hash_249']
    for (const hash of hashes) await other.findIdentity(hash)
    await one.changeAccount('acme', { status: 'suspended' }, auditDraft())
    for (const hash of hashes) expect((await other.findIdentity(hash))?.account.status).toBe('suspended')
  })

  it('does not put back what was read before a change', async () => {
    const { store } = filledStore()
    const { one, prefix } = openTwo(store)
    const overtaken: KeyStore = {
      ...store,
      async findIdentity(hash) {
        const before = await store.findIdentity(hash)
        await one.changeKey('key_0000', { status: 'disabled' }, auditDraft())
        return before
      },
    }
    const reader = openRedis({ client: ioredis().client, prefix }).cacheKeys(overtaken, { ttlMs: TTL_MS })
    expect((await reader.findIdentity(HASH))?.key.status).toBe('active')
    expect((await one.findIdentity(HASH))?.key.status).toBe('disabled')
    // Slower readers than this one are kept from it as well.
    expect(Number(await ioredis().send('PTTL', `${prefix}identity:${HASH}`))).toBeGreaterThan(5000)
  })

  it('never lets Redis see the secret of a key', async () => {
    const { store } = filledStore()
    const { one, prefix } = openTwo(store)
    await one.findIdentity(HASH)
    const keys = (await ioredis().send('KEYS', `${prefix}*`)) as string[]
    expect(keys).toEqual([`${prefix}identity:${HASH}`])
    const text = String(await ioredis().send('GET', keys[0] ?? ''))
    expect(text).toContain('key_0000')
    expect(text).not.toContain(SECRET)
  })

  it('takes what it cannot read for nothing', async () => {
    const { store, lookUps } = filledStore()
    const { one, prefix } = openTwo(store)
    for (const text of ['', 'null', '{"key":1}', '{']) {
      await ioredis().send('SET', `${prefix}identity:${HASH}`, text)
      expect((await one.findIdentity(HASH))?.key.id).toBe('key_0000')
    }
    expect(lookUps()).toBe(4)
  })
})

describeRedis('key cache while the server is away', () => {
  it.each(CLIENTS)('%s: finds and changes keys without it, and tells', async (name) => {
    const server = await startRedis()
    const connection = await CONNECT[name](server.url)
    const errors: unknown[] = []
    const { store } = filledStore()
    const cached = openRedis({ client: connection.client, timeoutMs: 1000 }).cacheKeys(store, {
      ttlMs: TTL_MS,
      onError: (error) => errors.push(error),
    })
    await cached.findIdentity(HASH)
    expect(errors).toEqual([])
    await server.kill()
    expect((await cached.findIdentity(HASH))?.key.id).toBe('key_0000')
    expect((await cached.changeKey('key_0000', { status: 'disabled' }, auditDraft()))?.status).toBe(
      'disabled',
    )
    expect((await cached.findIdentity(HASH))?.key.status).toBe('disabled')
    expect(errors.length).toBeGreaterThanOrEqual(3)
    connection.close()
    await server.stop()
  })
})
