import { PAGE_LIMITS } from './checks.js'

/** Every item of a list, read as they are taken; `readPage` gives the largest page behind an item, the first one behind none. */
export async function* readPages<Item>(
  readPage: (last: Item | undefined) => Promise<readonly Item[]>,
): AsyncGenerator<Item, void, undefined> {
  let last: Item | undefined
  for (;;) {
    const page = await readPage(last)
    yield* page
    last = page.at(-1)
    if (last === undefined || page.length < PAGE_LIMITS.most) return
  }
}
