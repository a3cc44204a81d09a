import type { CacheMarker, Citation, MediaSource } from '../../../canonical/content.js'
import type { JsonObject, JsonValue } from '../../../canonical/json.js'
import { asNumber, asObject, asObjects, asString } from '../../../canonical/narrow.js'
import type { Warning } from '../../../canonical/warning.js'

/** Id of this protocol, where canonical values name the wire that they came from. */
export const PROTOCOL = 'openai-responses'

/** OpenAI's two protocols share one file store, so a file id of the one is good on the other. */
const SHARED_FILES = /^openai-/

/** True when a file id belongs to the file store behind this protocol. */
export function isOwnFile(source: MediaSource): boolean {
  return source.type !== 'file' || SHARED_FILES.test(source.protocol)
}

/** Reads a URL or `data:` URL. A `data:` URL that is not plain base64 stays a URL, so that nothing of it is lost. */
export function readMediaUrl(url: string): MediaSource {
  const comma = url.startsWith('data:') ? url.indexOf(',') : -1
  const head = url.slice('data:'.length, comma)
  const mediaType = head.endsWith(';base64') ? head.slice(0, -';base64'.length) : ''
  return comma < 0 || mediaType === '' || mediaType.includes(';')
    ? { type: 'url', url }
    : { type: 'base64', mediaType, data: url.slice(comma + 1) }
}

/** The inverse of {@link readMediaUrl}, for sources that are no file id. */
export function writeMediaUrl(source: Exclude<MediaSource, { type: 'file' }>): string {
  return source.type === 'url' ? source.url : `data:${source.mediaType};base64,${source.data}`
}

/** Reads `prompt_cache_breakpoint`. */
export function readCacheMarker(part: JsonObject): CacheMarker | undefined {
  const marker = asObject(part.prompt_cache_breakpoint)
  return marker === undefined ? undefined : { life: marker.ttl === '12h' ? 'long' : 'short' }
}

/** Writes `prompt_cache_breakpoint`. */
export function writeCacheMarker(marker: CacheMarker): JsonObject {
  return { mode: 'explicit', ttl: marker.life === 'long' ? '12h' : '30m' }
}

/** Reads the annotations of an output text. */
export function readAnnotations(value: JsonValue | undefined): readonly Citation[] {
  return asObjects(value).map(readAnnotation)
}

/** Reads one annotation. */
export function readAnnotation(value: JsonObject): Citation {
  const raw = { protocol: PROTOCOL, value }
  const span = { start: asNumber(value.start_index), end: asNumber(value.end_index) }
  switch (value.type) {
    case 'url_citation':
      return { kind: 'url', url: asString(value.url), title: asString(value.title), ...span, raw }
    case 'file_citation':
    case 'container_file_citation': {
      const end = span.end ?? asNumber(value.index)
      return {
        kind: 'document',
        fileId: asString(value.file_id),
        filename: asString(value.filename),
        start: span.start,
        end,
        raw,
      }
    }
    default:
      return { kind: 'other', fileId: asString(value.file_id), raw }
  }
}

/** Where in the text of an item a cited part stands. */
export interface CitedSpan {
  /** Offset of the part in the item's text. */
  readonly offset: number
  readonly length: number
}

/** Writes one annotation; null for a citation that has no form here. */
export function writeAnnotation(citation: Citation, { offset, length }: CitedSpan): JsonObject | null {
  const { raw, kind } = citation
  const start = offset + (citation.start ?? 0)
  const end = offset + (citation.end ?? length)
  if (raw?.protocol === PROTOCOL) return moveAnnotation(asObject(raw.value) ?? {}, offset)
  if (kind === 'url' && citation.url !== undefined) {
    const { url, title = '' } = citation
    return { type: 'url_citation', start_index: start, end_index: end, url, title }
  }
  if (kind !== 'document') return null
  const { fileId = '', filename = citation.title ?? '' } = citation
  return { type: 'file_citation', file_id: fileId, filename, index: end }
}

function moveAnnotation(value: JsonObject, offset: number): JsonObject {
  if (offset === 0) return value
  const moved: Record<string, JsonValue | undefined> = { ...value }
  for (const field of ['start_index', 'end_index', 'index']) {
    const at = asNumber(value[field])
    if (at !== undefined) moved[field] = at + offset
  }
  return moved
}

/** Warns of fields that the codec does not know, where the canonical form has no place for them. */
export function reportUnknownFields(
  value: JsonObject,
  known: ReadonlySet<string>,
  { path, warnings }: { readonly path: string; readonly warnings: Warning[] },
): void {
  for (const field in value) {
    if (known.has(field) || value[field] === null || value[field] === undefined) continue
    const message = 'The field has no counterpart in other protocols and was not sent.'
    warnings.push({ code: 'dropped', path: `${path}.${field}`, message, semantic: false })
  }
}
