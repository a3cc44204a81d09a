import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openRedis } from '../../../../adapters/stores/redis/index.js'
import { limitRequest } from '../../../contracts/samples.js'
import { CLIENTS, CONNECT, type Connection } from '../../../support/redis-connect.js'
import { hasRedis, type RedisServer, startRedis } from '../../../support/redis-server.js'

const PATIENCE = { timeout: 20_000, interval: 50 }
const ONE_AT_A_TIME = { keyId: 'key_1', concurrency: 1, tpm: 100, tokens: 100, leaseTtlMs: 3_600_000 }

describe.skipIf(!hasRedis()).each(CLIENTS)('%s while the server is away', (name) => {
  let server: RedisServer
  let connection: Connection
  beforeAll(async () => {
    server = await startRedis()
    connection = await CONNECT[name](server.url)
  })
  afterAll(async () => {
    connection.close()
    await server.stop()
  })
  const open = (): ReturnType<typeof openRedis> =>
    openRedis({ client: connection.client, prefix: `${randomUUID()}:`, timeoutMs: 1000 })

  it('case 70: calls reject instead of waiting when the server was killed, and work again when it is back', async () => {
    const { limits, state } = open()
    const request = limitRequest({ rpm: 60 })
    expect(await limits.take(request)).toMatchObject({ allowed: true })
    await server.kill()
    await expect(limits.take(request)).rejects.toThrow('Redis')
    await expect(limits.take(request)).rejects.toThrow('Redis')
    await expect(state.get('answer')).rejects.toThrow('Redis')
    await server.restart()
    const { allowed } = await vi.waitFor(() => limits.take(request), PATIENCE)
    expect(allowed).toBe(true)
    await state.put('answer', '1', Date.now() + 60_000)
    expect(await state.get('answer')).toBe('1')
  })

  it('case 69: a slot that was taken after its call had given up comes back', async () => {
    const { limits } = open()
    await limits.take(limitRequest({ rpm: 60 }))
    server.pause()
    const lost = limitRequest({ ...ONE_AT_A_TIME, leaseId: 'lost' })
    await expect(limits.take(lost)).rejects.toThrow('Redis does not answer within 1000 ms.')
    server.resume()
    const decision = await vi.waitFor(async () => {
      const next = await limits.take(limitRequest({ ...ONE_AT_A_TIME, leaseId: 'next' }))
      expect(next.allowed).toBe(true)
      return next
    }, PATIENCE)
    expect(decision.reservedTokens).toBe(100)
  })
})
