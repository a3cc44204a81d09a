import type { BucketState, LimiterState } from '../../../src/index.js'
import type { PgRow } from './client.js'
import { numberOf, numberOrNull } from './rows.js'

/** A call that runs, as it is stored. */
export interface Lease {
  readonly keyId: string
  readonly leaseId: string
  readonly takenAt: number
  readonly expiresAt: number
  readonly reservedTokens: number
}

/** The buckets of a key out of its row. */
export function readBuckets(row: PgRow): LimiterState {
  return { requests: readBucket(row, 'requests'), tokens: readBucket(row, 'tokens') }
}

function readBucket(row: PgRow, name: string): BucketState | undefined {
  const level = numberOrNull(row, `${name}_level`)
  if (level === null) return undefined
  return {
    level,
    updatedAt: numberOf(row, `${name}_updated_at`),
    lastFullAt: numberOf(row, `${name}_full_at`),
  }
}

type Columns = readonly (readonly (string | number | null)[])[]

/** The columns of keys and their buckets. */
export function bucketColumns(buckets: ReadonlyMap<string, LimiterState>): Columns {
  const states = [...buckets.values()]
  return [
    [...buckets.keys()],
    ...stateColumns(states.map(({ requests }) => requests)),
    ...stateColumns(states.map(({ tokens }) => tokens)),
  ]
}

function stateColumns(states: readonly (BucketState | undefined)[]): Columns {
  return [
    states.map((state) => state?.level ?? null),
    states.map((state) => state?.updatedAt ?? null),
    states.map((state) => state?.lastFullAt ?? null),
  ]
}

/** The columns of leases. */
export function leaseColumns(leases: readonly Lease[]): Columns {
  return [
    leases.map(({ keyId }) => keyId),
    leases.map(({ leaseId }) => leaseId),
    leases.map(({ takenAt }) => takenAt),
    leases.map(({ expiresAt }) => Math.ceil(expiresAt)),
    leases.map(({ reservedTokens }) => reservedTokens),
  ]
}
