import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { expect, it, vi } from 'vitest'
import { openRedis } from '../../../../adapters/stores/redis/index.js'
import type { LimitStore } from '../../../../src/limits/store.js'
import { limitRequest } from '../../../contracts/samples.js'
import { CLIENTS, CONNECT } from '../../../support/redis-connect.js'
import { describeRedis, useConnection } from '../../../support/redis-server.js'

const ALL_LIMITS = { rpm: 60, tpm: 1000, concurrency: 5, tokens: 100 }

describeRedis('limits', (server) => {
  for (const name of CLIENTS) {
    const connection = useConnection(() => CONNECT[name](server().url))
    const open = (): { limits: LimitStore; prefix: string } => {
      const prefix = `${randomUUID()}:`
      return { prefix, limits: openRedis({ client: connection().client, prefix }).limits }
    }

    /** Commands that reached the server from outside while the action ran. */
    async function commandsOf(action: () => Promise<unknown>): Promise<string[]> {
      const watcher = new Redis(server().url)
      const monitor = await watcher.monitor()
      const seen: string[] = []
      monitor.on('monitor', (_time: string, [command = '', argument = '']: string[], source: string) => {
        if (source !== 'lua') seen.push(command === 'echo' ? argument : command.toLowerCase())
      })
      await connection().send('echo', 'begin')
      await action()
      await connection().send('echo', 'end')
      await vi.waitFor(() => expect(seen).toContain('end'), { timeout: 10_000 })
      monitor.disconnect()
      watcher.disconnect()
      return seen.slice(seen.indexOf('begin') + 1, seen.indexOf('end'))
    }

    it(`${name}: decides all limits of a call in one round trip, and ends it in one`, async () => {
      const { limits } = open()
      const request = limitRequest(ALL_LIMITS)
      await limits.take(limitRequest({ ...ALL_LIMITS, keyId: 'first' }))
      await limits.finish(limitRequest({ ...ALL_LIMITS, keyId: 'first' }), await limits.take(request), 10)
      expect(await commandsOf(() => Promise.resolve(limits.take(request)))).toEqual(['evalsha'])
      const decision = await limits.take(request)
      expect(await commandsOf(() => Promise.resolve(limits.finish(request, decision, 10)))).toEqual([
        'evalsha',
      ])
    })

    it(`${name}: asks nothing for a call without limits, nor at the end of one that holds no lease`, async () => {
      const { limits } = open()
      const [unlimited, counted] = [limitRequest(), limitRequest({ rpm: 5 })]
      const commands = await commandsOf(async () => {
        await limits.finish(unlimited, await limits.take(unlimited), 10)
        await limits.finish(counted, await limits.take(counted), 10)
      })
      expect(commands).toHaveLength(1)
    })

    it(`${name}: gives the script to a server that has lost it`, async () => {
      const { limits } = open()
      const request = limitRequest({ rpm: 2 })
      await limits.take(request)
      await connection().send('SCRIPT', 'FLUSH')
      expect(await limits.take(request)).toMatchObject({ allowed: true, requests: { remaining: 0 } })
    })

    it(`${name}: goes by the clock of the server when none is given`, async () => {
      const { limits, prefix } = open()
      await limits.take(limitRequest(ALL_LIMITS))
      const [seconds] = (await connection().send('TIME')) as [string]
      const bucket = String(
        await connection().send('HGET', `${prefix}limits:{key:key_1}:buckets`, 'requests'),
      )
      const updatedAt = Number(bucket.split(' ')[1])
      expect(Math.abs(updatedAt - Number(seconds) * 1000)).toBeLessThan(60_000)
    })

    it(`${name}: forgets a key that is idle, and not before its calls have ended`, async () => {
      const { limits, prefix } = open()
      await limits.take(limitRequest({ ...ALL_LIMITS, leaseTtlMs: 3_600_000 }))
      for (const part of ['buckets', 'leases']) {
        const ttl = Number(await connection().send('PTTL', `${prefix}limits:{key:key_1}:${part}`))
        expect(ttl).toBeGreaterThan(3_600_000)
        expect(ttl).toBeLessThanOrEqual(3_660_000)
      }
    })

    it(`${name}: keeps a long call while short ones come and go`, async () => {
      const { limits, prefix } = open()
      await limits.take(limitRequest({ concurrency: 5, leaseTtlMs: 3_600_000 }))
      const short = limitRequest({ concurrency: 5, leaseId: 'short', leaseTtlMs: 1000 })
      await limits.finish(short, await limits.take(short), 0)
      const ttl = Number(await connection().send('PTTL', `${prefix}limits:{key:key_1}:leases`))
      expect(ttl).toBeGreaterThan(3_600_000)
    })

    it(`${name}: keeps debt for as long as it lasts`, async () => {
      const { limits, prefix } = open()
      const request = limitRequest({ tpm: 60, tokens: 60, leaseTtlMs: 1000 })
      await limits.finish(request, await limits.take(request), 600)
      const ttl = Number(await connection().send('PTTL', `${prefix}limits:{key:key_1}:buckets`))
      expect(ttl).toBeGreaterThan(600_000)
      expect(ttl).toBeLessThanOrEqual(660_000)
    })

    it(`${name}: takes key ids with braces, spaces and other signs`, async () => {
      const { limits } = open()
      for (const keyId of ['}', '{', 'a b', 'ä:*', '']) {
        const request = limitRequest({ ...ALL_LIMITS, rpm: 1, keyId })
        expect(await limits.take(request)).toMatchObject({ allowed: true })
        expect(await limits.take(request)).toMatchObject({ refusedBy: 'requests' })
      }
    })
  }

  it('refuses a prefix that would break the hash tags', async () => {
    const connection = await CONNECT.ioredis(server().url)
    expect(() => openRedis({ client: connection.client, prefix: 'a{b}' })).toThrow('braces')
    connection.close()
  })
})
