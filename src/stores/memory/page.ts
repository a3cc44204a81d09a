import type { IdPage } from '../../keys/key-store.js'

/** The items of a page, in the order of their ids (by UTF-16 code units). */
export function readPage<Item>(
  items: Iterable<Item>,
  idOf: (item: Item) => string,
  { afterId, limit }: IdPage,
): readonly Item[] {
  const behind = [...items].filter((item) => afterId === undefined || idOf(item) > afterId)
  return behind.sort((left, right) => (idOf(left) < idOf(right) ? -1 : 1)).slice(0, limit)
}
