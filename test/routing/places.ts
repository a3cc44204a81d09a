import type { BreakerRule } from '../../src/routing/breaker.js'
import type { Place } from '../../src/routing/order.js'
import { createPlaceHealth } from '../../src/routing/place-health.js'

export const RULE: BreakerRule = {
  consecutiveFaults: 3,
  faultRate: 0.5,
  minimumCalls: 10,
  windowMs: 10_000,
  openMs: 1000,
}

/** A healthy place. */
export function placeOf(name: string, weight = 1): Place {
  return { name, weight, health: createPlaceHealth(RULE, true) }
}

export function placesOf(...names: readonly string[]): readonly Place[] {
  return names.map((name) => placeOf(name))
}

export function namesOf(places: readonly Place[]): readonly string[] {
  return places.map(({ name }) => name)
}

/** Opens the breaker of a place. */
export function breakPlace({ health }: Place, now: number): void {
  for (let fault = 0; fault < RULE.consecutiveFaults; fault += 1) health.fault(now)
}
