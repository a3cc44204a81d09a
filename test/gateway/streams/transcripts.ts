import { isJsonObject, type JsonObject, parseJson, parseSse, type SseEvent } from '../../../src/index.js'
import {
  CHAT,
  chunk,
  data,
  DONE,
  type Endpoint,
  event,
  MESSAGES,
  RESPONSES,
  usageChunk,
} from '../../support/calls.js'

/** A vendor's whole answer as a stream of one protocol, and how a client of it reads what comes. */
export interface Transcript {
  readonly name: string
  readonly endpoint: Endpoint
  /** A streaming request of a client that wants everything that the vendor sends. */
  readonly request: Readonly<Record<string, unknown>>
  /** The whole answer; its usage is 20 tokens in and 7 out. */
  readonly events: readonly string[]
  /** Index of the event that says how the answer ended. */
  readonly finish: number
  /** What a silent vendor may send before anything else. */
  readonly idle: string
  /** What keeps the client's stream alive. */
  readonly keepAlive: string
  /** An error event of the vendor. */
  readonly vendorError: (message: string) => string
  /** True for what a client takes for a regular end. */
  readonly isEnd: (event: SseEvent) => boolean
}

const IDS = { item_id: 'msg_1', output_index: 0, content_index: 0 }
const TEXT = 'grün 🧀'
const PART = { type: 'output_text', text: TEXT, annotations: [] }
const MESSAGE = { id: 'msg_1', type: 'message', role: 'assistant' }

const response = (fields: object) => ({
  id: 'resp_1',
  object: 'response',
  model: 'vendor-responses',
  ...fields,
})

const chat: Transcript = {
  name: 'Chat',
  endpoint: CHAT,
  request: { ...CHAT.request(), stream: true, stream_options: { include_usage: true } },
  events: [
    chunk({ role: 'assistant', content: '' }),
    chunk({ content: 'grün ' }),
    chunk({ content: '🧀' }),
    chunk({}, 'stop'),
    usageChunk({ prompt_tokens: 20, completion_tokens: 7, total_tokens: 27 }),
    DONE,
  ],
  finish: 3,
  idle: ': waiting\n\n',
  keepAlive: ': keepalive\n\n',
  vendorError: (message) => data({ error: { message, type: 'server_error', param: null, code: null } }),
  isEnd: ({ data: text }) => text === '[DONE]',
}

const responses: Transcript = {
  name: 'Responses',
  endpoint: RESPONSES,
  request: { ...RESPONSES.request(), stream: true },
  events: [
    { type: 'response.created', response: response({ status: 'in_progress', output: [] }) },
    { type: 'response.in_progress', response: response({ status: 'in_progress', output: [] }) },
    {
      type: 'response.output_item.added',
      output_index: 0,
      item: { ...MESSAGE, status: 'in_progress', content: [] },
    },
    { type: 'response.content_part.added', ...IDS, part: { ...PART, text: '' } },
    { type: 'response.output_text.delta', ...IDS, delta: 'grün ' },
    { type: 'response.output_text.delta', ...IDS, delta: '🧀' },
    { type: 'response.output_text.done', ...IDS, text: TEXT },
    { type: 'response.content_part.done', ...IDS, part: PART },
    {
      type: 'response.output_item.done',
      output_index: 0,
      item: { ...MESSAGE, status: 'completed', content: [PART] },
    },
    {
      type: 'response.completed',
      response: response({
        status: 'completed',
        output: [{ ...MESSAGE, status: 'completed', content: [PART] }],
        usage: { input_tokens: 20, output_tokens: 7, total_tokens: 27 },
      }),
    },
  ].map((fields, index) => event({ ...fields, sequence_number: index })),
  finish: 9,
  idle: ': waiting\n\n',
  keepAlive: ': keepalive\n\n',
  vendorError: (message) =>
    event({ type: 'error', code: 'server_error', message, param: null, sequence_number: 90 }),
  isEnd: ({ data: text }) => text.includes('"response.completed"'),
}

const messages: Transcript = {
  name: 'Messages',
  endpoint: MESSAGES,
  request: { ...MESSAGES.request(), stream: true },
  events: [
    {
      type: 'message_start',
      message: {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: 'vendor-messages',
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { input_tokens: 20, output_tokens: 1 },
      },
    },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'ping' },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'grün ' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: '🧀' } },
    { type: 'content_block_stop', index: 0 },
    {
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens: 7 },
    },
    { type: 'message_stop' },
  ].map(event),
  finish: 6,
  idle: event({ type: 'ping' }),
  keepAlive: 'event: ping\ndata: {"type":"ping"}\n\n',
  vendorError: (message) => event({ type: 'error', error: { type: 'api_error', message } }),
  isEnd: ({ event: name }) => name === 'message_stop',
}

/** One answer in each protocol that has an endpoint. */
export const TRANSCRIPTS: readonly Transcript[] = [chat, responses, messages]

/** What the client sees of a vendor's text: its own name of the model. */
export function renamed({ endpoint }: Transcript, text: string): string {
  return text.replaceAll(JSON.stringify(endpoint.vendorModel), JSON.stringify(endpoint.model))
}

/** The error events of a text, as a client of any of the protocols finds them. */
export function failuresIn(text: string): JsonObject[] {
  return parseSse(text).flatMap((sent) => {
    const body = parseJson(sent.data)
    if (!isJsonObject(body)) return []
    const error = isJsonObject(body['error']) ? body['error'] : undefined
    const failure = error ?? (sent.event === 'error' ? body : undefined)
    return failure === undefined ? [] : [failure]
  })
}

/** True when a client would take the text for a whole answer. */
export function looksFinished(transcript: Transcript, text: string): boolean {
  return parseSse(text).some((sent) => transcript.isEnd(sent)) && failuresIn(text).length === 0
}
