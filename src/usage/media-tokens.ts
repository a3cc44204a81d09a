import type { JsonObject } from '../canonical/json.js'

/** What bytes inside a request are, as far as their token count goes. */
type MediaKind = 'image' | 'audio' | 'video' | 'document' | 'text' | 'opaque'

/** Where a string stands in a request body. */
export interface MediaPlace {
  readonly key: string
  /** The object that holds the string. */
  readonly owner: JsonObject
  /** The key under which the owner itself stands. */
  readonly ownerKey: string
}

/** What each key holds when nothing beside it says more; other keys never hold media. */
const KIND_BY_KEY: Readonly<Record<string, MediaKind>> = {
  url: 'image',
  image_url: 'image',
  video_url: 'video',
  file_url: 'document',
  file_uri: 'document',
  fileUri: 'document',
  file_data: 'document',
  data: 'opaque',
  result: 'image',
  b64_json: 'image',
  signature: 'opaque',
  encrypted_content: 'opaque',
  thoughtSignature: 'opaque',
  thought_signature: 'opaque',
}

/** Encoded bytes per token. Images count by the piece. */
const BYTES_PER_TOKEN: Readonly<Record<MediaKind, number>> = {
  image: Infinity,
  audio: 500,
  video: 500,
  document: 20,
  text: 4,
  opaque: 6,
}

/** Kind by the start of a media type, or by a bare format name. */
const KIND_BY_TYPE: readonly (readonly [RegExp, MediaKind])[] = [
  [/^image\//, 'image'],
  [/^audio\/|^(?:mp3|wav|flac|opus|ogg|aac|m4a|webm|pcm16)$/, 'audio'],
  [/^video\//, 'video'],
  [/^text\//, 'text'],
  [/\//, 'document'],
]

/** Shorter strings are cheap enough to count as text. */
const LEAST_ENCODED_LENGTH = 256

/**
 * Tokens of a string that carries media (a data URL, base64 bytes, a link to a picture); null when it is text.
 * Vendors count pixels, seconds and pages, of which only the number of bytes can be seen here.
 */
export function mediaTokens(text: string, place: MediaPlace, imageTokens: number): number | null {
  if (!Object.hasOwn(KIND_BY_KEY, place.key) || !isMediaPlace(place)) return null
  const kind = KIND_BY_KEY[place.key] ?? 'opaque'
  const dataUrl = /^data:([^;,]{0,100})[^,]{0,100};base64,/.exec(text.slice(0, 256))
  if (dataUrl !== null) return sizeTokens(kindOfType(dataUrl[1]) ?? kind, text.length, imageTokens)
  if (/^https?:\/\//.test(text.slice(0, 8))) return imageTokens
  if (text.length < LEAST_ENCODED_LENGTH || !looksEncoded(text)) return null
  return sizeTokens(kindOfType(siblingType(place.owner)) ?? kind, text.length, imageTokens)
}

function sizeTokens(kind: MediaKind, length: number, imageTokens: number): number {
  const bySize = Math.ceil((length * 0.75) / BYTES_PER_TOKEN[kind])
  // A page is never cheaper than the picture that it is rendered to.
  return kind === 'image' || kind === 'document' ? Math.max(imageTokens, bySize) : bySize
}

function kindOfType(type: string | undefined): MediaKind | undefined {
  return type === undefined ? undefined : KIND_BY_TYPE.find(([pattern]) => pattern.test(type))?.[1]
}

function siblingType(owner: JsonObject): string | undefined {
  const type = owner['media_type'] ?? owner['mimeType'] ?? owner['mime_type'] ?? owner['format']
  return typeof type === 'string' ? type : undefined
}

/**
 * False where a model would read the string as text: what a tool call happens to mention under `url` or `result`, a
 * document in plain text. Everywhere else the vendor itself refuses what is no such medium.
 */
function isMediaPlace({ key, owner, ownerKey }: MediaPlace): boolean {
  const { type } = owner
  if (key === 'url') return ownerKey.endsWith('_url') || type === 'url'
  if (key === 'result' || key === 'b64_json') return typeof type === 'string' && type.startsWith('image')
  return key !== 'data' || type !== 'text'
}

/** Looks at both ends only: media run to megabytes. */
function looksEncoded(text: string): boolean {
  return isEncoded(text.slice(0, 128)) && isEncoded(text.slice(-128))
}

function isEncoded(sample: string): boolean {
  return /^[\w+/=\-\r\n]+$/.test(sample)
}
