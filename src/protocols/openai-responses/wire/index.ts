import { isJsonObject, type JsonArray, type JsonObject, type JsonValue } from '../../../canonical/json.js'

/**
 * The wire is read field by field: vendors lie about types, so every field is unknown until a helper has looked at it.
 * The interfaces only name what the codec reads.
 */

/** An input or output item. Which fields it has depends on `type`; a message may have no type. */
export interface WireItem extends JsonObject {
  readonly type?: JsonValue
  readonly id?: JsonValue
  readonly role?: JsonValue
  readonly content?: JsonValue
  readonly status?: JsonValue
  readonly phase?: JsonValue
  readonly call_id?: JsonValue
  readonly name?: JsonValue
  readonly namespace?: JsonValue
  readonly arguments?: JsonValue
  readonly input?: JsonValue
  readonly output?: JsonValue
  readonly summary?: JsonValue
  readonly encrypted_content?: JsonValue
  readonly result?: JsonValue
  readonly tools?: JsonValue
}

/** One streaming event. */
export interface WireEvent extends JsonObject {
  readonly type?: JsonValue
  readonly output_index?: JsonValue
  readonly content_index?: JsonValue
  readonly summary_index?: JsonValue
  readonly item_id?: JsonValue
  readonly item?: JsonValue
  readonly part?: JsonValue
  readonly delta?: JsonValue
  readonly response?: JsonValue
  readonly error?: JsonValue
}

/** The value if it is a string. */
export function asString(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** The value if it is a string that is not empty. */
export function asText(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** The value if it is a finite number. */
export function asNumber(value: JsonValue | undefined): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** The value if it is an object. */
export function asObject(value: JsonValue | undefined): JsonObject | undefined {
  return isJsonObject(value) ? value : undefined
}

/** The value if it is an array, else an empty one. */
export function asArray(value: JsonValue | undefined): JsonArray {
  return Array.isArray(value) ? (value as JsonArray) : NOTHING
}

/** The objects of an array; whatever else stands in it is left out. */
export function asObjects(value: JsonValue | undefined): readonly JsonObject[] {
  return asArray(value).filter(isJsonObject)
}

/** Looks a vendor's or client's word up in a table; words like `constructor` are in none. */
export function lookUp<T>(table: Readonly<Record<string, T>>, word: string | undefined): T | undefined {
  return word !== undefined && Object.hasOwn(table, word) ? table[word] : undefined
}

const NOTHING: JsonArray = []
