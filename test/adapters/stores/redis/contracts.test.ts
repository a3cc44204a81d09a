import { randomUUID } from 'node:crypto'
import { openRedis, type RedisStores } from '../../../../adapters/stores/redis/index.js'
import { createMemoryKeyStore } from '../../../../src/stores/memory/keys.js'
import { testKeyStore } from '../../../contracts/key-store.js'
import { testLimitStore } from '../../../contracts/limit-store.js'
import { testStateStore } from '../../../contracts/state-store.js'
import { CLIENTS, CONNECT, CONNECT_CLUSTER, type Connection } from '../../../support/redis-connect.js'
import { describeRedis, startRedisCluster, useConnection } from '../../../support/redis-server.js'

/** The contracts of all stores, each time under keys that no other test has. */
function testStores(name: string, connect: () => Promise<Connection>): void {
  const connection = useConnection(connect)
  const open = (now?: () => number): RedisStores =>
    openRedis({ client: connection().client, now, prefix: `${randomUUID()}:` })

  testLimitStore(name, (clock) => open(clock.now).limits)
  testStateStore(name, (clock) => open(clock.now).state)
  testKeyStore(`${name}, cached`, () => open().cacheKeys(createMemoryKeyStore(), { ttlMs: 60_000 }))
}

describeRedis('one server', (server) => {
  for (const name of CLIENTS) testStores(name, () => CONNECT[name](server().url))

  // Valkey GLIDE is called like this.
  testStores('customCommand', async () => {
    const connection = await CONNECT.ioredis(server().url)
    return { ...connection, client: { customCommand: (command) => connection.send(...command) } }
  })
})

describeRedis(
  'cluster',
  (server) => {
    for (const name of CLIENTS) testStores(name, () => CONNECT_CLUSTER[name](server().url))
  },
  startRedisCluster,
)
