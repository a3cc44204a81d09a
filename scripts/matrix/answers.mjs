import { LATE, SECRET, USAGE, WORD } from './words.mjs'

const chat = (message, more = {}) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [
    { index: 0, message: { role: 'assistant', content: WORD, ...message }, finish_reason: 'stop', ...more },
  ],
  usage: USAGE.chat,
})
const responses = (...output) => ({
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  status: 'completed',
  model: 'm',
  output,
  usage: USAGE.responses,
})
const said = (...content) => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  status: 'completed',
  content,
})
const messages = (content, stop = {}) => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'm',
  content,
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: USAGE.messages,
  ...stop,
})
const gemini = (parts, more = {}) => ({
  responseId: 'r1',
  modelVersion: 'm',
  candidates: [{ index: 0, content: { role: 'model', parts }, finishReason: 'STOP', ...more }],
  usageMetadata: USAGE.gemini,
})

const TEXT = {
  chat: chat({}),
  responses: responses(said({ type: 'output_text', text: WORD, annotations: [] })),
  messages: messages([{ type: 'text', text: WORD }]),
  gemini: gemini([{ text: WORD }]),
}
const URL_OF = 'https://example.com/zebras'
const call = (id, name) => ({ id, type: 'function', function: { name, arguments: '{}' } })
const functionCall = (id, name) => ({
  id: `fc_${id}`,
  type: 'function_call',
  call_id: id,
  name,
  arguments: '{}',
  status: 'completed',
})

/** Two calls in one answer, the first of which carries what the vendor wants back of its reasoning. */
const REASONED = {
  chat: chat(
    { content: null, reasoning_content: SECRET, tool_calls: [call('c1', WORD), call('c2', LATE)] },
    { finish_reason: 'tool_calls' },
  ),
  responses: responses(
    { id: 'rs_1', type: 'reasoning', summary: [], encrypted_content: SECRET },
    functionCall('c1', WORD),
    functionCall('c2', LATE),
  ),
  messages: messages(
    [
      { type: 'thinking', thinking: 'Hm.', signature: SECRET },
      { type: 'tool_use', id: 'toolu_1', name: WORD, input: {} },
      { type: 'tool_use', id: 'toolu_2', name: LATE, input: {} },
    ],
    { stop_reason: 'tool_use' },
  ),
  gemini: gemini([
    { functionCall: { name: WORD, args: {} }, thoughtSignature: SECRET },
    { functionCall: { name: LATE, args: {} } },
  ]),
}

/** Features of an answer. `answer`: what the vendor sends; `said`: how it stands in the client's answer. */
export const ANSWER_FEATURES = [
  {
    name: 'parallel calls',
    answer: REASONED,
    said: {
      chat: /"id":"(c1|toolu_1|call_\w+)".*"id":"(c2|toolu_2|call_\w+)"/,
      responses: /"function_call".*"function_call"/,
      messages: /"tool_use".*"tool_use"/,
    },
  },
  {
    name: 'citations',
    answer: {
      chat: chat({
        annotations: [
          { type: 'url_citation', url_citation: { url: URL_OF, title: 't', start_index: 0, end_index: 5 } },
        ],
      }),
      responses: responses(
        said({
          type: 'output_text',
          text: WORD,
          annotations: [{ type: 'url_citation', url: URL_OF, title: 't', start_index: 0, end_index: 5 }],
        }),
      ),
      messages: messages([
        {
          type: 'text',
          text: WORD,
          citations: [
            {
              type: 'web_search_result_location',
              url: URL_OF,
              title: 't',
              cited_text: WORD,
              encrypted_index: 'e',
            },
          ],
        },
      ]),
      gemini: gemini([{ text: WORD }], {
        groundingMetadata: {
          groundingChunks: [{ web: { uri: URL_OF, title: 't' } }],
          groundingSupports: [
            { segment: { startIndex: 0, endIndex: 5, text: WORD }, groundingChunkIndices: [0] },
          ],
        },
      }),
    },
    said: { chat: URL_OF, responses: URL_OF, messages: URL_OF },
  },
  {
    name: 'usage with cache and reasoning parts',
    answer: TEXT,
    said: {
      chat: /"prompt_tokens":90,"completion_tokens":20.*"cached_tokens":40.*"reasoning_tokens":5/,
      responses: /"input_tokens":90.*"cached_tokens":40.*"output_tokens":20.*"reasoning_tokens":5/,
      messages: /"input_tokens":50.*"cache_read_input_tokens":40.*"output_tokens":20.*"thinking_tokens":5/,
    },
  },
  {
    name: 'refusals',
    answer: {
      chat: chat({ content: null, refusal: WORD }),
      responses: responses(said({ type: 'refusal', refusal: WORD })),
      messages: messages([{ type: 'text', text: WORD }], { stop_reason: 'refusal' }),
      gemini: gemini([{ text: WORD }], { finishReason: 'SAFETY' }),
    },
    said: {
      chat: /"refusal":"|"finish_reason":"content_filter"/,
      responses: /"type":"refusal"|"reason":"content_filter"/,
      messages: '"stop_reason":"refusal"',
    },
  },
]

/** A vendor's answer whose reasoning state must come back to it. */
export const REASONED_ANSWERS = REASONED

const event = (data) => ({ event: data.type, data: JSON.stringify(data) })
const data = (value) => ({ event: undefined, data: JSON.stringify(value) })
const chunk = (delta, finish = null) =>
  data({
    id: 'c',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta, finish_reason: finish }],
  })

/** The answer `zebra` as each vendor streams it. */
export const STREAMS = {
  chat: [chunk({ role: 'assistant', content: '' }), chunk({ content: WORD }), chunk({}, 'stop')],
  responses: [
    event({ type: 'response.created', response: responses() }),
    event({
      type: 'response.output_text.delta',
      item_id: 'msg_1',
      output_index: 0,
      content_index: 0,
      delta: WORD,
    }),
    event({ type: 'response.completed', response: TEXT.responses }),
  ],
  messages: [
    event({ type: 'message_start', message: messages([]) }),
    event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
    event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: WORD } }),
    event({ type: 'content_block_stop', index: 0 }),
    event({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: USAGE.messages }),
    event({ type: 'message_stop' }),
  ],
  gemini: [data(TEXT.gemini)],
}

/** How a client sees that a stream said `zebra` and came to its end. */
export const STREAMED = {
  chat: /"content":"zebra".*"finish_reason":"stop".*\[DONE\]/s,
  responses: /"delta":"zebra".*event: response\.completed/s,
  messages: /"text":"zebra".*event: message_stop/s,
}

/** Each vendor's way to say that too many requests came. */
export const ERRORS = {
  chat: {
    error: { message: 'Slow down.', type: 'rate_limit_error', param: null, code: 'rate_limit_exceeded' },
  },
  responses: {
    error: { message: 'Slow down.', type: 'rate_limit_error', param: null, code: 'rate_limit_exceeded' },
  },
  messages: { type: 'error', error: { type: 'rate_limit_error', message: 'Slow down.' } },
  gemini: { error: { code: 429, message: 'Slow down.', status: 'RESOURCE_EXHAUSTED' } },
}

/** The same in the client's words. */
export const ERRORS_SAID = {
  chat: '"type":"rate_limit_error"',
  responses: '"type":"rate_limit_error"',
  messages: '{"type":"error","error":{"type":"rate_limit_error"',
}
