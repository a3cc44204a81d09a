import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRecent } from '../../src/stores/memory/recent.js'

describe('the latest values by key', () => {
  test('forget the oldest key beyond the bound', () => {
    const recent = createRecent<number>(2)
    recent.set('a', 1)
    recent.set('b', 2)
    recent.set('c', 3)
    expect(['a', 'b', 'c'].map((key) => recent.get(key))).toEqual([undefined, 2, 3])
  })

  test('keep the age of a key whose value is replaced', () => {
    const recent = createRecent<number>(2)
    recent.set('a', 1)
    recent.set('b', 2)
    recent.set('a', 3)
    recent.set('c', 4)
    expect(['a', 'b', 'c'].map((key) => recent.get(key))).toEqual([undefined, 2, 4])
  })

  test('hold what was set last and not deleted, and never more than the bound', () => {
    const step = fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd', 'e'), remove: fc.boolean() })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 40 }), (max, steps) => {
        const recent = createRecent<number>(max)
        steps.forEach(({ key, remove }, index) => {
          if (remove) recent.delete(key)
          else recent.set(key, index)
          expect(recent.get(key)).toBe(remove ? undefined : index)
        })
        const kept = ['a', 'b', 'c', 'd', 'e'].filter((key) => recent.get(key) !== undefined)
        expect(kept.length).toBeLessThanOrEqual(max)
      }),
    )
  })
})
