import {
  type BucketState,
  decideLimits,
  type LimitDecision,
  type LimitRequest,
  type LimitStore,
} from '../../../src/index.js'
import type { BoundedCommands } from './deadline.js'
import { FINISH, RENEW, TAKE } from './limits-lua.js'

/** What the limits need. */
export interface RedisLimitOptions {
  readonly commands: BoundedCommands
  readonly prefix: string
  /** Milliseconds since the epoch; without it the server's clock counts, one for all instances. */
  readonly now?: (() => number) | undefined
}

/**
 * Limits that all processes on one Redis share. A script decides and takes in one round trip; the pure function says
 * what the decision is, from what the script saw. A call without limits, and the end of one that holds no lease, ask nothing.
 */
export function createRedisLimitStore({ commands, prefix, now }: RedisLimitOptions): LimitStore {
  const time = (): string => (now === undefined ? '' : String(Math.floor(now())))
  const keysOf = (keyId: string): string[] => {
    const tagged = `${prefix}limits:{key:${keyId}}`
    return [`${tagged}:buckets`, `${tagged}:leases`]
  }

  const store = {
    async take(request: LimitRequest): Promise<LimitDecision> {
      if (request.rpm === null && !holdsLease(request))
        return decideLimits({}, request, { inFlight: 0, now: 0 }).decision
      const values = [
        time(),
        request.leaseId,
        limitText(request.rpm),
        limitText(request.tpm),
        limitText(request.concurrency),
        String(request.tokens),
        String(request.leaseTtlMs),
      ]
      const undo = (reply: unknown): void => {
        const decision = decisionOf(reply, request)
        // Nobody waits for it any more; if this fails too, the lease ends by its ttl.
        if (decision.allowed) store.finish(request, decision, 0).catch(() => {})
      }
      return decisionOf(await commands.run(TAKE, keysOf(request.keyId), values, undo), request)
    },
    async finish(request: LimitRequest, _decision: LimitDecision, actualTokens: number): Promise<void> {
      if (!holdsLease(request)) return
      const values = [time(), request.leaseId, limitText(request.tpm), String(actualTokens)]
      await commands.run(FINISH, keysOf(request.keyId), values)
    },
    async renew(request: LimitRequest): Promise<void> {
      if (!holdsLease(request)) return
      const values = [time(), request.leaseId, String(request.leaseTtlMs)]
      await commands.run(RENEW, keysOf(request.keyId), values)
    },
  }
  return store
}

function holdsLease({ tpm, concurrency }: LimitRequest): boolean {
  return tpm !== null || concurrency !== null
}

function limitText(limit: number | null): string {
  return limit === null ? '' : String(limit)
}

function decisionOf(reply: unknown, request: LimitRequest): LimitDecision {
  if (!Array.isArray(reply)) throw new Error('Redis: the reply of a script is no list.')
  const [now, inFlight, requests, tokens, taken] = reply.map(String)
  const state = { requests: readBucket(requests), tokens: readBucket(tokens) }
  const situation = { inFlight: Number(inFlight), now: Number(now) }
  const { decision } = decideLimits(state, request, situation)
  if (decision.allowed !== (taken === '1')) throw new Error('Redis: script and limiter do not agree.')
  return decision
}

function readBucket(text: string | undefined): BucketState | undefined {
  if (text === undefined || text === '') return undefined
  const [level = 0, updatedAt = 0, lastFullAt = 0] = text.split(' ').map(Number)
  return { level, updatedAt, lastFullAt }
}
