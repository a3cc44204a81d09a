import OpenAI from 'openai'
import { accumulate, type Accumulated } from '../../../src/canonical/accumulate.js'
import type { JsonObject } from '../../../src/canonical/json.js'
import type { CanonicalRequest } from '../../../src/canonical/request.js'
import type { StreamPart } from '../../../src/canonical/stream.js'
import type { ChatDialect, ModelTraits, Target } from '../../../src/canonical/target.js'
import { openaiChat } from '../../../src/protocols/openai-chat/index.js'
import type { DecodeContext, EncodeContext } from '../../../src/protocols/protocol.js'
import { createCodecContext } from '../../../src/protocols/state-envelope.js'

export const codecContext = createCodecContext([{ id: 'k1', secret: 'for these tests only' }])

/** A vendor; `dialect` leaves out the id, which nothing here depends on. */
export function createTarget(
  dialect?: Partial<ChatDialect>,
  traits: ModelTraits = {},
  family = 'chat:test',
): Target {
  return {
    model: 'vendor-model',
    family,
    traits,
    ...(dialect === undefined ? {} : { dialect: { id: 'test', ...dialect } }),
  }
}

export function createDecodeContext(target: Target = createTarget()): DecodeContext {
  return { ...codecContext, target }
}

export function createEncodeContext(request: Partial<CanonicalRequest> = {}): EncodeContext {
  return {
    ...codecContext,
    model: 'acme/model',
    created: 1_700_000_000,
    requestId: 'req_cm_test',
    request: { model: 'acme/model', stream: true, messages: [], ...request },
    body: {},
    estimatedInputTokens: 0,
  }
}

/** Decodes a client's body and encodes it for a vendor, as the gateway does. */
export function translate(body: JsonObject, target: Target = createTarget()): JsonObject {
  const { value } = openaiChat.decodeRequest(body, codecContext)
  return openaiChat.encodeRequest(value, target, codecContext).value
}

/** A chunk of a vendor's stream with one choice. */
export function chunk(
  delta: JsonObject,
  finishReason: string | null = null,
  more: JsonObject = {},
): JsonObject {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_700_000_000,
    model: 'vendor-model',
    choices: [{ index: 0, delta, finish_reason: finishReason }],
    ...more,
  }
}

/** Runs the decoder over events: objects become JSON, strings stand as they are. */
export function decodeStream(
  events: readonly (JsonObject | string)[],
  target: Target = createTarget(),
): readonly StreamPart[] {
  const decoder = openaiChat.createStreamDecoder(createDecodeContext(target))
  const parts = events.flatMap((event) =>
    decoder.push({ event: undefined, data: typeof event === 'string' ? event : JSON.stringify(event) }),
  )
  return [...parts, ...decoder.end()]
}

export function foldStream(events: readonly (JsonObject | string)[], target?: Target): Accumulated {
  return accumulate(decodeStream(events, target))
}

/** Runs the encoder over parts; gives the bytes for the client. */
export function encodeStream(
  parts: readonly StreamPart[],
  request: Partial<CanonicalRequest> = { includeUsage: true },
): string {
  const encoder = openaiChat.createStreamEncoder(createEncodeContext(request))
  return parts.map((part) => encoder.push(part)).join('')
}

/** The data of each event; `[DONE]` stays a string. */
export function eventsOf(text: string): readonly (JsonObject | string)[] {
  return text
    .split('\n\n')
    .filter((block) => block.startsWith('data: '))
    .map((block) => block.slice('data: '.length))
    .map((data) => (data === '[DONE]' ? data : (JSON.parse(data) as JsonObject)))
}

/** The delta of each event that has one. */
export function deltasOf(text: string): readonly JsonObject[] {
  return eventsOf(text).flatMap((event) => {
    const choices = typeof event === 'string' ? [] : (event['choices'] as readonly JsonObject[])
    return choices.map((choice) => choice['delta'] as JsonObject)
  })
}

/** What the official SDK's strict stream helper makes of the bytes. */
export async function readWithSdk(text: string): Promise<OpenAI.Chat.Completions.ChatCompletion> {
  const client = new OpenAI({
    apiKey: 'none',
    maxRetries: 0,
    fetch: () =>
      Promise.resolve(new Response(text, { status: 200, headers: { 'content-type': 'text/event-stream' } })),
  })
  const stream = client.chat.completions.stream({
    model: 'acme/model',
    messages: [{ role: 'user', content: 'Hello' }],
    stream_options: { include_usage: true },
  })
  return stream.finalChatCompletion()
}
