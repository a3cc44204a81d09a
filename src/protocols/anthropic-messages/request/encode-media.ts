import type { DocumentPart, ImagePart, MediaSource } from '../../../canonical/content.js'
import type { JsonObject } from '../../../canonical/json.js'
import { PROTOCOL } from '../wire/index.js'
import { mark, refuse, type Draft, type Scope } from './scope.js'

const IMAGE_TYPES: ReadonlySet<string> = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp'])
const PDF = 'application/pdf'
const TEXT_TYPES = /^(?:text\/|application\/(?:json|xml|x-yaml|yaml|javascript|typescript)(?:$|;))/

/** Encodes an image. */
export function encodeImage(part: ImagePart, scope: Scope): Draft {
  if (part.detail !== undefined && part.detail !== 'auto') {
    scope.warn('dropped', `${part.path ?? 'messages'}.detail`, 'The vendor chooses the resolution by itself.')
  }
  return { type: 'image', source: encodeImageSource(part.source, part.path, scope) }
}

/** Encodes a document; one that is an image by its media type becomes an image. */
export function encodeDocument(part: DocumentPart, scope: Scope): Draft {
  const { source } = part
  if (source.type === 'base64' && source.mediaType.startsWith('image/')) {
    return { type: 'image', source: encodeImageSource(source, part.path, scope) }
  }
  const draft: Draft = { type: 'document', source: encodeDocumentSource(part, scope) }
  const title = part.title ?? part.filename
  if (title !== undefined && title !== '') draft.title = title
  if (part.context !== undefined) draft.context = part.context
  if (part.citationsEnabled !== undefined) draft.citations = { enabled: part.citationsEnabled }
  return draft
}

function encodeImageSource(source: MediaSource, path: string | undefined, scope: Scope): JsonObject {
  if (source.type !== 'base64') return encodeReference(source, path, scope)
  const mediaType = source.mediaType === 'image/jpg' ? 'image/jpeg' : source.mediaType
  if (!IMAGE_TYPES.has(mediaType)) throw refuse(path ?? 'messages', scope)
  return { type: 'base64', media_type: mediaType, data: source.data }
}

function encodeDocumentSource({ source, filename, path }: DocumentPart, scope: Scope): JsonObject {
  switch (source.type) {
    case 'text':
      return textSource(source.text)
    case 'parts':
      return {
        type: 'content',
        content: source.parts.map((part) =>
          part.type === 'image'
            ? mark(encodeImage(part, scope), part, scope)
            : mark({ type: 'text', text: part.text }, part, scope),
        ),
      }
    case 'base64': {
      const mediaType = source.mediaType === '' ? typeByName(filename) : source.mediaType
      if (mediaType === PDF || /\.pdf$/i.test(filename ?? '')) {
        return { type: 'base64', media_type: PDF, data: source.data }
      }
      const text = TEXT_TYPES.test(mediaType) ? decodeText(source.data) : null
      if (text === null) throw refuse(path ?? 'messages', scope)
      return textSource(text)
    }
    default:
      return encodeReference(source, path, scope)
  }
}

function encodeReference(
  source: Exclude<MediaSource, { readonly type: 'base64' }>,
  path: string | undefined,
  scope: Scope,
): JsonObject {
  if (source.type === 'url') return { type: 'url', url: source.url }
  if (source.protocol !== PROTOCOL) throw refuse(path ?? 'messages', scope)
  return { type: 'file', file_id: source.fileId }
}

function textSource(text: string): JsonObject {
  return { type: 'text', media_type: 'text/plain', data: text }
}

function typeByName(filename: string | undefined): string {
  return filename === undefined || /\.(?:txt|md|csv|json|xml|html?)$/i.test(filename) ? 'text/plain' : ''
}

function decodeText(base64: string): string | null {
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}
