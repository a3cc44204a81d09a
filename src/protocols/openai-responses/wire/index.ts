import type { JsonObject, JsonValue } from '../../../canonical/json.js'

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
