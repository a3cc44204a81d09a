import {
  afterBegin,
  afterFault,
  afterNothing,
  afterSuccess,
  type BreakerPhase,
  type BreakerRule,
  CLOSED,
  isAdmitting,
} from './breaker.js'
import { afterMeasure, comparedMs, UNMEASURED } from './latency.js'
import { createCallWindow } from './window.js'

/** What calls have shown of one place; state of one gateway. Times in milliseconds since the epoch. */
export interface PlaceHealth {
  /** True when its breaker lets a call through. */
  admits(now: number): boolean
  /** A call goes there. */
  begin(now: number): void
  /** Its first byte came: the place is there again, if it was away. */
  firstByte(latencyMs: number, now: number): void
  succeed(now: number): void
  fault(now: number): void
  /** The call ended and says nothing of the place. */
  pass(now: number): void
  /** Its rate limit was reached: it wants no calls until then, and is not broken. */
  limit(until: number, now: number): void
  /** It refused our only key: left for others until then. */
  rest(until: number): void
  restsUntil(): number
  /** When its breaker lets the next call through. */
  nextProbeAt(): number
  /** See `comparedMs`. */
  latencyMs(now: number): number
  snapshot(now: number): HealthSnapshot
}

/** The health of a place, for people and monitors. */
export interface HealthSnapshot {
  /** The circuit breaker. */
  readonly state: BreakerPhase
  /** True while the vendor's rate limit, or its refusal of our key, is waited out. */
  readonly resting: boolean
  /** Calls of the last window, and the part of them (0 to 1) that failed for the vendor's fault. */
  readonly calls: number
  readonly errorRate: number
  /** Rate limits (429) of the last window. */
  readonly limited: number
  /** Mean time to first byte in milliseconds; null = not measured. */
  readonly latencyMs: number | null
}

/** Health of a place that has not been called. `isBreaking`: false = faults are counted, but nothing opens. */
export function createPlaceHealth(rule: BreakerRule, isBreaking: boolean): PlaceHealth {
  const window = createCallWindow(rule.windowMs)
  const limits = createCallWindow(rule.windowMs)
  let breaker = CLOSED
  let latency = UNMEASURED
  let restUntil = 0
  const rest = (until: number): void => {
    restUntil = Math.max(restUntil, until)
  }
  return {
    admits: (now) => isAdmitting(breaker, now),
    begin(now) {
      breaker = afterBegin(breaker, rule, now)
    },
    firstByte(latencyMs, now) {
      latency = afterMeasure(latency, latencyMs, now)
      if (breaker.phase !== 'half-open') return
      breaker = afterSuccess(breaker)
      window.clear()
    },
    succeed(now) {
      window.add(false, now)
      breaker = afterSuccess(breaker)
    },
    fault(now) {
      window.add(true, now)
      if (isBreaking) breaker = afterFault(breaker, rule, { ...window.count(now), now })
    },
    pass(now) {
      breaker = afterNothing(breaker, now)
    },
    limit(until, now) {
      limits.add(false, now)
      rest(until)
      breaker = afterNothing(breaker, now)
    },
    rest,
    restsUntil: () => restUntil,
    nextProbeAt: () => breaker.nextProbeAt,
    latencyMs: (now) => comparedMs(latency, now),
    snapshot(now) {
      const { calls, faults } = window.count(now)
      return {
        state: breaker.phase,
        resting: restUntil > now,
        calls,
        errorRate: calls === 0 ? 0 : faults / calls,
        limited: limits.count(now).calls,
        latencyMs: latency.meanMs,
      }
    },
  }
}
