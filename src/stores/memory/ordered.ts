import type { IdPage } from '../../keys/key-store.js'

/** Items by id, and pages of them in the order of their ids (by UTF-16 code units). */
export interface Ordered<Item> {
  get(id: string): Item | undefined
  has(id: string): boolean
  /** Adds an item, or replaces the one of its id. */
  set(id: string, item: Item): void
  delete(id: string): void
  page(page: IdPage): readonly Item[]
}

/** An empty one. Ids are sorted when a page is read behind an addition: a page then costs what it holds. */
export function createOrdered<Item>(): Ordered<Item> {
  const items = new Map<string, Item>()
  let sorted: readonly string[] | null = []
  return {
    get: (id) => items.get(id),
    has: (id) => items.has(id),
    set(id, item) {
      if (!items.has(id)) sorted = null
      items.set(id, item)
    },
    delete(id) {
      if (items.delete(id)) sorted = null
    },
    page({ afterId, limit }) {
      const ids = (sorted ??= [...items.keys()].sort())
      const start = afterId === undefined ? 0 : firstBehind(ids, afterId)
      return ids.slice(start, start + limit).flatMap((id) => {
        const item = items.get(id)
        return item === undefined ? [] : [item]
      })
    },
  }
}

/** Index of the first id behind another one. */
function firstBehind(ids: readonly string[], afterId: string): number {
  let [low, high] = [0, ids.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ids[middle] ?? '') > afterId) high = middle
    else low = middle + 1
  }
  return low
}
