import { describe, expect, it } from 'vitest'
import { asEffort, effortOfBudget, nearestEffort } from '../../src/canonical/effort.js'
import type { Effort } from '../../src/canonical/request.js'

describe('the effort that a model is asked for', () => {
  it.each<[string, Effort, readonly Effort[], Effort | undefined]>([
    ['the wish, where it is taken', 'high', ['low', 'high'], 'high'],
    ['none, where it is taken', 'none', ['none', 'low'], 'none'],
    ['the next lower one', 'max', ['low', 'high'], 'high'],
    ['the lowest, where all are higher', 'minimal', ['medium', 'high'], 'medium'],
    ['the lowest that reasons, for none', 'none', ['low', 'high'], 'low'],
    ['one that reasons, for a wish to reason', 'low', ['none', 'medium'], 'medium'],
    ['nothing, where nothing reasons', 'low', ['none'], undefined],
    ['the same from a list that is not sorted', 'max', ['high', 'low'], 'high'],
  ])('is %s', (_name, asked, taken, expected) => {
    expect(nearestEffort(asked, taken)).toBe(expected)
  })

  it.each<[number, number | undefined, Effort]>([
    [1000, 10_000, 'low'],
    [3000, 10_000, 'medium'],
    [6000, 10_000, 'high'],
    [9000, 10_000, 'xhigh'],
    [9000, undefined, 'xhigh'],
    [20_000, 10_000, 'xhigh'],
  ])('a budget of %i within %s tokens is %s', (budget, limit, effort) => {
    expect(effortOfBudget(budget, limit)).toBe(effort)
  })

  it('is read from its name alone', () => {
    expect(['xhigh', 'huge', 3, null].map(asEffort)).toEqual(['xhigh', undefined, undefined, undefined])
  })
})
