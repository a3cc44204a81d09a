import { asText } from '../../canonical/narrow.js'
import type { MediaSource } from '../../canonical/content.js'
import type { Effort } from '../../canonical/request.js'
import type { FinishReason } from '../../canonical/response.js'
import type { OpaqueState } from '../../canonical/state.js'
import type { UpstreamError } from '../../canonical/upstream-error.js'
import type { ToolRules } from '../protocol.js'

/** Id of this protocol, in provider parts, extensions and file sources. */
export const GEMINI = 'gemini'

/** Whose state a signature is that came in on this wire without an envelope. */
export const NATIVE_FAMILY = 'google-ai'

/**
 * Google's documented stand-in for a thought signature that is not at hand.
 * @see https://ai.google.dev/gemini-api/docs/thought-signatures
 */
export const SKIP_SIGNATURE = 'skip_thought_signature_validator'

/** @see https://ai.google.dev/api/caching#FunctionDeclaration */
export const TOOL_RULES: ToolRules = {
  name: /^[A-Za-z0-9_.:-]+$/,
  firstCharacter: /^[A-Za-z_]/,
  maxNameLength: 128,
  callId: /^[\x21-\x7e]{1,256}$/,
  customTools: false,
  namespaces: false,
}

/** `fault`: the model's output was unusable; a retry may help. */
const FINISH_REASONS: Readonly<Record<string, FinishReason | 'fault'>> = {
  STOP: 'stop',
  MAX_TOKENS: 'length',
  CONTINUATION: 'length',
  SAFETY: 'content-filter',
  RECITATION: 'content-filter',
  BLOCKLIST: 'content-filter',
  PROHIBITED_CONTENT: 'content-filter',
  SPII: 'content-filter',
  MODEL_ARMOR: 'content-filter',
  IMAGE_SAFETY: 'content-filter',
  IMAGE_PROHIBITED_CONTENT: 'content-filter',
  IMAGE_RECITATION: 'content-filter',
  MALFORMED_FUNCTION_CALL: 'fault',
  UNEXPECTED_TOOL_CALL: 'fault',
  TOO_MANY_TOOL_CALLS: 'fault',
  MALFORMED_RESPONSE: 'fault',
}

/** Vertex with numeric enums writes the position in this list. */
const FINISH_NUMBERS: readonly string[] = [
  'FINISH_REASON_UNSPECIFIED',
  'STOP',
  'MAX_TOKENS',
  'SAFETY',
  'RECITATION',
  'OTHER',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'MALFORMED_FUNCTION_CALL',
]

/** Google's word for why an answer ended; `undefined` while it has not. */
export function finishWord(value: unknown): string | undefined {
  if (typeof value === 'number') return FINISH_NUMBERS[value] ?? `FINISH_REASON_${value}`
  return asText(value)
}

/** What a finish word means; `other` for words that say nothing about the content. */
export function finishMeaning(word: string): FinishReason | 'fault' {
  return Object.hasOwn(FINISH_REASONS, word) ? (FINISH_REASONS[word] ?? 'other') : 'other'
}

/** The error that a fault word stands for: the answer is unusable, another try may not be. */
export function faultOf(word: string, message?: string): UpstreamError {
  return {
    kind: 'server',
    message: message ?? `The upstream model ended with ${word}.`,
    code: word,
  }
}

const FINISH_WORDS: Readonly<Record<FinishReason, string>> = {
  stop: 'STOP',
  'stop-sequence': 'STOP',
  'tool-calls': 'STOP',
  length: 'MAX_TOKENS',
  'context-full': 'MAX_TOKENS',
  'content-filter': 'SAFETY',
  pause: 'STOP',
  compaction: 'STOP',
  other: 'OTHER',
}

/** Google's word for a canonical reason; the vendor's own word wins where it is one of Google's. */
export function finishWordFor(reason: FinishReason, raw: string | undefined): string {
  if (raw !== undefined && finishMeaning(raw) === reason && Object.hasOwn(FINISH_REASONS, raw)) return raw
  return FINISH_WORDS[reason]
}

/** `thinkingLevel` of each effort. */
export const LEVELS: Readonly<Record<Effort, string | undefined>> = {
  none: undefined,
  minimal: 'MINIMAL',
  low: 'LOW',
  medium: 'MEDIUM',
  high: 'HIGH',
  xhigh: 'XHIGH',
  max: 'MAX',
}

/** Google's service tiers by the words of the other vendors; absent = the vendor decides. */
export const SERVICE_TIERS: Readonly<Record<string, string | undefined>> = {
  auto: undefined,
  default: 'standard',
  standard: 'standard',
  standard_only: 'standard',
  flex: 'flex',
  priority: 'priority',
  fast: 'priority',
}

/** True for state that a Google API made. */
export function isGoogleState(state: OpaqueState): boolean {
  return state.kind === 'thought-signature' && state.family.startsWith('google')
}

/** Media type of an audio format (`wav`, `mp3`, …) and back. */
export function audioMediaType(format: string): string {
  return format.includes('/') ? format : `audio/${format}`
}

const EXTENSIONS: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  heic: 'image/heic',
  heif: 'image/heif',
  pdf: 'application/pdf',
  txt: 'text/plain',
  md: 'text/markdown',
  html: 'text/html',
  csv: 'text/csv',
  json: 'application/json',
  mp4: 'video/mp4',
  mov: 'video/mov',
  webm: 'video/webm',
}

/** Media type that the end of a URL's path names. */
export function mediaTypeOfUrl(url: string): string | undefined {
  const path = url.split(/[?#]/, 1)[0] ?? ''
  const extension = /\.([a-z0-9]{2,5})$/i.exec(path)?.[1]?.toLowerCase()
  return extension !== undefined && Object.hasOwn(EXTENSIONS, extension) ? EXTENSIONS[extension] : undefined
}

const GOOGLE_URL = /^(?:gs:\/\/|https:\/\/generativelanguage\.googleapis\.com\/)/i
const YOUTUBE = /^https:\/\/(?:www\.|m\.)?(?:youtube\.com\/|youtu\.be\/)/i

/** How a `fileUri` stands in canonical form: Google's own files belong to Google, the rest are public URLs. */
export function fileSource(uri: string, mediaType: string | undefined): MediaSource {
  const type = mediaType === undefined ? {} : { mediaType }
  return GOOGLE_URL.test(uri)
    ? { type: 'file', fileId: uri, protocol: GEMINI, ...type }
    : { type: 'url', url: uri, ...type }
}

/** True for addresses that Google resolves itself, whatever the model. */
export function isGoogleUrl(url: string): boolean {
  return GOOGLE_URL.test(url) || YOUTUBE.test(url)
}

/** True for a YouTube address, which is a video whatever its media type says. */
export function isYoutube(url: string): boolean {
  return YOUTUBE.test(url)
}
