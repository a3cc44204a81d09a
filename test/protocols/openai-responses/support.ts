import OpenAI from 'openai'
import { accumulate, type Accumulated } from '../../../src/canonical/accumulate.js'
import type { JsonObject } from '../../../src/canonical/json.js'
import type { AssistantPart, UserPart } from '../../../src/canonical/content.js'
import type { CanonicalRequest, Message } from '../../../src/canonical/request.js'
import type { CanonicalResponse } from '../../../src/canonical/response.js'
import type { StreamPart } from '../../../src/canonical/stream.js'
import type { Target } from '../../../src/canonical/target.js'
import { GatewayError } from '../../../src/errors.js'
import { openaiResponses } from '../../../src/protocols/openai-responses/index.js'
import type { EncodeContext, SseEvent } from '../../../src/protocols/protocol.js'
import { createCodecContext } from '../../../src/protocols/state-envelope.js'
import { parseSse } from '../../../src/sse/parse.js'

export const context = createCodecContext([{ id: 'k1', secret: 'test secret' }])

/** A vendor of this protocol that reasons and takes everything. */
export const target: Target = {
  model: 'gpt-6-sol',
  family: 'openai',
  traits: { cacheBreakpoints: true },
}

export function targetWith(traits: Target['traits'], more: Partial<Target> = {}): Target {
  return { ...target, ...more, traits }
}

export function encodeContext(body: JsonObject = {}, request: Partial<CanonicalRequest> = {}): EncodeContext {
  return {
    ...context,
    model: 'acme/model',
    created: 1_700_000_000,
    requestId: 'req_cm_1',
    request: { model: 'acme/model', stream: true, messages: [], ...request },
    body,
    estimatedInputTokens: 7,
  }
}

/** Decodes a request; the model may be left out. */
export function decodeRequest(body: JsonObject) {
  return openaiResponses.decodeRequest({ model: 'm', ...body }, context)
}

export function encodeRequest(request: Partial<CanonicalRequest>, to: Target = target) {
  return openaiResponses.encodeRequest({ model: 'm', stream: false, messages: [], ...request }, to, context)
}

/** Events of a vendor, from their data. */
export function toEvents(...events: readonly JsonObject[]): readonly SseEvent[] {
  return events.map((data) => ({ event: data.type as string, data: JSON.stringify(data) }))
}

export function decodeStream(events: readonly SseEvent[], family = 'openai'): readonly StreamPart[] {
  const decoder = openaiResponses.createStreamDecoder({ ...context, target: { ...target, family } })
  return [...events.flatMap((event) => decoder.push(event)), ...decoder.end()]
}

export function encodeStream(
  parts: readonly StreamPart[],
  body: JsonObject = {},
  request: Partial<CanonicalRequest> = {},
): string {
  const encoder = openaiResponses.createStreamEncoder(encodeContext(body, request))
  return parts.map((part) => encoder.push(part)).join('')
}

/** The data of each event of a stream. */
export function eventsOf(stream: string): readonly JsonObject[] {
  return parseSse(stream).map(({ data }) => JSON.parse(data) as JsonObject)
}

/** Folds what the decoder makes of our own stream. */
export function readBack(stream: string): Accumulated {
  return accumulate(decodeStream(parseSse(stream)))
}

/** What the official SDK's strict helper makes of a stream. */
export async function readWithSdk(stream: string): Promise<JsonObject> {
  const client = new OpenAI({
    apiKey: 'none',
    baseURL: 'http://localhost/v1',
    maxRetries: 0,
    fetch: async () => new Response(stream, { headers: { 'content-type': 'text/event-stream' } }),
  })
  const final = await client.responses.stream({ model: 'm', input: 'x' }).finalResponse()
  return JSON.parse(JSON.stringify(final)) as JsonObject
}

/** What tells two answers apart for a client of another protocol: not ids of ours, paths or the vendor's raw objects. */
export function essence(response: CanonicalResponse): unknown {
  const { content, usage } = response
  const ending = { ...response.finish, raw: undefined }
  return JSON.parse(
    JSON.stringify({ content: joinTexts(content), finish: ending, usage }, (field, value: unknown) =>
      IGNORED.has(field) ? undefined : value,
    ),
  )
}

const IGNORED = new Set(['raw', 'itemId', 'path'])

/** Texts that follow each other are one text on this wire. */
function joinTexts(content: CanonicalResponse['content']): CanonicalResponse['content'] {
  const joined: CanonicalResponse['content'][number][] = []
  for (const part of content) {
    const last = joined.at(-1)
    if ((part.type === 'text' || part.type === 'refusal') && last?.type === part.type) {
      joined[joined.length - 1] = { ...last, text: last.text + part.text }
    } else joined.push(part)
  }
  return joined
}

export const START: StreamPart = { type: 'start', id: 'msg_1', model: 'vendor-model' }

/** The parts of one block. */
export function block(
  key: number,
  start: Extract<StreamPart, { type: 'open' }>['block'],
  ...inside: readonly (string | StreamPart)[]
): readonly StreamPart[] {
  const parts = inside.map((part): StreamPart =>
    typeof part === 'string' ? { type: 'delta', key, text: part } : part,
  )
  return [{ type: 'open', key, block: start }, ...parts, { type: 'close', key, status: 'complete' }]
}

export function finish(reason: CanonicalResponse['finish']['reason'] = 'stop'): StreamPart {
  return { type: 'finish', finish: { reason } }
}

/** One message item of a vendor's stream, with events inside it. */
export function wireMessage(index: number, ...events: readonly JsonObject[]): readonly JsonObject[] {
  const id = `msg_${index}`
  const place = { output_index: index, item_id: id, content_index: 0 }
  return [
    {
      type: 'response.output_item.added',
      output_index: index,
      item: { id, type: 'message', role: 'assistant', content: [] },
    },
    ...events.map((event) => Object.assign({}, place, event)),
  ]
}

/** A piece of text of a vendor's stream. */
export function wireText(text: string): JsonObject {
  return { type: 'response.output_text.delta', delta: text }
}

/** First event of a vendor's stream. */
export const CREATED = {
  type: 'response.created',
  response: { id: 'resp_1', model: 'gpt-6', created_at: 5, output: [] },
}

export const WIRE_USAGE = { input_tokens: 4, output_tokens: 2, total_tokens: 6 }

/** Last event of a vendor's stream. */
export function completed(response: JsonObject = {}): JsonObject {
  return {
    type: 'response.completed',
    response: { id: 'resp_1', model: 'gpt-6', status: 'completed', usage: WIRE_USAGE, ...response },
  }
}

/** The parts of a vendor's stream after `CREATED`. */
export function decodeAfterStart(...events: readonly JsonObject[]): readonly StreamPart[] {
  return decodeStream(toEvents(CREATED, ...events))
}

/** What comes between start and usage. */
export function decodeBlocks(...events: readonly JsonObject[]): readonly StreamPart[] {
  return decodeAfterStart(...events, completed()).slice(1, -2)
}

/** Usage of an answer with every kind of token. */
export const USAGE: StreamPart = {
  type: 'usage',
  usage: {
    inputTokens: 10,
    cacheReadTokens: 4,
    cacheWriteTokens: 2,
    cacheWriteLongTokens: 1,
    outputTokens: 5,
    reasoningTokens: 3,
  },
}

/** Types of the events of an answer. */
export function typesOf(parts: readonly StreamPart[]): readonly unknown[] {
  return eventsOf(encodeStream([START, ...parts])).map(({ type }) => type)
}

/** The canonical form of a request. */
export function decode(body: JsonObject): CanonicalRequest {
  return decodeRequest(body).value
}

/** The vendor's body. */
export function encodeBody(request: Partial<CanonicalRequest>, to?: Target): JsonObject {
  return encodeRequest(request, to).value
}

/** The vendor's items of a conversation. */
export function encodeItems(...messages: readonly Message[]): unknown {
  return encodeBody({ messages }).input
}

/** Code, path and weight of each warning. */
export function losses(request: Partial<CanonicalRequest>, to?: Target) {
  return encodeRequest(request, to).warnings.map(({ code, path, semantic }) => [code, path, semantic])
}

export function user(...content: readonly UserPart[]): Message {
  return { role: 'user', content }
}

export function assistant(...content: readonly AssistantPart[]): Message {
  return { role: 'assistant', content }
}

/** Code and place of the error that a body is refused with. */
export function rejectionOf(refuse: () => unknown): Pick<GatewayError, 'code' | 'param'> {
  try {
    refuse()
  } catch (error) {
    if (GatewayError.isInstance(error)) return { code: error.code, param: error.param }
    throw error
  }
  throw new Error('was accepted')
}

export const PROTOCOL = 'openai-responses'
