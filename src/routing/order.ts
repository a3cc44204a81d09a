import { hashToUnit } from './hash.js'
import type { PlaceHealth } from './place-health.js'

/** How the first of several places is chosen: as they stand, by weight, or by their time to first byte. */
export type RoutingMode = 'order' | 'weighted' | 'least-latency'

/** One place that serves a model. */
export interface Place {
  readonly name: string
  /** Share of the calls, of the sum of all weights. */
  readonly weight: number
  readonly health: PlaceHealth
}

/** What an order depends on beside the places. */
export interface OrderFacts {
  readonly mode: RoutingMode
  /** Of the conversation; null = none is known. */
  readonly session: string | null
  /** Name of the place that has served the conversation before. */
  readonly kept: string | null
  readonly now: number
  /** 0 to 1, drawn where it is needed. */
  readonly random: () => number
}

/**
 * Places in the order in which they are to be tried: the mode's own, the conversation's place first, those that rest
 * last (the first one to be back before the others).
 */
export function orderPlaces<P extends Place>(places: readonly P[], facts: OrderFacts): readonly P[] {
  const { kept, now } = facts
  const ordered = MODES[facts.mode](places, facts)
  const home = ordered.filter(({ name }) => name === kept)
  const others = ordered.filter(({ name }) => name !== kept)
  return restingLast([...home, ...others], now)
}

/** The same places, those that rest behind the others. */
export function restingLast<P extends Place>(places: readonly P[], now: number): readonly P[] {
  return sortBy(places, ({ health }) => Math.max(0, health.restsUntil() - now))
}

type Order = <P extends Place>(places: readonly P[], facts: OrderFacts) => readonly P[]

const MODES: Readonly<Record<RoutingMode, Order>> = {
  order: (places) => places,
  weighted: (places, { session, random }) =>
    sortBy(places, ({ name, weight }) => {
      // Weighted rendezvous: a place that comes or goes moves only its own share of the sessions.
      const unit = session === null ? random() : hashToUnit(`${session}\n${name}`)
      return weight === 0 ? Infinity : -Math.log(Math.max(unit, Number.MIN_VALUE)) / weight
    }),
  'least-latency': (places, { now }) => sortBy(places, ({ health }) => health.latencyMs(now)),
}

function sortBy<T>(values: readonly T[], rank: (value: T) => number): readonly T[] {
  return values
    .map((value) => ({ value, rank: rank(value) }))
    .toSorted((one, other) => (one.rank === other.rank ? 0 : one.rank - other.rank))
    .map(({ value }) => value)
}
