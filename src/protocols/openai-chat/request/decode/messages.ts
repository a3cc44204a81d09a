import type { AssistantPart, TextPart, ToolResultPart, UserPart } from '../../../../canonical/content.js'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../../canonical/json.js'
import { asArray, asObject, asString, asText } from '../../../../canonical/narrow.js'
import type { AssistantMessage, Message, SystemMessage, UserMessage } from '../../../../canonical/request.js'
import { PROTOCOL } from '../../vocabulary.js'
import { readAssistantParts } from './assistant.js'
import { createCallBook, type CallBook } from './calls.js'
import { toExtensions, unknownFields } from './fields.js'
import { decodePart, invalidMessage, readCache, readList, toProvider } from './parts.js'
import type { Decoding } from './reasoning.js'

interface Place extends Decoding {
  readonly path: string
  readonly calls: CallBook
}

/** Reads `messages`; a run of tool messages becomes one user message, since its results belong to one step. */
export function decodeMessages(messages: readonly JsonValue[], decoding: Decoding): readonly Message[] {
  const { context, warnings } = decoding
  const calls = createCallBook()
  const decoded: Message[] = []
  let results: ToolResultPart[] | null = null
  messages.forEach((message, at) => {
    const place: Place = { context, warnings, path: `messages[${at}]`, calls }
    if (!isJsonObject(message)) throw invalidMessage(place.path, 'must be an object')
    const role = message['role']
    if (role === 'tool' || role === 'function') {
      const result = decodeToolMessage(message, place)
      if (results === null) {
        results = []
        decoded.push({ role: 'user', content: results, path: place.path })
      }
      results.push(result)
      return
    }
    results = null
    decoded.push(decodeMessage(message, role, place))
  })
  return decoded
}

function decodeMessage(message: JsonObject, role: JsonValue | undefined, place: Place): Message {
  switch (role) {
    case 'system':
    case 'developer':
      return decodeSystem(message, role, place)
    case 'user':
      return decodeUser(message, place)
    case 'assistant':
      return decodeAssistant(message, place)
    default:
      throw invalidMessage(`${place.path}.role`, 'must be system, developer, user, assistant or tool')
  }
}

const COMMON_FIELDS: ReadonlySet<string> = new Set(['role', 'content', 'name', 'cache_control'])
const ASSISTANT_FIELDS: ReadonlySet<string> = new Set([
  ...COMMON_FIELDS,
  'refusal',
  'tool_calls',
  'function_call',
  'reasoning_content',
  'reasoning',
  'reasoning_details',
  'audio',
  'images',
])
const TOOL_FIELDS: ReadonlySet<string> = new Set([...COMMON_FIELDS, 'tool_call_id'])

function decodeSystem(message: JsonObject, role: 'system' | 'developer', { path }: Place): SystemMessage {
  const content = readContent(message, path).map((part, at): TextPart => {
    if (part.type !== 'text') throw invalidMessage(`${path}.content[${at}]`, 'must be a text part')
    return part
  })
  return {
    role: 'system',
    content: withMessageCache(content, message),
    ...(role === 'developer' ? { authority: role } : {}),
    ...named(message),
    path,
    ...toExtensions(PROTOCOL, unknownFields(message, COMMON_FIELDS)),
  }
}

function decodeUser(message: JsonObject, place: Place): UserMessage {
  const { path } = place
  const content =
    typeof message['content'] === 'string' ? [message['content']] : readList(message['content'], path)
  const parts = content.map((value, at): UserPart => {
    const partPath = typeof message['content'] === 'string' ? `${path}.content` : `${path}.content[${at}]`
    if (isJsonObject(value) && value['type'] === 'tool_result')
      return decodeToolResult(value, partPath, place)
    return decodePart(value, partPath)
  })
  return {
    role: 'user',
    content: withMessageCache(parts, message),
    ...named(message),
    path,
    ...toExtensions(PROTOCOL, unknownFields(message, COMMON_FIELDS)),
  }
}

function decodeAssistant(message: JsonObject, place: Place): AssistantMessage {
  const content = readAssistantParts(message, place.path, place)
  for (const part of content) if (part.type === 'tool-call') place.calls.add(part)
  return {
    role: 'assistant',
    content: withMessageCache<AssistantPart>(content, message),
    ...named(message),
    path: place.path,
    ...toExtensions(PROTOCOL, unknownFields(message, ASSISTANT_FIELDS)),
  }
}

function decodeToolMessage(message: JsonObject, place: Place): ToolResultPart {
  const { path, calls, warnings } = place
  const name = asText(message['name'])
  const id = asText(message['tool_call_id']) ?? calls.nextOpen(name)?.id
  if (id === undefined) throw invalidMessage(`${path}.tool_call_id`, 'must be the id of a tool call')
  for (const field of Object.keys(unknownFields(message, TOOL_FIELDS))) {
    warnings.push({
      code: 'dropped',
      path: `${path}.${field}`,
      message: 'A tool message has no such field elsewhere.',
      semantic: false,
    })
  }
  return {
    ...toResult(id, message['content'], place),
    ...(name === undefined ? {} : { toolName: name }),
    ...readCache(message),
    path,
  }
}

/** An Anthropic `tool_result` block among Chat content. */
function decodeToolResult(block: JsonObject, path: string, place: Place): ToolResultPart {
  const id =
    asText(block['tool_use_id']) ?? asText(block['tool_call_id']) ?? place.calls.nextOpen(undefined)?.id
  if (id === undefined) throw invalidMessage(`${path}.tool_use_id`, 'must be the id of a tool call')
  return {
    ...toResult(id, block['content'], { ...place, path }),
    ...(block['is_error'] === true ? { isError: true } : {}),
    ...readCache(block),
    path,
  }
}

function toResult(id: string, content: JsonValue | undefined, { path, calls }: Place): ToolResultPart {
  calls.answer(id)
  const plain = !Array.isArray(content)
  const text = plain
    ? (asString(content) ?? (content === null || content === undefined ? '' : JSON.stringify(content)))
    : ''
  return {
    type: 'tool-result',
    toolCallId: id,
    kind: calls.find(id)?.kind ?? 'function',
    content: plain
      ? [{ type: 'text', text, path: `${path}.content` }]
      : asArray(content).map((value, at) => decodeResultPart(value, `${path}.content[${at}]`)),
    ...(plain ? { plain } : {}),
  }
}

function decodeResultPart(value: JsonValue, path: string): ToolResultPart['content'][number] {
  const part = decodePart(value, path)
  return part.type === 'video' ? toProvider(asObject(value) ?? {}, 'video_url', path) : part
}

function readContent(message: JsonObject, path: string): readonly ReturnType<typeof decodePart>[] {
  const content = message['content']
  if (typeof content === 'string') return [{ type: 'text', text: content, path: `${path}.content` }]
  return readList(content, path).map((value, at) => decodePart(value, `${path}.content[${at}]`))
}

/** Some clients mark the whole message; the breakpoint is then after its last part. */
function withMessageCache<T extends object>(parts: readonly T[], message: JsonObject): readonly T[] {
  const marker = readCache(message)
  const last = parts.at(-1)
  return marker.cache === undefined || last === undefined
    ? parts
    : [...parts.slice(0, -1), { ...last, ...marker }]
}

function named(message: JsonObject): { readonly name?: string } {
  const name = asText(message['name'])
  return name === undefined ? {} : { name }
}
