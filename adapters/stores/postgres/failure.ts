import { GatewayError } from '../../../src/index.js'

/**
 * What a failed query means: `conflict`: it was rolled back and can be repeated; `lost`: the database went away, and
 * whether a commit was carried out is unknown; `fault`: repeating it would fail again.
 */
export type FailureKind = 'conflict' | 'lost' | 'fault'

/** SQLSTATEs of transactions that lost against another one; 23505: a row was written since ours looked for it. */
const LOST_RACE = /^(?:40001|40P01|55P03|23505)$/
/** SQLSTATEs, classes of them and codes of Node that tell of a connection or server that is gone. */
const LOST = /^(?:08|57P0|53|25P03|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ENOENT)/
/** Errors of `pg` and `pg-pool` that have no code. */
const LOST_MESSAGE =
  /connection terminated|connection error and is not queryable|client was closed|timeout exceeded when trying to connect|query read timeout|timeout expired/i

/** Thrown when the time of an operation is over. */
export class DatabaseTimeout extends Error {
  override readonly name = 'DatabaseTimeout'
}

/** Why a query or a connection failed. */
export function failureKind(error: unknown): FailureKind {
  if (error instanceof DatabaseTimeout) return 'lost'
  const code = codeOf(error)
  if (LOST_RACE.test(code)) return 'conflict'
  if (LOST.test(code)) return 'lost'
  return code === '' && LOST_MESSAGE.test(messageOf(error)) ? 'lost' : 'fault'
}

/** What a caller is told: nothing of the database, which is in the cause. */
export function toStoreError(error: unknown): GatewayError {
  if (GatewayError.isInstance(error)) return error
  const text =
    failureKind(error) === 'fault' ? 'The database refused an operation.' : 'The database is not available.'
  return new GatewayError('db_error', text, { cause: error })
}

/** True when an error that a caller was told means that the next operation would meet the same outage. */
export function isOutage(error: unknown): boolean {
  return GatewayError.isInstance(error) && error.cause !== undefined && failureKind(error.cause) !== 'fault'
}

function codeOf(error: unknown): string {
  // A failed connection to several addresses is an AggregateError with the code of them all.
  if (typeof error !== 'object' || error === null || !('code' in error)) return ''
  return typeof error.code === 'string' ? error.code : ''
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : ''
}
