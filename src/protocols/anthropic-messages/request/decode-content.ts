import type {
  AssistantPart,
  CacheMarker,
  DocumentPart,
  ImagePart,
  MediaSource,
  ProviderPart,
  SearchResultPart,
  TextPart,
  ToolResultPart,
  UserPart,
} from '../../../canonical/content.js'
import { isJsonObject, type JsonObject, type JsonValue, lookUp } from '../../../canonical/json.js'
import { asArray, asObject, asString } from '../../../canonical/narrow.js'
import type { OpaqueState } from '../../../canonical/state.js'
import { isNoState } from '../../state-envelope.js'
import { checks } from '../wire/checks.js'
import { decodeCitations } from '../wire/citation.js'
import { PROTOCOL } from '../wire/index.js'
import type { Warn } from '../wire/warn.js'

/** Reads the state of a thinking block; `null` when it must not be trusted. */
export type ReadState = (data: string, kind: 'signature' | 'redacted') => OpaqueState | null

const COMMON = ['type', 'cache_control']
const KNOWN: Readonly<Record<string, ReadonlySet<string>>> = {
  text: new Set([...COMMON, 'text', 'citations']),
  image: new Set([...COMMON, 'source']),
  document: new Set([...COMMON, 'source', 'title', 'context', 'citations']),
  search_result: new Set([...COMMON, 'source', 'title', 'content', 'citations']),
  tool_result: new Set([...COMMON, 'tool_use_id', 'content', 'is_error']),
  thinking: new Set(['type', 'thinking', 'signature']),
  redacted_thinking: new Set(['type', 'data']),
  tool_use: new Set([...COMMON, 'id', 'name', 'input', 'caller']),
}

/** Fields without which a block of a request says nothing. Answers are read without: a vendor's fault is not the client's. */
const TEXTS: Readonly<Record<string, readonly string[]>> = {
  text: ['text'],
  tool_use: ['id', 'name'],
  tool_result: ['tool_use_id'],
}

/** The block of a request; throws GatewayError when what it says is no text. */
export function checkBlock(block: JsonObject, path: string): JsonObject {
  for (const field of lookUp(TEXTS, asString(block.type)) ?? []) checks.text(block[field], `${path}.${field}`)
  return block
}

/** Reads one block of a user message. */
export function decodeUserBlock(block: JsonObject, path: string, warn: Warn): UserPart {
  warnOfRest(block, path, warn)
  switch (block.type) {
    case 'text':
      return decodeText(block, path)
    case 'image':
      return decodeImage(block, path) ?? toProvider(block, path)
    case 'document':
      return decodeDocument(block, path) ?? toProvider(block, path)
    case 'search_result':
      return decodeSearchResult(block, path)
    case 'tool_result':
      return decodeToolResult(block, path, warn)
    default:
      return toProvider(block, path)
  }
}

/** Reads one block of an assistant message; `null` when it had to be dropped. */
export function decodeAssistantBlock(
  block: JsonObject,
  path: string,
  { warn, readState }: { readonly warn: Warn; readonly readState: ReadState },
): AssistantPart | null {
  warnOfRest(block, path, warn)
  switch (block.type) {
    case 'text':
      return decodeText(block, path)
    case 'thinking':
      return decodeThinking(block, path, { warn, readState })
    case 'redacted_thinking': {
      const state = readState(asString(block.data) ?? '', 'redacted')
      if (state === null) return dropTampered(path, warn)
      return { type: 'reasoning', text: '', redacted: true, state, path }
    }
    case 'tool_use':
      return {
        type: 'tool-call',
        id: asString(block.id) ?? '',
        name: asString(block.name) ?? '',
        kind: 'function',
        input: readInput(block.input, path, warn),
        path,
        ...cacheOf(block),
      }
    default:
      return toProvider(block, path)
  }
}

/** Text of a tool's input; `""` for none, `null` for one that is nested too deeply to be written. */
export function inputText(input: JsonValue | undefined): string | null {
  if (input === undefined || input === null) return ''
  if (isJsonObject(input) && Object.keys(input).length === 0) return ''
  try {
    return JSON.stringify(input)
  } catch {
    return null
  }
}

function readInput(input: JsonValue | undefined, path: string, warn: Warn): string {
  const text = inputText(input)
  if (text === null) warn('dropped', `${path}.input`, 'The arguments are nested too deeply.', true)
  return text ?? ''
}

/** Reads a text block. */
export function decodeText(block: JsonObject, path: string): TextPart {
  const text = asString(block.text) ?? ''
  const citations = block.citations === undefined ? [] : decodeCitations(block.citations, text.length)
  return { type: 'text', text, path, ...(citations.length > 0 ? { citations } : {}), ...cacheOf(block) }
}

/** The cache marker of a block or tool, ready to be spread. */
export function cacheOf(block: JsonObject): { cache?: CacheMarker } {
  const marker = asObject(block.cache_control)
  return marker === undefined ? {} : { cache: { life: marker.ttl === '1h' ? 'long' : 'short' } }
}

function decodeThinking(
  block: JsonObject,
  path: string,
  { warn, readState }: { readonly warn: Warn; readonly readState: ReadState },
): AssistantPart | null {
  const text = asString(block.thinking) ?? ''
  const signature = asString(block.signature) ?? ''
  if (signature === '') return { type: 'reasoning', text, path }
  const state = readState(signature, 'signature')
  if (state === null) return dropTampered(path, warn)
  return isNoState(state) ? { type: 'reasoning', text, path } : { type: 'reasoning', text, state, path }
}

function dropTampered(path: string, warn: Warn): null {
  warn('dropped', path, 'The signature of this thinking block was altered, so the block is left out.')
  return null
}

function decodeImage(block: JsonObject, path: string): ImagePart | null {
  const source = decodeSource(asObject(block.source))
  return source === null ? null : { type: 'image', source, path, ...cacheOf(block) }
}

function decodeSource(source: JsonObject | undefined): MediaSource | null {
  switch (source?.type) {
    case 'base64':
      return {
        type: 'base64',
        mediaType: asString(source.media_type) ?? '',
        data: asString(source.data) ?? '',
      }
    case 'url':
      return { type: 'url', url: asString(source.url) ?? '' }
    case 'file':
      return { type: 'file', fileId: asString(source.file_id) ?? '', protocol: PROTOCOL }
    default:
      return null
  }
}

function decodeDocument(block: JsonObject, path: string): DocumentPart | null {
  const source = decodeDocumentSource(asObject(block.source), path)
  if (source === null) return null
  const title = asString(block.title)
  const context = asString(block.context)
  return {
    type: 'document',
    source,
    path,
    ...(title === undefined ? {} : { title }),
    ...(context === undefined ? {} : { context }),
    ...citationsEnabled(block),
    ...cacheOf(block),
  }
}

function decodeDocumentSource(source: JsonObject | undefined, path: string): DocumentPart['source'] | null {
  if (source?.type === 'text') return { type: 'text', text: asString(source.data) ?? '' }
  if (source?.type !== 'content') return decodeSource(source)
  if (typeof source.content === 'string') {
    return { type: 'parts', parts: [{ type: 'text', text: source.content }] }
  }
  const parts: (TextPart | ImagePart)[] = []
  for (const [index, value] of asArray(source.content).entries()) {
    const block = asObject(value) ?? {}
    const place = `${path}.source.content[${index}]`
    const part = block.type === 'image' ? decodeImage(block, place) : decodeText(block, place)
    if (part === null) return null
    parts.push(part)
  }
  return { type: 'parts', parts }
}

function decodeSearchResult(block: JsonObject, path: string): SearchResultPart {
  return {
    type: 'search-result',
    source: asString(block.source) ?? '',
    title: asString(block.title) ?? '',
    content: asArray(block.content).map((value, index) =>
      decodeText(asObject(value) ?? {}, `${path}.content[${index}]`),
    ),
    path,
    ...citationsEnabled(block),
    ...cacheOf(block),
  }
}

function citationsEnabled(block: JsonObject): { citationsEnabled?: boolean } {
  const enabled = asObject(block.citations)?.enabled
  return typeof enabled === 'boolean' ? { citationsEnabled: enabled } : {}
}

function decodeToolResult(block: JsonObject, path: string, warn: Warn): ToolResultPart {
  const plain = typeof block.content === 'string'
  return {
    type: 'tool-result',
    toolCallId: asString(block.tool_use_id) ?? '',
    kind: 'function',
    content: decodeResultContent(block.content, path, warn),
    path,
    ...(block.is_error === true ? { isError: true } : {}),
    ...(plain ? { plain } : {}),
    ...cacheOf(block),
  }
}

function decodeResultContent(
  content: JsonValue | undefined,
  path: string,
  warn: Warn,
): ToolResultPart['content'] {
  if (typeof content === 'string') {
    return content === '' ? [] : [{ type: 'text', text: content, path: `${path}.content` }]
  }
  return checks.list(content, `${path}.content`).map((value, index) => {
    const place = `${path}.content[${index}]`
    if (typeof value === 'string') return { type: 'text', text: value, path: place }
    const block = checkBlock(checks.object(value, place) ?? {}, place)
    const part = decodeUserBlock(block, place, warn)
    return part.type === 'tool-result' || part.type === 'video' ? toProvider(block, place) : part
  })
}

/** The path ends with the block's type: what another protocol cannot say is named by it. */
function toProvider(block: JsonObject, path: string): ProviderPart {
  const kind = asString(block.type) ?? 'unknown'
  return {
    type: 'provider',
    protocol: PROTOCOL,
    kind,
    value: block,
    path: `${path}.${kind}`,
    ...cacheOf(block),
  }
}

/** A known block with a field that the canonical form has no place for. */
function warnOfRest(block: JsonObject, path: string, warn: Warn): void {
  const known = lookUp(KNOWN, asString(block.type))
  if (known === undefined) return
  for (const key in block) {
    if (!known.has(key)) warn('dropped', `${path}.${key}`, 'This field has no meaning for another protocol.')
  }
  const caller = asObject(block.caller)
  if (caller !== undefined && caller.type !== 'direct') {
    warn('dropped', `${path}.caller`, 'A tool call made from inside another tool becomes an ordinary call.')
  }
}
