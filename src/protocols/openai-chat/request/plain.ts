import { isJsonObject, type JsonObject, type JsonValue } from '../../../canonical/json.js'
import { asArray, asObject } from '../../../canonical/narrow.js'
import type { Target } from '../../../canonical/target.js'

/** Content parts of Messages and Responses; those of Chat and its dialects are left to the vendor. */
const FOREIGN_PARTS: ReadonlySet<unknown> = new Set([
  'tool_use',
  'tool_result',
  'image',
  'document',
  'search_result',
  'input_text',
  'output_text',
  'input_image',
  'input_file',
])

/**
 * True for a request that a vendor of Chat can read as it is: its tools, its tool choice and its content parts are in
 * Chat's own shapes, and it has no cache markers that the vendor does not know.
 */
export function isPlain(body: JsonObject, { dialect }: Target): boolean {
  const { tools, tool_choice: choice, messages } = body
  if (isJsonObject(choice) && isForeignChoice(choice)) return false
  const refusesMarkers = dialect?.promptCache === true && dialect.cacheControl !== true
  for (const tool of asArray(tools)) {
    if (isJsonObject(tool) && isForeignTool(tool, refusesMarkers)) return false
  }
  for (const message of asArray(messages)) {
    const content = asObject(message)?.['content']
    if (Array.isArray(content) && content.some((part) => isForeignPart(part, refusesMarkers))) return false
  }
  return true
}

/** Flat, as in Responses, or with Anthropic's `input_schema`. Hosted tools are the vendor's business. */
function isForeignTool(tool: JsonObject, refusesMarkers: boolean): boolean {
  if (refusesMarkers && tool['cache_control'] !== undefined) return true
  const { type } = tool
  if (type === 'custom') return !isJsonObject(tool['custom'])
  if (type !== undefined && type !== 'function') return false
  return !isJsonObject(tool['function']) && tool['name'] !== undefined
}

function isForeignChoice(choice: JsonObject): boolean {
  const { type } = choice
  if (type === 'function' || type === 'custom') return !isJsonObject(choice[type])
  return type === 'tool' || type === 'any' || type === 'auto' || type === 'none'
}

function isForeignPart(part: JsonValue, refusesMarkers: boolean): boolean {
  if (!isJsonObject(part)) return false
  return FOREIGN_PARTS.has(part['type']) || (refusesMarkers && part['cache_control'] !== undefined)
}
