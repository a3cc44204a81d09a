import type { JsonObject, JsonValue, ProtocolId } from '../../../src/index.js'
import { data, DONE, event } from '../../support/calls.js'

/** One answer, before any vendor says it. */
export interface VendorAnswer {
  readonly id: string
  /** What the model thought; `seal` is the vendor's opaque state of it. */
  readonly thought: { readonly text: string; readonly seal: string } | null
  readonly text: string
  readonly calls: readonly VendorCall[]
  readonly usage: VendorUsage
  /** Longest piece of a streamed text, in characters. */
  readonly pieceLength: number
}

export interface VendorCall {
  readonly id: string
  readonly name: string
  /** Text of a JSON object. */
  readonly input: string
}

export interface VendorUsage {
  readonly input: number
  /** Part of the input that came from the cache. */
  readonly cached: number
  readonly output: number
  /** Part of the output that was thought. */
  readonly thinking: number
}

/** An answer on a vendor's wire: whole, and as the events of a stream. */
export interface WrittenAnswer {
  readonly body: JsonObject
  readonly events: readonly string[]
}

const MODEL = 'vendor-model'

/** Writes an answer as a vendor of each protocol does. By hand, so that the codecs are not their own witnesses. */
export const WRITE_ANSWER: Readonly<Record<ProtocolId, (answer: VendorAnswer) => WrittenAnswer>> = {
  'openai-chat': writeChat,
  'openai-responses': writeResponses,
  'anthropic-messages': writeMessages,
  gemini: writeGemini,
}

function piecesOf(text: string, { pieceLength }: VendorAnswer): readonly string[] {
  const characters = [...text]
  const pieces: string[] = []
  for (let at = 0; at < characters.length; at += pieceLength) {
    pieces.push(characters.slice(at, at + pieceLength).join(''))
  }
  return pieces
}

function writeChat(answer: VendorAnswer): WrittenAnswer {
  const { id, thought, text, calls, usage } = answer
  const head = { id: `chatcmpl-${id}`, object: 'chat.completion.chunk', created: 1, model: MODEL }
  const chunk = (delta: JsonObject, finish: string | null = null): string =>
    data({ ...head, choices: [{ index: 0, delta, finish_reason: finish }] })
  const counts = {
    prompt_tokens: usage.input,
    completion_tokens: usage.output,
    total_tokens: usage.input + usage.output,
    prompt_tokens_details: { cached_tokens: usage.cached },
    completion_tokens_details: { reasoning_tokens: usage.thinking },
  }
  const finish = calls.length > 0 ? 'tool_calls' : 'stop'
  const toolCalls = calls.map((call) => ({
    id: call.id,
    type: 'function',
    function: { name: call.name, arguments: call.input },
  }))
  const message = {
    role: 'assistant',
    content: text === '' ? null : text,
    ...(thought === null ? {} : { reasoning_content: thought.text }),
    ...(toolCalls.length === 0 ? {} : { tool_calls: toolCalls }),
  }
  return {
    body: {
      ...head,
      object: 'chat.completion',
      choices: [{ index: 0, message, finish_reason: finish }],
      usage: counts,
    },
    events: [
      chunk({ role: 'assistant', content: '' }),
      ...piecesOf(thought?.text ?? '', answer).map((piece) => chunk({ reasoning_content: piece })),
      ...piecesOf(text, answer).map((piece) => chunk({ content: piece })),
      ...calls.flatMap((call, index) => [
        chunk({
          tool_calls: [
            { index, id: call.id, type: 'function', function: { name: call.name, arguments: '' } },
          ],
        }),
        ...piecesOf(call.input, answer).map((piece) =>
          chunk({ tool_calls: [{ index, function: { arguments: piece } }] }),
        ),
      ]),
      chunk({}, finish),
      data({ ...head, choices: [], usage: counts }),
      DONE,
    ],
  }
}

interface Item {
  readonly item: JsonObject
  /** Its form when it begins, and the events inside. */
  readonly added: JsonObject
  readonly inside: readonly JsonObject[]
}

function writeResponses(answer: VendorAnswer): WrittenAnswer {
  const { id, usage } = answer
  const head = { id: `resp_${id}`, object: 'response', created_at: 1, model: MODEL }
  const items = toItems(answer)
  const body = {
    ...head,
    status: 'completed',
    output: items.map(({ item }) => item),
    usage: {
      input_tokens: usage.input,
      input_tokens_details: { cached_tokens: usage.cached },
      output_tokens: usage.output,
      output_tokens_details: { reasoning_tokens: usage.thinking },
      total_tokens: usage.input + usage.output,
    },
  }
  const events: JsonObject[] = [
    { type: 'response.created', response: { ...head, status: 'in_progress', output: [] } },
    ...items.flatMap(({ item, added, inside }, index) => {
      const place = { output_index: index, item_id: item['id'] ?? '' }
      return [
        { type: 'response.output_item.added', output_index: index, item: added },
        ...inside.map((one): JsonObject => Object.assign({}, place, one)),
        { type: 'response.output_item.done', output_index: index, item },
      ]
    }),
    { type: 'response.completed', response: body },
  ]
  return {
    body,
    events: events.map((one, number) => event({ type: '', ...one, sequence_number: number })),
  }
}

function toItems(answer: VendorAnswer): readonly Item[] {
  const { id, thought, text, calls } = answer
  const items: Item[] = []
  if (thought !== null) {
    const summary: JsonValue[] = thought.text === '' ? [] : [{ type: 'summary_text', text: thought.text }]
    const own = { id: `rs_${id}`, type: 'reasoning' }
    const pieces = piecesOf(thought.text, answer)
    items.push({
      item: { ...own, summary, encrypted_content: thought.seal },
      added: { ...own, summary: [] },
      inside: pieces.map((delta) => ({
        type: 'response.reasoning_summary_text.delta',
        summary_index: 0,
        delta,
      })),
    })
  }
  if (text !== '') {
    const own = { id: `msg_${id}`, type: 'message', role: 'assistant' }
    const part = { type: 'output_text', text, annotations: [] }
    items.push({
      item: { ...own, status: 'completed', content: [part] },
      added: { ...own, status: 'in_progress', content: [] },
      inside: piecesOf(text, answer).map((delta) => ({
        type: 'response.output_text.delta',
        content_index: 0,
        delta,
      })),
    })
  }
  for (const call of calls) {
    const own = { id: `fc_${call.id}`, type: 'function_call', call_id: call.id, name: call.name }
    items.push({
      item: { ...own, status: 'completed', arguments: call.input },
      added: { ...own, status: 'in_progress', arguments: '' },
      inside: piecesOf(call.input, answer).map((delta) => ({
        type: 'response.function_call_arguments.delta',
        delta,
      })),
    })
  }
  return items
}

interface Block {
  readonly block: JsonObject
  readonly started: JsonObject
  readonly deltas: readonly JsonObject[]
}

function writeMessages(answer: VendorAnswer): WrittenAnswer {
  const { id, calls, usage } = answer
  const head = { id: `msg_${id}`, type: 'message', role: 'assistant', model: MODEL }
  const input = { input_tokens: usage.input - usage.cached, cache_read_input_tokens: usage.cached }
  const output = {
    output_tokens: usage.output,
    output_tokens_details: { thinking_tokens: usage.thinking },
  }
  const stop = { stop_reason: calls.length > 0 ? 'tool_use' : 'end_turn', stop_sequence: null }
  const blocks = toBlocks(answer)
  const events = [
    { type: 'message_start', message: { ...head, content: [], usage: { ...input, output_tokens: 1 } } },
    { type: 'ping' },
    ...blocks.flatMap(({ started, deltas }, index) => [
      { type: 'content_block_start', index, content_block: started },
      ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
      { type: 'content_block_stop', index },
    ]),
    { type: 'message_delta', delta: stop, usage: output },
    { type: 'message_stop' },
  ]
  return {
    body: { ...head, content: blocks.map(({ block }) => block), ...stop, usage: { ...input, ...output } },
    events: events.map(event),
  }
}

function toBlocks(answer: VendorAnswer): readonly Block[] {
  const { thought, text, calls } = answer
  const blocks: Block[] = []
  if (thought !== null) {
    blocks.push({
      block: { type: 'thinking', thinking: thought.text, signature: thought.seal },
      started: { type: 'thinking', thinking: '', signature: '' },
      deltas: [
        ...piecesOf(thought.text, answer).map((thinking) => ({ type: 'thinking_delta', thinking })),
        { type: 'signature_delta', signature: thought.seal },
      ],
    })
  }
  if (text !== '') {
    blocks.push({
      block: { type: 'text', text },
      started: { type: 'text', text: '' },
      deltas: piecesOf(text, answer).map((piece) => ({ type: 'text_delta', text: piece })),
    })
  }
  for (const { id, name, input } of calls) {
    blocks.push({
      block: { type: 'tool_use', id, name, input: JSON.parse(input) as JsonObject },
      started: { type: 'tool_use', id, name, input: {} },
      deltas: piecesOf(input, answer).map((piece) => ({ type: 'input_json_delta', partial_json: piece })),
    })
  }
  return blocks
}

function writeGemini(answer: VendorAnswer): WrittenAnswer {
  const { id, thought, text, calls, usage } = answer
  const tail = {
    usageMetadata: {
      promptTokenCount: usage.input,
      cachedContentTokenCount: usage.cached,
      candidatesTokenCount: usage.output - usage.thinking,
      thoughtsTokenCount: usage.thinking,
      totalTokenCount: usage.input + usage.output,
    },
    modelVersion: MODEL,
    responseId: id,
  }
  const chunk = (parts: readonly JsonObject[], more: JsonObject = {}): JsonObject => ({
    candidates: [{ content: { role: 'model', parts }, index: 0, ...more }],
    ...tail,
  })
  // The first call of a step carries the signature, the others none.
  const callParts = calls.map((call, at): JsonObject => ({
    functionCall: { id: call.id, name: call.name, args: JSON.parse(call.input) as JsonObject },
    ...(at === 0 && thought !== null ? { thoughtSignature: thought.seal } : {}),
  }))
  const toParts = (whole: string, more: JsonObject, cut: boolean): readonly JsonObject[] =>
    (cut ? piecesOf(whole, answer) : [whole])
      .filter((piece) => piece !== '')
      .map((piece) => ({ text: piece, ...more }))
  const parts = (cut: boolean): readonly JsonObject[] => [
    ...toParts(thought?.text ?? '', { thought: true }, cut),
    ...toParts(text, {}, cut),
    ...callParts,
  ]
  const stop = { finishReason: 'STOP' }
  return {
    body: chunk(parts(false), stop),
    events: [...parts(true).map((part) => data(chunk([part]))), data(chunk([], stop))],
  }
}
