import type { Finish } from '../../../canonical/response.js'
import { type JsonObject, type JsonValue, lookUp } from '../../../canonical/json.js'
import { asObject, asString } from '../../../canonical/narrow.js'
import { REASON_BY_STOP, STOP_BY_REASON } from '../vocabulary.js'

/** Reads why an answer ended. `stop` is the message, or the `delta` of `message_delta`. */
export function decodeFinish(stop: JsonObject): Finish {
  const raw = asString(stop.stop_reason)
  const details = asObject(stop.stop_details)
  const stopSequence = asString(stop.stop_sequence)
  const category = asString(details?.category)
  const explanation = asString(details?.explanation)
  return {
    reason: lookUp(REASON_BY_STOP, raw) ?? 'other',
    ...(raw === undefined ? {} : { raw }),
    ...(stopSequence === undefined ? {} : { stopSequence }),
    ...(category === undefined ? {} : { category }),
    ...(explanation === undefined ? {} : { explanation }),
  }
}

/** What the answer held, as far as it decides how it ended. */
export interface AnswerFacts {
  readonly hasToolCall: boolean
  /** Text of a refusal part; the wire has none, so it shows in how the answer ended. */
  readonly refusal: string | null
}

/** The three fields that say how an answer ended. */
export function encodeFinish(finish: Finish, { hasToolCall, refusal }: AnswerFacts): JsonObject {
  const reason = stopReason(finish, hasToolCall, refusal)
  return {
    stop_reason: reason,
    stop_sequence: reason === 'stop_sequence' ? (finish.stopSequence ?? null) : null,
    stop_details:
      reason === 'refusal'
        ? {
            type: 'refusal',
            category: finish.category ?? null,
            explanation: finish.explanation ?? (refusal === '' ? null : refusal),
          }
        : null,
  }
}

/** A call makes the client act, so a call there is decides over what the vendor called the end, both ways. */
function stopReason(finish: Finish, hasToolCall: boolean, refusal: string | null): JsonValue {
  switch (finish.reason) {
    case 'stop':
    case 'other':
    case 'tool-calls':
      if (hasToolCall) return 'tool_use'
      return refusal === null ? 'end_turn' : 'refusal'
    case 'stop-sequence':
      return finish.stopSequence === undefined ? 'end_turn' : 'stop_sequence'
    default:
      return STOP_BY_REASON[finish.reason]
  }
}

/** Reasons that can cut a tool call in the middle. */
const CUTTING: ReadonlySet<string> = new Set(['length', 'context-full'])

/** True for an answer that may have been cut within its last call. */
export function isCutting(finish: Finish | null): boolean {
  return finish !== null && CUTTING.has(finish.reason)
}
