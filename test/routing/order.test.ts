import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type OrderFacts, orderPlaces } from '../../src/routing/order.js'
import { namesOf, placeOf, placesOf } from './places.js'

const facts = (more: Partial<OrderFacts> = {}): OrderFacts => ({
  mode: 'order',
  session: null,
  kept: null,
  now: 0,
  random: () => 0.5,
  ...more,
})

describe('the order of places', () => {
  it('is as they stand', () => {
    expect(namesOf(orderPlaces(placesOf('a', 'b', 'c'), facts()))).toEqual(['a', 'b', 'c'])
  })

  it('begins with the place that has served the conversation', () => {
    expect(namesOf(orderPlaces(placesOf('a', 'b', 'c'), facts({ kept: 'c' })))).toEqual(['c', 'a', 'b'])
    expect(namesOf(orderPlaces(placesOf('a', 'b'), facts({ kept: 'gone' })))).toEqual(['a', 'b'])
  })

  it('ends with those that rest, the first one to be back before the others', () => {
    const [a, b, c] = [placeOf('a'), placeOf('b'), placeOf('c')]
    a.health.rest(500)
    b.health.limit(100, 0)
    const at = (now: number): readonly string[] => namesOf(orderPlaces([a, b, c], facts({ now, kept: 'a' })))
    expect([at(0), at(100), at(500)]).toEqual([
      ['c', 'b', 'a'],
      ['b', 'c', 'a'],
      ['a', 'b', 'c'],
    ])
  })

  it('is by time to first byte, and begins with those that were not measured', () => {
    const [slow, fast, fresh] = [placeOf('slow'), placeOf('fast'), placeOf('fresh')]
    slow.health.firstByte(300, 0)
    fast.health.firstByte(20, 0)
    const ordered = orderPlaces([slow, fast, fresh], facts({ mode: 'least-latency' }))
    expect(namesOf(ordered)).toEqual(['fresh', 'fast', 'slow'])
  })
})

describe('an order by weight', () => {
  const first = (places: ReturnType<typeof placesOf>, more: Partial<OrderFacts>): string | undefined =>
    orderPlaces(places, facts({ mode: 'weighted', ...more }))[0]?.name
  const share = (names: readonly (string | undefined)[], wanted: string): number =>
    names.filter((name) => name === wanted).length / names.length

  it('shares sessions and single calls out by the weights', () => {
    const places = [placeOf('a', 3), placeOf('b', 1), placeOf('none', 0)]
    const sessions = Array.from({ length: 4000 }, (_, index) =>
      first(places, { session: `session ${index}` }),
    )
    let state = 1
    const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
    const calls = Array.from({ length: 4000 }, () => first(places, { random }))
    for (const names of [sessions, calls]) {
      expect(share(names, 'a')).toBeCloseTo(0.75, 1)
      expect(share(names, 'none')).toBe(0)
    }
  })

  it('keeps a session at its place, and moves no other when a place goes', () => {
    const places = placesOf('a', 'b', 'c')
    fc.assert(
      fc.property(fc.string(), (session) => {
        const home = first(places, { session })
        expect(first(places, { session })).toBe(home)
        const left = places.filter(({ name }) => name === home || name !== 'c')
        expect(first(left, { session })).toBe(home)
      }),
    )
  })

  it('has the places without a weight last', () => {
    const places = [placeOf('none', 0), placeOf('a'), placeOf('b')]
    expect(namesOf(orderPlaces(places, facts({ mode: 'weighted', session: 's' }))).at(-1)).toBe('none')
  })
})
