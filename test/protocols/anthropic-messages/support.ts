import type { JsonObject } from '../../../src/canonical/json.js'
import type { CanonicalRequest } from '../../../src/canonical/request.js'
import type { StreamPart } from '../../../src/canonical/stream.js'
import type { ModelTraits, Target } from '../../../src/canonical/target.js'
import type { Warning } from '../../../src/canonical/warning.js'
import { anthropicMessages } from '../../../src/protocols/anthropic-messages/index.js'
import type { EncodeContext, SseEvent } from '../../../src/protocols/protocol.js'
import { createCodecContext } from '../../../src/protocols/state-envelope.js'
import { parseSse } from '../../../src/sse/parse.js'

export const codec = anthropicMessages
export const context = createCodecContext([{ id: 'k1', secret: 'test secret' }])

export function targetOf(traits: ModelTraits = {}, rest: Partial<Target> = {}): Target {
  return { model: 'claude-test', family: 'anthropic', traits, ...rest }
}

/** A request of a client that speaks another protocol. */
export function requestOf(rest: Partial<CanonicalRequest> = {}): CanonicalRequest {
  return {
    model: 'any',
    stream: false,
    messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
    ...rest,
  }
}

export function bodyOf(rest: JsonObject = {}): JsonObject {
  return { model: 'm', max_tokens: 100, messages: [{ role: 'user', content: 'Hello' }], ...rest }
}

/** What `encodeRequest` made, and its warnings as `code path` lines. */
export function encode(
  request: CanonicalRequest,
  target: Target = targetOf(),
): { readonly body: JsonObject; readonly warnings: readonly string[] } {
  const { value, warnings } = codec.encodeRequest(request, target, context)
  return { body: value, warnings: lines(warnings) }
}

export function decode(body: JsonObject): {
  readonly request: CanonicalRequest
  readonly warnings: readonly string[]
} {
  const { value, warnings } = codec.decodeRequest(body, context)
  return { request: value, warnings: lines(warnings) }
}

export function lines(warnings: readonly Warning[]): readonly string[] {
  return warnings.map(({ code, path, semantic }) => `${code} ${path}${semantic ? ' !' : ''}`)
}

export function encodeContext(rest: Partial<EncodeContext> = {}): EncodeContext {
  return {
    ...context,
    model: 'vendor/model',
    created: 1_700_000_000,
    requestId: 'req_cm_1',
    request: requestOf(),
    body: {},
    estimatedInputTokens: 7,
    ...rest,
  }
}

export function eventOf(data: JsonObject & { readonly type?: string }): SseEvent {
  return { event: data.type, data: JSON.stringify(data) }
}

/** Decodes a vendor's events, the end of the stream included. */
export function decodeStream(events: readonly SseEvent[]): readonly StreamPart[] {
  const decoder = codec.createStreamDecoder({ ...context, target: targetOf() })
  return [...events.flatMap((event) => decoder.push(event)), ...decoder.end()]
}

export function encodeStream(
  parts: readonly StreamPart[],
  encodeWith: EncodeContext = encodeContext(),
): string {
  const encoder = codec.createStreamEncoder(encodeWith)
  return parts.map((part) => encoder.push(part)).join('')
}

/** The data of a stream's events. */
export function dataOf(text: string): readonly JsonObject[] {
  return parseSse(text).map(({ data }) => JSON.parse(data) as JsonObject)
}

/** Events of one block: start, deltas, stop. */
export function blockEvents(
  index: number,
  block: JsonObject,
  deltas: readonly JsonObject[],
): readonly SseEvent[] {
  return [
    eventOf({ type: 'content_block_start', index, content_block: block }),
    ...deltas.map((delta) => eventOf({ type: 'content_block_delta', index, delta })),
    eventOf({ type: 'content_block_stop', index }),
  ]
}

export function streamEvents(
  blocks: readonly (readonly SseEvent[])[],
  end: JsonObject = { delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 9 } },
): readonly SseEvent[] {
  const message = { id: 'msg_1', model: 'claude-test', usage: { input_tokens: 5, output_tokens: 1 } }
  return [
    eventOf({ type: 'message_start', message }),
    eventOf({ type: 'ping' }),
    ...blocks.flat(),
    eventOf({ type: 'message_delta', ...end }),
    eventOf({ type: 'message_stop' }),
  ]
}
