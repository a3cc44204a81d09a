import { isJsonObject, type JsonArray, type JsonObject, type JsonValue } from '../../src/index.js'

/** What one socket remembers of its responses, for clients that send only what is new. */
export interface SocketMemory {
  /** The body with everything that its `previous_response_id` stands for, when this socket remembers that. */
  recall(body: JsonObject): JsonObject
  /** Keeps what goes on after a response object; `body` is the recalled one that it answers. */
  remember(body: JsonObject, response: JsonValue | undefined): void
}

interface Remembered {
  readonly items: JsonArray
  /** What comes before the items and is kept elsewhere, where stored responses are. */
  readonly previousId: JsonValue | undefined
}

/** Agents go on after the latest response, forks after one shortly before. */
const MAX_REMEMBERED = 8

/** Creates the memory of a socket: its latest few responses, which share the items that they have in common. */
export function createSocketMemory(): SocketMemory {
  const responses = new Map<JsonValue | undefined, Remembered>()
  return {
    recall(body) {
      const { previous_response_id: id, ...rest } = body
      const before = responses.get(id)
      const items = toItems(body['input'])
      if (before === undefined || items === null) return body
      const { previousId } = before
      const previous = previousId === undefined ? {} : { previous_response_id: previousId }
      return { ...rest, ...previous, input: [...before.items, ...items] }
    },
    remember({ input, previous_response_id: previousId }, response) {
      const items = toItems(input)
      if (items === null || !isJsonObject(response) || typeof response['id'] !== 'string') return
      const output = (toItems(response['output']) ?? []).filter(isReplayable)
      responses.set(response['id'], { items: [...items, ...output], previousId })
      const [oldest] = responses.keys()
      if (responses.size > MAX_REMEMBERED) responses.delete(oldest)
    },
  }
}

/** The items of an `input`; null for what is none, which the gateway refuses in its own words. */
function toItems(input: JsonValue | undefined): JsonArray | null {
  if (input === undefined || input === null) return []
  if (typeof input === 'string') return [{ role: 'user', content: input }]
  return Array.isArray(input) ? (input as JsonArray) : null
}

/** Reasoning that is stored nowhere and has no encrypted content is but an id that no vendor knows. */
function isReplayable(item: JsonValue): boolean {
  return !isJsonObject(item) || item['type'] !== 'reasoning' || typeof item['encrypted_content'] === 'string'
}
