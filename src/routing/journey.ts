import { type RetryRule, waitBeforeRetry } from './backoff.js'
import type { Place } from './order.js'
import type { Retry } from './reaction.js'

/** Where a request goes next, and how long it waits before. */
export interface NextTry<P> {
  readonly place: P
  readonly waitMs: number
}

/** How a try failed. */
export interface TryFailure {
  readonly retry: Retry
  readonly retryAfterMs: number | undefined
  /** True when the place has something else to try at once: another key. */
  readonly canSwap: boolean
  /** The client waits no longer, in milliseconds. */
  readonly mostWaitMs: number
}

/** The way of one request from place to place. */
export interface Journey<P extends Place> {
  /** The first place; null when every breaker is open. */
  start(now: number): P | null
  /** The next try after a failed one; null = the last failure is the answer. */
  next(failure: TryFailure, now: number): NextTry<P> | null
  /** True when a place is left that has not been tried and lets calls through. */
  hasFresh(now: number): boolean
}

/** What is known of a place within one request. */
interface Visit<P> {
  readonly place: P
  tries: number
  /** Tries at it that used up its retries: another key at once is none. */
  retries: number
  retryAfterMs: number | undefined
  isOut: boolean
}

export interface JourneyOptions {
  readonly rule: RetryRule
  readonly random: () => number
}

/** A journey over places in the order of preference. Each is tried once, and again as often as the rule allows. */
export function createJourney<P extends Place>(
  places: readonly P[],
  { rule, random }: JourneyOptions,
): Journey<P> {
  const visits: readonly Visit<P>[] = places.map((place) => ({
    place,
    tries: 0,
    retries: 0,
    retryAfterMs: undefined,
    isOut: false,
  }))
  let current: Visit<P> | undefined

  const go = (visit: Visit<P>, waitMs: number): NextTry<P> => {
    visit.tries += 1
    current = visit
    return { place: visit.place, waitMs }
  }

  /** Null: not tried (again). */
  const wait = ({ tries, retries, retryAfterMs, isOut }: Visit<P>): number | null => {
    if (tries === 0) return 0
    if (isOut || retries >= rule.attempts) return null
    return waitBeforeRetry(rule, { tries: retries + 1, retryAfterMs }, random())
  }

  const retry = (visit: Visit<P>, mostWaitMs: number): NextTry<P> | null => {
    const waitMs = wait(visit)
    if (waitMs === null || waitMs > mostWaitMs) return null
    if (visit.tries > 0) visit.retries += 1
    return go(visit, waitMs)
  }

  const others = (now: number): readonly Visit<P>[] =>
    visits
      .filter((visit) => visit !== current && !visit.isOut && visit.place.health.admits(now))
      .toSorted((one, other) => one.tries - other.tries)

  const firstOf = (candidates: readonly Visit<P>[], mostWaitMs: number): NextTry<P> | null => {
    for (const visit of candidates) {
      const next = retry(visit, mostWaitMs)
      if (next !== null) return next
    }
    return null
  }

  return {
    start(now) {
      const first = others(now)[0]
      return first === undefined ? null : go(first, 0).place
    },
    next(failure, now) {
      const failed = current
      if (failed === undefined || failure.retry === 'stop') return null
      failed.retryAfterMs = failure.retryAfterMs
      if (failure.canSwap) return go(failed, 0)
      if (failure.retry === 'next') failed.isOut = true
      const same = failed.place.health.admits(now) ? [failed] : []
      const first = failure.retry === 'again' ? [...same, ...others(now)] : [...others(now), ...same]
      return firstOf(first, failure.mostWaitMs)
    },
    hasFresh: (now) => others(now).some(({ tries }) => tries === 0),
  }
}
