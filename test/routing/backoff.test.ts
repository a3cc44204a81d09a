import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { waitBeforeRetry } from '../../src/routing/backoff.js'

const RULE = { attempts: 5, baseMs: 100, maxMs: 1000 }
const wait = (tries: number, random: number, retryAfterMs?: number): number | null =>
  waitBeforeRetry(RULE, { tries, retryAfterMs }, random)

describe('the wait before a retry', () => {
  it('doubles with every try up to the longest, and is jittered by up to half', () => {
    expect([1, 2, 3, 4, 5, 60].map((tries) => wait(tries, 1))).toEqual([100, 200, 400, 800, 1000, 1000])
    expect([1, 2, 3, 4, 5, 60].map((tries) => wait(tries, 0))).toEqual([50, 100, 200, 400, 500, 500])
  })

  it('is never shorter than the vendor asks for', () => {
    expect([wait(1, 0.5, 700), wait(4, 1, 10), wait(1, 0, 1000)]).toEqual([700, 800, 1000])
  })

  it('is none where the vendor asks for more than the rule allows', () => {
    expect(wait(1, 0.5, 1001)).toBeNull()
  })

  it('stays within its bounds, whatever comes', () => {
    const values = fc.tuple(fc.integer({ min: 1, max: 2000 }), fc.double({ min: 0, max: 1, noNaN: true }))
    fc.assert(
      fc.property(values, ([tries, random]) => {
        const waitMs = wait(tries, random)
        expect(waitMs).toBeGreaterThanOrEqual(RULE.baseMs / 2)
        expect(waitMs).toBeLessThanOrEqual(RULE.maxMs)
      }),
    )
  })
})
