import type { JsonObject, JsonValue } from '../canonical/json.js'
import { estimateTokens } from './estimate.js'
import { mediaTokens } from './media-tokens.js'

/** What the estimate of a request may be told. */
export interface EstimateInputOptions {
  /** Tokens of one image, whatever its size. Default 1600. */
  readonly imageTokens?: number | undefined
}

/** A text of at most this many characters gets the average density; a longer one is sampled for itself. */
const SHORT_TEXT = 512
const SAMPLE_LENGTH = 64
const SAMPLES_PER_TEXT = 4
/** So many short texts are all sampled, then every eighth. */
const SAMPLED_SHORT_TEXTS = 64
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
  const texts = createTextEstimate()
  let tokens = 0
  // A stack of its own, because a body may be nested deeper than the call stack.
  const pending: { readonly value: JsonObject | readonly JsonValue[]; readonly key: string }[] = []

  function countLeaf(value: JsonValue, key: string, owner: JsonObject | null): void {
    if (typeof value === 'string') {
      const media = owner === null ? null : mediaTokens(value, { key, owner, ownerKey }, imageTokens)
      if (media === null) texts.add(value)
      else tokens += media
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
      if (key.length > SAMPLE_LENGTH) texts.add(key)
      else tokens += TOKENS_PER_MEMBER + Math.floor(key.length / CHARACTERS_PER_KEY_TOKEN)
      countLeaf(member, key, next.value)
    }
  }
  return Math.ceil(tokens + texts.tokens())
}

/** `Array.isArray` does not tell a readonly array from an object. */
function isList(value: object): value is readonly JsonValue[] {
  return Array.isArray(value)
}

/** Sums texts by length and density, looking at a bounded part of each. */
function createTextEstimate(): { add(text: string): void; tokens(): number } {
  let longTokens = 0
  let shortTexts = 0
  let shortCharacters = 0
  let sampledCharacters = 0
  let sampledTokens = 0
  return {
    add(text) {
      if (text.length > SHORT_TEXT) {
        longTokens += text.length * density(text)
        return
      }
      shortCharacters += text.length
      shortTexts += 1
      if (shortTexts > SAMPLED_SHORT_TEXTS && shortTexts % 8 !== 0) return
      const sample = text.slice(0, SAMPLE_LENGTH)
      sampledCharacters += sample.length
      sampledTokens += estimateTokens(sample)
    },
    tokens: () =>
      longTokens + (sampledCharacters === 0 ? 0 : (shortCharacters * sampledTokens) / sampledCharacters),
  }
}

/** Tokens per character of a long text, from a few samples spread over it. */
function density(text: string): number {
  const stride = Math.floor((text.length - SAMPLE_LENGTH) / (SAMPLES_PER_TEXT - 1))
  let tokens = 0
  for (let index = 0; index < SAMPLES_PER_TEXT; index += 1) {
    tokens += estimateTokens(text.slice(index * stride, index * stride + SAMPLE_LENGTH))
  }
  return tokens / (SAMPLES_PER_TEXT * SAMPLE_LENGTH)
}
