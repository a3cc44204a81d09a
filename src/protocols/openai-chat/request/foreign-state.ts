import { isJsonObject, type JsonObject, type JsonValue } from '../../../canonical/json.js'
import { asArray, asObject } from '../../../canonical/narrow.js'
import type { ChatDialect, Target } from '../../../canonical/target.js'
import type { Warning } from '../../../canonical/warning.js'
import { foreignState, NOTHING_FOREIGN, type WithoutForeignState } from '../../foreign-state.js'
import { isEnvelope } from '../../state-envelope.js'

/**
 * Leaves out envelopes of ours, and all `reasoning_details` and Google's thought signatures where the vendor is known
 * not to take any: they were made by another one, or from another one's reasoning.
 */
export function dropForeignState({ messages }: JsonObject, { dialect }: Target): WithoutForeignState {
  const takesDetails = mayTakeDetails(dialect)
  if (!asArray(messages).some((message) => isAffected(asObject(message), takesDetails)))
    return NOTHING_FOREIGN
  const warnings: Warning[] = []
  const kept = asArray(messages).map((value, at) => {
    const message = asObject(value)
    if (message === undefined || !isAffected(message, takesDetails)) return value
    warnings.push(foreignState(`messages[${at}]`))
    return withoutState(message, takesDetails)
  })
  return { value: { messages: kept }, warnings }
}

/** A server without a preset may be one that takes them. */
function mayTakeDetails(dialect: ChatDialect | undefined): boolean {
  const field = dialect?.reasoningBack
  return field === undefined || field === 'reasoning_details'
}

function isAffected(message: JsonObject | undefined, takesDetails: boolean): boolean {
  if (message?.['role'] !== 'assistant') return false
  const details = asArray(message['reasoning_details'])
  if (takesDetails ? details.some(isSealed) : details.length > 0) return true
  return asArray(message['tool_calls']).some((call) => isForeignCall(call, takesDetails))
}

function withoutState(message: JsonObject, takesDetails: boolean): JsonObject {
  const { reasoning_details: all, tool_calls: calls, ...rest } = message
  const details = takesDetails ? asArray(all).filter((detail) => !isSealed(detail)) : []
  return {
    ...rest,
    ...(details.length === 0 ? {} : { reasoning_details: details }),
    ...(calls === undefined ? {} : { tool_calls: withoutSignatures(calls, takesDetails) }),
  }
}

function withoutSignatures(calls: JsonValue, takesDetails: boolean): JsonValue {
  if (!Array.isArray(calls)) return calls
  return asArray(calls).map((call) => {
    if (!isForeignCall(call, takesDetails)) return call
    const { extra_content: _extra, ...rest } = asObject(call) ?? {}
    return rest
  })
}

function isSealed(detail: JsonValue): boolean {
  return isJsonObject(detail) && (isEnvelope(detail['data']) || isEnvelope(detail['signature']))
}

function isForeignCall(call: JsonValue, takesDetails: boolean): boolean {
  const extra = asObject(asObject(call)?.['extra_content'])
  const signature = asObject(extra?.['google'])?.['thought_signature']
  return takesDetails ? isEnvelope(signature) : signature !== undefined
}
