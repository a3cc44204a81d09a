import { describe, expect, it } from 'vitest'
import { createRecentValues } from '../../src/routing/recent-values.js'

describe('recent values', () => {
  it('are at most so many, and those that are used stay', () => {
    const recent = createRecentValues<number>(4)
    for (let index = 0; index < 100; index += 1) {
      recent.set(`k${index}`, index)
      expect(recent.get('k0')).toBe(0)
      expect(recent.values().length).toBeLessThanOrEqual(4)
    }
    expect(recent.get('k50')).toBeUndefined()
  })

  it.each([1, 3, 49, 50, 51, 99])('weigh at most so much together, each one %i', (length) => {
    const recent = createRecentValues<string>(1000, { maxWeight: 100, weigh: (text) => text.length })
    for (let index = 0; index < 200; index += 1) {
      recent.set(`k${index % 150}`, 'x'.repeat(length))
      expect(recent.get(`k${index % 150}`)).toHaveLength(length)
      const weight = recent.values().join('').length
      // A value that weighs more than half of all has nobody but the one before it beside it.
      expect(weight).toBeLessThanOrEqual(length > 50 ? 2 * length : 100)
    }
  })

  it('weigh what they weigh now when they are set again', () => {
    const recent = createRecentValues<string>(1000, { maxWeight: 100, weigh: (text) => text.length })
    recent.set('other', 'x'.repeat(10))
    for (let index = 0; index < 50; index += 1) recent.set('same', 'x'.repeat(40))
    expect(recent.get('other')).toHaveLength(10)
  })
})
