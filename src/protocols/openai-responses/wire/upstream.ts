import { type JsonObject, parseJson } from '../../../canonical/json.js'
import { asArray, asObject, asObjects, asString, asText } from '../../../canonical/narrow.js'
import type { UpstreamError } from '../../../canonical/upstream-error.js'
import type { Observation, SseEvent, UpstreamWire } from '../../protocol.js'
import { decodeStreamError } from '../error.js'
import { finishWord } from '../vocabulary.js'
import { upstreamCounting } from './counting.js'
import { readUsage } from './usage.js'

/** The face of the protocol towards vendors. */
export const upstream: UpstreamWire = {
  endpoint: () => '/responses',
  // Codex names its session, its turn and its features in headers; OpenAI answers differently for them.
  forwardedHeaders: [
    'openai-beta',
    'originator',
    'session-id',
    'session_id',
    'thread-id',
    'version',
    'x-client-request-id',
    'x-codex-*',
    'x-openai-*',
  ],
  defaultHeaders: {},
  // Not `x-codex-*` as a whole: most of them are limits of our account.
  returnedHeaders: [
    'openai-model',
    'openai-version',
    'x-codex-turn-state',
    'x-models-etag',
    'x-reasoning-included',
  ],
  notable:
    /"type"\s*:\s*"(?:response\.(?:created|queued|in_progress|completed|incomplete|failed|done)|error|keepalive)"|"error"\s*:\s*\{|^event:\s*error/m,
  outputText: /"delta"\s*:\s*"((?:[^"\\]|\\.)*)"/g,
  observeEvent,
  observeResponse,
  responseText,
  stopSequences: false,
  tools: {
    name: /^[A-Za-z0-9_-]+$/,
    maxNameLength: 128,
    callId: /^[\x21-\x7e]{1,64}$/,
    customTools: true,
    namespaces: true,
  },
  counting: upstreamCounting,
}

const IDLE: Observation = { idle: true }
const NOTHING: Observation = {}
const GARBAGE: UpstreamError = {
  kind: 'garbage',
  message: 'The vendor answered with something that is no response.',
}

function observeEvent({ event, data }: SseEvent): Observation {
  const body = asObject(parseJson(data))
  if (body === undefined) return IDLE
  const type = asString(body['type']) ?? event
  if (type === 'error' || asObject(body['error']) !== undefined) return { error: decodeStreamError(body) }
  switch (type) {
    case 'response.created':
      return namesOf(asObject(body['response']))
    case 'response.queued':
    case 'response.in_progress':
    case 'keepalive':
      return IDLE
    case 'response.completed':
    case 'response.incomplete':
    case 'response.failed':
    case 'response.done':
      return observeEnd(body)
    default:
      return NOTHING
  }
}

function observeEnd(body: JsonObject): Observation {
  const response = asObject(body['response'])
  const counted = countedOf(response)
  const failed = body['type'] === 'response.failed' || response?.status === 'failed'
  if (failed) return { ...counted, error: decodeStreamError(response ?? body) }
  const status = body['type'] === 'response.incomplete' ? 'incomplete' : 'completed'
  return { ...counted, finished: true, finishReasons: [finishWord(response, status)] }
}

function countedOf(response: JsonObject | undefined): Observation {
  const usage = asObject(response?.usage)
  const named = namesOf(response)
  return usage === undefined ? named : { ...named, usage: readUsage(usage) }
}

function namesOf(response: JsonObject | undefined): Observation {
  return { responseId: asText(response?.id), model: asText(response?.model) }
}

function observeResponse(body: JsonObject): Observation {
  const counted = countedOf(body)
  if (
    asObject(body['error']) !== undefined ||
    typeof body['error'] === 'string' ||
    body['status'] === 'failed'
  ) {
    return { ...counted, error: decodeStreamError(body) }
  }
  if (!Array.isArray(body['output'])) return { error: GARBAGE }
  return { ...counted, finished: true, finishReasons: [finishWord(body, 'completed')] }
}

function responseText(body: JsonObject): string {
  let text = ''
  for (const item of asObjects(body['output'])) {
    for (const part of [...asObjects(item['content']), ...asObjects(item['summary'])]) {
      text += asString(part['text']) ?? asString(part['refusal']) ?? ''
    }
    text += asString(item['arguments']) ?? asString(item['input']) ?? asString(item['code']) ?? ''
    for (const command of asArray(asObject(item['action'])?.commands)) text += asString(command) ?? ''
  }
  return text
}
