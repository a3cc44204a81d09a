/** The latest values by key, at most `max`: a newer key beyond that pushes the oldest out. */
export interface Recent<T> {
  get(key: string): T | undefined
  /** Adds a key or replaces its value; a replaced one keeps its age. */
  set(key: string, value: T): void
  delete(key: string): void
  values(): Iterable<T>
}

/**
 * A bounded map by age. The order is kept in a ring, because the first key of a `Map` is found by stepping over every
 * deleted one.
 */
export function createRecent<T>(max: number): Recent<T> {
  const values = new Map<string, T>()
  const ring: string[] = []
  let at = 0
  return {
    get: (key) => values.get(key),
    set(key, value) {
      if (max === 0) return
      if (!values.has(key)) {
        const oldest = ring[at]
        if (oldest !== undefined) values.delete(oldest)
        ring[at] = key
        at = (at + 1) % max
      }
      values.set(key, value)
    },
    delete: (key) => void values.delete(key),
    values: () => values.values(),
  }
}
