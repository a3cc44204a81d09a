import type {
  CacheMarker,
  DocumentPart,
  ImagePart,
  MediaSource,
  ProviderPart,
  TextPart,
  UserPart,
} from '../../../../canonical/content.js'
import {
  isJsonObject,
  type JsonArray,
  type JsonObject,
  type JsonValue,
  lookUp,
} from '../../../../canonical/json.js'
import { asArray, asObject, asString, asText } from '../../../../canonical/narrow.js'
import { GatewayError } from '../../../../errors.js'
import { PROTOCOL } from '../../vocabulary.js'
import { parseDataUrl } from '../../wire.js'

/** A content part with no relation to other messages. */
export type PlainPart = Exclude<UserPart, { readonly type: 'tool-result' }>

/** A request that is wrong at `path`. */
export function invalidMessage(path: string, problem: string): GatewayError {
  return new GatewayError('invalid_messages', `'${path}' ${problem}.`, { param: path })
}

/** The parts of a message that is no string; none when it has no content. */
export function readList(content: JsonValue | undefined, path: string): JsonArray {
  if (content === undefined || content === null) return []
  if (Array.isArray(content)) return content as JsonArray
  throw invalidMessage(`${path}.content`, 'must be a string or an array of content parts')
}

/**
 * Reads one content part: OpenAI's, its dialects' (`document_url`, `video_url`), Responses' and Anthropic's shapes
 * that some clients mix in. Unknown types become provider parts.
 */
export function decodePart(value: JsonValue, path: string): PlainPart {
  if (typeof value === 'string') return { type: 'text', text: value, path }
  if (!isJsonObject(value)) throw invalidMessage(path, 'must be a content part')
  const kind = asText(value['type']) ?? guessKind(value)
  const read = lookUp(READERS, kind)
  return read === undefined ? toProvider(value, kind, path) : read(value, path)
}

/** Wraps a wire object that only this protocol understands. */
export function toProvider(value: JsonObject, kind: string, path: string): ProviderPart {
  return { type: 'provider', protocol: PROTOCOL, kind, value, path }
}

/** The cache breakpoint on a part, in OpenAI's or Anthropic's words. */
export function readCache(part: JsonObject): { readonly cache?: CacheMarker } {
  const marker = asObject(part['cache_control']) ?? asObject(part['prompt_cache_breakpoint'])
  if (marker === undefined) return {}
  const ttl = marker['ttl']
  return { cache: { life: ttl === '1h' || ttl === '12h' || ttl === '24h' ? 'long' : 'short' } }
}

const READERS: Readonly<Record<string, (part: JsonObject, path: string) => PlainPart>> = {
  text: readText,
  input_text: readText,
  output_text: readText,
  refusal: (part, path) => ({ type: 'text', text: asString(part['refusal']) ?? '', path }),
  image_url: readImage,
  input_image: readImage,
  image: (part, path) => ({ type: 'image', source: readBlockSource(part, path), ...common(part, path) }),
  input_audio: readAudio,
  file: (part, path) => readFile(asObject(part['file']) ?? part, part, path),
  input_file: (part, path) => readFile(part, part, path),
  document_url: readDocumentUrl,
  file_url: readDocumentUrl,
  document: readDocumentBlock,
  video_url: readVideo,
  search_result: readSearchResult,
}

function guessKind(part: JsonObject): string {
  return (
    ['text', 'image_url', 'input_audio', 'file', 'video_url'].find((kind) => part[kind] !== undefined) ?? ''
  )
}

function common(part: JsonObject, path: string): { readonly path: string; readonly cache?: CacheMarker } {
  return { path, ...readCache(part) }
}

function readText(part: JsonObject, path: string): TextPart {
  const text = asString(part['text'])
  if (text === undefined) throw invalidMessage(`${path}.text`, 'must be a string')
  return { type: 'text', text, ...common(part, path) }
}

const DETAILS: ReadonlySet<unknown> = new Set(['auto', 'low', 'high', 'original'])

function readImage(part: JsonObject, path: string): ImagePart {
  const value = part['image_url']
  const fileId = asText(part['file_id'])
  const detail = asObject(value)?.['detail'] ?? part['detail']
  const url = readUrl(value)
  if (url === undefined && fileId === undefined) throw invalidMessage(`${path}.image_url`, 'must hold a url')
  return {
    type: 'image',
    source: url === undefined ? toFile(fileId ?? '') : toSource(url),
    ...(DETAILS.has(detail) ? { detail: detail as NonNullable<ImagePart['detail']> } : {}),
    ...common(part, path),
  }
}

function readAudio(part: JsonObject, path: string): PlainPart {
  const audio = asObject(part['input_audio'])
  const data = asText(audio?.['data'])
  // Mistral takes a bare string, too; it does not say in which format the sound is.
  if (data === undefined) throw invalidMessage(`${path}.input_audio`, 'must hold data and format')
  const parsed = parseDataUrl(data)
  return {
    type: 'audio',
    format: asText(audio?.['format']) ?? (parsed?.mediaType.split('/')[1] || 'wav'),
    data: parsed?.data ?? data,
    ...common(part, path),
  }
}

function readFile(file: JsonObject, part: JsonObject, path: string): DocumentPart {
  const data = asText(file['file_data']) ?? asText(file['file_url'])
  const fileId = asText(file['file_id'])
  const filename = asText(file['filename'])
  if (data === undefined && fileId === undefined) {
    throw invalidMessage(`${path}.file`, 'must hold file_data or file_id')
  }
  return {
    type: 'document',
    source: data === undefined ? toFile(fileId ?? '') : toFileSource(data, filename),
    ...(filename === undefined ? {} : { filename }),
    ...common(part, path),
  }
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  txt: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
  html: 'text/html',
  json: 'application/json',
}

/** `file_data` is a data URL, bare base64, or with some vendors a plain URL. */
function toFileSource(data: string, filename: string | undefined): MediaSource {
  if (/^(?:data|https?):/i.test(data)) return toSource(data)
  const extension = filename?.split('.').at(-1)?.toLowerCase() ?? ''
  return { type: 'base64', mediaType: lookUp(MEDIA_TYPES, extension) ?? 'application/pdf', data }
}

function readDocumentUrl(part: JsonObject, path: string): DocumentPart {
  const url = readUrl(part['document_url'] ?? part['file_url'])
  if (url === undefined) throw invalidMessage(path, 'must hold a url')
  const filename = asText(part['document_name'])
  return {
    type: 'document',
    source: toSource(url),
    ...(filename === undefined ? {} : { filename }),
    ...common(part, path),
  }
}

function readVideo(part: JsonObject, path: string): PlainPart {
  const url = readUrl(part['video_url'])
  if (url === undefined) throw invalidMessage(`${path}.video_url`, 'must hold a url')
  return { type: 'video', source: toSource(url), ...common(part, path) }
}

function readDocumentBlock(part: JsonObject, path: string): DocumentPart {
  const source = asObject(part['source'])
  const title = asText(part['title'])
  const context = asText(part['context'])
  return {
    type: 'document',
    source:
      source?.['type'] === 'text'
        ? { type: 'text', text: asString(source['data']) ?? '' }
        : source?.['type'] === 'content'
          ? { type: 'parts', parts: readInner(source['content'], `${path}.source.content`) }
          : readBlockSource(part, path),
    ...(title === undefined ? {} : { title }),
    ...(context === undefined ? {} : { context }),
    ...common(part, path),
  }
}

function readInner(content: unknown, path: string): readonly (TextPart | ImagePart)[] {
  const list = typeof content === 'string' ? [content] : asArray(content)
  return list
    .map((item, at) => decodePart(item, `${path}[${at}]`))
    .filter((part) => part.type === 'text' || part.type === 'image')
}

function readSearchResult(part: JsonObject, path: string): PlainPart {
  return {
    type: 'search-result',
    source: asString(part['source']) ?? '',
    title: asString(part['title']) ?? '',
    content: readInner(part['content'], `${path}.content`).filter((item) => item.type === 'text'),
    ...common(part, path),
  }
}

/** Anthropic's `source` object. */
function readBlockSource(part: JsonObject, path: string): MediaSource {
  const source = asObject(part['source'])
  const data = asText(source?.['data'])
  const url = asText(source?.['url'])
  const fileId = asText(source?.['file_id'])
  if (data !== undefined) {
    return { type: 'base64', mediaType: asText(source?.['media_type']) ?? 'application/octet-stream', data }
  }
  if (url !== undefined) return toSource(url)
  if (fileId !== undefined) return toFile(fileId)
  throw invalidMessage(`${path}.source`, 'must hold data, a url or a file_id')
}

function readUrl(value: JsonValue | undefined): string | undefined {
  return asText(value) ?? asText(asObject(value)?.['url'])
}

function toFile(fileId: string): MediaSource {
  return { type: 'file', fileId, protocol: PROTOCOL }
}

/** A URL as a media source: what stands in a base64 data URL is taken out of it. */
export function toSource(url: string): MediaSource {
  const parsed = parseDataUrl(url)
  return parsed === undefined ? { type: 'url', url } : { type: 'base64', ...parsed }
}
