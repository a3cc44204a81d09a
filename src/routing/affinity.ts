import { createRecentValues } from './recent-values.js'

/** Where conversations are at home: the latest ones, at most so many; state of one gateway. */
export interface Affinity {
  /** Name of the place; null: not known (any more). */
  home(session: string, now: number): string | null
  keep(session: string, place: string, now: number): void
}

interface Home {
  readonly place: string
  readonly keptAt: number
}

/** Prompt caches live no longer. */
const LIFE_MS = 3_600_000

/** An empty memory of at most `max` conversations; those that have been quiet for longest go first. */
export function createAffinity(max: number): Affinity {
  const homes = createRecentValues<Home>(max)
  return {
    home(session, now) {
      const home = homes.get(session)
      return home === undefined || now - home.keptAt > LIFE_MS ? null : home.place
    },
    keep: (session, place, now) => homes.set(session, { place, keptAt: now }),
  }
}
