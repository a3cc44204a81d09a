import {
  decideLimits,
  type LimitDecision,
  type LimiterState,
  type LimitRequest,
  reconcileTokens,
} from '../../../src/index.js'
import type { Lease } from './limit-rows.js'

/** A step of the limits. */
export type LimitOperation =
  | { readonly type: 'take'; readonly request: LimitRequest }
  | { readonly type: 'finish'; readonly request: LimitRequest; readonly actualTokens: number }

/** What a transaction has read and locked. */
export interface ReadCounters {
  /** By key id. */
  readonly buckets: ReadonlyMap<string, LimiterState>
  /** Calls that run, by key id; only of keys with a limit of them. */
  readonly inFlight: ReadonlyMap<string, number>
  /** Leases that the operations name. */
  readonly leases: readonly Lease[]
}

/** What a transaction writes. */
export interface CountersChange {
  readonly buckets: ReadonlyMap<string, LimiterState>
  readonly taken: readonly Lease[]
  readonly ended: readonly Lease[]
}

/** The counters of one transaction: each operation sees what those before it in the batch have done. */
export interface Counters {
  take(request: LimitRequest, now: number): LimitDecision
  finish(request: LimitRequest, actualTokens: number, now: number): void
  change(): CountersChange
}

/** Counters that begin with what was read. */
export function openCounters(read: ReadCounters): Counters {
  const buckets = new Map(read.buckets)
  const inFlight = new Map(read.inFlight)
  const stored = new Map(read.leases.map((lease) => [leaseKey(lease), lease]))
  const leases = new Map(stored)
  const changed = new Set<string>()

  function count(keyId: string, change: number): void {
    inFlight.set(keyId, Math.max(0, (inFlight.get(keyId) ?? 0) + change))
  }

  function keep(keyId: string, state: LimiterState): void {
    buckets.set(keyId, state)
    changed.add(keyId)
  }

  return {
    take(request, now) {
      const { keyId, leaseId, leaseTtlMs } = request
      const situation = { inFlight: inFlight.get(keyId) ?? 0, now }
      const { state, decision } = decideLimits(buckets.get(keyId) ?? {}, request, situation)
      if (!decision.allowed) return decision
      keep(keyId, state)
      const { reservedTokens } = decision
      const lease = { keyId, leaseId, takenAt: now, expiresAt: now + leaseTtlMs, reservedTokens }
      if (!leases.has(leaseKey(lease))) count(keyId, 1)
      leases.set(leaseKey(lease), lease)
      return decision
    },
    finish(request, actualTokens, now) {
      const { keyId, tpm } = request
      const lease = leases.get(leaseKey(request))
      if (lease === undefined) return
      leases.delete(leaseKey(request))
      if (lease.expiresAt > now) count(keyId, -1)
      if (tpm === null) return
      const { reservedTokens, takenAt } = lease
      keep(
        keyId,
        reconcileTokens(buckets.get(keyId) ?? {}, { tpm, reservedTokens, takenAt }, actualTokens, now),
      )
    },
    change: () => ({
      buckets: new Map([...buckets].filter(([keyId]) => changed.has(keyId))),
      taken: [...leases].flatMap(([key, lease]) => (stored.get(key) === lease ? [] : [lease])),
      ended: [...stored].flatMap(([key, lease]) => (leases.has(key) ? [] : [lease])),
    }),
  }
}

function leaseKey({ keyId, leaseId }: { readonly keyId: string; readonly leaseId: string }): string {
  return `${keyId}\n${leaseId}`
}
