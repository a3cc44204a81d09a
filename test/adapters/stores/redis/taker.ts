import { openRedis } from '../../../../adapters/stores/redis/index.js'
import type { LimitRequest } from '../../../../src/limits/store.js'
import { CONNECT } from '../../../support/redis-connect.js'

/** A process of its own: takes as often as told, all at once, says how many were allowed and keeps its leases. */
const [, , url = '', prefix = '', count = '', now = '', request = ''] = process.argv

const { client } = await CONNECT['node-redis'](url)
const { limits } = openRedis({ client, prefix, now: () => Number(now) })
const fields = JSON.parse(request) as LimitRequest
const decisions = await Promise.all(
  Array.from({ length: Number(count) }, async (_, index) =>
    limits.take({ ...fields, leaseId: `${process.pid}_${index}` }),
  ),
)
console.log(decisions.filter(({ allowed }) => allowed).length)
