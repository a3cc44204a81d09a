import type { UpstreamError } from '../../canonical/upstream-error.js'
import type { GatewayError } from '../../errors.js'
import { createJourney, type NextTry } from '../../routing/journey.js'
import { orderPlaces, restingLast } from '../../routing/order.js'
import { reactionTo } from '../../routing/reaction.js'
import type { AttemptRecord } from '../../usage/record.js'
import type { Core } from '../core.js'
import { blame } from './outcome.js'
import { type Leg, withKey } from './resolve.js'

/** The tries of one call: where they went, how they ended, where the next one goes. */
export interface Attempts {
  /** Where the running or the last try goes. */
  readonly leg: Leg
  /** Tries begun. */
  readonly count: number
  /** Where the call goes first; null when every breaker is open. */
  start(now: number): Leg | null
  /** The try is sent off: its clock runs. */
  send(now: number): void
  /** The running try has failed. */
  fail(failure: FailedAttempt, now: number): void
  /** Where the next try goes, after a failed one; null = nowhere. */
  next(error: UpstreamError, limits: TryLimits): NextTry<Leg> | null
  /** True when there is another place that has not been tried. */
  hasFresh(now: number): boolean
  /** The running try has brought the first byte of the answer: the conversation stays there. */
  keep(now: number): void
  /** The running try ends without a word on the place. */
  pass(now: number): void
  /** The running try will not be made. */
  drop(now: number): void
  /** Every try, for the record; `ending` is that of the running one. Undefined for a call with a single one. */
  list(ending: AttemptEnding, now: number): readonly AttemptRecord[] | undefined
}

/** How a try failed. */
export interface FailedAttempt {
  readonly error: GatewayError
  readonly upstreamError: UpstreamError
}

export interface TryLimits {
  readonly now: number
  /** The client waits no longer, in milliseconds. */
  readonly mostWaitMs: number
}

export interface AttemptEnding {
  readonly httpStatus: number
  readonly error: GatewayError | null
}

/** A conversation, with its account before it: state of one account never decides for another. */
export type Session = string | null

/** Opens the tries of a call over the legs that can serve it: those of its model, then those of each fallback. */
export function openAttempts(
  { places, now: clock, random }: Core,
  models: readonly (readonly Leg[])[],
  session: Session,
): Attempts {
  const { affinity, retries } = places
  const kept = session === null ? null : affinity.home(session, clock())
  const order = (legs: readonly Leg[]): readonly Leg[] =>
    orderPlaces(legs, { mode: legs[0]?.model.routing ?? 'order', session, kept, now: clock(), random })
  const ordered = restingLast(models.flatMap(order), clock())
  const journey = createJourney(ordered, { rule: retries, random })
  const records: AttemptRecord[] = []
  let leg = ordered[0]
  let count = 0
  let sentAt = 0
  let isRunning = false
  let isJudged = true

  const pass = (now: number): void => {
    if (!isJudged) leg?.health.pass(now)
    isJudged = true
  }

  const go = (to: Leg, keyIndex: number | null, now: number): Leg => {
    leg = withKey(to, keyIndex ?? 0)
    leg.health.begin(now)
    count += 1
    sentAt = now
    isRunning = true
    isJudged = false
    return leg
  }

  return {
    get leg() {
      if (leg === undefined) throw new TypeError('attempts are opened over legs')
      return leg
    },
    get count() {
      return count
    },
    start(now) {
      const first = journey.start(now)
      return first === null ? null : go(first, first.keys?.choose(session, now) ?? null, now)
    },
    send(now) {
      sentAt = now
    },
    fail({ error, upstreamError }, now) {
      if (leg === undefined || !isRunning) return
      isRunning = false
      isJudged = true
      blame(leg, upstreamError, now)
      const { status = null } = upstreamError
      records.push({ route: leg.name, status, errorCode: error.code, latencyMs: now - sentAt })
    },
    next({ kind, retryAfterMs }, { now, mostWaitMs }) {
      const { retry, blame: on } = reactionTo(kind)
      const spare = on === 'limit' || on === 'key' ? (leg?.keys?.choose(session, now) ?? null) : null
      const next = journey.next({ retry, retryAfterMs, canSwap: spare !== null, mostWaitMs }, now)
      if (next === null) return null
      const { place, waitMs } = next
      return { place: go(place, spare ?? place.keys?.choose(session, now) ?? null, now), waitMs }
    },
    hasFresh: (now) => journey.hasFresh(now),
    keep(now) {
      const hasHome = session !== null && ordered.length > 1 && leg?.model.routing !== 'weighted'
      if (hasHome && leg !== undefined) affinity.keep(session, leg.name, now)
    },
    pass,
    drop(now) {
      pass(now)
      isRunning = false
      count -= 1
    },
    list({ httpStatus, error }, now) {
      if (isRunning && leg !== undefined) {
        const running = { route: leg.name, status: httpStatus, errorCode: error?.code ?? null }
        records.push({ ...running, latencyMs: now - sentAt })
        isRunning = false
      }
      return records.length > 1 ? records : undefined
    },
  }
}
