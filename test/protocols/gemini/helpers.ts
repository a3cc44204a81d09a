import { accumulate, type Accumulated } from '../../../src/canonical/accumulate.js'
import type { AssistantPart, ToolResultPart, UserPart } from '../../../src/canonical/content.js'
import type { JsonObject } from '../../../src/canonical/json.js'
import type { CanonicalRequest, Message } from '../../../src/canonical/request.js'
import type { OpaqueState } from '../../../src/canonical/state.js'
import type { StreamPart } from '../../../src/canonical/stream.js'
import type { ModelTraits, Target } from '../../../src/canonical/target.js'
import type { Warning } from '../../../src/canonical/warning.js'
import { gemini } from '../../../src/protocols/gemini/index.js'
import type { DecodeContext, EncodeContext, SseEvent } from '../../../src/protocols/protocol.js'
import { createCodecContext } from '../../../src/protocols/state-envelope.js'

export const context = createCodecContext()

export function targetOf(traits: ModelTraits = {}, more: Partial<Target> = {}): Target {
  return { model: 'gemini-test', family: 'google-ai', traits, ...more }
}

export function decodeContext(traits: ModelTraits = {}): DecodeContext {
  return { ...context, target: targetOf(traits) }
}

export function requestOf(fields: Partial<CanonicalRequest> = {}): CanonicalRequest {
  return {
    model: 'm',
    stream: false,
    messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
    ...fields,
  }
}

export function encodeContext(): EncodeContext {
  return {
    ...context,
    model: 'gemini-test',
    created: 1_700_000_000,
    requestId: 'req_cm_1',
    request: requestOf(),
    body: {},
    estimatedInputTokens: 7,
  }
}

/** The wire body of a request that consists of these fields. */
export function encode(fields: Partial<CanonicalRequest>, traits: ModelTraits = {}): JsonObject {
  return gemini.encodeRequest(requestOf(fields), targetOf(traits), context).value
}

/** The warnings of encoding it, as `code path`. */
export function warningsOf(fields: Partial<CanonicalRequest>, traits: ModelTraits = {}): readonly string[] {
  return gemini.encodeRequest(requestOf(fields), targetOf(traits), context).warnings.map(inShort)
}

export function inShort({ code, path, semantic }: Warning): string {
  return `${code} ${path}${semantic ? '!' : ''}`
}

/** Gemini's own state, as a client of another protocol brings it back. */
export function signature(data: string, tool?: string): OpaqueState {
  return {
    family: 'google-ai',
    kind: 'thought-signature',
    data,
    ...(tool === undefined ? {} : { binding: { tool } }),
  }
}

export function sse(data: unknown): SseEvent {
  return { event: undefined, data: typeof data === 'string' ? data : JSON.stringify(data) }
}

/** A chunk whose first candidate has these parts. */
export function chunk(parts: readonly JsonObject[], more: JsonObject = {}, top: JsonObject = {}): JsonObject {
  return {
    candidates: [{ content: { parts, role: 'model' }, index: 0, ...more }],
    modelVersion: 'gemini-test-001',
    responseId: 'resp-1',
    ...top,
  }
}

/** All parts that a stream of these chunks is decoded to. */
export function decodeChunks(chunks: readonly unknown[], traits: ModelTraits = {}): readonly StreamPart[] {
  const decoder = gemini.createStreamDecoder(decodeContext(traits))
  return [...chunks.flatMap((data) => decoder.push(sse(data))), ...decoder.end()]
}

export function foldChunks(chunks: readonly unknown[]): Accumulated {
  return accumulate(decodeChunks(chunks))
}

/** Parts encoded for a Gemini client, and read again. */
export function replay(parts: readonly StreamPart[]): Accumulated {
  const encoder = gemini.createStreamEncoder(encodeContext())
  const decoder = gemini.createStreamDecoder(decodeContext())
  const text = parts.map((part) => encoder.push(part)).join('')
  const events = text.split('\n\n').filter((event) => event !== '')
  const again = events.flatMap((event) => decoder.push(sse(event.slice('data: '.length))))
  return accumulate([...again, ...decoder.end()])
}

export const user = (...content: readonly UserPart[]): Message => ({
  role: 'user',
  content,
  path: 'messages[u]',
})
export const say = (text: string): Message => user({ type: 'text', text })
export const assistant = (...content: readonly AssistantPart[]): Message => ({ role: 'assistant', content })
export const call = (id: string, name = 'f', more: object = {}): AssistantPart => ({
  type: 'tool-call',
  id,
  name,
  kind: 'function',
  input: '{"x":1}',
  path: `call ${id}`,
  ...more,
})
export const result = (
  toolCallId: string,
  text: string,
  more: Partial<ToolResultPart> = {},
): ToolResultPart => ({
  type: 'tool-result',
  toolCallId,
  kind: 'function',
  content: [{ type: 'text', text }],
  path: `result ${toolCallId}`,
  ...more,
})
export const wireCall = (id: string, name = 'f'): JsonObject => ({
  functionCall: { id, name, args: { x: 1 } },
})
export const wireResult = (id: string, response: JsonObject, name = 'f'): JsonObject => ({
  functionResponse: { id, name, response },
})
export const contentsOf = (messages: readonly Message[], traits: ModelTraits = {}): unknown =>
  encode({ messages }, traits)['contents']
