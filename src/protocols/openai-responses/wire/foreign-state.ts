import type { JsonObject, JsonValue } from '../../../canonical/json.js'
import { asArray, asObject } from '../../../canonical/narrow.js'
import { foreignState, NOTHING_FOREIGN, type WithoutForeignState } from '../../foreign-state.js'
import { isEnvelope } from '../../state-envelope.js'

/** Leaves out reasoning that models of other protocols made: its encrypted content is an envelope of ours. */
export function dropForeignState({ input }: JsonObject): WithoutForeignState {
  const items = asArray(input)
  if (!items.some(isForeign)) return NOTHING_FOREIGN
  return {
    value: { input: items.filter((item) => !isForeign(item)) },
    warnings: items.flatMap((item, at) => (isForeign(item) ? [foreignState(`input[${at}]`)] : [])),
  }
}

function isForeign(value: JsonValue): boolean {
  const item = asObject(value)
  return item?.type === 'reasoning' && isEnvelope(item.encrypted_content)
}
