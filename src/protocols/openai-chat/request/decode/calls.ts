import type { ToolCallPart } from '../../../../canonical/content.js'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../../canonical/json.js'
import { asArray, asObject, asString, asText } from '../../../../canonical/narrow.js'
import { asJsonText } from '../../wire.js'
import { invalidMessage } from './parts.js'
import { readThoughtSignature, type Decoding, type ReturnedReasoning } from './reasoning.js'

/** The calls of a conversation so far, for results that do not say (or mis-say) whose they are. */
export interface CallBook {
  add(call: ToolCallPart): void
  find(id: string): ToolCallPart | undefined
  /** The oldest call without a result, of that name if one is given. */
  nextOpen(name: string | undefined): ToolCallPart | undefined
  answer(id: string): void
}

/** Creates an empty {@link CallBook}. */
export function createCallBook(): CallBook {
  const calls = new Map<string, ToolCallPart>()
  const open = new Set<string>()
  return {
    add(call) {
      calls.set(call.id, call)
      open.add(call.id)
    },
    find: (id) => calls.get(id),
    nextOpen(name) {
      for (const id of open) {
        const call = calls.get(id)
        if (call !== undefined && (name === undefined || call.name === name)) return call
      }
      return undefined
    },
    answer: (id) => void open.delete(id),
  }
}

/** Reads `tool_calls` (nested, flat or custom) and the old `function_call` of an assistant message. */
export function readCalls(
  message: JsonObject,
  path: string,
  given: { readonly decoding: Decoding; readonly reasoning: ReturnedReasoning },
): readonly ToolCallPart[] {
  const calls = asArray(message['tool_calls']).map((call, at) => {
    const place = `${path}.tool_calls[${at}]`
    if (!isJsonObject(call)) throw invalidMessage(place, 'must be a tool call')
    return readCall(call, place, given)
  })
  const legacy = asObject(message['function_call'])
  if (legacy === undefined || calls.length > 0) return calls
  return [readCall({ function: legacy }, `${path}.function_call`, given)]
}

/** An Anthropic `tool_use` block among Chat content. */
export function readToolUse(block: JsonObject, path: string, decoding: Decoding): ToolCallPart {
  const name = asText(block['name'])
  if (name === undefined) throw invalidMessage(`${path}.name`, 'must be a non-empty string')
  return {
    type: 'tool-call',
    id: asText(block['id']) ?? makeId(path, name, decoding),
    name,
    kind: 'function',
    input: asJsonText(block['input']),
    path,
  }
}

function readCall(
  call: JsonObject,
  path: string,
  { decoding, reasoning }: { readonly decoding: Decoding; readonly reasoning: ReturnedReasoning },
): ToolCallPart {
  const custom = asObject(call['custom'])
  const inner = custom ?? asObject(call['function']) ?? call
  const isCustom = custom !== undefined || call['type'] === 'custom'
  const name = asText(inner['name'])
  if (name === undefined) throw invalidMessage(`${path}.${innerPath(call)}name`, 'must be a non-empty string')
  const id = asText(call['id']) ?? makeId(path, name, decoding)
  const state = readSignature(call['extra_content'], path, decoding) ?? reasoning.byCall.get(id)
  return {
    type: 'tool-call',
    id,
    name,
    kind: isCustom ? 'custom' : 'function',
    input: isCustom ? (asString(inner['input']) ?? '') : asJsonText(inner['arguments']),
    ...(state === undefined ? {} : { state }),
    path,
  }
}

function innerPath(call: JsonObject): string {
  if (isJsonObject(call['custom'])) return 'custom.'
  return isJsonObject(call['function']) ? 'function.' : ''
}

function readSignature(
  extra: JsonValue | undefined,
  path: string,
  decoding: Decoding,
): ToolCallPart['state'] {
  const data = asText(asObject(asObject(extra)?.['google'])?.['thought_signature'])
  return data === undefined ? undefined : readThoughtSignature(data, `${path}.extra_content`, decoding)
}

/** The place of a call is its identity where the client gave it no id: later turns make the same one. */
function makeId(path: string, name: string, { context }: Decoding): string {
  return `call_${context.hash(`${path}\n${name}`, 24)}`
}
