import { isJsonObject } from '../../canonical/json.js'
import { asArray } from '../../canonical/narrow.js'

/** One choice of an answer or of a chunk. Every field may be absent or of another type: vendors differ. */
export interface WireChoice {
  readonly index?: unknown
  readonly delta?: unknown
  readonly message?: unknown
  readonly finish_reason?: unknown
  readonly stop_reason?: unknown
  readonly logprobs?: unknown
  readonly usage?: unknown
  readonly error?: unknown
}

/** A message of an answer, or the piece of one that a chunk holds. */
export interface WireMessage {
  readonly content?: unknown
  readonly refusal?: unknown
  readonly reasoning?: unknown
  readonly reasoning_content?: unknown
  readonly reasoning_text?: unknown
  readonly reasoning_details?: unknown
  readonly tool_calls?: unknown
  readonly function_call?: unknown
  readonly annotations?: unknown
  readonly images?: unknown
  readonly audio?: unknown
}

/** A tool call, or a fragment of one. */
export interface WireToolCall {
  readonly index?: unknown
  readonly id?: unknown
  readonly type?: unknown
  readonly function?: unknown
  readonly custom?: unknown
  readonly name?: unknown
  readonly arguments?: unknown
  readonly input?: unknown
  readonly extra_content?: unknown
}

/** The boolean, or `undefined` when it is none. */
export function asBoolean(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined
}

/** What a vendor wrote for arguments, as JSON text: some send an object in place of a string. */
export function asJsonText(value: unknown): string {
  if (typeof value === 'string') return value
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : ''
}

/** The choice that counts: index 0, else the first. */
export function firstChoice(choices: unknown): WireChoice | undefined {
  const list = asArray(choices).filter(isJsonObject)
  return list.find((choice) => (choice['index'] ?? 0) === 0) ?? list[0]
}

/** A `data:` URL in base64, taken apart; `undefined` when it is another URL. */
export function parseDataUrl(url: string): { mediaType: string; data: string } | undefined {
  const match = /^data:([^;,]*)(?:;[^;,]+)*?;base64,/i.exec(url)
  if (match === null) return undefined
  return { mediaType: (match[1] ?? '').toLowerCase(), data: url.slice(match[0].length) }
}

/** True for the mark after the last event; some servers put white space around it. */
export function isEndMark(data: string): boolean {
  return data.length < 12 && data.trim() === '[DONE]'
}
