import { isJsonObject, parseJson, type JsonObject } from '../../../canonical/json.js'

/** Arguments as Gemini wants them, and whether they had to be changed to be an object. */
export interface ObjectArguments {
  readonly args: JsonObject
  readonly repaired: boolean
}

const NONE: JsonObject = {}

/**
 * The arguments of a call as an object: free text of a custom tool as `input`, JSON that a model encoded twice
 * decoded twice, anything else that is no object under `_raw`.
 */
export function toArguments(kind: 'function' | 'custom', input: string): ObjectArguments {
  if (kind === 'custom') return { args: { input }, repaired: false }
  if (input.trim() === '') return { args: NONE, repaired: false }
  const parsed = parseJson(input)
  if (isJsonObject(parsed)) return { args: parsed, repaired: false }
  if (parsed === null) return { args: NONE, repaired: false }
  const inner = typeof parsed === 'string' ? parseJson(parsed) : undefined
  return { args: isJsonObject(inner) ? inner : { _raw: input }, repaired: true }
}
