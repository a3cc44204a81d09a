import type { TokenLogprob } from '../../../canonical/content.js'
import type { JsonObject } from '../../../canonical/json.js'
import { asNumber, asObject, asObjects, asString } from '../../../canonical/narrow.js'

/** Log probabilities of a choice, by what they tell of. */
export interface ChoiceLogprobs {
  readonly content: readonly TokenLogprob[]
  readonly refusal: readonly TokenLogprob[]
}

/** Reads `logprobs` of a choice; `undefined` when it holds none. */
export function readLogprobs(value: unknown): ChoiceLogprobs | undefined {
  if (value === null || value === undefined) return undefined
  const wire = asObject(value)
  const content = asObjects(wire?.['content']).map(readToken)
  const refusal = asObjects(wire?.['refusal']).map(readToken)
  return content.length + refusal.length === 0 ? undefined : { content, refusal }
}

/** Writes `logprobs` of a choice. */
export function writeLogprobs({ content, refusal }: ChoiceLogprobs): JsonObject | null {
  if (content.length + refusal.length === 0) return null
  return {
    content: content.length === 0 ? null : content.map(writeToken),
    refusal: refusal.length === 0 ? null : refusal.map(writeToken),
  }
}

function readToken(wire: JsonObject): TokenLogprob {
  return { ...readOne(wire), top: asObjects(wire['top_logprobs']).map(readOne) }
}

function readOne(wire: JsonObject): Omit<TokenLogprob, 'top'> {
  const { bytes } = wire
  return {
    token: asString(wire['token']) ?? '',
    logprob: asNumber(wire['logprob']) ?? 0,
    ...(Array.isArray(bytes) ? { bytes: bytes.filter((byte) => typeof byte === 'number') } : {}),
  }
}

function writeToken({ top, ...token }: TokenLogprob): JsonObject {
  return { ...writeOne(token), top_logprobs: top.map(writeOne) }
}

function writeOne({ token, logprob, bytes }: Omit<TokenLogprob, 'top'>): JsonObject {
  return { token, logprob, bytes: bytes ?? null }
}
