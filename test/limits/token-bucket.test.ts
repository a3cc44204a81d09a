import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { counterexampleOf } from '../contracts/counterexample.js'
import {
  bucketStatus,
  isFull,
  returnTokens,
  takeTokens,
  type BucketState,
} from '../../src/limits/token-bucket.js'

const NOW = 1_700_000_000_000
const RULE = { limitPerMinute: 60 }

/** A bucket after a number of units were taken at `NOW`. */
function bucketWith(remaining: number): BucketState {
  return takeTokens(undefined, RULE, 60 - remaining, NOW).state
}

describe('takeTokens', () => {
  it('starts full and gives its whole capacity at once', () => {
    expect(takeTokens(undefined, RULE, 60, NOW).decision).toEqual({
      allowed: true,
      cost: 60,
      retryAfterMs: 0,
      status: { limit: 60, remaining: 0, resetMs: 60_000 },
    })
  })

  it('takes nothing when it refuses, and says exactly when the cost can be paid', () => {
    const before = bucketWith(10)
    const { state, decision } = takeTokens(before, RULE, 13, NOW)
    expect(decision).toMatchObject({ allowed: false, retryAfterMs: 3000, status: { remaining: 10 } })
    expect(takeTokens(state, RULE, 13, NOW + 2999).decision.allowed).toBe(false)
    expect(takeTokens(state, RULE, 13, NOW + 3000).decision.allowed).toBe(true)
  })

  it('bounds a cost to the capacity', () => {
    expect(takeTokens(undefined, RULE, 1e12, NOW).decision).toMatchObject({ allowed: true, cost: 60 })
    expect(takeTokens(bucketWith(59), RULE, 1e12, NOW).decision.allowed).toBe(false)
  })

  it('allows nothing with a limit of zero', () => {
    expect(takeTokens(undefined, { limitPerMinute: 0 }, 1, NOW).decision).toMatchObject({
      allowed: false,
      retryAfterMs: 60_000,
      status: { limit: 0, remaining: 0, resetMs: 0 },
    })
  })

  it('takes nothing for a negative cost, and refuses one that is no number', () => {
    expect(takeTokens(bucketWith(5), RULE, -10, NOW).decision.status.remaining).toBe(5)
    expect(takeTokens(undefined, RULE, Number.NaN, NOW).decision.allowed).toBe(false)
  })

  it('refills without drift: a limit that does not divide a minute loses nothing in a million steps', () => {
    const rule = { limitPerMinute: 7 }
    let state = takeTokens(undefined, rule, 7, NOW).state
    for (let step = 1; step <= 60_000; step += 1) state = takeTokens(state, rule, 100, NOW + step - 1).state
    expect(bucketStatus(state, rule, NOW + 59_999).remaining).toBe(6)
    expect(bucketStatus(state, rule, NOW + 60_000)).toEqual({ limit: 7, remaining: 7, resetMs: 0 })
  })

  it('follows a limit that changes', () => {
    const lowered = takeTokens(undefined, RULE, 0, NOW).state
    expect(bucketStatus(lowered, { limitPerMinute: 10 }, NOW).remaining).toBe(10)
    expect(bucketStatus(lowered, { limitPerMinute: 10 }, NOW - 1).remaining).toBe(10)
    expect(bucketStatus(bucketWith(0), { limitPerMinute: 600 }, NOW + 1000).remaining).toBe(10)
  })

  it('stands still while a clock jitters backwards', () => {
    let state = bucketWith(0)
    for (let index = 0; index < 100; index += 1) {
      state = takeTokens(state, RULE, 60, NOW - 30_000).state
      state = takeTokens(state, RULE, 60, NOW).state
    }
    expect(bucketStatus(state, RULE, NOW).remaining).toBe(0)
  })

  it('goes on after a clock was set back by hours', () => {
    const { state } = takeTokens(bucketWith(0), RULE, 1, NOW - 3_600_000)
    expect(takeTokens(state, RULE, 1, NOW - 3_600_000 + 1000).decision.allowed).toBe(true)
  })

  it('never allows more than the capacity and the refill of the time that passed', () => {
    const steps = fc.array(fc.record({ waitMs: fc.nat(5000), cost: fc.nat(80) }), { maxLength: 200 })
    expect(
      counterexampleOf(
        fc.property(steps, fc.integer({ min: 1, max: 50 }), (calls, limitPerMinute) => {
          let state: BucketState | undefined
          let [elapsedMs, taken] = [0, 0]
          return calls.every(({ waitMs, cost }) => {
            elapsedMs += waitMs
            const step = takeTokens(state, { limitPerMinute }, cost, NOW + elapsedMs)
            state = step.state
            if (step.decision.allowed) taken += step.decision.cost
            return (
              taken * 60_000 <= limitPerMinute * (60_000 + elapsedMs) && Number.isSafeInteger(state.level)
            )
          })
        }),
      ),
    ).toBeNull()
  })
})

describe('a clock that was set back', () => {
  const taken = bucketWith(10)

  it.each([1, 60_000])('by %d ms leaves the bucket as it was, until it has caught up', (backMs) => {
    expect(takeTokens(taken, RULE, 0, NOW - backMs).state).toEqual(taken)
  })

  it('by more than a refill takes, starts the bucket anew at that time, with what it had', () => {
    const time = NOW - 60_001
    expect(takeTokens(taken, RULE, 0, time).state).toEqual({
      level: taken.level,
      updatedAt: time,
      lastFullAt: time,
    })
    const fullBefore = { ...taken, lastFullAt: time - 5 }
    expect(takeTokens(fullBefore, RULE, 0, time).state.lastFullAt).toBe(time - 5)
  })
})

describe('returnTokens', () => {
  it('gives back, never beyond the capacity', () => {
    const state = returnTokens(bucketWith(10), RULE, { units: 20, takenAt: NOW }, NOW)
    expect(bucketStatus(state, RULE, NOW).remaining).toBe(30)
    const over = returnTokens(state, RULE, { units: 1000, takenAt: NOW }, NOW)
    expect(bucketStatus(over, RULE, NOW).remaining).toBe(60)
  })

  it('takes what was used on top, into debt', () => {
    const state = returnTokens(bucketWith(10), RULE, { units: -20, takenAt: NOW }, NOW)
    expect(bucketStatus(state, RULE, NOW)).toEqual({ limit: 60, remaining: 0, resetMs: 70_000 })
    expect(takeTokens(state, RULE, 0, NOW).decision.allowed).toBe(false)
  })

  it('ends debt at an hour, so that an absurd report locks no key for ever', () => {
    const state = returnTokens(undefined, RULE, { units: -1e15, takenAt: NOW }, NOW)
    expect(Number.isSafeInteger(state.level)).toBe(true)
    expect(takeTokens(state, RULE, 0, NOW + 3_600_000).decision.allowed).toBe(true)
  })

  it('gives back nothing of a time before the bucket was last full', () => {
    const full = takeTokens(bucketWith(0), RULE, 60, NOW + 60_000).state
    const state = returnTokens(full, RULE, { units: 60, takenAt: NOW }, NOW + 60_001)
    expect(bucketStatus(state, RULE, NOW + 60_001).remaining).toBe(0)
  })

  it('takes what was used on top even of a bucket that was full in between', () => {
    const full = takeTokens(bucketWith(0), RULE, 0, NOW + 60_000).state
    const state = returnTokens(full, RULE, { units: -20, takenAt: NOW }, NOW + 60_000)
    expect(bucketStatus(state, RULE, NOW + 60_000).remaining).toBe(40)
  })

  it('counts a bucket that was filled by a return as full from its next use on', () => {
    const later = NOW + 1000
    const filled = returnTokens(bucketWith(0), RULE, { units: 60, takenAt: NOW }, later)
    expect(takeTokens(filled, RULE, 1, later).state.lastFullAt).toBe(later)
  })

  it('gives back in full after any time if the bucket was never full in between', () => {
    let state = bucketWith(0)
    for (let second = 1; second <= 300; second += 1)
      state = takeTokens(state, RULE, 1, NOW + second * 1000).state
    state = returnTokens(state, RULE, { units: 40, takenAt: NOW }, NOW + 300_000)
    expect(bucketStatus(state, RULE, NOW + 300_000).remaining).toBe(40)
  })
})

describe('isFull', () => {
  it('becomes true with the refill', () => {
    expect(isFull(bucketWith(59), RULE, NOW + 999)).toBe(false)
    expect(isFull(bucketWith(59), RULE, NOW + 1000)).toBe(true)
  })
})
