import { isJsonObject, type JsonArray, type JsonObject } from '../../../canonical/json.js'
import type { CanonicalRequest } from '../../../canonical/request.js'
import { PROTOCOL } from '../wire/index.js'

/**
 * Key inside `extensions` of this protocol for what only its own wire needs and no other protocol misses: it comes
 * back on the way to a vendor of this protocol and goes away without a warning on the way to any other.
 */
export const RESTORE = '$restore'

/** Prefix of message fields that hold blocks of one type with their places, for types without a canonical form. */
export const PLACED = 'content.'

/** What stands under {@link RESTORE} at the top level. */
export interface Restored {
  /** `thinking.type` as the client wrote it; `absent` where it named only an effort. */
  readonly thinking?: string | undefined
  /** `thinking.display`, where it has no canonical form. */
  readonly display?: string | undefined
  /** `thinking.block_binding`. */
  readonly blockBinding?: JsonObject | undefined
  /** An effort beside switched-off thinking. */
  readonly effort?: string | undefined
  /** `metadata.user_id` that holds more than one id. */
  readonly userId?: string | undefined
  /** System blocks that are bookkeeping between client and vendor, with their places. */
  readonly system?: readonly Placed[] | undefined
  /** The same among the tools. */
  readonly tools?: readonly Placed[] | undefined
}

/** A wire object and its index in the client's list. */
export interface Placed {
  readonly at: number
  readonly value: JsonObject
}

/** What the client's own wire held; `null` when the client spoke another protocol. */
export function restoredOf(request: CanonicalRequest): Restored | null {
  return restoredIn(request.extensions)
}

/** The same for a message or tool. */
export function restoredIn(extensions: Readonly<Record<string, JsonObject>> | undefined): JsonObject | null {
  const value = extensions?.[PROTOCOL]?.[RESTORE]
  return isJsonObject(value) ? value : null
}

/** The extension fields of this protocol that go back to the wire as they are. */
export function fieldsOf(extensions: Readonly<Record<string, JsonObject>> | undefined): JsonObject {
  const { [RESTORE]: _, ...fields } = extensions?.[PROTOCOL] ?? {}
  return fields
}

/** Puts the objects back at their places. */
export function reinsert(list: readonly JsonObject[], placed: readonly Placed[] | undefined): JsonObject[] {
  const result = [...list]
  const inOrder = (placed ?? []).toSorted((one, other) => one.at - other.at)
  for (const { at, value } of inOrder) result.splice(Math.min(at, result.length), 0, value)
  return result
}

/** JSON form of places, for `extensions`. */
export function toJson(placed: readonly Placed[]): JsonArray {
  return placed.map(({ at, value }) => ({ at, value }))
}
