import type { JsonObject, JsonValue } from '../../../canonical/json.js'
import { asArray, asObject } from '../../../canonical/narrow.js'
import type { Warning } from '../../../canonical/warning.js'
import { foreignState, NOTHING_FOREIGN, type WithoutForeignState } from '../../foreign-state.js'
import { isEnvelope } from '../../state-envelope.js'

/** Leaves out thinking that models of other protocols made: its signature is an envelope of ours. */
export function dropForeignState({ messages }: JsonObject): WithoutForeignState {
  if (!asArray(messages).some((message) => blocksOf(message).some(isForeign))) return NOTHING_FOREIGN
  const warnings: Warning[] = []
  const kept = asArray(messages).flatMap((message, at): readonly JsonValue[] => {
    const blocks = blocksOf(message)
    const content = blocks.filter((block, place) => {
      if (!isForeign(block)) return true
      warnings.push(foreignState(`messages[${at}].content[${place}]`))
      return false
    })
    if (content.length === blocks.length) return [message]
    return content.length === 0 ? [] : [{ ...asObject(message), content }]
  })
  return { value: { messages: kept }, warnings }
}

function blocksOf(message: JsonValue): readonly JsonValue[] {
  return asArray(asObject(message)?.content)
}

function isForeign(value: JsonValue): boolean {
  const block = asObject(value)
  switch (block?.type) {
    case 'thinking':
      return isEnvelope(block.signature)
    case 'redacted_thinking':
      return isEnvelope(block.data)
    default:
      return false
  }
}
