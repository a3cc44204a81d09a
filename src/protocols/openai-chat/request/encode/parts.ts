import type {
  CacheMarker,
  DocumentPart,
  ImagePart,
  MediaSource,
  SearchResultPart,
  ToolResultPart,
  UserPart,
} from '../../../../canonical/content.js'
import type { JsonObject, JsonValue } from '../../../../canonical/json.js'
import { PROTOCOL } from '../../vocabulary.js'
import { compact, unsupported, type Encoding } from './encoding.js'

type ContentPart = Exclude<UserPart, ToolResultPart>

/** Wire content: a string where it says the same as one text part. */
export function toContent(blocks: readonly JsonObject[]): JsonValue {
  if (blocks.length === 0) return ''
  const only = blocks.length === 1 ? blocks[0] : undefined
  return only !== undefined && isPlainText(only) ? (only['text'] ?? '') : blocks
}

/** Encodes one content part of a user message. */
export function encodePart(part: ContentPart, encoding: Encoding): readonly JsonObject[] {
  const cache = encodeCache(part, encoding)
  switch (part.type) {
    case 'text':
      return [textBlock(part.text, cache)]
    case 'image':
      return [encodeImage(part, encoding, cache)]
    case 'document':
      return encodeDocument(part, encoding, cache)
    case 'audio':
      return [{ type: 'input_audio', input_audio: { data: part.data, format: part.format }, ...cache }]
    case 'video':
      return [{ type: 'video_url', video_url: { url: toUrl(part.source, part.path, encoding) }, ...cache }]
    case 'search-result':
      return encodeSearchResult(part, encoding, cache)
    case 'provider':
      if (part.protocol === PROTOCOL) return [part.value]
      encoding.change('dropped', part.path ?? 'messages', 'A content part of another protocol was not sent.')
      return []
  }
}

/** A text block; the breakpoint stands after it. */
export function textBlock(text: string, cache: JsonObject = {}): JsonObject {
  return { type: 'text', text, ...cache }
}

/** The cache breakpoint of a part in the vendor's words; most vendors cache by themselves. */
export function encodeCache(
  part: { readonly cache?: CacheMarker | undefined; readonly path?: string | undefined },
  encoding: Encoding,
): JsonObject {
  const { cache } = part
  if (cache === undefined) return {}
  if (encoding.dialect.cacheControl === true) {
    return { cache_control: compact({ type: 'ephemeral', ttl: cache.life === 'long' ? '1h' : undefined }) }
  }
  if (takesBreakpoints(encoding)) {
    return { prompt_cache_breakpoint: { mode: 'explicit', ttl: cache.life === 'long' ? '12h' : '30m' } }
  }
  encoding.note(
    'dropped',
    `${part.path ?? 'messages'}.cache_control`,
    'Cache breakpoints were not sent: this vendor sets its own.',
  )
  return {}
}

/** True for vendors that are told what to cache. */
export function takesMarkers(encoding: Encoding): boolean {
  return encoding.dialect.cacheControl === true || takesBreakpoints(encoding)
}

function takesBreakpoints({ dialect, target }: Encoding): boolean {
  return target.traits.cacheBreakpoints === true && dialect.promptCache !== false
}

/** Text of a search result, with its source where the model can see it. */
export function searchResultText(part: SearchResultPart): string {
  return [part.title, part.source, ...part.content.map((item) => item.text)].filter(Boolean).join('\n')
}

function isPlainText(block: JsonObject): boolean {
  return block['type'] === 'text' && Object.keys(block).length === 2
}

function encodeImage(part: ImagePart, encoding: Encoding, cache: JsonObject): JsonObject {
  const url = toUrl(part.source, part.path, encoding)
  return { type: 'image_url', image_url: compact({ url, detail: part.detail }), ...cache }
}

function encodeDocument(part: DocumentPart, encoding: Encoding, cache: JsonObject): readonly JsonObject[] {
  const { source } = part
  noteDocument(part, encoding)
  switch (source.type) {
    case 'text':
      noteEmulated(part, encoding)
      return [textBlock(titled(part, source.text), cache)]
    case 'parts': {
      noteEmulated(part, encoding)
      const blocks = source.parts.flatMap((inner) => encodePart(inner, encoding))
      return part.title === undefined ? blocks : [textBlock(`[${part.title}]`), ...blocks]
    }
    case 'base64':
      return [
        {
          type: 'file',
          file: {
            filename: part.filename ?? part.title ?? `document.${extension(source.mediaType)}`,
            file_data: `data:${source.mediaType};base64,${source.data}`,
          },
          ...cache,
        },
      ]
    case 'file':
      if (!isOwnFile(source)) throw unsupported(part.path ?? 'messages', encoding)
      return [{ type: 'file', file: { file_id: source.fileId }, ...cache }]
    case 'url':
      throw unsupported(part.path ?? 'messages', encoding)
  }
}

function noteEmulated(part: DocumentPart | SearchResultPart, encoding: Encoding): void {
  encoding.note('emulated', part.path ?? 'messages', `A ${part.type} was sent as plain text.`)
}

function noteDocument(part: DocumentPart, encoding: Encoding): void {
  const path = part.path ?? 'messages'
  if (part.citationsEnabled === true) {
    encoding.note('dropped', path, 'Citations were not asked for: this protocol has none for documents.')
  }
  if (part.context !== undefined) {
    encoding.note(
      'dropped',
      path,
      'The context of a document was not sent: this protocol has no place for it.',
    )
  }
}

function titled(part: DocumentPart, text: string): string {
  const title = part.title ?? part.filename
  return title === undefined ? text : `[${title}]\n${text}`
}

function encodeSearchResult(
  part: SearchResultPart,
  encoding: Encoding,
  cache: JsonObject,
): readonly JsonObject[] {
  noteEmulated(part, encoding)
  if (part.citationsEnabled === true) {
    encoding.note('dropped', part.path ?? 'messages', 'Citations of search results were not asked for.')
  }
  return [textBlock(searchResultText(part), cache)]
}

function toUrl(source: MediaSource, path: string | undefined, encoding: Encoding): string {
  if (source.type === 'url') return source.url
  if (source.type === 'base64') return `data:${source.mediaType};base64,${source.data}`
  throw unsupported(path ?? 'messages', encoding)
}

/** Both of OpenAI's protocols share one file store. */
function isOwnFile(source: { readonly protocol: string }): boolean {
  return source.protocol.startsWith('openai-')
}

function extension(mediaType: string): string {
  return /\/([a-z0-9]+)$/.exec(mediaType)?.[1] ?? 'pdf'
}
