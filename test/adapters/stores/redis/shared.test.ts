import { randomUUID } from 'node:crypto'
import { openRedis } from '../../../../adapters/stores/redis/index.js'
import { testIdempotency } from '../../../contracts/idempotency.js'
import { testSharedLimitStore } from '../../../contracts/limit-store.js'
import { CLIENTS, CONNECT } from '../../../support/redis-connect.js'
import { describeRedis, useConnection } from '../../../support/redis-server.js'

describeRedis('several clients', (server) => {
  for (const name of CLIENTS) {
    const one = useConnection(() => CONNECT[name](server().url))
    const other = useConnection(() => CONNECT[name](server().url))

    testSharedLimitStore(`redis by ${name}`, ({ now }) => {
      const options = { now, prefix: `${randomUUID()}:` }
      const first = openRedis({ client: one().client, ...options })
      const second = openRedis({ client: other().client, ...options })
      return Promise.resolve([first.limits, second.limits])
    })
    testIdempotency(({ now }) => {
      const { limits, state } = openRedis({ client: one().client, now, prefix: `${randomUUID()}:` })
      return { limits, state }
    }, `redis by ${name}: `)
  }
})
