import type { CallCounts } from './window.js'

/** When a place is left alone. */
export interface BreakerRule {
  /** So many faults in a row open it. */
  readonly consecutiveFaults: number
  /** This part (0 to 1) of the calls within the window opens it, … */
  readonly faultRate: number
  /** … when there were at least so many. */
  readonly minimumCalls: number
  readonly windowMs: number
  /** How long it stays open before a single call may probe the place. */
  readonly openMs: number
}

/** `half-open`: one call is under way to see whether the place is back. */
export type BreakerPhase = 'closed' | 'open' | 'half-open'

/** State of one breaker; times in milliseconds since the epoch. */
export interface BreakerState {
  readonly phase: BreakerPhase
  readonly faultsInRow: number
  /** From when on the next call may go there: the probe, or another one where the probe has got lost. */
  readonly nextProbeAt: number
}

/** A breaker that has seen nothing. */
export const CLOSED: BreakerState = { phase: 'closed', faultsInRow: 0, nextProbeAt: 0 }

/** True when a call may go there now. */
export function isAdmitting(state: BreakerState, now: number): boolean {
  return state.phase === 'closed' || now >= state.nextProbeAt
}

/** A call goes there, having been admitted: on a breaker that is not closed it is the probe. */
export function afterBegin(state: BreakerState, rule: BreakerRule, now: number): BreakerState {
  if (state.phase === 'closed') return state
  return { ...state, phase: 'half-open', nextProbeAt: now + rule.openMs }
}

/** The place has answered. */
export function afterSuccess(state: BreakerState): BreakerState {
  return state.phase === 'closed' && state.faultsInRow === 0 ? state : CLOSED
}

/** The place is broken; `counts` include this call. */
export function afterFault(
  state: BreakerState,
  rule: BreakerRule,
  { calls, faults, now }: CallCounts & { readonly now: number },
): BreakerState {
  const faultsInRow = state.faultsInRow + 1
  const isMany = calls >= rule.minimumCalls && faults / calls >= rule.faultRate
  const opens = state.phase === 'half-open' || faultsInRow >= rule.consecutiveFaults || isMany
  // Calls that began before it opened keep it open no longer.
  if (state.phase === 'open') return { ...state, faultsInRow }
  return opens
    ? { phase: 'open', faultsInRow, nextProbeAt: now + rule.openMs }
    : { phase: 'closed', faultsInRow, nextProbeAt: 0 }
}

/** A call has ended that says nothing (its client left, its request was wrong): a probe may be made anew. */
export function afterNothing(state: BreakerState, now: number): BreakerState {
  return state.phase === 'half-open' ? { ...state, phase: 'open', nextProbeAt: now } : state
}
