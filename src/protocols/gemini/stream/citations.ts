import type { Citation } from '../../../canonical/content.js'
import type { JsonObject } from '../../../canonical/json.js'
import { asObject, asString, asText } from '../../../canonical/narrow.js'
import { GEMINI } from '../vocabulary.js'
import { toNumber, toObjects } from '../wire/index.js'

interface Span {
  readonly start: number
  readonly end: number
}

/**
 * What grounded an answer, one citation for every source of every supported segment. Google counts UTF-8 bytes;
 * the citations count UTF-16 units of `text`, the text block that they stand on.
 * @see https://ai.google.dev/api/generate-content#GroundingSupport
 */
export function groundingCitations(metadata: JsonObject, text: string): readonly Citation[] {
  const chunks = toObjects(metadata['groundingChunks'])
  const supports = toObjects(metadata['groundingSupports'])
  if (supports.length === 0) return chunks.flatMap((chunk) => toCitation(chunk, undefined, undefined))
  const segments = supports.map((support) => asObject(support['segment']) ?? {})
  const spans = locate(segments, text)
  return supports.flatMap((support, at) => {
    const indices = support['groundingChunkIndices']
    const cited = asText(segments[at]?.['text'])
    return (Array.isArray(indices) ? indices : []).flatMap((index: unknown) => {
      const chunk = typeof index === 'number' ? chunks[index] : undefined
      return chunk === undefined ? [] : toCitation(chunk, spans[at], cited)
    })
  })
}

/** Sources that the model recited from. */
export function recitationCitations(metadata: JsonObject, text: string): readonly Citation[] {
  const sources = toObjects(metadata['citations'] ?? metadata['citationSources'])
  const spans = locate(sources, text)
  return sources.flatMap((source, at) => {
    const uri = asText(source['uri'])
    if (uri === undefined) return []
    return toCitation({ web: { uri, ...named('title', asText(source['title'])) } }, spans[at], undefined)
  })
}

function toCitation(
  chunk: JsonObject,
  span: Span | undefined,
  citedText: string | undefined,
): readonly Citation[] {
  const page = asObject(chunk['web']) ?? asObject(chunk['maps']) ?? asObject(chunk['image'])
  const document = asObject(chunk['retrievedContext'])
  const source = page ?? document
  if (source === undefined) return []
  return [
    {
      kind: page === undefined ? 'document' : 'url',
      ...named('url', asText(source['uri']) ?? asText(source['sourceUri'])),
      ...named('title', asText(source['title'])),
      ...named('citedText', citedText ?? asText(document?.['text'])),
      ...span,
      raw: { protocol: GEMINI, value: chunk },
    },
  ]
}

function named<Name extends string>(name: Name, value: string | undefined): { [Key in Name]?: string } {
  return (value === undefined ? {} : { [name]: value }) as { [Key in Name]?: string }
}

/** Where the segments stand in the text; `undefined` where they stand elsewhere. */
function locate(segments: readonly JsonObject[], text: string): readonly (Span | undefined)[] {
  const units = byteOffsetsToUnits(
    text,
    segments.flatMap((segment) => [toNumber(segment['startIndex']) ?? 0, toNumber(segment['endIndex']) ?? 0]),
  )
  return segments.map((segment) => {
    const end = units.get(toNumber(segment['endIndex']) ?? 0)
    const start = units.get(toNumber(segment['startIndex']) ?? 0)
    const words = asString(segment['text'])
    if (start !== undefined && end !== undefined && end > start) {
      if (words === undefined || text.slice(start, end) === words) return { start, end }
    }
    const found = words === undefined || words === '' ? -1 : text.indexOf(words)
    return found < 0 || words === undefined ? undefined : { start: found, end: found + words.length }
  })
}

/** UTF-16 offsets of byte offsets in the text's UTF-8 form, in one pass; offsets beyond its end are left out. */
function byteOffsetsToUnits(text: string, offsets: readonly number[]): ReadonlyMap<number, number> {
  const wanted = [...new Set(offsets)].sort((one, other) => one - other)
  const units = new Map<number, number>()
  let bytes = 0
  let next = 0
  for (let at = 0; at <= text.length && next < wanted.length; at++) {
    while (next < wanted.length && (wanted[next] ?? 0) <= bytes) units.set(wanted[next++] ?? 0, at)
    bytes += utf8Length(text, at)
  }
  return units
}

/** Length of the text in UTF-8 bytes, up to a UTF-16 offset. */
export function unitsToByteOffset(text: string, units: number): number {
  let bytes = 0
  for (let at = 0; at < units && at < text.length; at++) bytes += utf8Length(text, at)
  return bytes
}

/** Bytes of one UTF-16 unit; a surrogate pair's four are counted half and half. */
function utf8Length(text: string, at: number): number {
  const unit = text.charCodeAt(at)
  if (unit < 0x80) return 1
  if (unit < 0x800) return 2
  return unit >= 0xd800 && unit <= 0xdfff ? 2 : 3
}
