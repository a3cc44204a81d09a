import type {
  CacheMarker,
  DocumentPart,
  ImagePart,
  MediaSource,
  SearchResultPart,
  TextPart,
  ToolResultPart,
  UserPart,
} from '../../../canonical/content.js'
import type { JsonArray, JsonObject } from '../../../canonical/json.js'
import type { Target } from '../../../canonical/target.js'
import type { Warning, WarningCode } from '../../../canonical/warning.js'
import { GatewayError } from '../../../errors.js'
import type { CodecContext } from '../../protocol.js'
import { isOwnFile, PROTOCOL, writeAnnotation, writeCacheMarker, writeMediaUrl } from '../wire/content.js'

type InputPart = Exclude<UserPart, ToolResultPart>

/** What the encoding of one request needs and collects. */
export interface EncodeJob {
  readonly target: Target
  readonly context: CodecContext
  readonly warnings: Warning[]
  /** Parts that keep their cache breakpoint. */
  readonly cached: ReadonlySet<object>
}

/** Notes a loss. */
export function warn(job: EncodeJob, code: WarningCode, path: string | undefined, message: string): void {
  job.warnings.push({ code, path: path ?? 'input', message, semantic: false })
}

/** Notes a loss that may change what the request means. */
export function warnOfMeaning(job: EncodeJob, code: WarningCode, path: string, message: string): void {
  job.warnings.push({ code, path, message, semantic: true })
}

/** The refusal of something that this protocol cannot say. */
export function unsupported(path: string | undefined, target: Target): GatewayError {
  const param = path ?? 'input'
  return new GatewayError('unsupported_parameter', `${param}: not supported by ${PROTOCOL}/${target.model}`, {
    param,
  })
}

/** Encodes the parts of a user message, or of a tool's result. */
export function encodeInputParts(parts: readonly InputPart[], job: EncodeJob): readonly JsonObject[] {
  return parts.flatMap((part) => {
    const encoded = encodeInputPart(part, job)
    return job.cached.has(part) ? markLast(encoded, part.cache) : encoded
  })
}

function markLast(parts: readonly JsonObject[], cache: CacheMarker | undefined): readonly JsonObject[] {
  const last = parts.at(-1)
  if (last === undefined) return parts
  const marked = { ...last, prompt_cache_breakpoint: writeCacheMarker(cache ?? { life: 'short' }) }
  return [...parts.slice(0, -1), marked]
}

function encodeInputPart(part: InputPart, job: EncodeJob): readonly JsonObject[] {
  switch (part.type) {
    case 'text':
      return part.text === '' ? [] : [inputText(part.text)]
    case 'image':
      return [encodeImage(part, job)]
    case 'document':
      return encodeDocument(part, job)
    case 'audio':
      return [{ type: 'input_audio', input_audio: { data: part.data, format: part.format } }]
    case 'search-result':
      return [encodeSearchResult(part, job)]
    case 'video':
      throw unsupported(part.path, job.target)
    case 'provider':
      if (part.protocol === PROTOCOL) return [part.value]
      warnOfMeaning(job, 'dropped', part.path ?? 'input', 'The part has no counterpart in this protocol.')
      return []
  }
}

/** Text of the model in a history. */
export function outputText(part: TextPart): JsonObject {
  const span = { offset: 0, length: part.text.length }
  const annotations = (part.citations ?? [])
    .map((citation) => writeAnnotation(citation, span))
    .filter((annotation) => annotation !== null)
  return { type: 'output_text', text: part.text, ...(annotations.length === 0 ? {} : { annotations }) }
}

/** What a tool gave back: a string where the client sent one or where there is only text, else parts. */
export function encodeToolOutput(part: ToolResultPart, job: EncodeJob): string | JsonArray {
  const encoded = encodeInputParts(part.content, job)
  const parts = job.cached.has(part) ? markLast(encoded, part.cache) : encoded
  if (part.isError) return markError(parts, part.path, job)
  const [first] = parts
  if (first === undefined) return ''
  return parts.length === 1 && isBareText(first) ? first.text : parts
}

const ERROR_MARK = 'Error: '

/** There is no error flag: the text has to say it. */
function markError(
  parts: readonly JsonObject[],
  path: string | undefined,
  job: EncodeJob,
): string | JsonArray {
  const [first, ...rest] = parts
  const text = first !== undefined && isBareText(first) ? first.text : ''
  const marked = /^\W*error\b/i.test(text) ? text : ERROR_MARK + text
  if (marked !== text)
    warn(job, 'emulated', path, 'The error flag of the tool result became a mark in its text.')
  const others = text === '' ? parts : rest
  return others.length === 0 ? marked : [inputText(marked), ...others]
}

function isBareText(part: JsonObject): part is { readonly text: string } {
  return part.type === 'input_text' && part.prompt_cache_breakpoint === undefined
}

function inputText(text: string): JsonObject {
  return { type: 'input_text', text }
}

function encodeImage({ source, detail, path }: ImagePart, job: EncodeJob): JsonObject {
  return {
    type: 'input_image',
    ...(source.type === 'file'
      ? { file_id: ownFileId(source, path, job) }
      : { image_url: writeMediaUrl(source) }),
    ...(detail === undefined ? {} : { detail }),
  }
}

function encodeDocument(part: DocumentPart, job: EncodeJob): readonly JsonObject[] {
  const { source, path } = part
  if (part.context !== undefined) warn(job, 'dropped', `${path}.context`, 'A document has no context here.')
  if (part.citationsEnabled)
    warn(job, 'dropped', `${path}.citations`, 'Citations of documents cannot be asked for.')
  switch (source.type) {
    case 'text':
      warn(job, 'emulated', path, 'The text document was sent as text.')
      return [inputText(titled(part.title, source.text))]
    case 'parts': {
      warn(job, 'emulated', path, 'The document was sent as its parts.')
      const head = part.title === undefined ? [] : [inputText(`[${part.title}]`)]
      return [...head, ...encodeInputParts(source.parts, job)]
    }
    case 'file':
      return [{ type: 'input_file', file_id: ownFileId(source, path, job) }]
    case 'url':
      return [{ type: 'input_file', file_url: source.url, ...fileName(part.filename) }]
    case 'base64': {
      const filename = part.filename ?? part.title ?? `document.${extensionOf(source.mediaType)}`
      return [{ type: 'input_file', filename, file_data: writeMediaUrl(source) }]
    }
  }
}

function fileName(filename: string | undefined): JsonObject {
  return filename === undefined ? {} : { filename }
}

/** `application/pdf` → `pdf`, `text/plain` → `txt`. */
function extensionOf(mediaType: string): string {
  const subtype = mediaType.slice(mediaType.indexOf('/') + 1)
  return subtype === 'plain' ? 'txt' : subtype
}

function encodeSearchResult(part: SearchResultPart, job: EncodeJob): JsonObject {
  const { path, source, title, content } = part
  warn(job, 'emulated', path, 'The search result was sent as text.')
  if (part.citationsEnabled)
    warn(job, 'dropped', `${path}.citations`, 'Citations of documents cannot be asked for.')
  return inputText(titled(`${title} (${source})`, content.map(({ text }) => text).join('\n')))
}

function titled(title: string | undefined, text: string): string {
  return title === undefined || title === '' ? text : `[${title}]\n${text}`
}

function ownFileId(
  source: Extract<MediaSource, { type: 'file' }>,
  path: string | undefined,
  { target }: EncodeJob,
): string {
  if (!isOwnFile(source)) throw unsupported(path, target)
  return source.fileId
}
