import { createAccumulator } from '../../../canonical/accumulate.js'
import type { AssistantPart } from '../../../canonical/content.js'
import type { JsonObject } from '../../../canonical/json.js'
import type { CanonicalResponse } from '../../../canonical/response.js'
import type { Warning } from '../../../canonical/warning.js'
import type { DecodeContext, EncodeContext, Translated } from '../../protocol.js'
import { createAnswerReader } from '../stream/reader.js'
import { finishWord, GEMINI } from '../vocabulary.js'
import { firstCandidate, omit } from '../wire/index.js'
import { writeLogprobs } from '../wire/logprobs.js'
import { encodeFinish, encodeGrounding, encodePart, encodeUsage } from './parts.js'

const READ_FIELDS: ReadonlySet<string> = new Set([
  'content',
  'finishReason',
  'finishMessage',
  'index',
  'tokenCount',
])

/**
 * Decodes a whole answer as a stream of one event, so that both forms mean the same. What the candidate holds
 * beside its content (grounding, safety ratings, log-probabilities) stands in `extensions.gemini` as it came.
 */
export function decodeResponse(body: JsonObject, context: DecodeContext): Translated<CanonicalResponse> {
  const reader = createAnswerReader(context)
  const accumulator = createAccumulator()
  for (const part of reader.feed(body)) accumulator.push(part)
  for (const part of reader.end()) accumulator.push(part)
  const { response, error, warnings } = accumulator.result()
  const candidate = firstCandidate(body)
  const rest = candidate === undefined ? undefined : omit(candidate as JsonObject, READ_FIELDS)
  return {
    value: {
      ...response,
      ...(error === null ? {} : { finish: { reason: 'other', raw: finishWord(candidate?.finishReason) } }),
      ...(rest === undefined ? {} : { extensions: { [GEMINI]: rest } }),
    },
    warnings,
  }
}

/** Encodes an answer as a Gemini server would give it. */
export function encodeResponse(response: CanonicalResponse, context: EncodeContext): Translated<JsonObject> {
  const warnings: Warning[] = []
  const parts: JsonObject[] = []
  for (const [at, part] of response.content.entries()) {
    const encoded = encodePart(part, context)
    if (encoded === null) lose(warnings, part, at)
    else parts.push(encoded)
  }
  const texts = response.content.flatMap((part) =>
    part.type === 'text' ? { text: part.text, citations: part.citations ?? [] } : [],
  )
  const own = response.extensions?.[GEMINI]
  // What the vendor said itself needs no second version made of the citations.
  const grounding = own === undefined ? encodeGrounding(texts) : undefined
  const logprobs = response.content.flatMap((part) =>
    part.type === 'text' || part.type === 'refusal' ? (part.logprobs ?? []) : [],
  )
  return {
    value: {
      candidates: [
        {
          content: { parts, role: 'model' },
          ...encodeFinish(response.finish),
          index: 0,
          ...(grounding === undefined ? {} : { groundingMetadata: grounding }),
          ...(logprobs.length === 0 ? {} : { logprobsResult: writeLogprobs(logprobs) }),
          ...own,
        },
      ],
      ...(response.usage === null ? {} : { usageMetadata: encodeUsageOf(response) }),
      modelVersion: context.model,
      ...(response.created === undefined
        ? {}
        : { createTime: new Date(response.created * 1000).toISOString() }),
      responseId: response.id,
    },
    warnings,
  }
}

function encodeUsageOf({ usage, serviceTier }: CanonicalResponse): JsonObject {
  return {
    ...encodeUsage(usage ?? {}),
    ...(serviceTier === undefined ? {} : { serviceTier }),
  }
}

function lose(warnings: Warning[], part: AssistantPart, at: number): void {
  const empty =
    (part.type === 'text' || part.type === 'refusal' || part.type === 'reasoning') && part.text === ''
  if (empty) return
  warnings.push(lossOf(part, at))
}

/** The warning of a part that is left out. */
export function lossOf({ type }: AssistantPart, at: number): Warning {
  const message = `Gemini has no form for this ${type} part.`
  return { code: 'dropped', path: `content[${at}]`, message, semantic: true }
}
