import { describe, expect, it } from 'vitest'
import { createPlaceHealth, type PlaceHealth } from '../../src/routing/place-health.js'
import { RULE } from './places.js'

const create = (): PlaceHealth => createPlaceHealth(RULE, true)
const times = (count: number, act: () => void): void => Array.from({ length: count }).forEach(act)

describe('the breaker of a place', () => {
  it('opens at so many faults in a row, and at one less with a success between them it does not', () => {
    const health = create()
    times(2, () => health.fault(0))
    health.succeed(0)
    times(2, () => health.fault(0))
    expect(health.admits(0)).toBe(true)
    health.fault(0)
    expect([health.admits(0), health.snapshot(0).state]).toEqual([false, 'open'])
  })

  it('opens at a rate of faults among enough calls', () => {
    const health = create()
    const rounds = RULE.minimumCalls / 2
    times(rounds - 1, () => {
      health.succeed(0)
      health.fault(0)
    })
    expect(health.admits(0)).toBe(true)
    health.succeed(0)
    health.fault(0)
    expect(health.admits(0)).toBe(false)
  })

  it('forgets faults that are older than its window', () => {
    const health = create()
    for (let time = 0; time < 20; time += 1) {
      health.succeed(time * RULE.windowMs)
      health.fault(time * RULE.windowMs)
    }
    expect(health.snapshot(20 * RULE.windowMs)).toMatchObject({ state: 'closed', calls: 0, errorRate: 0 })
  })

  it('lets one call through after its time, and closes with the first byte of it', () => {
    const health = create()
    times(3, () => health.fault(0))
    expect(health.admits(RULE.openMs - 1)).toBe(false)
    expect(health.admits(RULE.openMs)).toBe(true)
    health.begin(RULE.openMs)
    expect([health.admits(RULE.openMs), health.snapshot(RULE.openMs).state]).toEqual([false, 'half-open'])
    health.firstByte(5, RULE.openMs + 5)
    expect([health.admits(RULE.openMs + 5), health.snapshot(RULE.openMs + 5).state]).toEqual([true, 'closed'])
  })

  it('opens anew when the probe fails', () => {
    const health = create()
    times(3, () => health.fault(0))
    health.begin(RULE.openMs)
    health.fault(RULE.openMs + 1)
    expect(health.admits(RULE.openMs + RULE.openMs)).toBe(false)
    expect(health.admits(RULE.openMs + 1 + RULE.openMs)).toBe(true)
  })

  it('lets another probe through when the first one said nothing, or never came back', () => {
    const health = create()
    times(3, () => health.fault(0))
    health.begin(RULE.openMs)
    health.pass(RULE.openMs + 1)
    expect(health.admits(RULE.openMs + 1)).toBe(true)
    health.begin(RULE.openMs + 1)
    expect(health.admits(2 * RULE.openMs)).toBe(false)
    expect(health.admits(2 * RULE.openMs + 1)).toBe(true)
  })

  it('does not count rate limits: they are told apart, and waited out', () => {
    const health = create()
    times(20, () => health.limit(500, 0))
    expect(health.snapshot(0)).toMatchObject({ state: 'closed', limited: 20, calls: 0, resting: true })
    expect(health.snapshot(500).resting).toBe(false)
  })

  it('never opens where breaking is off, and counts all the same', () => {
    const health = createPlaceHealth(RULE, false)
    times(50, () => health.fault(0))
    expect(health.snapshot(0)).toMatchObject({ state: 'closed', calls: 50, errorRate: 1 })
  })
})

describe('the latency of a place', () => {
  it('is a mean in which the latest calls count most', () => {
    const health = create()
    expect(health.snapshot(0).latencyMs).toBeNull()
    health.firstByte(100, 0)
    health.firstByte(200, 0)
    expect(health.latencyMs(0)).toBe(120)
    times(50, () => health.firstByte(200, 0))
    expect(health.latencyMs(0)).toBeCloseTo(200, 0)
  })

  it('has to be measured again when it is old', () => {
    const health = create()
    health.firstByte(100, 0)
    expect([health.latencyMs(300_000), health.latencyMs(300_001)]).toEqual([100, 0])
  })
})
