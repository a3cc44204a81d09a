import { hashToUnit } from './hash.js'

/** The keys of one upstream, by index; state of one gateway. */
export interface KeyRing {
  readonly size: number
  /**
   * The key for the next call: of those that do not rest, a session's own one, else the one that was used least
   * recently. Null when all rest.
   */
  choose(session: string | null, now: number): number | null
  rest(index: number, until: number): void
  /** When the first key is back; `now` while one does not rest. */
  restsUntil(now: number): number
}

/** A ring of so many keys, none of which has been used. */
export function createKeyRing(size: number): KeyRing {
  const restUntil = Array.from({ length: size }, () => 0)
  const usedAt = Array.from({ length: size }, () => 0)
  let uses = 0
  const indexes = restUntil.map((_until, index) => index)

  const best = (usable: readonly number[], rank: (index: number) => number): number =>
    usable.reduce((chosen, index) => (rank(index) < rank(chosen) ? index : chosen))

  return {
    size,
    choose(session, now) {
      const usable = indexes.filter((index) => (restUntil[index] ?? 0) <= now)
      if (usable.length === 0) return null
      // The rendezvous: a key that rests moves its own sessions only.
      const chosen =
        session === null
          ? best(usable, (index) => usedAt[index] ?? 0)
          : best(usable, (index) => hashToUnit(`${index}\n${session}`))
      usedAt[chosen] = ++uses
      return chosen
    },
    rest(index, until) {
      restUntil[index] = Math.max(restUntil[index] ?? 0, until)
    },
    restsUntil: (now) => Math.max(now, Math.min(...restUntil)),
  }
}
