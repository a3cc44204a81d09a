/** The latest items of a growing list, numbered from 1. */
export interface Ring<Item> {
  /** Adds what is made with the next number; returns the item that was pushed out. */
  add(make: (id: number) => Item): Item | undefined
  /** Newest first, of those that match. */
  newestFirst(
    page: { readonly beforeId?: number | undefined; readonly limit: number },
    matches: (item: Item) => boolean,
  ): readonly Item[]
  /** All that are kept, in no order. */
  readonly items: readonly Item[]
}

/** An empty ring of at most `max` items, at least one. */
export function createRing<Item>(max: number): Ring<Item> {
  const items: Item[] = []
  let count = 0
  return {
    add(make) {
      const slot = count % max
      const pushedOut = items[slot]
      count += 1
      items[slot] = make(count)
      return pushedOut
    },
    newestFirst({ beforeId, limit }, matches) {
      const found: Item[] = []
      const newest = Math.min(count, (beforeId ?? Number.POSITIVE_INFINITY) - 1)
      for (let id = newest; id > count - items.length && found.length < limit; id -= 1) {
        const item = items[(id - 1) % max]
        if (item !== undefined && matches(item)) found.push(item)
      }
      return found
    },
    items,
  }
}
