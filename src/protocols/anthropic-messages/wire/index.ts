import { isJsonObject, type JsonArray, type JsonObject, type JsonValue } from '../../../canonical/json.js'

/** Key of this protocol in `extensions`, and `protocol` of its provider parts. */
export const PROTOCOL = 'anthropic-messages'

/** Family of reasoning state that stands in this wire without an envelope. */
export const NATIVE_FAMILY = 'anthropic'

/** Token counts; `input_tokens` leaves cache reads and writes out. */
export interface WireUsage {
  readonly input_tokens?: JsonValue | undefined
  readonly cache_read_input_tokens?: JsonValue | undefined
  readonly cache_creation_input_tokens?: JsonValue | undefined
  readonly cache_creation?: JsonValue | undefined
  readonly output_tokens?: JsonValue | undefined
  readonly output_tokens_details?: JsonValue | undefined
  readonly iterations?: JsonValue | undefined
  readonly service_tier?: JsonValue | undefined
}

/** The value if it is a string. */
export function asString(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** The value if it is a finite number. */
export function asNumber(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** The value if it is an object, otherwise `undefined`. */
export function asObject(value: unknown): JsonObject | undefined {
  return isJsonObject(value) ? value : undefined
}

/** The value if it is an array, otherwise an empty one. */
export function asArray(value: unknown): JsonArray {
  return Array.isArray(value) ? (value as JsonArray) : []
}
