import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { openRedis } from '../../../../adapters/stores/redis/index.js'
import { CLIENTS, CONNECT } from '../../../support/redis-connect.js'
import { describeRedis, useConnection } from '../../../support/redis-server.js'

describeRedis('state', (server) => {
  for (const name of CLIENTS) {
    const connection = useConnection(() => CONNECT[name](server().url))

    it(`${name}: rejects a value that is too long, and keeps the one before`, async () => {
      const prefix = `${randomUUID()}:`
      const { state } = openRedis({ client: connection().client, prefix, maxStateLength: 10 })
      const expiresAt = Date.now() + 60_000
      await state.put('k', '1234567890', expiresAt)
      await expect(state.put('k', '12345678901', expiresAt)).rejects.toThrow('11 characters is too long')
      await expect(state.create('other', '12345678901', expiresAt)).rejects.toThrow('10 is the most')
      expect([await state.get('k'), await state.get('other')]).toEqual(['1234567890', null])
    })

    it(`${name}: leaves it to the server to forget what has expired`, async () => {
      const prefix = `${randomUUID()}:`
      const { state } = openRedis({ client: connection().client, prefix })
      const expiresAt = Date.now() + 1_000_000
      await state.put('put', 'v', expiresAt)
      await state.create('created', 'v', expiresAt)
      await state.put('expired', 'v', Date.now() - 1_000_000)
      for (const key of ['put', 'created']) {
        const ttl = Number(await connection().send('PTTL', `${prefix}state:${key}`))
        expect(ttl).toBeGreaterThan(900_000)
        expect(ttl).toBeLessThanOrEqual(1_060_000)
      }
      expect(await state.get('expired')).toBeNull()
      expect(Number(await connection().send('PTTL', `${prefix}state:expired`))).toBeLessThanOrEqual(1)
    })
  }

  it('reads with one client what the other one wrote', async () => {
    const prefix = `${randomUUID()}:`
    const [one, other] = await Promise.all(CLIENTS.map((name) => CONNECT[name](server().url)))
    if (one === undefined || other === undefined) throw new Error('not connected')
    const writer = openRedis({ client: one.client, prefix }).state
    const reader = openRedis({ client: other.client, prefix }).state
    expect(await writer.create('k', 'v 1', Date.now() + 60_000)).toBe(true)
    expect(await reader.create('k', 'v 2', Date.now() + 60_000)).toBe(false)
    expect(await reader.get('k')).toBe('v 1')
    expect([await reader.delete('k'), await writer.delete('k')]).toEqual([true, false])
    one.close()
    other.close()
  })
})
