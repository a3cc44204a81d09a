import type { JsonObject, JsonValue } from '../canonical/json.js'
import { measureTokens } from './estimate.js'
import { mediaTokens } from './media-tokens.js'

/** What the estimate of a request may be told. */
export interface EstimateInputOptions {
  /** Tokens of one image, whatever its size. Default 1600. */
  readonly imageTokens?: number | undefined
}

/** Quotes, colon and comma of one member, and the frame that a vendor puts around a message. */
const TOKENS_PER_MEMBER = 1
const CHARACTERS_PER_KEY_TOKEN = 6
/** Longer keys are no names. */
const LONG_KEY = 32
const TOKENS_PER_NUMBER = 2
const TOKENS_PER_LITERAL = 1

/**
 * Estimated input tokens of a parsed request body of any protocol, for holds and token reservations.
 * Texts are read whole: whoever knows which parts count writes the others. Keys count, because tool schemas are input;
 * media count by the piece or by size.
 */
export function estimateInputTokens(body: JsonValue, options: EstimateInputOptions = {}): number {
  const imageTokens = options.imageTokens ?? 1600
  let tokens = 0
  // A stack of its own, because a body may be nested deeper than the call stack.
  const pending: Branch[] = []

  function countLeaf(
    value: JsonValue,
    key: string,
    owner: JsonObject | null,
    { key: ownerKey, isData }: Branch,
  ): void {
    if (typeof value === 'string') {
      const media =
        owner === null || isData ? null : mediaTokens(value, { key, owner, ownerKey }, imageTokens)
      tokens += media ?? measureTokens(value)
    } else if (typeof value === 'object' && value !== null) {
      pending.push({ value, key, isData: isData || (owner !== null && holdsData(key, owner)) })
    } else tokens += typeof value === 'number' ? TOKENS_PER_NUMBER : TOKENS_PER_LITERAL
  }

  countLeaf(body, '', null, { value: [], key: '', isData: false })
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (isList(next.value)) {
      for (const item of next.value) countLeaf(item, next.key, null, next)
      continue
    }
    for (const key of Object.keys(next.value)) {
      const member = next.value[key]
      if (member === undefined) continue
      tokens += TOKENS_PER_MEMBER
      tokens += key.length > LONG_KEY ? measureTokens(key) : Math.floor(key.length / CHARACTERS_PER_KEY_TOKEN)
      countLeaf(member, key, next.value, next)
    }
  }
  return Math.ceil(tokens)
}

/** What is still to be counted. */
interface Branch {
  readonly value: JsonObject | readonly JsonValue[]
  /** The key under which it stands. */
  readonly key: string
  /** True within JSON that the model reads as text, whatever it looks like. */
  readonly isData: boolean
}

/** Arguments, results and schemas. `input` is that of a call where a name stands beside it, else a list of messages. */
const DATA_KEY = /^(?:args|arguments|response|parameters)$|schema$/i

function holdsData(key: string, owner: JsonObject): boolean {
  return DATA_KEY.test(key) || (key === 'input' && owner['name'] !== undefined)
}

/** `Array.isArray` does not tell a readonly array from an object. */
function isList(value: object): value is readonly JsonValue[] {
  return Array.isArray(value)
}
