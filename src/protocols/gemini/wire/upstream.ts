import { isJsonObject, type JsonObject, parseJson } from '../../../canonical/json.js'
import { asObject, asText } from '../../../canonical/narrow.js'
import type { Observation, SseEvent, UpstreamWire } from '../../protocol.js'
import { decodeError } from '../error.js'
import { faultOf, finishMeaning, finishWord, isGoogleUrl, TOOL_RULES } from '../vocabulary.js'
import { continuation } from './continuation.js'
import { counting } from './counting.js'
import { firstCandidate, partsOf } from './index.js'
import { encodePath } from './model-path.js'
import { readUsage } from './usage.js'

/** What a candidate without a single part ended with, when that is no answer. */
const NO_ANSWER = 'The upstream ended the answer without content'

/** Gemini as the gateway's upstream. */
export const upstream: UpstreamWire = {
  endpoint(model, stream) {
    const encoded = encodePath(model)
    return stream ? `/v1beta/${encoded}:streamGenerateContent?alt=sse` : `/v1beta/${encoded}:generateContent`
  },
  forwardedHeaders: [],
  defaultHeaders: {},
  returnedHeaders: [],
  notable: /"(?:usageMetadata|finishReason|promptFeedback|error)"/,
  outputText: /"(?:text|stringValue)"\s*:\s*"((?:[^"\\]|\\.)*)"/g,
  observeEvent,
  observeResponse,
  responseText: (body) =>
    partsOf(firstCandidate(body)?.content)
      .map((part) => asText(part.text) ?? argumentsText(part.functionCall))
      .join(''),
  takesUrl: (_kind, url, { traits }) => isGoogleUrl(url) || traits.mediaUrls === true,
  tools: TOOL_RULES,
  continuation,
  counting,
}

function observeEvent(event: SseEvent): Observation {
  const parsed = parseJson(event.data)
  const body: unknown = Array.isArray(parsed) ? parsed[0] : parsed
  return isJsonObject(body) ? observe(body) : { idle: true }
}

function observe(body: JsonObject): Observation {
  if (body['error'] !== undefined) return { error: decodeError(200, {}, body) }
  const candidate = firstCandidate(body)
  const usage = asObject(body['usageMetadata'])
  const word = finishWord(candidate?.finishReason)
  const blockWord = asText(asObject(body['promptFeedback'])?.['blockReason'])
  const blocked = blockWord !== undefined
  const end = word ?? blockWord
  return {
    responseId: asText(body['responseId']),
    model: asText(body['modelVersion']),
    ...(usage === undefined ? {} : { usage: readUsage(usage) }),
    ...(end === undefined ? {} : { finished: true, finishReasons: [end] }),
    ...(word !== undefined && finishMeaning(word) === 'fault' ? { error: faultOf(word) } : {}),
    ...(candidate === undefined && !blocked ? { idle: true } : {}),
  }
}

function observeResponse(body: JsonObject): Observation {
  const seen = observe(body)
  if (seen.error !== undefined) return seen
  if (seen.idle === true) return { ...seen, error: decodeError(200, {}, body) }
  const candidate = firstCandidate(body)
  const word = finishWord(candidate?.finishReason)
  const empty = partsOf(candidate?.content).length === 0
  return word !== undefined && empty && finishMeaning(word) === 'other'
    ? { ...seen, error: { kind: 'server', message: `${NO_ANSWER} (${word}).`, code: word } }
    : seen
}

function argumentsText(call: unknown): string {
  const parsed = asObject(call)?.['args']
  return parsed === undefined ? '' : JSON.stringify(parsed)
}
