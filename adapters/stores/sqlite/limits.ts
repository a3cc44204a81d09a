import {
  type BucketState,
  decideLimits,
  isFull,
  type LimiterState,
  type LimitRequest,
  type LimitStore,
  reconcileTokens,
} from '../../../src/index.js'
import type { SqliteConnection } from './connection.js'
import type { SqlRow } from './driver.js'
import { bindInteger, bindOptional, bindTime, integerOf, integerOrNull, textOf } from './values.js'

const BUCKET_COLUMNS =
  'key_id, rpm, requests_level, requests_updated_at, requests_last_full_at, tpm, tokens_level, tokens_updated_at, tokens_last_full_at'
const BUCKETS = `SELECT ${BUCKET_COLUMNS} FROM crossmodel_limit_buckets WHERE key_id = ?`
const WRITE_BUCKETS = `
  INSERT OR REPLACE INTO crossmodel_limit_buckets (${BUCKET_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`
const END_EXPIRED = 'DELETE FROM crossmodel_limit_leases WHERE key_id = ? AND expires_at <= ?'
const COUNT_LEASES = 'SELECT count(*) AS leases FROM crossmodel_limit_leases WHERE key_id = ?'
const WRITE_LEASE = `
  INSERT OR REPLACE INTO crossmodel_limit_leases (key_id, lease_id, taken_at, expires_at, reserved_tokens)
  VALUES (?, ?, ?, ?, ?)`
const RENEW_LEASE = `
  UPDATE crossmodel_limit_leases SET expires_at = ? WHERE key_id = ? AND lease_id = ? AND expires_at > ?`
const END_LEASE = `
  DELETE FROM crossmodel_limit_leases WHERE key_id = ? AND lease_id = ? RETURNING taken_at, reserved_tokens`

const END_ALL_EXPIRED = 'DELETE FROM crossmodel_limit_leases WHERE expires_at <= ?'
/** A bucket that is not in debt is full after a minute without a call. */
const RESTED = `
  SELECT ${BUCKET_COLUMNS} FROM crossmodel_limit_buckets
  WHERE max(coalesce(requests_updated_at, 0), coalesce(tokens_updated_at, 0)) <= ?
    AND NOT EXISTS (SELECT 1 FROM crossmodel_limit_leases AS lease
      WHERE lease.key_id = crossmodel_limit_buckets.key_id)
  LIMIT 1000`
const FORGET_BUCKETS = 'DELETE FROM crossmodel_limit_buckets WHERE key_id = ?'

/** How often keys that have become idle are forgotten. */
const PRUNE_EVERY_MS = 60_000

type Rules = Pick<LimitRequest, 'rpm' | 'tpm'>

/** Limits in a SQLite file, shared by all processes that have it open; `now` in milliseconds since the epoch. */
export function createSqliteLimitStore(connection: SqliteConnection, now: () => number): LimitStore {
  let prunedAt = now()

  function pruneNowAndThen(time: number): void {
    // A clock that was set back must not stop the pruning.
    if (Math.abs(time - prunedAt) < PRUNE_EVERY_MS) return
    prunedAt = time
    prune(connection, time)
  }

  return {
    take(request) {
      const time = now()
      pruneNowAndThen(time)
      if (isUnlimited(request)) return decideLimits({}, request, { inFlight: 0, now: time }).decision
      return connection.write(() => {
        const { keyId, leaseId, concurrency } = request
        const inFlight = concurrency === null ? 0 : countLeases(connection, keyId, time)
        const { state, decision } = decideLimits(readBuckets(connection, keyId), request, {
          inFlight,
          now: time,
        })
        if (!decision.allowed) return decision
        writeBuckets(connection, { keyId, rules: request, state })
        connection.run(
          WRITE_LEASE,
          keyId,
          leaseId,
          bindTime(time),
          bindTime(time + request.leaseTtlMs),
          bindInteger(decision.reservedTokens),
        )
        return decision
      })
    },
    finish(request, _decision, actualTokens) {
      if (isUnlimited(request)) return
      const { keyId, leaseId, rpm, tpm } = request
      connection.write(() => {
        const lease = connection.get(END_LEASE, keyId, leaseId)
        if (lease === undefined || tpm === null) return
        const reservation = {
          tpm,
          reservedTokens: integerOf(lease, 'reserved_tokens'),
          takenAt: integerOf(lease, 'taken_at'),
        }
        const state = reconcileTokens(readBuckets(connection, keyId), reservation, actualTokens, now())
        writeBuckets(connection, { keyId, rules: { rpm, tpm }, state })
      })
    },
    renew(request) {
      if (isUnlimited(request)) return
      const { keyId, leaseId, leaseTtlMs } = request
      const time = now()
      connection.run(RENEW_LEASE, bindTime(time + leaseTtlMs), keyId, leaseId, bindTime(time))
    },
  }
}

/** A call without any rule leaves no trace: nothing is to be counted for it. */
function isUnlimited({ rpm, tpm, concurrency }: LimitRequest): boolean {
  return rpm === null && tpm === null && concurrency === null
}

function countLeases(connection: SqliteConnection, keyId: string, time: number): number {
  connection.run(END_EXPIRED, keyId, bindTime(time))
  const row = connection.get(COUNT_LEASES, keyId)
  return row === undefined ? 0 : integerOf(row, 'leases')
}

function readBuckets(connection: SqliteConnection, keyId: string): LimiterState {
  const row = connection.get(BUCKETS, keyId)
  return row === undefined ? {} : bucketsOf(row)
}

function bucketsOf(row: SqlRow): LimiterState {
  return { requests: bucketOf(row, 'requests'), tokens: bucketOf(row, 'tokens') }
}

function bucketOf(row: SqlRow, name: string): BucketState | undefined {
  const level = integerOrNull(row, `${name}_level`)
  if (level === null) return undefined
  return {
    level,
    updatedAt: integerOf(row, `${name}_updated_at`),
    lastFullAt: integerOf(row, `${name}_last_full_at`),
  }
}

function writeBuckets(
  connection: SqliteConnection,
  {
    keyId,
    rules,
    state: { requests, tokens },
  }: { readonly keyId: string; readonly rules: Rules; readonly state: LimiterState },
): void {
  connection.run(
    WRITE_BUCKETS,
    keyId,
    bindOptional(rules.rpm),
    bindOptional(requests?.level),
    bindOptional(requests?.updatedAt),
    bindOptional(requests?.lastFullAt),
    bindOptional(rules.tpm),
    bindOptional(tokens?.level),
    bindOptional(tokens?.updatedAt),
    bindOptional(tokens?.lastFullAt),
  )
}

function prune(connection: SqliteConnection, time: number): void {
  connection.write(() => {
    connection.run(END_ALL_EXPIRED, bindTime(time))
    for (const row of connection.all(RESTED, bindTime(time - PRUNE_EVERY_MS)))
      if (isIdle(row, time)) connection.run(FORGET_BUCKETS, textOf(row, 'key_id'))
  })
}

function isIdle(row: SqlRow, time: number): boolean {
  const { requests, tokens } = bucketsOf(row)
  return (
    isUntouched(requests, integerOrNull(row, 'rpm'), time) &&
    isUntouched(tokens, integerOrNull(row, 'tpm'), time)
  )
}

function isUntouched(bucket: BucketState | undefined, limitPerMinute: number | null, time: number): boolean {
  return bucket === undefined || limitPerMinute === null || isFull(bucket, { limitPerMinute }, time)
}
