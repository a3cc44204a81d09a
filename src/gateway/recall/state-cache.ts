import { parseJson } from '../../canonical/json.js'
import { asObject } from '../../canonical/narrow.js'
import type { KeptReasoning, KeptReasoningByCall } from '../../protocols/translate/recalled-state.js'
import { createRecentValues } from '../../routing/recent-values.js'
import type { StateStore } from '../../state/state-store.js'
import type { StateCacheConfig } from '../config/routing-config.js'

/** A tool call of a conversation. */
export interface PlacedCall {
  readonly id: string
  /** What its answer was an answer to: ids come again in other conversations. */
  readonly place: string
}

/** Reasoning by tool call, for clients that drop it. Nobody sees that of another account or conversation. */
export interface StateCache {
  /** Rejects when the shared store cannot be read. */
  find(accountId: string, calls: readonly PlacedCall[]): Promise<KeptReasoningByCall>
  /** Rejects when the shared store cannot be written; in memory it is kept all the same. */
  keep(accountId: string, place: string, kept: KeptReasoningByCall): Promise<void>
}

export interface StateCacheOptions {
  readonly config: StateCacheConfig
  readonly store: StateStore
  readonly now: () => number
}

const ENTRIES = 10_000
const TTL_MS = 3_600_000
/** Of one call: a thought longer than this is not worth its memory. */
const MAX_LENGTH = 256 * 1024
/** Of all calls together, in memory. */
const MAX_TOTAL_LENGTH = 64 * 1024 * 1024

interface Entry {
  readonly text: string
  readonly expiresAt: number
}

/** A cache in memory, and in the state store where the configuration says so. Values are kept as text. */
export function createStateCache({ config, store, now }: StateCacheOptions): StateCache {
  const { entries = ENTRIES, ttlMs = TTL_MS, shared = false } = config
  const recent = createRecentValues<Entry>(entries, {
    maxWeight: MAX_TOTAL_LENGTH,
    weigh: ({ text }) => text.length,
  })

  const read = async (key: string): Promise<KeptReasoning | null> => {
    const entry = recent.get(key)
    if (entry !== undefined && entry.expiresAt > now()) return readKept(entry.text)
    const text = shared ? await store.get(key) : null
    return text === null ? null : readKept(text)
  }

  return {
    async find(accountId, calls) {
      const found = await Promise.all(
        calls.map(async (call) => [call.id, await read(keyOf(accountId, call))] as const),
      )
      return new Map(found.flatMap(([id, kept]) => (kept === null ? [] : [[id, kept]])))
    },
    async keep(accountId, place, kept) {
      const expiresAt = now() + ttlMs
      const puts = [...kept].map(async ([id, reasoning]) => {
        const key = keyOf(accountId, { id, place })
        const text = JSON.stringify(reasoning)
        if (text.length > MAX_LENGTH) return
        recent.set(key, { text, expiresAt })
        if (shared) await store.put(key, text, expiresAt)
      })
      await Promise.all(puts)
    },
  }
}

function keyOf(accountId: string, { id, place }: PlacedCall): string {
  return `reasoning:${encodeURIComponent(accountId)}:${place}:${id}`
}

/** Null for what is not ours. */
function readKept(text: string): KeptReasoning | null {
  const kept = asObject(parseJson(text))
  return typeof kept?.['family'] === 'string' && Array.isArray(kept['reasoning'])
    ? (kept as unknown as KeptReasoning)
    : null
}
