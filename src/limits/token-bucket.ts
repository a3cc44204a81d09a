import type { BucketStatus } from './store.js'

/** A bucket holds one minute's worth of its limit and refills continuously. */
export interface BucketRule {
  readonly limitPerMinute: number
}

/**
 * State of a bucket. Levels are integers in 1/60000 of a unit: a limit of n per minute refills exactly n of them per
 * millisecond, so nothing ever has to be rounded. A bucket without a state is full.
 */
export interface BucketState {
  /** Negative while in debt. */
  readonly level: number
  /** Milliseconds since the epoch up to which the level was refilled. */
  readonly updatedAt: number
  /** When it was last seen full: nothing taken before that can be given back. */
  readonly lastFullAt: number
}

/** What {@link takeTokens} decided. */
export interface BucketDecision {
  readonly allowed: boolean
  /** The cost after bounding it to the capacity. */
  readonly cost: number
  /** Milliseconds until the same cost could be taken; 0 when allowed. */
  readonly retryAfterMs: number
  readonly status: BucketStatus
}

const LEVEL_PER_UNIT = 60_000
const MINUTE_MS = 60_000
/** A vendor that reports absurd numbers must not lock a key for ever. */
const MAX_DEBT_MINUTES = 60

/**
 * Takes `cost` units if the bucket has them; a cost above the capacity passes when the bucket is full.
 * A refusal takes nothing. `now` in milliseconds.
 */
export function takeTokens(
  state: BucketState | undefined,
  rule: BucketRule,
  cost: number,
  now: number,
): { readonly state: BucketState; readonly decision: BucketDecision } {
  const refilled = refill(state, rule, now)
  const bounded = Math.min(Math.max(0, Math.ceil(cost)), rule.limitPerMinute)
  const missing = bounded * LEVEL_PER_UNIT - refilled.level
  const allowed = rule.limitPerMinute > 0 && missing <= 0
  const after = allowed ? withLevel(refilled, -missing) : refilled
  return {
    state: after,
    decision: {
      allowed,
      cost: bounded,
      retryAfterMs: allowed ? 0 : waitMs(missing, rule),
      status: statusOf(after, rule),
    },
  }
}

/**
 * Corrects what was taken at `takenAt` by `units`: gives them back, or, when negative, takes more, into debt if need be.
 * Debt ends at an hour's worth of the limit. What was taken before the bucket was last full has been refilled since and is not given back again.
 */
export function returnTokens(
  state: BucketState | undefined,
  rule: BucketRule,
  correction: { readonly units: number; readonly takenAt: number },
  now: number,
): BucketState {
  const refilled = refill(state, rule, now)
  const { units, takenAt } = correction
  if (units > 0 && refilled.lastFullAt > takenAt) return refilled
  const lowest = -MAX_DEBT_MINUTES * capacity(rule)
  const level = Math.max(lowest, refilled.level + units * LEVEL_PER_UNIT)
  return withLevel(refilled, Math.min(level, capacity(rule)))
}

/** What is left in a bucket, for rate-limit headers. */
export function bucketStatus(state: BucketState | undefined, rule: BucketRule, now: number): BucketStatus {
  return statusOf(refill(state, rule, now), rule)
}

function statusOf({ level }: BucketState, rule: BucketRule): BucketStatus {
  return {
    limit: rule.limitPerMinute,
    remaining: Math.max(0, Math.floor(level / LEVEL_PER_UNIT)),
    resetMs: level >= capacity(rule) ? 0 : waitMs(capacity(rule) - level, rule),
  }
}

/** True for a bucket that is full by now: a store may forget it. */
export function isFull(state: BucketState, rule: BucketRule, now: number): boolean {
  return refill(state, rule, now).level >= capacity(rule)
}

function withLevel({ updatedAt, lastFullAt }: BucketState, level: number): BucketState {
  return { level, updatedAt, lastFullAt }
}

function refill(state: BucketState | undefined, rule: BucketRule, time: number): BucketState {
  const now = Math.floor(time)
  if (state === undefined) return { level: capacity(rule), updatedAt: now, lastFullAt: now }
  const elapsedMs = now - state.updatedAt
  if (elapsedMs < 0) return standStill(state, rule, now)
  const level = state.level + elapsedMs * rule.limitPerMinute
  if (level < capacity(rule)) return { level, updatedAt: now, lastFullAt: state.lastFullAt }
  return { level: capacity(rule), updatedAt: now, lastFullAt: now }
}

/**
 * A clock that jitters must not refill the bucket over and over, so it stands still until it has caught up.
 * A clock that was set back by more than a full refill takes, must not freeze the bucket either.
 */
function standStill(state: BucketState, rule: BucketRule, now: number): BucketState {
  const level = Math.min(state.level, capacity(rule))
  if (state.updatedAt - now <= MINUTE_MS) return { ...state, level }
  return { level, updatedAt: now, lastFullAt: Math.min(state.lastFullAt, now) }
}

function capacity(rule: BucketRule): number {
  return rule.limitPerMinute * LEVEL_PER_UNIT
}

function waitMs(missing: number, rule: BucketRule): number {
  return rule.limitPerMinute > 0 ? Math.ceil(missing / rule.limitPerMinute) : MINUTE_MS
}
