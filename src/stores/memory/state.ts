import type { StateStore } from '../../state/state-store.js'

/** What a memory state store keeps at most; beyond that the oldest values go. */
export interface MemoryStateStoreOptions {
  /** Default 10,000. */
  readonly maxEntries?: number | undefined
  /** Characters of all keys and values together. Default 64 million. */
  readonly maxCharacters?: number | undefined
}

/** Values that live for a while, in memory. */
export interface MemoryStateStore extends StateStore {
  get(key: string): string | null
  create(key: string, value: string, expiresAt: number): boolean
  put(key: string, value: string, expiresAt: number): void
  delete(key: string): boolean
  sweep(now: number): number
}

interface StateEntry {
  readonly value: string
  readonly expiresAt: number
}

const MAX_ENTRIES = 10_000
const MAX_CHARACTERS = 64_000_000

/** An empty state store; `now` in milliseconds since the epoch. A value larger than the whole store is not kept. */
export function createMemoryStateStore(
  now: () => number,
  { maxEntries = MAX_ENTRIES, maxCharacters = MAX_CHARACTERS }: MemoryStateStoreOptions = {},
): MemoryStateStore {
  // A Map keeps the order of insertion: its first key is the oldest.
  const entries = new Map<string, StateEntry>()
  let characters = 0

  function remove(key: string): boolean {
    const entry = entries.get(key)
    if (entry === undefined) return false
    characters -= key.length + entry.value.length
    return entries.delete(key)
  }

  function isLive(key: string): boolean {
    const entry = entries.get(key)
    return entry !== undefined && entry.expiresAt > now()
  }

  function put(key: string, value: string, expiresAt: number): void {
    remove(key)
    entries.set(key, { value, expiresAt })
    characters += key.length + value.length
    for (const oldest of entries.keys()) {
      if (entries.size <= maxEntries && characters <= maxCharacters) return
      remove(oldest)
    }
  }

  return {
    get: (key) => (isLive(key) ? (entries.get(key)?.value ?? null) : null),
    create(key, value, expiresAt) {
      if (isLive(key)) return false
      put(key, value, expiresAt)
      return true
    },
    put,
    delete(key) {
      const wasLive = isLive(key)
      remove(key)
      return wasLive
    },
    sweep(time) {
      const expired = [...entries].filter(([, entry]) => entry.expiresAt <= time)
      for (const [key] of expired) remove(key)
      return expired.length
    },
  }
}
