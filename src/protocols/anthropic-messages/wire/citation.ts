import type { Citation } from '../../../canonical/content.js'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../canonical/json.js'
import { asArray, asNumber, asString } from '../../../canonical/narrow.js'
import { PROTOCOL } from './index.js'

/**
 * Reads one citation. The wire cites whole text blocks, so the offsets span the block's `length` UTF-16 units.
 * `null` for what is no citation.
 */
export function decodeCitation(value: JsonValue | undefined, length: number): Citation | null {
  if (!isJsonObject(value)) return null
  const span = { start: 0, end: length, raw: { protocol: PROTOCOL, value } }
  const citedText = asString(value.cited_text)
  switch (value.type) {
    case 'web_search_result_location':
      return { kind: 'url', url: asString(value.url), title: asString(value.title), citedText, ...span }
    case 'char_location':
    case 'page_location':
    case 'content_block_location':
      return {
        kind: 'document',
        title: asString(value.document_title),
        fileId: asString(value.file_id),
        citedText,
        ...span,
      }
    case 'search_result_location': {
      const url = asString(value.source)
      const linked = url !== undefined && /^https?:/.test(url)
      return { kind: linked ? 'url' : 'other', url, title: asString(value.title), citedText, ...span }
    }
    default:
      return { kind: 'other', citedText, ...span }
  }
}

/** Reads the citations of a text block. */
export function decodeCitations(value: JsonValue | undefined, length: number): readonly Citation[] {
  return asArray(value)
    .map((citation) => decodeCitation(citation, length))
    .filter((citation) => citation !== null)
}

/** The wire form of citations that came from this protocol; the others cannot be sent to a vendor. */
export function nativeCitations(citations: readonly Citation[]): readonly JsonValue[] {
  return citations.flatMap(({ raw }) => (raw?.protocol === PROTOCOL ? [raw.value] : []))
}

/**
 * A citation for a client: its own wire form, else a web citation for display. `encrypted_index` stays empty: only
 * the vendor can make one, and requests leave such citations out again. `null` when nothing can be shown.
 */
export function encodeCitation(citation: Citation, text: string): JsonObject | null {
  const { raw, url } = citation
  if (raw?.protocol === PROTOCOL && isJsonObject(raw.value)) return raw.value
  if (url === undefined) return null
  return {
    type: 'web_search_result_location',
    url,
    title: citation.title ?? null,
    cited_text: citation.citedText ?? cut(text, citation.start, citation.end),
    encrypted_index: '',
  }
}

/** True for what {@link encodeCitation} made for display only. */
export function isDisplayOnly(value: JsonValue): boolean {
  return isJsonObject(value) && value.type === 'web_search_result_location' && value.encrypted_index === ''
}

function cut(text: string, start: number | undefined, end: number | undefined): string {
  const from = asNumber(start)
  return from === undefined ? '' : text.slice(from, end)
}
