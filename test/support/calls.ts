import type { Reply, Step } from './scripted-vendor.js'

/** An endpoint with a request that its model answers. */
export interface Endpoint {
  readonly path: string
  readonly model: string
  /** The vendor's own name of the model. */
  readonly vendorModel: string
  /** A whole request; `text` is what the user says (directives of the simulated vendor included). */
  readonly request: (text?: string) => Record<string, unknown>
  /** The field of the output limit. */
  readonly limitField: string
}

export const CHAT: Endpoint = {
  path: '/v1/chat/completions',
  model: 'test/chat',
  vendorModel: 'vendor-chat',
  request: (text = 'hi') => ({ model: 'test/chat', messages: [{ role: 'user', content: text }] }),
  limitField: 'max_completion_tokens',
}

export const RESPONSES: Endpoint = {
  path: '/v1/responses',
  model: 'test/responses',
  vendorModel: 'vendor-responses',
  request: (text = 'hi') => ({ model: 'test/responses', input: text }),
  limitField: 'max_output_tokens',
}

export const MESSAGES: Endpoint = {
  path: '/v1/messages',
  model: 'test/messages',
  vendorModel: 'vendor-messages',
  request: (text = 'hi') => ({
    model: 'test/messages',
    max_tokens: 100,
    messages: [{ role: 'user', content: text }],
  }),
  limitField: 'max_tokens',
}

export const ENDPOINTS: readonly Endpoint[] = [CHAT, RESPONSES, MESSAGES]

/** A whole answer of a vendor. */
export function whole(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers, steps: [typeof body === 'string' ? body : JSON.stringify(body)] }
}

/** A stream of a vendor. */
export function stream(...steps: readonly Step[]): Reply {
  return { headers: { 'content-type': 'text/event-stream' }, steps }
}

/** An answer of each protocol in one piece with the usage object given. */
export const chatAnswer = (usage?: unknown): Reply =>
  whole({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'vendor-chat',
    choices: [{ index: 0, message: { role: 'assistant', content: 'hello' }, finish_reason: 'stop' }],
    usage,
  })

export const responsesAnswer = (usage?: unknown): Reply =>
  whole({
    id: 'resp_1',
    object: 'response',
    status: 'completed',
    model: 'vendor-responses',
    output: [
      {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text: 'hello', annotations: [] }],
      },
    ],
    usage,
  })

export const messagesAnswer = (usage?: unknown): Reply =>
  whole({
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'vendor-messages',
    content: [{ type: 'text', text: 'hello' }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage,
  })

/** One event of a Chat stream. */
export function chunk(delta: unknown, finish: string | null = null, more: object = {}): string {
  const choices = [{ index: 0, delta, finish_reason: finish }]
  return data({
    id: 'c1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'vendor-chat',
    choices,
    ...more,
  })
}

/** The usage event of a Chat stream. */
export function usageChunk(usage: unknown): string {
  return data({
    id: 'c1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'vendor-chat',
    choices: [],
    usage,
  })
}

export function data(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`
}

/** A named event, as Responses and Messages write them. */
export function event(value: { readonly type: string; readonly [field: string]: unknown }): string {
  return `event: ${value.type}\n${data(value)}`
}

export const DONE = 'data: [DONE]\n\n'

/** The events of a Messages stream that says "hello"; `start` and `end` are the usage objects of its two reports. */
export function messagesStream(start: object, end: object): readonly string[] {
  const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'vendor-messages', content: [] }
  return [
    event({
      type: 'message_start',
      message: { ...message, stop_reason: null, stop_sequence: null, usage: start },
    }),
    event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
    event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'hello' } }),
    event({ type: 'content_block_stop', index: 0 }),
    event({ type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: end }),
    event({ type: 'message_stop' }),
  ]
}

/** The events of a Responses stream that says "hello". */
export function responsesStream(usage: object | null, ending = 'response.completed'): readonly string[] {
  const response = { id: 'resp_1', object: 'response', model: 'vendor-responses', output: [] }
  const delta = { item_id: 'msg_1', output_index: 0, content_index: 0, delta: 'hello' }
  return [
    event({ type: 'response.created', sequence_number: 0, response: { ...response, status: 'in_progress' } }),
    event({ type: 'response.output_text.delta', sequence_number: 1, ...delta }),
    event({ type: ending, sequence_number: 2, response: { ...response, status: 'completed', usage } }),
  ]
}

/** The events of a Chat stream that says "hello". */
export function chatStream(usage: object | null): readonly string[] {
  return [
    chunk({ role: 'assistant', content: '' }),
    chunk({ content: 'hello' }),
    chunk({}, 'stop'),
    ...(usage === null ? [] : [usageChunk(usage)]),
    DONE,
  ]
}
