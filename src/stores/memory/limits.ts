import { decideLimits, reconcileTokens, type LimiterState } from '../../limits/limiter.js'
import type { LimitDecision, LimitRequest, LimitStore } from '../../limits/store.js'
import { isFull, type BucketState } from '../../limits/token-bucket.js'

/** Limits in memory: they count the calls of one process and are not shared with another one. */
export interface MemoryLimitStore extends LimitStore {
  take(request: LimitRequest): LimitDecision
  finish(request: LimitRequest, decision: LimitDecision, actualTokens: number): void
  renew(request: LimitRequest): void
  /** Keys with a state that is not the initial one, for metrics. */
  trackedKeys(): number
}

/** A call that runs: its slot, and what it has reserved. When it ends by its ttl, the reservation counts as used. */
interface Lease {
  readonly takenAt: number
  readonly expiresAt: number
  readonly reservedTokens: number
}

interface KeyState {
  buckets: LimiterState
  /** The rules of the last call, by which idleness is judged. */
  rules: Pick<LimitRequest, 'rpm' | 'tpm'>
  readonly leases: Map<string, Lease>
}

/** How often keys that have become idle are forgotten. */
const PRUNE_EVERY_MS = 60_000

/** An empty limit store; `now` in milliseconds since the epoch. */
export function createMemoryLimitStore(now: () => number): MemoryLimitStore {
  const keys = new Map<string, KeyState>()
  let prunedAt = now()

  function prune(time: number): void {
    // A clock that was set back must not stop the pruning.
    if (Math.abs(time - prunedAt) < PRUNE_EVERY_MS) return
    prunedAt = time
    for (const [keyId, state] of keys) {
      endExpired(state.leases, time)
      if (state.leases.size === 0 && isIdle(state, time)) keys.delete(keyId)
    }
  }

  return {
    take(request) {
      const time = now()
      prune(time)
      const state = keys.get(request.keyId) ?? {
        buckets: {},
        rules: request,
        leases: new Map<string, Lease>(),
      }
      if (request.concurrency !== null && state.leases.size >= request.concurrency)
        endExpired(state.leases, time)
      const situation = { inFlight: state.leases.size, now: time }
      const { state: buckets, decision } = decideLimits(state.buckets, request, situation)
      if (!decision.allowed) return decision
      state.buckets = buckets
      state.rules = { rpm: request.rpm, tpm: request.tpm }
      state.leases.set(request.leaseId, {
        takenAt: time,
        expiresAt: time + request.leaseTtlMs,
        reservedTokens: decision.reservedTokens,
      })
      keys.set(request.keyId, state)
      return decision
    },
    finish({ keyId, leaseId, tpm }, _decision, actualTokens) {
      const state = keys.get(keyId)
      const lease = state?.leases.get(leaseId)
      if (state === undefined || lease === undefined) return
      state.leases.delete(leaseId)
      if (tpm === null) return
      const { reservedTokens, takenAt } = lease
      state.buckets = reconcileTokens(state.buckets, { tpm, reservedTokens, takenAt }, actualTokens, now())
    },
    renew({ keyId, leaseId, leaseTtlMs }) {
      const leases = keys.get(keyId)?.leases
      const lease = leases?.get(leaseId)
      const time = now()
      if (lease !== undefined && lease.expiresAt > time)
        leases?.set(leaseId, { ...lease, expiresAt: time + leaseTtlMs })
    },
    trackedKeys: () => keys.size,
  }
}

function endExpired(leases: Map<string, Lease>, now: number): void {
  for (const [leaseId, lease] of leases) if (lease.expiresAt <= now) leases.delete(leaseId)
}

function isIdle({ buckets, rules }: KeyState, now: number): boolean {
  return isUntouched(buckets.requests, rules.rpm, now) && isUntouched(buckets.tokens, rules.tpm, now)
}

function isUntouched(bucket: BucketState | undefined, limitPerMinute: number | null, now: number): boolean {
  return bucket === undefined || limitPerMinute === null || isFull(bucket, { limitPerMinute }, now)
}
