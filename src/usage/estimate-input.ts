import type { JsonObject, JsonValue } from '../canonical/json.js'
import { tokenDensity } from './estimate.js'
import { mediaTokens } from './media-tokens.js'

/** What the estimate of a request may be told. */
export interface EstimateInputOptions {
  /** Tokens of one image, whatever its size. Default 1600. */
  readonly imageTokens?: number | undefined
}

/** Texts up to this length are read whole: there is nothing to save. */
const TINY_TEXT = 32
/** Texts up to this length are judged by their beginning, longer ones by several samples spread over them. */
const SHORT_TEXT = 512
const SAMPLE_LENGTH = 64
const LONG_TEXT = 4096
/** Quotes, colon and comma of one member, and the frame that a vendor puts around a message. */
const TOKENS_PER_MEMBER = 1
const CHARACTERS_PER_KEY_TOKEN = 6
const TOKENS_PER_NUMBER = 2
const TOKENS_PER_LITERAL = 1

/**
 * Estimated input tokens of a parsed request body of any protocol, for holds and token reservations.
 * Cheap: texts are sampled, not scanned. Keys count, because tool schemas are input; media count by the piece or by size.
 */
export function estimateInputTokens(body: JsonValue, options: EstimateInputOptions = {}): number {
  const imageTokens = options.imageTokens ?? 1600
  let tokens = 0
  // A stack of its own, because a body may be nested deeper than the call stack.
  const pending: { readonly value: JsonObject | readonly JsonValue[]; readonly key: string }[] = []

  function countLeaf(value: JsonValue, key: string, owner: JsonObject | null): void {
    if (typeof value === 'string') {
      const media = owner === null ? null : mediaTokens(value, { key, owner, ownerKey }, imageTokens)
      tokens += media ?? textTokens(value)
    } else if (typeof value === 'object' && value !== null) pending.push({ value, key })
    else tokens += typeof value === 'number' ? TOKENS_PER_NUMBER : TOKENS_PER_LITERAL
  }

  let ownerKey = ''
  countLeaf(body, '', null)
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    ownerKey = next.key
    if (isList(next.value)) {
      for (const item of next.value) countLeaf(item, next.key, null)
      continue
    }
    for (const key of Object.keys(next.value)) {
      const member = next.value[key]
      if (member === undefined) continue
      tokens += TOKENS_PER_MEMBER
      tokens += key.length > TINY_TEXT ? textTokens(key) : Math.floor(key.length / CHARACTERS_PER_KEY_TOKEN)
      countLeaf(member, key, next.value)
    }
  }
  return Math.ceil(tokens)
}

/** `Array.isArray` does not tell a readonly array from an object. */
function isList(value: object): value is readonly JsonValue[] {
  return Array.isArray(value)
}

/** Tokens of a text, of which a bounded part is looked at. */
function textTokens(text: string): number {
  if (text.length <= SHORT_TEXT) return text.length * tokenDensity(text, [0], TINY_TEXT)
  const samples = text.length <= LONG_TEXT ? 4 : 8
  const stride = Math.floor((text.length - SAMPLE_LENGTH) / (samples - 1))
  const starts = Array.from({ length: samples }, (_, index) => index * stride)
  return text.length * tokenDensity(text, starts, SAMPLE_LENGTH)
}
