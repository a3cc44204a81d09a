import type { AssistantPart, TextPart } from '../../../canonical/content.js'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../canonical/json.js'
import { asArray, asObject, asString } from '../../../canonical/narrow.js'
import type {
  AssistantMessage,
  Effort,
  Message,
  SystemMessage,
  UserMessage,
} from '../../../canonical/request.js'
import { GatewayError } from '../../../errors.js'
import type { CodecContext } from '../../protocol.js'
import { NATIVE_FAMILY, PROTOCOL } from '../wire/index.js'
import type { Warn } from '../wire/warn.js'
import {
  checkBlock,
  decodeAssistantBlock,
  decodeText,
  decodeUserBlock,
  type ReadState,
} from './decode-content.js'
import { decodeEffort } from './decode-thinking.js'
import { PLACED, RESTORE } from './restore.js'

const KNOWN = new Set(['role', 'content'])

/** The conversation, and the effort that its last system message asks for when it is not the top-level one. */
export interface DecodedMessages {
  readonly messages: readonly Message[]
  readonly effort?: Effort | undefined
}

/** Reads the message list. */
export function decodeMessages(body: JsonObject, context: CodecContext, warn: Warn): DecodedMessages {
  const readState = openState(context)
  const topLevel = asObject(body.output_config)?.effort
  let effort: Effort | undefined
  const messages = asArray(body.messages).map((value, index): Message => {
    const path = `messages[${index}]`
    const wire = asObject(value)
    switch (wire?.role) {
      case 'user':
        return decodeUser(wire, path, warn)
      case 'assistant':
        return decodeAssistant(wire, path, { warn, readState })
      case 'system': {
        const own = asObject(wire.output_config)?.effort
        if (own !== undefined && own !== topLevel) {
          effort = decodeEffort(own, `${path}.output_config.effort`, warn) ?? effort
        }
        return decodeMidSystem(wire, path)
      }
      default:
        throw invalid(`${path}.role`, "Input should be 'user', 'assistant' or 'system'")
    }
  })
  return { messages, effort }
}

/** Signatures are the vendor's own unless they are our envelope around another vendor's state. */
function openState(context: CodecContext): ReadState {
  return (data, kind) => {
    const opened = context.open(data)
    if (opened.status === 'ours') return opened.state
    return opened.status === 'foreign' ? { family: NATIVE_FAMILY, kind, data } : null
  }
}

function decodeUser(wire: JsonObject, path: string, warn: Warn): UserMessage {
  const content = blocksOf(wire, path).map(([block, place]) => decodeUserBlock(block, place, warn))
  return { role: 'user', content, path, ...extensionsOf(wire) }
}

function decodeAssistant(
  wire: JsonObject,
  path: string,
  reader: { readonly warn: Warn; readonly readState: ReadState },
): AssistantMessage {
  const content = blocksOf(wire, path)
    .map(([block, place]) => decodeAssistantBlock(block, place, reader))
    .filter((part) => part !== null)
  return { role: 'assistant', content: returnToolState(content), path, ...extensionsOf(wire) }
}

/**
 * A system message in the conversation. Its effort is part of the request's reasoning; blocks other than text (tools
 * that come and go) only this protocol can say.
 */
function decodeMidSystem(wire: JsonObject, path: string): SystemMessage {
  const content: TextPart[] = []
  const blocks: Record<string, JsonValue[]> = {}
  for (const [at, [block, place]] of blocksOf(wire, path).entries()) {
    if (block.type === 'text') content.push(decodeText(block, place))
    else (blocks[PLACED + (asString(block.type) ?? 'unknown')] ??= []).push({ at, value: block })
  }
  const { output_config: outputConfig, ...others } = wire
  const { effort, ...config } = asObject(outputConfig) ?? {}
  const kept = { ...others, ...(Object.keys(config).length > 0 ? { output_config: config } : {}) }
  const restore = effort === undefined ? {} : { [RESTORE]: { effort } }
  return { role: 'system', content, path, ...extensionsOf({ ...kept, ...blocks, ...restore }) }
}

/** State of a tool call stands in a thinking block before it, where no other place is: it goes back to the call. */
function returnToolState(content: readonly AssistantPart[]): readonly AssistantPart[] {
  const states = new Map(
    content.flatMap((part) => {
      const tool = part.type === 'reasoning' ? part.state?.binding?.tool : undefined
      return tool === undefined || part.type !== 'reasoning' ? [] : [[tool, part] as const]
    }),
  )
  if (states.size === 0) return content
  return content.flatMap((part): readonly AssistantPart[] => {
    if (part.type === 'tool-call') {
      const state = states.get(part.id)?.state
      return [state === undefined ? part : { ...part, state }]
    }
    if (part.type !== 'reasoning' || part.state?.binding?.tool === undefined) return [part]
    const { state: _, ...visible } = part
    return part.text === '' ? [] : [visible]
  })
}

/** Blocks of a message with their paths; a string is one text block. */
function blocksOf(wire: JsonObject, path: string): readonly (readonly [JsonObject, string])[] {
  const { content } = wire
  if (typeof content === 'string') return [[{ type: 'text', text: content }, path]]
  if (!Array.isArray(content))
    throw invalid(`${path}.content`, 'Input should be a string or a list of blocks')
  return content.map((value: JsonValue, index) => {
    const place = `${path}.content[${index}]`
    if (typeof value === 'string') return [{ type: 'text', text: value }, place]
    if (!isJsonObject(value)) throw invalid(place, 'Input should be an object')
    return [checkBlock(value, place), place]
  })
}

function extensionsOf(wire: JsonObject): { extensions?: Record<string, JsonObject> } {
  const fields = Object.entries(wire).filter(([key]) => !KNOWN.has(key))
  return fields.length === 0 ? {} : { extensions: { [PROTOCOL]: Object.fromEntries(fields) } }
}

function invalid(param: string, problem: string): GatewayError {
  return new GatewayError('invalid_messages', `${param}: ${problem}`, { param })
}
