import { type JsonObject, parseJson } from '../../../canonical/json.js'
import { asArray, asObject, asObjects, asString, asText } from '../../../canonical/narrow.js'
import type { UpstreamError } from '../../../canonical/upstream-error.js'
import type { Observation, SseEvent, UpstreamWire } from '../../protocol.js'
import { decodeStreamError } from '../error.js'
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
      return { responseId: asText(asObject(body['response'])?.id) }
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
  const usage = asObject(response?.usage)
  const counted = usage === undefined ? NOTHING : { usage: readUsage(usage) }
  const failed = body['type'] === 'response.failed' || response?.status === 'failed'
  return failed ? { ...counted, error: decodeStreamError(response ?? body) } : { ...counted, finished: true }
}

function observeResponse(body: JsonObject): Observation {
  const usage = asObject(body['usage'])
  const counted = usage === undefined ? NOTHING : { usage: readUsage(usage) }
  if (
    asObject(body['error']) !== undefined ||
    typeof body['error'] === 'string' ||
    body['status'] === 'failed'
  ) {
    return { ...counted, error: decodeStreamError(body) }
  }
  if (!Array.isArray(body['output'])) return { error: GARBAGE }
  return { ...counted, finished: true }
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
