import { parseJson, type JsonObject } from '../../../canonical/json.js'
import type { UpstreamError } from '../../../canonical/upstream-error.js'
import type { Observation, SseEvent, UpstreamWire } from '../../protocol.js'
import { decodeError } from '../error.js'
import { asArray, asObject, asString } from './index.js'
import { readBilledUsage } from './usage.js'

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
  defaultHeaders: { 'anthropic-version': '2023-06-01' },
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
}

function observeEvent(event: SseEvent): Observation {
  const data = asObject(parseJson(event.data))
  if (data === undefined) return {}
  switch (asString(data.type) ?? event.event) {
    case 'message_start':
      return withUsage(asObject(data.message)?.usage)
    case 'message_delta': {
      const finished = asString(asObject(data.delta)?.stop_reason) !== undefined
      return { ...withUsage(data.usage), ...(finished ? { finished } : {}) }
    }
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
  return { ...withUsage(body.usage), finished: true }
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
