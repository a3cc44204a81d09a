import type {
  AssistantPart,
  DocumentPart,
  ImagePart,
  MediaSource,
  TextPart,
  ToolResultPart,
  UserPart,
} from '../../../canonical/content.js'
import { type JsonArray, type JsonObject, type JsonValue, lookUp } from '../../../canonical/json.js'
import { asObject, asString, asText } from '../../../canonical/narrow.js'
import type { Warning } from '../../../canonical/warning.js'
import type { GatewayError } from '../../../errors.js'
import { checks } from '../wire/checks.js'
import {
  PROTOCOL,
  readAnnotations,
  readCacheMarker,
  readMediaUrl,
  reportUnknownFields,
} from '../wire/content.js'

type InputPart = Exclude<UserPart, ToolResultPart>

/** A value of the request, where it stands, and where to put what is lost of it. */
export interface Located {
  readonly path: string
  readonly warnings: Warning[]
}

const TEXT_TYPES: ReadonlySet<JsonValue | undefined> = new Set(['input_text', 'output_text', 'text'])
const DETAILS: ReadonlySet<JsonValue | undefined> = new Set(['auto', 'low', 'high', 'original'])
const MEDIA_TYPE_BY_EXTENSION: Readonly<Record<string, string>> = {
  pdf: 'application/pdf',
  txt: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
  html: 'text/html',
  json: 'application/json',
}

const KNOWN_FIELDS: ReadonlySet<string> = new Set([
  'type',
  'text',
  'refusal',
  'annotations',
  'logprobs',
  'image_url',
  'file_id',
  'file_url',
  'file_data',
  'filename',
  'detail',
  'input_audio',
  'prompt_cache_breakpoint',
])

/** Decodes content of the user's side: a string or parts. */
export function decodeUserContent(content: JsonValue | undefined, at: Located): readonly InputPart[] {
  return decodeParts(content, at, decodeUserPart)
}

/** Decodes content of the assistant's side. */
export function decodeAssistantContent(
  content: JsonValue | undefined,
  at: Located,
): readonly AssistantPart[] {
  return decodeParts(content, at, decodeAssistantPart)
}

/** Decodes instructions: text only. */
export function decodeSystemContent(content: JsonValue | undefined, at: Located): readonly TextPart[] {
  return decodeParts(content, at, (part, { path, warnings }) => {
    if (TEXT_TYPES.has(part.type)) return decodeText(part, path)
    const message = 'Instructions can hold only text; the part was not sent.'
    warnings.push({ code: 'dropped', path, message, semantic: true })
    return null
  })
}

/** Decodes what a tool gave back. Anything but a string or parts is taken as JSON text. */
export function decodeToolOutput(
  output: JsonValue | undefined,
  at: Located,
): Pick<ToolResultPart, 'content' | 'plain'> {
  if (Array.isArray(output)) {
    const content = decodeUserContent(output, at)
    return { content: content.filter((part) => part.type !== 'video') }
  }
  if (typeof output === 'string') return { content: [{ type: 'text', text: output }], plain: true }
  const message = 'The output was neither a string nor an array of parts and was sent as JSON text.'
  at.warnings.push({ code: 'repaired', path: at.path, message, semantic: false })
  const text = output === undefined ? '' : JSON.stringify(output)
  return { content: [{ type: 'text', text }], plain: true }
}

function decodeParts<P>(
  content: JsonValue | undefined,
  { path, warnings }: Located,
  decodePart: (part: JsonObject, at: Located) => P | null,
): readonly P[] {
  const values = typeof content === 'string' ? [content] : readList(content, path)
  const parts: P[] = []
  values.forEach((value, index) => {
    const partPath = typeof content === 'string' ? path : `${path}[${index}]`
    const wire = typeof value === 'string' ? { type: 'input_text', text: value } : asObject(value)
    if (wire === undefined) throw checks.invalid(partPath, 'a content part', 'invalid_messages')
    reportUnknownFields(wire, KNOWN_FIELDS, { path: partPath, warnings })
    const part = decodePart(wire, { path: partPath, warnings })
    if (part !== null) parts.push(part)
  })
  return parts
}

function readList(content: JsonValue | undefined, path: string): JsonArray {
  if (content === undefined || content === null) return []
  if (Array.isArray(content)) return content as JsonArray
  throw checks.invalid(path, 'a string or an array of content parts', 'invalid_messages')
}

function decodeText(part: JsonObject, path: string): TextPart {
  const citations = readAnnotations(part.annotations)
  const cache = readCacheMarker(part)
  return {
    type: 'text',
    text: checks.text(part.text, `${path}.text`),
    path,
    ...(citations.length === 0 ? {} : { citations }),
    ...(cache === undefined ? {} : { cache }),
  }
}

function decodeUserPart(part: JsonObject, { path, warnings }: Located): InputPart | null {
  if (TEXT_TYPES.has(part.type)) return decodeText(part, path)
  switch (part.type) {
    case 'refusal':
      return { type: 'text', text: asString(part.refusal) ?? '', path }
    case 'input_image':
    case 'image_url':
      return decodeImage(part, path)
    case 'input_file':
      return decodeFile(part, { path, warnings })
    case 'input_audio': {
      const audio = asObject(part.input_audio) ?? part
      const data = asText(audio.data)
      if (data === undefined) throw noSource(`${path}.input_audio`, 'an object with data and format')
      return { type: 'audio', format: asString(audio.format) ?? 'wav', data, path }
    }
    default:
      return { type: 'provider', protocol: PROTOCOL, kind: asString(part.type) ?? '', value: part, path }
  }
}

function decodeAssistantPart(part: JsonObject, { path }: Located): AssistantPart {
  if (TEXT_TYPES.has(part.type)) return decodeText(part, path)
  if (part.type === 'refusal') return { type: 'refusal', text: asString(part.refusal) ?? '', path }
  return { type: 'provider', protocol: PROTOCOL, kind: asString(part.type) ?? '', value: part, path }
}

function decodeImage(part: JsonObject, path: string): ImagePart {
  const url = asText(part.image_url) ?? asText(asObject(part.image_url)?.url)
  const fileId = asText(part.file_id)
  const source: MediaSource | null =
    url !== undefined ? readMediaUrl(url) : fileId !== undefined ? ownFile(fileId) : null
  if (source === null) throw noSource(`${path}.image_url`, 'a URL, or a file_id beside it')
  const cache = readCacheMarker(part)
  return {
    type: 'image',
    source,
    path,
    ...(DETAILS.has(part.detail) ? { detail: part.detail as NonNullable<ImagePart['detail']> } : {}),
    ...(cache === undefined ? {} : { cache }),
  }
}

function decodeFile(part: JsonObject, { path, warnings }: Located): DocumentPart {
  const filename = asText(part.filename)
  const source = fileSource(part, filename)
  if (source === null) throw noSource(`${path}.file_data`, 'data, or a file_url or file_id beside it')
  if (part.detail !== undefined && part.detail !== null && part.detail !== 'auto') {
    const message = 'The detail of a file has no counterpart in other protocols and was not sent.'
    warnings.push({ code: 'dropped', path: `${path}.detail`, message, semantic: false })
  }
  const cache = readCacheMarker(part)
  return {
    type: 'document',
    source,
    path,
    ...(filename === undefined ? {} : { filename }),
    ...(cache === undefined ? {} : { cache }),
  }
}

function fileSource(part: JsonObject, filename: string | undefined): MediaSource | null {
  const data = asText(part.file_data)
  if (data !== undefined) {
    if (data.startsWith('data:')) return readMediaUrl(data)
    const extension = filename?.split('.').pop()?.toLowerCase() ?? ''
    return {
      type: 'base64',
      mediaType: lookUp(MEDIA_TYPE_BY_EXTENSION, extension) ?? 'application/pdf',
      data,
    }
  }
  const url = asText(part.file_url)
  if (url !== undefined) return readMediaUrl(url)
  const fileId = asText(part.file_id)
  return fileId === undefined ? null : ownFile(fileId)
}

function noSource(param: string, expected: string): GatewayError {
  return checks.invalid(param, expected, 'invalid_messages')
}

function ownFile(fileId: string): MediaSource {
  return { type: 'file', fileId, protocol: PROTOCOL }
}
