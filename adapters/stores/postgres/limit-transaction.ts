import type { LimitDecision, LimitRequest } from '../../../src/index.js'
import type { Outcome } from './batcher.js'
import type { PgRow } from './client.js'
import type { Database, Session, Statement } from './database.js'
import {
  openCounters,
  type CountersChange,
  type LimitOperation,
  type ReadCounters,
} from './limit-counters.js'
import { bucketColumns, leaseColumns, readBuckets, type Lease } from './limit-rows.js'
import { numberOf, textOf } from './rows.js'

/** Carries out operations in order, in one transaction; a `finish` has no decision. */
export type LimitTransaction = (
  operations: readonly LimitOperation[],
) => Promise<readonly Outcome<LimitDecision | null>[]>

type Statements = Readonly<Record<'open' | 'lock' | 'leases' | 'inFlight' | 'write', Statement>>

/**
 * Read, decide, write, with the rows of the keys as locks. A commit does not wait for the disk: what a crash of the
 * database may lose is the count of its last moments.
 */
export function createLimitTransaction(database: Database): LimitTransaction {
  const statements = limitStatements(database.prefix)
  return (operations) =>
    database.transact(
      async (session) => {
        const now = database.now()
        const counters = openCounters(await readCounters(session, statements, { operations, now }))
        const outcomes = operations.map((operation): Outcome<LimitDecision | null> => {
          if (operation.type === 'take') return { ok: true, value: counters.take(operation.request, now) }
          counters.finish(operation.request, operation.actualTokens, now)
          return { ok: true, value: null }
        })
        await writeCounters(session, statements, { change: counters.change(), now })
        return outcomes
      },
      { repeatable: false, durable: false },
    )
}

async function readCounters(
  session: Session,
  statements: Statements,
  { operations, now }: { readonly operations: readonly LimitOperation[]; readonly now: number },
): Promise<ReadCounters> {
  const requests = operations.map(({ request }) => request)
  const keyIds = [...new Set(requests.map(({ keyId }) => keyId))]
  const limited = [...new Set(requests.filter(isLimited).map(({ keyId }) => keyId))]
  const leaseValues = [requests.map(({ keyId }) => keyId), requests.map(({ leaseId }) => leaseId)]
  const rest = [
    { statement: statements.leases, values: leaseValues },
    { statement: limited.length === 0 ? null : statements.inFlight, values: [limited, now] },
  ]
  const lock = { statement: statements.lock, values: [keyIds] }
  let [rows = [], leases = [], counts = []] = await session.queryAll([lock, ...rest])
  if (rows.length < keyIds.length) {
    // Keys that were never limited before have no row to lock.
    await session.query(statements.open, [keyIds.toSorted(), now])
    ;[rows = [], leases = [], counts = []] = await session.queryAll([lock, ...rest])
  }
  return {
    buckets: new Map(rows.map((row) => [textOf(row, 'key_id'), readBuckets(row)])),
    inFlight: new Map(counts.map((row) => [textOf(row, 'key_id'), numberOf(row, 'leases')])),
    leases: leases.map(readLease),
  }
}

async function writeCounters(
  session: Session,
  statements: Statements,
  { change, now }: { readonly change: CountersChange; readonly now: number },
): Promise<void> {
  const { buckets, taken, ended } = change
  if (buckets.size + taken.length + ended.length === 0) return
  await session.query(statements.write, [
    ...bucketColumns(buckets),
    now,
    ...leaseColumns(taken),
    ended.map(({ keyId }) => keyId),
    ended.map(({ leaseId }) => leaseId),
  ])
}

function limitStatements(prefix: string): Statements {
  return {
    open: {
      name: 'limits_open',
      text: `INSERT INTO ${prefix}limits (key_id, touched_at)
SELECT key_id, $2::bigint FROM unnest($1::text[]) AS given (key_id) ON CONFLICT DO NOTHING`,
    },
    lock: {
      name: 'limits_lock',
      text: `SELECT * FROM ${prefix}limits WHERE key_id = ANY ($1::text[]) ORDER BY key_id FOR UPDATE`,
    },
    leases: {
      name: 'limits_leases',
      text: `SELECT leases.* FROM unnest($1::text[], $2::text[]) AS named (key_id, lease_id)
JOIN ${prefix}leases AS leases USING (key_id, lease_id)`,
    },
    inFlight: {
      name: 'limits_in_flight',
      text: `SELECT key_id, count(*) AS leases FROM ${prefix}leases
WHERE key_id = ANY ($1::text[]) AND expires_at > $2 GROUP BY key_id`,
    },
    write: {
      name: 'limits_write',
      text: `WITH changed AS (
  UPDATE ${prefix}limits AS limits SET touched_at = $8::bigint,
    requests_level = given.requests_level, requests_updated_at = given.requests_updated_at, requests_full_at = given.requests_full_at,
    tokens_level = given.tokens_level, tokens_updated_at = given.tokens_updated_at, tokens_full_at = given.tokens_full_at
  FROM unnest($1::text[], $2::double precision[], $3::bigint[], $4::bigint[], $5::double precision[], $6::bigint[], $7::bigint[])
    AS given (key_id, requests_level, requests_updated_at, requests_full_at, tokens_level, tokens_updated_at, tokens_full_at)
  WHERE limits.key_id = given.key_id
), ended AS (
  DELETE FROM ${prefix}leases AS leases USING unnest($14::text[], $15::text[]) AS given (key_id, lease_id)
  WHERE leases.key_id = given.key_id AND leases.lease_id = given.lease_id
)
INSERT INTO ${prefix}leases (key_id, lease_id, taken_at, expires_at, reserved_tokens)
SELECT * FROM unnest($9::text[], $10::text[], $11::bigint[], $12::bigint[], $13::double precision[])
ON CONFLICT (key_id, lease_id) DO UPDATE SET
  taken_at = excluded.taken_at, expires_at = excluded.expires_at, reserved_tokens = excluded.reserved_tokens`,
    },
  }
}

function isLimited({ concurrency }: LimitRequest): boolean {
  return concurrency !== null
}

function readLease(row: PgRow): Lease {
  return {
    keyId: textOf(row, 'key_id'),
    leaseId: textOf(row, 'lease_id'),
    takenAt: numberOf(row, 'taken_at'),
    expiresAt: numberOf(row, 'expires_at'),
    reservedTokens: numberOf(row, 'reserved_tokens'),
  }
}
