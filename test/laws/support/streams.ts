import {
  createStreamTranslator,
  isJsonObject,
  type JsonObject,
  parseJson,
  parseSse,
  type Protocol,
  type ReplyRoute,
  type SseEvent,
  type StreamPart,
  translateRequest,
} from '../../../src/index.js'
import { createSseParser } from '../../../src/sse/parse.js'
import { createTextDecoder } from '../../../src/sse/text-decoder.js'
import { decodeContext, FACTS, type Pair, routeOf, type Vendor } from './protocols.js'

/** The events in a stream of bytes that came in these pieces, read as the gateway reads them. */
export function readPieces(pieces: readonly Uint8Array[]): readonly SseEvent[] {
  const events: SseEvent[] = []
  const decoder = createTextDecoder()
  const parser = createSseParser({ onEvent: (event) => events.push(event) })
  for (const piece of pieces) parser.push(decoder.decode(piece))
  parser.push(decoder.end())
  parser.end()
  return events
}

/** What a vendor's events mean, the end of the stream included. */
export function decodeEvents(vendor: Vendor, events: readonly SseEvent[]): readonly StreamPart[] {
  const decoder = vendor.protocol.createStreamDecoder(decodeContext(vendor))
  return [...events.flatMap((event) => decoder.push(event)), ...decoder.end()]
}

/** What a client gets of a vendor's stream. */
export function translateEvents(
  reply: ReplyRoute,
  events: readonly SseEvent[],
  onPart?: (part: StreamPart) => StreamPart,
): string {
  const translator = createStreamTranslator(reply, FACTS, onPart)
  let text = ''
  for (const event of events) if (!translator.done) text += translator.push(event)
  return text + (translator.done ? '' : translator.end())
}

/** A request of each client protocol that says hello, and asks for everything there is to see. */
const PLAIN_REQUESTS: Readonly<Record<string, JsonObject>> = {
  'openai-chat': {
    model: 'acme/model',
    messages: [{ role: 'user', content: 'Hello' }],
    stream: true,
    stream_options: { include_usage: true },
  },
  'openai-responses': { model: 'acme/model', input: 'Hello', stream: true },
  'anthropic-messages': {
    model: 'acme/model',
    max_tokens: 100,
    messages: [{ role: 'user', content: 'Hello' }],
    stream: true,
  },
}

export function plainRequest(client: Protocol): JsonObject {
  return PLAIN_REQUESTS[client.id] ?? {}
}

/** The way back of a request of this pair. */
export function replyOf(pair: Omit<Pair, 'name'>, body: JsonObject = plainRequest(pair.client)): ReplyRoute {
  return translateRequest(body, routeOf(pair)).reply
}

/** How a client's stream ends, read off the wire: well, with the protocol's error, or not at all. */
export type Ending = 'finished' | 'failed' | 'open'

const ENDINGS: Readonly<Record<string, (data: JsonObject | string) => Ending>> = {
  'openai-chat': (data) => {
    if (data === '[DONE]') return 'finished'
    if (!isJsonObject(data)) return 'open'
    if (isJsonObject(data['error'])) return 'failed'
    const [choice] = (data['choices'] ?? []) as readonly JsonObject[]
    return typeof choice?.['finish_reason'] === 'string' ? 'finished' : 'open'
  },
  'openai-responses': (data) => {
    const type = isJsonObject(data) ? data['type'] : undefined
    if (type === 'response.completed' || type === 'response.incomplete') return 'finished'
    return type === 'response.failed' || type === 'error' ? 'failed' : 'open'
  },
  'anthropic-messages': (data) => {
    const type = isJsonObject(data) ? data['type'] : undefined
    if (type === 'message_stop') return 'finished'
    return type === 'error' ? 'failed' : 'open'
  },
}

/** Every ending that a client's stream names, in order. */
export function endingsOf(client: Protocol, text: string): readonly Ending[] {
  const read = ENDINGS[client.id]
  return parseSse(text)
    .map(({ data }) => {
      const json = parseJson(data)
      return read?.(isJsonObject(json) ? json : data) ?? 'open'
    })
    .filter((ending) => ending !== 'open')
}
