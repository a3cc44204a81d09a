import { isJsonObject, type JsonObject, type JsonValue, lookUp } from '../../canonical/json.js'
import { asObjects, asString, asText } from '../../canonical/narrow.js'

/** Input as items, whatever its form. */
export function toItems(input: JsonValue | undefined): readonly JsonObject[] {
  if (typeof input === 'string') return [userMessage(input)]
  return asObjects(input)
}

/** A message of the user. */
export function userMessage(text: string): JsonObject {
  return { type: 'message', role: 'user', content: [{ type: 'input_text', text }] }
}

const PREFIXES: Readonly<Record<string, string>> = {
  message: 'msg_',
  reasoning: 'rs_',
  function_call: 'fc_',
  function_call_output: 'fco_',
  custom_tool_call: 'ctc_',
  custom_tool_call_output: 'ctco_',
  compaction: 'cmp_',
}

/** The type of an item; messages may come without one. */
export function typeOf(item: JsonObject): string {
  return asString(item['type']) ?? (item['role'] === undefined ? 'item_reference' : 'message')
}

/** The same items, each with an id; `makeId` makes those that are missing. */
export function withIds(
  items: readonly JsonObject[],
  makeId: (prefix: string, index: number) => string,
): readonly JsonObject[] {
  return items.map((item, index) => {
    if (asText(item['id']) !== undefined) return item
    return { ...item, id: makeId(lookUp(PREFIXES, typeOf(item)) ?? 'item_', index) }
  })
}

/** Items whose ids mean nothing to a vendor: it looks ids up where it did not make them, and in vain. */
const ANONYMOUS: ReadonlySet<string> = new Set([
  'message',
  'function_call',
  'function_call_output',
  'custom_tool_call',
  'custom_tool_call_output',
])

/** Kept items as they go to a vendor that did not keep them. */
export function withoutIds(items: readonly JsonObject[]): readonly JsonObject[] {
  return items.map((item) => {
    if (item['id'] === undefined || !ANONYMOUS.has(typeOf(item))) return item
    const { id: _left, ...rest } = item
    return rest
  })
}

/** What is left of kept items after the last compaction, which stands for all that came before it. */
export function sinceCompaction(items: readonly JsonObject[]): readonly JsonObject[] {
  const last = items.findLastIndex((item) => typeOf(item) === 'compaction')
  return last <= 0 ? items : items.slice(last)
}

/** An item as lists show it: messages have a type, a status, and parts as content. */
export function toListed(item: JsonObject): JsonObject {
  if (typeOf(item) !== 'message') return item
  const { content } = item
  const type = item['role'] === 'assistant' ? 'output_text' : 'input_text'
  const extra = type === 'output_text' ? { annotations: [] } : {}
  const parts = typeof content === 'string' ? [{ type, text: content, ...extra }] : (content ?? [])
  return { status: 'completed', ...item, type: 'message', content: parts }
}

/** True for what can be an item. */
export function areItems(value: unknown): value is readonly JsonObject[] {
  return Array.isArray(value) && value.every(isJsonObject)
}
