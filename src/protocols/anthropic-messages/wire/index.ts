import type { JsonValue } from '../../../canonical/json.js'

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
