import { isJsonObject, type JsonObject, type JsonValue } from '../../../canonical/json.js'

/**
 * A part of a content as far as the codec reads it. Fields are `unknown` on purpose: nothing that comes from a
 * vendor or a client is trusted before it was narrowed.
 * @see https://ai.google.dev/api/caching#Part
 */
export interface WirePart {
  readonly text?: unknown
  readonly thought?: unknown
  readonly thoughtSignature?: unknown
  readonly functionCall?: unknown
  readonly functionResponse?: unknown
  readonly inlineData?: unknown
  readonly fileData?: unknown
}

/** A function call; `partialArgs` and `willContinue` only with streamed arguments. */
export interface WireFunctionCall {
  readonly id?: unknown
  readonly name?: unknown
  readonly args?: unknown
  readonly partialArgs?: unknown
  readonly willContinue?: unknown
}

/** One answer of a response. */
export interface WireCandidate {
  readonly index?: unknown
  readonly content?: unknown
  readonly finishReason?: unknown
  readonly finishMessage?: unknown
  readonly groundingMetadata?: unknown
  readonly citationMetadata?: unknown
  readonly logprobsResult?: unknown
  readonly continuationToken?: unknown
}

/** A response, and every event of a stream: each is a whole response whose parts are increments. */
export interface WireResponse {
  readonly candidates?: unknown
  readonly promptFeedback?: unknown
  readonly usageMetadata?: unknown
  readonly modelVersion?: unknown
  readonly responseId?: unknown
  readonly createTime?: unknown
  readonly error?: unknown
}

/** Token counts; every field may be missing. */
export interface WireUsage {
  readonly promptTokenCount?: unknown
  readonly cachedContentTokenCount?: unknown
  readonly toolUsePromptTokenCount?: unknown
  readonly candidatesTokenCount?: unknown
  readonly thoughtsTokenCount?: unknown
  readonly totalTokenCount?: unknown
  readonly serviceTier?: unknown
}

/** The value as a finite number; protobuf's JSON writes 64-bit numbers as strings. */
export function toNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value !== 'string' || value.trim() === '') return undefined
  const number = Number(value)
  return Number.isFinite(number) ? number : undefined
}

/** The objects of a list; a single object counts as a list of one. */
export function toObjects(value: unknown): readonly JsonObject[] {
  if (Array.isArray(value)) return value.filter((item) => isJsonObject(item))
  return isJsonObject(value) ? [value] : []
}

/** The strings of a list. */
export function asStrings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : []
}

/** The candidate that the canonical form holds: number 0, or the first without a number. */
export function firstCandidate(response: WireResponse): WireCandidate | undefined {
  const candidates = response.candidates
  if (!Array.isArray(candidates)) return undefined
  for (const candidate of candidates as readonly unknown[]) {
    if (isJsonObject(candidate) && (candidate['index'] ?? 0) === 0) return candidate
  }
  return undefined
}

/** The parts of a content; what is no object is left out. */
export function partsOf(content: unknown): readonly WirePart[] {
  return isJsonObject(content) ? toObjects(content['parts']) : []
}

/**
 * An object with the names of its own fields in camel case: protobuf's JSON accepts `inline_data` for `inlineData`.
 * Values are not touched: what stands below may be arguments or a schema of the user.
 */
export function camelKeys(object: JsonObject): JsonObject {
  let same = true
  for (const key in object) if (key.includes('_')) same = false
  if (same) return object
  const renamed: Record<string, JsonValue | undefined> = {}
  for (const [key, value] of Object.entries(object)) renamed[toCamel(key)] = value
  return renamed
}

function toCamel(key: string): string {
  return key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

/** The object without the named fields; `undefined` when nothing is left. */
export function omit(object: JsonObject, names: ReadonlySet<string>): JsonObject | undefined {
  const rest = Object.entries(object).filter(([key, value]) => !names.has(key) && value !== undefined)
  return rest.length > 0 ? Object.fromEntries(rest) : undefined
}
