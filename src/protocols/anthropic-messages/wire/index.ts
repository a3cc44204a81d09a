import { isJsonObject, type JsonArray, type JsonObject, type JsonValue } from '../../../canonical/json.js'

/** Key of this protocol in `extensions`, and `protocol` of its provider parts. */
export const PROTOCOL = 'anthropic-messages'

/** Family of reasoning state that stands in this wire without an envelope. */
export const NATIVE_FAMILY = 'anthropic'

/** A content block of a request, an answer or a stream. */
export interface WireBlock {
  readonly type?: JsonValue | undefined
  readonly text?: JsonValue | undefined
  readonly thinking?: JsonValue | undefined
  readonly signature?: JsonValue | undefined
  readonly data?: JsonValue | undefined
  readonly id?: JsonValue | undefined
  readonly name?: JsonValue | undefined
  readonly input?: JsonValue | undefined
  readonly citations?: JsonValue | undefined
}

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

/** An event of a stream, whatever its type. */
export interface WireEvent {
  readonly type?: JsonValue | undefined
  readonly index?: JsonValue | undefined
  readonly message?: JsonValue | undefined
  readonly content_block?: JsonValue | undefined
  readonly delta?: JsonValue | undefined
  readonly usage?: JsonValue | undefined
  readonly error?: JsonValue | undefined
}

/** A whole answer, or the head of a stream. */
export interface WireMessage {
  readonly id?: JsonValue | undefined
  readonly type?: JsonValue | undefined
  readonly model?: JsonValue | undefined
  readonly content?: JsonValue | undefined
  readonly stop_reason?: JsonValue | undefined
  readonly stop_sequence?: JsonValue | undefined
  readonly stop_details?: JsonValue | undefined
  readonly usage?: JsonValue | undefined
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
