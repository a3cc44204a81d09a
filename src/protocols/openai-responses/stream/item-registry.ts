import type { JsonObject } from '../../../canonical/json.js'
import { asArray, asNumber, asObject, asText } from '../../../canonical/narrow.js'
import type { WireEvent, WireItem } from '../wire/index.js'
import { createItemReader, type ItemReader, type ReaderOptions } from './item-reader.js'

/** The items of one response, found by index or id. */
export interface ItemRegistry {
  /** The reader that an event belongs to; made on the spot for vendors that never announce items. */
  of(event: WireEvent, type: string): ItemReader
  add(event: WireEvent): void
  finish(event: WireEvent): void
  /** Reads the items of a whole response that were never streamed, or not to their end. */
  readOutput(response: JsonObject | undefined): void
  /** Ends what is still open. */
  finishAll(status: 'complete' | 'incomplete'): void
}

/** Creates an {@link ItemRegistry}. */
export function createItemRegistry(options: ReaderOptions): ItemRegistry {
  const readers = new Map<number, ItemReader>()
  const readerById = new Map<string, ItemReader>()
  let latest: ItemReader | undefined

  const create = (index: number | undefined, type: string, item: WireItem): ItemReader => {
    const reader = createItemReader(type, item, options)
    // Below zero: no vendor's index.
    readers.set(index === undefined || readers.has(index) ? -1 - readers.size : index, reader)
    latest = reader
    const id = keyOf(item)
    if (id !== '') readerById.set(id, reader)
    return reader
  }
  const find = (index: number | undefined, id: string | undefined): ItemReader | undefined =>
    (index === undefined ? undefined : readers.get(index)) ??
    (id === undefined ? undefined : readerById.get(id))

  return {
    of(event, type) {
      const index = asNumber(event.output_index)
      const known = find(index, asText(event.item_id))
      if (known !== undefined) return known
      if (index === undefined && latest?.type === type && !latest.finished) return latest
      return create(index, type, { id: event.item_id ?? null })
    },
    add(event) {
      const item: WireItem = asObject(event.item) ?? {}
      const index = asNumber(event.output_index)
      if (find(index, asText(item.id)) === undefined) create(index, asText(item.type) ?? '', item)
    },
    finish(event) {
      const item: WireItem = asObject(event.item) ?? {}
      const index = asNumber(event.output_index)
      const known = find(index, asText(item.id))
      if (known?.finished) return
      const reader = known ?? create(index, asText(item.type) ?? '', item)
      reader.finish(item, 'complete')
    },
    readOutput(response) {
      const streamed = new Set([...readers.values()].map(({ type }) => type))
      asArray(response?.output).forEach((value, index) => {
        const item: WireItem | undefined = asObject(value)
        const type = asText(item?.type)
        if (item === undefined || type === undefined) return
        const known = readerById.get(keyOf(item)) ?? sameType(readers.get(index), type)
        // Some vendors number and name the items anew at the end: text that was streamed is not said twice.
        if (known?.finished || (known === undefined && RENAMED.has(type) && streamed.has(type))) return
        const reader = known ?? create(index, type, item)
        reader.finish(item, 'complete')
      })
    },
    finishAll(status) {
      for (const reader of readers.values()) if (!reader.finished) reader.finish(null, status)
    },
  }
}

const RENAMED: ReadonlySet<string> = new Set(['message', 'reasoning'])

/** Calls are known by what their result will name. */
function keyOf(item: WireItem): string {
  return asText(item.id) ?? asText(item.call_id) ?? ''
}

function sameType(reader: ItemReader | undefined, type: string): ItemReader | undefined {
  return reader?.type === type ? reader : undefined
}
