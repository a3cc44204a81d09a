import { type JsonObject, type JsonValue, parseJson } from '../../../canonical/json.js'
import { asArray, asObject, asString, asText } from '../../../canonical/narrow.js'
import type { UpstreamError } from '../../../canonical/upstream-error.js'
import type { Observation, SseEvent, UpstreamWire } from '../../protocol.js'
import { decodeError } from '../error.js'
import { continuation } from './continuation.js'
import { upstreamCounting } from './counting.js'
import { readBilledUsage } from './usage.js'

const OLD_VERSION = '2023-06-01'
/** Refuses sampling parameters; takes system messages in the conversation without a beta. */
const NEW_VERSION = '2026-10-21'
const SAMPLING = ['temperature', 'top_p', 'top_k']
const BINDING_BETA = 'thinking-binding-controls-2026-08-01'
const SYSTEM_BETA = 'mid-conversation-system-2026-04-07'

/** The face of the protocol towards vendors. */
export const upstream: UpstreamWire = {
  endpoint: () => '/v1/messages',
  forwardedHeaders: [
    'anthropic-version',
    'anthropic-beta',
    'anthropic-user-profile-id',
    'x-app',
    'x-claude-code-*',
  ],
  defaultHeaders: { 'anthropic-version': OLD_VERSION },
  bodyHeaders,
  returnedHeaders: ['x-should-retry'],
  notable: /message_(?:start|delta|stop)|"usage"|"error"/,
  outputText: /"(?:text|thinking|partial_json)"\s*:\s*"([^"\\]*(?:\\.[^"\\]*)*)"/g,
  observeEvent,
  observeResponse,
  responseText,
  tools: {
    name: /^[A-Za-z0-9_-]+$/,
    maxNameLength: 128,
    callId: /^[A-Za-z0-9_-]+$/,
    customTools: false,
    namespaces: false,
  },
  continuation,
  counting: upstreamCounting,
}

/** The version in which the body is valid, and the betas of what it holds. */
function bodyHeaders(body: JsonObject): Readonly<Record<string, string>> {
  const isOld = SAMPLING.some((field) => body[field] !== undefined)
  const betas = [
    ...(asObject(asObject(body.thinking)?.block_binding) === undefined ? [] : [BINDING_BETA]),
    ...(isOld && asArray(body.messages).some(isSystemMessage) ? [SYSTEM_BETA] : []),
  ]
  return {
    'anthropic-version': isOld ? OLD_VERSION : NEW_VERSION,
    ...(betas.length === 0 ? {} : { 'anthropic-beta': betas.join(',') }),
  }
}

function isSystemMessage(message: JsonValue): boolean {
  return asObject(message)?.role === 'system'
}

function observeEvent(event: SseEvent): Observation {
  const data = asObject(parseJson(event.data))
  if (data === undefined) return {}
  switch (asString(data.type) ?? event.event) {
    case 'message_start':
      return { ...namesOf(asObject(data.message)), ...withUsage(asObject(data.message)?.usage) }
    case 'message_delta':
      return { ...withUsage(data.usage), ...endOf(asObject(data.delta)) }
    case 'message_stop':
      return { finished: true }
    case 'ping':
      return { idle: true }
    case 'error':
      return { error: decodeStreamError(data) }
    default:
      return {}
  }
}

/** An `error` event: it has no status, so its type alone decides. */
export function decodeStreamError(data: JsonObject): UpstreamError {
  const error = decodeError(200, {}, data)
  return error.kind === 'garbage' ? { ...error, kind: 'server' } : error
}

function observeResponse(body: JsonObject): Observation {
  if (body.type === 'error' || asObject(body.error) !== undefined) return { error: decodeStreamError(body) }
  if (!Array.isArray(body.content)) {
    return { error: { kind: 'garbage', message: 'The vendor answered with something that is no message.' } }
  }
  return { ...namesOf(body), ...withUsage(body.usage), ...endOf(body), finished: true }
}

function namesOf(message: JsonObject | undefined): Observation {
  return { responseId: asText(message?.id), model: asText(message?.model) }
}

/** What a message, or the change of one, says of its end. */
function endOf(stop: JsonObject | undefined): Observation {
  const word = asString(stop?.stop_reason)
  return word === undefined ? {} : { finished: true, finishReasons: [word] }
}

function withUsage(usage: unknown): Observation {
  const wire = asObject(usage)
  return wire === undefined ? {} : { usage: readBilledUsage(wire) }
}

function responseText(body: JsonObject): string {
  let text = ''
  for (const value of asArray(body.content)) {
    const block = asObject(value)
    text += asString(block?.text) ?? asString(block?.thinking) ?? ''
    if (asObject(block?.input) !== undefined) text += JSON.stringify(block?.input)
  }
  return text
}
