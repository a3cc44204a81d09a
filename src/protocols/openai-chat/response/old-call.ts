import { isJsonObject, type JsonObject, type JsonValue } from '../../../canonical/json.js'
import type { Warning } from '../../../canonical/warning.js'

/** True for a request with `functions` in place of `tools`: its client looks for the call in `function_call`. */
export function asksForOldCall({ functions, tools }: JsonObject): boolean {
  return Array.isArray(functions) && (tools === undefined || tools === null)
}

/** A finish reason for such a client. */
export function writeOldFinish(word: string): string {
  return word === 'tool_calls' ? 'function_call' : word
}

/** What of a call the old field holds. */
export function writeOldCall(call: { readonly function?: JsonValue | undefined }): JsonObject {
  return { function_call: isJsonObject(call.function) ? call.function : {} }
}

/** The old field holds one call. */
export const LOST_CALLS: Warning = {
  code: 'dropped',
  path: 'choices[0].message.function_call',
  message: 'Only the first call was sent: "function_call" holds no more; ask with "tools" to get all.',
  semantic: true,
}
