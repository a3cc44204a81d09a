/** Values by key, of which those that were not used for longest are forgotten. */
export interface RecentValues<T> {
  get(key: string): T | undefined
  set(key: string, value: T): void
  values(): readonly T[]
}

/** What values weigh together at most, where their number alone does not bound them. */
export interface WeightLimit<T> {
  readonly maxWeight: number
  weigh(value: T): number
}

/**
 * At most `max` values, in two generations: when the young one is full, the old one is dropped whole. Constant time,
 * where the oldest key of a `Map` is only found behind all that were deleted.
 */
export function createRecentValues<T>(max: number, limit?: WeightLimit<T>): RecentValues<T> {
  const weigh = (value: T | undefined): number =>
    limit === undefined || value === undefined ? 0 : limit.weigh(value)
  const halfWeight = (limit?.maxWeight ?? Infinity) / 2
  let weight = 0
  const half = Math.max(1, Math.floor(max / 2))
  let young = new Map<string, T>()
  let old = new Map<string, T>()
  const age = (): void => {
    old = young
    young = new Map()
    weight = 0
  }
  const set = (key: string, value: T): void => {
    const added = weigh(value) - weigh(young.get(key))
    // What weighs more than half by itself has a generation of its own.
    if (young.size > 0 && weight + added > halfWeight) age()
    weight += weigh(value) - weigh(young.get(key))
    old.delete(key)
    young.set(key, value)
    if (young.size >= half) age()
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
