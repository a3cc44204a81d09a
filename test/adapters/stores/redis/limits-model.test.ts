import { randomUUID } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { openRedis } from '../../../../adapters/stores/redis/index.js'
import { decideLimits, type LimiterState, reconcileTokens } from '../../../../src/limits/limiter.js'
import type { LimitDecision, LimitRequest, LimitStore } from '../../../../src/limits/store.js'
import { createClock, limitRequest, type TestClock } from '../../../contracts/samples.js'
import { CONNECT } from '../../../support/redis-connect.js'
import { describeRedis, useConnection } from '../../../support/redis-server.js'

interface Take {
  readonly type: 'take'
  readonly fields: Partial<LimitRequest>
}
interface Finish {
  readonly type: 'finish'
  /** Which of the calls so far, from the last one; also refused and finished ones. */
  readonly callsAgo: number
  readonly actualTokens: number
}
interface Wait {
  readonly type: 'wait'
  readonly milliseconds: number
}
type Step = Take | Finish | Wait

interface Call {
  readonly request: LimitRequest
  readonly decision: LimitDecision
}

interface Model extends LimitStore {
  readonly buckets: () => LimiterState
}

/** The pure functions and a list of leases, nothing else. */
function createModel({ now }: TestClock): Model {
  let buckets: LimiterState = {}
  let leases: { leaseId: string; takenAt: number; expiresAt: number; reservedTokens: number }[] = []
  return {
    buckets: () => buckets,
    take(request) {
      const inFlight = leases.filter(({ expiresAt }) => expiresAt > now()).length
      const step = decideLimits(buckets, request, { inFlight, now: now() })
      const { allowed, reservedTokens } = step.decision
      if (request.rpm === null && request.tpm === null && request.concurrency === null) return step.decision
      buckets = step.state
      if (!allowed || (request.tpm === null && request.concurrency === null)) return step.decision
      leases = leases.filter(({ expiresAt }) => expiresAt > now() - 60_000)
      const { leaseId, leaseTtlMs } = request
      leases.push({ leaseId, takenAt: now(), expiresAt: now() + leaseTtlMs, reservedTokens })
      return step.decision
    },
    finish({ leaseId, tpm }, _decision, actualTokens) {
      const lease = leases.find((each) => each.leaseId === leaseId)
      leases = leases.filter((each) => each !== lease)
      if (lease !== undefined && tpm !== null)
        buckets = reconcileTokens(buckets, { ...lease, tpm }, actualTokens, now())
    },
  }
}

/** Times at which something changes: a bucket is full, a lease ends or is forgotten, a clock counts as set back. */
const TIMES_MS = [1, 999, 1000, 15_000, 60_000, 60_001, 120_000]
const BACKWARDS_MS = [-1, -1000, -60_000, -60_001, -7_200_000]

/** Steps of a key with limits of one size, so that they meet; now and then its limits are others. */
const steps: fc.Arbitrary<readonly Step[]> = fc.constantFrom(3, 60, 99_999_999_977).chain((size) => {
  const perMinute = fc.option(fc.constantFrom(size, size, size, Math.ceil(size / 3), 0))
  const tokens = fc.oneof(
    fc.integer({ min: 0, max: size }),
    fc.constantFrom(size * 2, size * 100, -1, 0.5, Number.NaN, Infinity),
  )
  const take = fc.record({
    type: fc.constant('take' as const),
    fields: fc.record({
      rpm: fc.option(fc.constant(size)),
      tpm: perMinute,
      concurrency: fc.option(fc.constantFrom(1, 1, 2, 0)),
      tokens,
      leaseTtlMs: fc.constantFrom(1000, 15_000, 60_000),
    }),
  })
  const finish = fc.record({
    type: fc.constant('finish' as const),
    callsAgo: fc.nat(3),
    actualTokens: fc.oneof(fc.integer({ min: 0, max: size * 2 }), fc.constant(size * 1e4)),
  })
  const wait = fc.record({
    type: fc.constant('wait' as const),
    milliseconds: fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...TIMES_MS) },
      { weight: 1, arbitrary: fc.constantFrom(...BACKWARDS_MS) },
    ),
  })
  return fc.array(fc.oneof({ weight: 3, arbitrary: take }, { weight: 2, arbitrary: finish }, wait), {
    minLength: 5,
    maxLength: 40,
    size: 'max',
  })
})

describeRedis('limits by Lua', (server) => {
  const connection = useConnection(() => CONNECT['node-redis'](server().url))

  async function savedBuckets(prefix: string): Promise<LimiterState> {
    const key = `${prefix}limits:{key:key_1}:buckets`
    const texts = (await connection().send('HMGET', key, 'requests', 'tokens')) as (string | null)[]
    const [requests, taken] = texts.map((text) => {
      if (text === null) return undefined
      const [level = Number.NaN, updatedAt = Number.NaN, lastFullAt = Number.NaN] = text
        .split(' ')
        .map(Number)
      return { level, updatedAt, lastFullAt }
    })
    return { requests, tokens: taken }
  }

  it('decides and keeps the same as the pure functions, whatever happens in which order', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (given) => {
        const clock = createClock()
        const prefix = `${randomUUID()}:`
        const { limits } = openRedis({ client: connection().client, now: clock.now, prefix })
        const model = createModel(clock)
        const calls: Call[] = []
        for (const [index, each] of given.entries()) {
          switch (each.type) {
            case 'wait':
              clock.advance(each.milliseconds)
              break
            case 'take': {
              const request = limitRequest({ ...each.fields, leaseId: `lease_${index}` })
              const decision = await limits.take(request)
              expect(decision).toEqual(await model.take(request))
              calls.push({ request, decision })
              break
            }
            case 'finish': {
              const call = calls.at(-1 - each.callsAgo)
              if (call === undefined) break
              await limits.finish(call.request, call.decision, each.actualTokens)
              await model.finish(call.request, call.decision, each.actualTokens)
              break
            }
          }
          expect(positiveZeros(await savedBuckets(prefix))).toEqual(positiveZeros(model.buckets()))
        }
      }),
      { numRuns: 300 },
    )
  })
})

/** -0 and 0 are one level. */
function positiveZeros({ requests, tokens: taken }: LimiterState): unknown {
  return [requests, taken].map((bucket) => bucket && { ...bucket, level: bucket.level + 0 })
}
