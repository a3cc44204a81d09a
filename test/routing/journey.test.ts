import { describe, expect, it } from 'vitest'
import { createJourney, type Journey, type TryFailure } from '../../src/routing/journey.js'
import type { Place } from '../../src/routing/order.js'
import { reactionTo } from '../../src/routing/reaction.js'
import { breakPlace, placesOf } from './places.js'

const failure = (retry: TryFailure['retry'], more: Partial<TryFailure> = {}): TryFailure => ({
  retry,
  retryAfterMs: undefined,
  canSwap: false,
  mostWaitMs: Infinity,
  ...more,
})

function journeyOf(places: readonly Place[], attempts: number): Journey<Place> {
  return createJourney(places, { rule: { attempts, baseMs: 100, maxMs: 1000 }, random: () => 1 })
}

/** Names of the places of a journey on which every try fails in the same way, with the waits before them. */
function travel(journey: Journey<Place>, failed: TryFailure): readonly string[] {
  const steps = [journey.start(0)?.name ?? 'none']
  for (let next = journey.next(failed, 0); next !== null; next = journey.next(failed, 0)) {
    steps.push(`${next.place.name} ${next.waitMs}`)
    if (steps.length > 20) throw new Error('a journey without end')
  }
  return steps
}

describe('a journey', () => {
  it.each([
    ['stop', ['a']],
    ['next', ['a', 'b 0', 'c 0']],
    ['again', ['a', 'a 100', 'a 200', 'b 0', 'b 100', 'b 200', 'c 0', 'c 100', 'c 200']],
    ['elsewhere', ['a', 'b 0', 'c 0', 'a 100', 'b 100', 'c 100', 'a 200', 'b 200', 'c 200']],
  ] as const)('after errors that say "%s" goes its way', (retry, steps) => {
    expect(travel(journeyOf(placesOf('a', 'b', 'c'), 2), failure(retry))).toEqual(steps)
  })

  it('visits each place once where there are no retries', () => {
    for (const retry of ['next', 'again', 'elsewhere'] as const) {
      expect(travel(journeyOf(placesOf('a', 'b'), 0), failure(retry))).toEqual(['a', 'b 0'])
    }
  })

  it('has fresh places until each was tried or is known to be broken', () => {
    const places = placesOf('a', 'b', 'c')
    const journey = journeyOf(places, 1)
    journey.start(0)
    expect(journey.hasFresh(0)).toBe(true)
    const [, , c] = places
    if (c !== undefined) breakPlace(c, 0)
    expect(journey.next(failure('next'), 0)?.place.name).toBe('b')
    expect(journey.hasFresh(0)).toBe(false)
  })

  it('waits as long as the vendor asks, and leaves it where that is too long', () => {
    const limited = (retryAfterMs: number): readonly string[] =>
      travel(journeyOf(placesOf('a', 'b'), 1), failure('again', { retryAfterMs }))
    expect(limited(700)).toEqual(['a', 'a 700', 'b 0', 'b 700'])
    expect(limited(5000)).toEqual(['a', 'b 0'])
  })

  it('does not wait longer than the client does', () => {
    expect(travel(journeyOf(placesOf('a', 'b'), 2), failure('again', { mostWaitMs: 150 }))).toEqual([
      'a',
      'a 100',
      'b 0',
      'b 100',
    ])
  })

  it('tries another key of the place at once, whatever the error', () => {
    const journey = journeyOf(placesOf('a', 'b'), 0)
    journey.start(0)
    expect(journey.next(failure('next', { canSwap: true }), 0)).toMatchObject({
      place: { name: 'a' },
      waitMs: 0,
    })
    expect(journey.next(failure('next'), 0)).toMatchObject({ place: { name: 'b' } })
  })

  it('passes by places whose breaker is open', () => {
    const [a, b, c] = placesOf('a', 'b', 'c')
    if (a === undefined || b === undefined || c === undefined) throw new Error('three places')
    breakPlace(a, 0)
    breakPlace(c, 0)
    expect(travel(journeyOf([a, b, c], 0), failure('again'))).toEqual(['b'])
    breakPlace(b, 0)
    expect(journeyOf([a, b, c], 0).start(0)).toBeNull()
  })
})

describe('the table of reactions', () => {
  it('never tries again what is wrong with the request itself', () => {
    const kinds = [
      'bad-request',
      'unprocessable',
      'too-large',
      'context-overflow',
      'policy',
      'unfunded',
    ] as const
    expect(kinds.map(reactionTo)).toEqual(kinds.map(() => ({ retry: 'stop', blame: 'none' })))
  })

  it('takes trouble with our account to the next place, without holding it against this one', () => {
    const kinds = ['authentication', 'billing', 'permission'] as const
    expect(kinds.map(reactionTo)).toEqual(kinds.map(() => ({ retry: 'next', blame: 'key' })))
  })

  it('counts rate limits apart from faults', () => {
    expect(reactionTo('rate-limit').blame).toBe('limit')
    const faults = ['overloaded', 'server', 'timeout', 'truncated', 'garbage'] as const
    expect(faults.map((kind) => reactionTo(kind).blame)).toEqual(faults.map(() => 'fault'))
  })
})
