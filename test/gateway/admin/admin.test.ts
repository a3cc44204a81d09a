import { randomUUID } from 'node:crypto'
import { openRedis } from '../../../adapters/stores/redis/index.js'
import { openSqlite } from '../../../adapters/stores/sqlite/index.js'
import { createMemoryStore } from '../../../src/index.js'
import { testAdmin } from '../../contracts/admin.js'
import { describePostgres } from '../../support/describe-postgres.js'
import { CONNECT } from '../../support/redis-connect.js'
import { describeRedis, useConnection } from '../../support/redis-server.js'

testAdmin('memory', ({ now }) => ({
  stores: createMemoryStore({ now, secret: 'not used: the gateway hashes' }),
  close: () => undefined,
}))

testAdmin('sqlite', async ({ now }) => {
  const stores = await openSqlite({ path: ':memory:', now })
  return { stores, close: () => stores.close() }
})

describePostgres('admin', ({ open }) => {
  testAdmin('postgres', async ({ now }) => ({ stores: await open({ now }), close: () => undefined }))
})

describeRedis('admin', (server) => {
  const connection = useConnection(() => CONNECT['node-redis'](server().url))

  testAdmin('sqlite behind redis', async ({ now }) => {
    const sqlite = await openSqlite({ path: ':memory:', now })
    const redis = openRedis({ client: connection().client, now, prefix: `${randomUUID()}:` })
    const keys = redis.cacheKeys(sqlite.keys, { ttlMs: 60_000 })
    return { stores: { ...sqlite, keys, limits: redis.limits }, close: () => sqlite.close() }
  })
})
