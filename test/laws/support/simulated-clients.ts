import type { JsonObject, Protocol, ProtocolId } from '../../../src/index.js'
import type { LoopStep } from './answer-arbitraries.js'
import type { VendorCall } from './vendor-answers.js'

type List = readonly JsonObject[]

/** A client that keeps the conversation and sends it back whole, as agents do. */
export interface SimulatedClient {
  readonly protocol: ProtocolId
  /** The first thing said. */
  open(text: string): List
  /** The assistant's turn as the client keeps it, out of a whole answer (or what its SDK made of a stream). */
  echo(answer: JsonObject): List
  /** An assistant's turn that is nothing but calls. */
  call(calls: readonly VendorCall[]): List
  /** What the client says to it. */
  reply(calls: readonly VendorCall[], step: Pick<LoopStep, 'results' | 'remark'>): List
  request(history: List): JsonObject
}

const SCHEMA = { type: 'object', properties: {} }
const TOOLS = ['find', 'read', 'write']

const chat: SimulatedClient = {
  protocol: 'openai-chat',
  open: (text) => [{ role: 'user', content: text }],
  echo: (answer) => {
    const [choice] = (answer['choices'] ?? []) as readonly { readonly message: JsonObject }[]
    return [choice?.message ?? answer]
  },
  call: (calls) => [
    {
      role: 'assistant',
      content: null,
      tool_calls: calls.map(({ id, name, input }) => ({
        id,
        type: 'function',
        function: { name, arguments: input },
      })),
    },
  ],
  reply: (calls, { results, remark }) => [
    ...calls.map(({ id }, at) => ({ role: 'tool', tool_call_id: id, content: results[at] ?? '' })),
    ...(remark === null ? [] : [{ role: 'user', content: remark }]),
  ],
  request: (messages) => ({
    model: 'acme/model',
    messages,
    tools: TOOLS.map((name) => ({ type: 'function', function: { name, parameters: SCHEMA } })),
    stream_options: { include_usage: true },
  }),
}

const responses: SimulatedClient = {
  protocol: 'openai-responses',
  open: (text) => [{ type: 'message', role: 'user', content: [{ type: 'input_text', text }] }],
  echo: ({ output }) => output as unknown as List,
  call: (calls) =>
    calls.map(({ id, name, input }) => ({ type: 'function_call', call_id: id, name, arguments: input })),
  reply: (calls, { results, remark }) => [
    ...calls.map(({ id }, at) => ({ type: 'function_call_output', call_id: id, output: results[at] ?? '' })),
    ...(remark === null ? [] : responses.open(remark)),
  ],
  request: (input) => ({
    model: 'acme/model',
    input,
    tools: TOOLS.map((name) => ({ type: 'function', name, parameters: SCHEMA, strict: false })),
    include: ['reasoning.encrypted_content'],
    store: false,
  }),
}

const messages: SimulatedClient = {
  protocol: 'anthropic-messages',
  open: (text) => [{ role: 'user', content: text }],
  echo: ({ content }) => [{ role: 'assistant', content: content }],
  call: (calls) => [
    {
      role: 'assistant',
      content: calls.map(({ id, name, input }) => ({
        type: 'tool_use',
        id,
        name,
        input: JSON.parse(input) as JsonObject,
      })),
    },
  ],
  reply: (calls, { results, remark }) => [
    {
      role: 'user',
      content: [
        ...calls.map(({ id }, at) => ({ type: 'tool_result', tool_use_id: id, content: results[at] ?? '' })),
        ...(remark === null ? [] : [{ type: 'text', text: remark }]),
      ],
    },
  ],
  request: (history) => ({
    model: 'acme/model',
    max_tokens: 1000,
    messages: history,
    tools: TOOLS.map((name) => ({ name, input_schema: SCHEMA })),
    thinking: { type: 'adaptive' },
  }),
}

const SIMULATED: readonly SimulatedClient[] = [chat, responses, messages]

export function simulatedClient({ id }: Protocol): SimulatedClient {
  const client = SIMULATED.find(({ protocol }) => protocol === id)
  if (client === undefined) throw new Error(`no client speaks ${id}`)
  return client
}

/** The vendor's list of what was said. */
const HISTORY_FIELDS: Readonly<Record<ProtocolId, string>> = {
  'openai-chat': 'messages',
  'openai-responses': 'input',
  'anthropic-messages': 'messages',
  gemini: 'contents',
}

export function historyOf({ id }: Protocol, body: JsonObject): List {
  return body[HISTORY_FIELDS[id]] as unknown as List
}
