import type { Citation } from '../../../canonical/content.js'
import { isJsonObject, type JsonObject } from '../../../canonical/json.js'
import { asArray, asNumber, asObject, asString, asText } from '../../../canonical/narrow.js'
import { PROTOCOL } from '../vocabulary.js'
import type { WireMessage } from '../wire.js'

/** A piece of what the model said; `image` holds a URL. */
export interface Piece {
  readonly kind: 'text' | 'reasoning' | 'refusal' | 'image' | 'unknown'
  readonly text: string
}

/** Takes `content` apart: a string, Mistral's list of parts, or a bare object from servers in JSON mode. */
export function splitContent(content: unknown): readonly Piece[] {
  if (content === null || content === undefined || content === '') return []
  if (typeof content === 'string') return [{ kind: 'text', text: content }]
  if (isJsonObject(content) && content['type'] === undefined) {
    return [{ kind: 'text', text: JSON.stringify(content) }]
  }
  const parts = Array.isArray(content) ? asArray(content) : [content]
  return parts.map(readPiece).filter((piece) => piece.kind === 'unknown' || piece.text !== '')
}

function readPiece(part: unknown): Piece {
  if (typeof part === 'string') return { kind: 'text', text: part }
  const piece = asObject(part)
  switch (piece?.['type']) {
    case 'text':
    case 'output_text':
      return { kind: 'text', text: asString(piece['text']) ?? '' }
    case 'thinking':
      return { kind: 'reasoning', text: readThinking(piece['thinking']) }
    case 'refusal':
      return { kind: 'refusal', text: asString(piece['refusal']) ?? '' }
    case 'image_url':
      return { kind: 'image', text: readImageUrl(piece) ?? '' }
    default:
      return { kind: 'unknown', text: '' }
  }
}

function readThinking(thinking: unknown): string {
  if (typeof thinking === 'string') return thinking
  return asArray(thinking)
    .map((piece) => asString(asObject(piece)?.['text']) ?? '')
    .join('')
}

/** The URL of an entry of `images`, or of an image part. */
export function readImageUrl(image: unknown): string | undefined {
  const value = asObject(image)?.['image_url']
  return asText(value) ?? asText(asObject(value)?.['url'])
}

/** The reasoning text of a message or delta; vendors that use two names say the same in both. */
export function readReasoningText(message: WireMessage): string {
  const { reasoning_content: content, reasoning, reasoning_text: text } = message
  if (typeof content === 'string' && content !== '') return content
  if (typeof reasoning === 'string') return reasoning
  if (typeof text === 'string') return text
  return isJsonObject(reasoning) ? (asString(reasoning['content']) ?? '') : ''
}

/** What details say in plain text. */
export function detailsText(details: readonly unknown[]): string {
  return details
    .map((detail) => {
      const entry = asObject(detail)
      return asString(entry?.['text']) ?? asString(entry?.['summary']) ?? ''
    })
    .join('')
}

/** Reads an annotation; `undefined` when it says nothing. */
export function readCitation(annotation: unknown): Citation | undefined {
  const value = asObject(annotation)
  if (value === undefined) return undefined
  const raw = { protocol: PROTOCOL, value }
  const inner = asObject(value['url_citation']) ?? value
  const url = asText(inner['url'])
  const filename = asText(inner['filename'])
  if (value['type'] !== 'url_citation' && url === undefined && filename === undefined)
    return { kind: 'other', raw }
  return withoutUndefined({
    kind: url === undefined ? 'document' : 'url',
    url,
    title: asText(inner['title']),
    fileId: asText(inner['file_id']),
    filename,
    start: asNumber(inner['start_index']),
    end: asNumber(inner['end_index']),
    raw,
  })
}

function withoutUndefined(citation: Citation): Citation {
  return Object.fromEntries(Object.entries(citation).filter(([, value]) => value !== undefined)) as Citation &
    JsonObject
}
