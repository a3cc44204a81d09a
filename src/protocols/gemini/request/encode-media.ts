import type {
  DocumentPart,
  ImagePart,
  MediaSource,
  SearchResultPart,
  ToolResultPart,
  UserPart,
} from '../../../canonical/content.js'
import type { JsonObject } from '../../../canonical/json.js'
import { audioMediaType, GEMINI, isGoogleUrl, mediaTypeOfUrl } from '../vocabulary.js'
import { type Encoding, reject } from './encoding.js'

/** Any part of a user's message but a tool result. */
export type ContentPart = Exclude<UserPart, ToolResultPart>

/** Type that is claimed for a URL which does not tell its own. */
const FALLBACK_TYPES: Readonly<Record<'image' | 'document' | 'video', string | undefined>> = {
  image: 'image/jpeg',
  document: 'application/pdf',
  video: undefined,
}

/** Encodes a part of a user's message, as no, one or several wire parts. */
export function encodeContentPart(part: ContentPart, encoding: Encoding): readonly JsonObject[] {
  switch (part.type) {
    case 'text':
      return part.text === '' ? [] : [{ text: part.text }]
    case 'image':
    case 'video':
      return [encodeSource(part.source, part, encoding)]
    case 'audio':
      return [{ inlineData: { mimeType: audioMediaType(part.format), data: part.data } }]
    case 'document':
      return encodeDocument(part, encoding)
    case 'search-result':
      return [encodeSearchResult(part, encoding)]
    case 'provider':
      if (part.protocol === GEMINI) return [part.value]
      encoding.warnings.push({
        code: 'dropped',
        path: part.path ?? part.kind,
        message: `A ${part.kind} part has no equivalent in Gemini.`,
        semantic: true,
      })
      return []
  }
}

interface Described {
  readonly type: 'image' | 'document' | 'video'
  readonly path?: string | undefined
}

/** Encodes media; refuses what Google cannot reach: other vendors' files, and URLs unless the model takes them. */
export function encodeSource(source: MediaSource, part: Described, encoding: Encoding): JsonObject {
  switch (source.type) {
    case 'base64':
      return { inlineData: { mimeType: source.mediaType, data: source.data } }
    case 'file':
      if (source.protocol !== GEMINI) return reject(part.path ?? part.type, encoding)
      return fileData(source.fileId, source.mediaType)
    case 'url': {
      const reachable = isGoogleUrl(source.url) || encoding.target.traits.mediaUrls === true
      if (!reachable) return reject(part.path ?? part.type, encoding)
      const named = source.mediaType ?? mediaTypeOfUrl(source.url)
      return fileData(source.url, named ?? FALLBACK_TYPES[part.type])
    }
  }
}

function fileData(fileUri: string, mimeType: string | undefined): JsonObject {
  return { fileData: { ...(mimeType === undefined ? {} : { mimeType }), fileUri } }
}

function encodeDocument(part: DocumentPart, encoding: Encoding): readonly JsonObject[] {
  const heading = [part.title === undefined ? undefined : `[${part.title}]`, part.context]
    .filter((line) => line !== undefined && line !== '')
    .join('\n')
  if (part.citationsEnabled === true) loseCitations(part, encoding)
  const { source } = part
  if (source.type === 'text' || source.type === 'parts' || heading !== '') sayInWords(part, encoding)
  if (source.type === 'text')
    return encodeText([heading, source.text].filter((line) => line !== '').join('\n'))
  const lead = encodeText(heading)
  if (source.type === 'parts') {
    return [...lead, ...source.parts.flatMap((piece) => encodeContentPart(piece, encoding))]
  }
  if (part.filename !== undefined) {
    encoding.warnings.push({
      code: 'dropped',
      path: part.path ?? part.type,
      message: 'Gemini takes no file names.',
      semantic: false,
    })
  }
  return [...lead, encodeSource(source, part, encoding)]
}

function encodeText(text: string): readonly JsonObject[] {
  return text === '' ? [] : [{ text }]
}

function encodeSearchResult(part: SearchResultPart, encoding: Encoding): JsonObject {
  sayInWords(part, encoding)
  if (part.citationsEnabled === true) loseCitations(part, encoding)
  return { text: [`[${part.title}](${part.source})`, ...part.content.map(({ text }) => text)].join('\n') }
}

function sayInWords(part: DocumentPart | SearchResultPart, encoding: Encoding): void {
  encoding.warnings.push({
    code: 'emulated',
    path: part.path ?? part.type,
    message: `What Gemini has no field for in a ${part.type} was sent as text.`,
    semantic: false,
  })
}

function loseCitations(part: DocumentPart | SearchResultPart, encoding: Encoding): void {
  encoding.warnings.push({
    code: 'dropped',
    path: part.path ?? part.type,
    message: 'Gemini cannot be asked to cite what it was given.',
    semantic: true,
  })
}

/** Resolution of all images: Gemini has one setting for a request, so the highest asked for wins. */
export function encodeResolution(images: readonly ImagePart[], encoding: Encoding): string | undefined {
  const asked = images.filter(({ detail }) => detail !== undefined && detail !== 'auto')
  const high = asked.find(({ detail }) => detail !== 'low')
  const low = asked.find(({ detail }) => detail === 'low')
  if (high !== undefined && low !== undefined) {
    encoding.warnings.push({
      code: 'clamped',
      path: low.path ?? low.type,
      message: 'One resolution holds for all images of a request: the highest that was asked for.',
      semantic: false,
    })
  }
  if (high !== undefined) return 'MEDIA_RESOLUTION_HIGH'
  return low === undefined ? undefined : 'MEDIA_RESOLUTION_LOW'
}
