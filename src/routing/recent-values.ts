/** Values by key, of which those that were not used for longest are forgotten. */
export interface RecentValues<T> {
  get(key: string): T | undefined
  set(key: string, value: T): void
  values(): readonly T[]
}

/**
 * At most `max` values, in two generations: when the young one is full, the old one is dropped whole. Constant time,
 * where the oldest key of a `Map` is only found behind all that were deleted.
 */
export function createRecentValues<T>(max: number): RecentValues<T> {
  const half = Math.max(1, Math.floor(max / 2))
  let young = new Map<string, T>()
  let old = new Map<string, T>()
  const set = (key: string, value: T): void => {
    old.delete(key)
    young.set(key, value)
    if (young.size < half) return
    old = young
    young = new Map()
  }
  return {
    get(key) {
      const value = young.get(key)
      if (value !== undefined) return value
      const early = old.get(key)
      if (early !== undefined) set(key, early)
      return early
    },
    set,
    values: () => [...old.values(), ...young.values()],
  }
}
