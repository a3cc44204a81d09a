import { LATE, PDF, PNG, WAV, WORD } from './words.mjs'

const PARAMETERS = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
}
const chatTool = (name) => ({ type: 'function', function: { name, parameters: PARAMETERS } })
const responsesTool = (name) => ({ type: 'function', name, parameters: PARAMETERS, strict: false })
const messagesTool = (name) => ({ name, input_schema: PARAMETERS })

/** A request that says these parts, in the words of each client. */
const chat = (content = 'Hi', more = {}) => ({ messages: [{ role: 'user', content }], ...more })
const responses = (content = 'Hi', more = {}) => ({ input: [{ role: 'user', content }], ...more })
const messages = (content = 'Hi', more = {}) => ({
  max_tokens: 1000,
  messages: [{ role: 'user', content }],
  ...more,
})

/** Alternating turns with a system message before the last one. */
const withSystem = (system) => [
  { role: 'user', content: 'Hi' },
  { role: 'assistant', content: 'Hello' },
  system,
  { role: 'user', content: 'Go on' },
]

/**
 * Features of a request. `ask`: how each client says it; one that cannot is left out. `said`: how it stands in the
 * vendor's request in the vendor's own words; `emulated`: in other words.
 */
export const REQUEST_FEATURES = [
  {
    name: 'text',
    ask: { chat: chat(WORD), responses: responses(WORD), messages: messages(WORD) },
    said: { chat: WORD, responses: WORD, messages: WORD, gemini: WORD },
  },
  {
    name: 'system message in mid-conversation',
    ask: {
      chat: { messages: withSystem({ role: 'system', content: LATE }) },
      responses: { input: withSystem({ role: 'system', content: LATE }) },
      messages: { max_tokens: 1000, messages: withSystem({ role: 'system', content: LATE }) },
    },
    said: {
      chat: new RegExp(`"role":"(system|developer)","content":"${LATE}`),
      responses: new RegExp(`"role":"(system|developer)","content":[^}]*${LATE}`),
      messages: new RegExp(`"role":"system","content":[^}]*${LATE}`),
    },
    emulated: { messages: LATE, gemini: LATE },
  },
  {
    name: 'images',
    ask: {
      chat: chat([{ type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } }]),
      responses: responses([{ type: 'input_image', image_url: `data:image/png;base64,${PNG}` }]),
      messages: messages([{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } }]),
    },
    said: { chat: PNG, responses: PNG, messages: PNG, gemini: PNG },
  },
  {
    name: 'documents (PDF)',
    ask: {
      chat: chat([
        { type: 'file', file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${PDF}` } },
      ]),
      responses: responses([
        { type: 'input_file', filename: 'a.pdf', file_data: `data:application/pdf;base64,${PDF}` },
      ]),
      messages: messages([
        { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: PDF } },
      ]),
    },
    said: { chat: PDF, responses: PDF, messages: PDF, gemini: PDF },
  },
  {
    name: 'audio',
    ask: {
      chat: chat([{ type: 'input_audio', input_audio: { format: 'wav', data: WAV } }]),
      responses: responses([{ type: 'input_audio', input_audio: { format: 'wav', data: WAV } }]),
    },
    said: { chat: WAV, responses: WAV, messages: WAV, gemini: WAV },
  },
  {
    name: 'tools',
    ask: {
      chat: chat('Hi', { tools: [chatTool(WORD)] }),
      responses: responses('Hi', { tools: [responsesTool(WORD)] }),
      messages: messages('Hi', { tools: [messagesTool(WORD)] }),
    },
    said: {
      chat: `"function":{"name":"${WORD}"`,
      responses: `"name":"${WORD}"`,
      messages: '"input_schema":{',
      gemini: '"functionDeclarations":[',
    },
  },
  {
    name: 'one call at a time',
    ask: {
      chat: chat('Hi', { tools: [chatTool(WORD)], parallel_tool_calls: false }),
      responses: responses('Hi', { tools: [responsesTool(WORD)], parallel_tool_calls: false }),
      messages: messages('Hi', {
        tools: [messagesTool(WORD)],
        tool_choice: { type: 'auto', disable_parallel_tool_use: true },
      }),
    },
    said: {
      chat: '"parallel_tool_calls":false',
      responses: '"parallel_tool_calls":false',
      messages: '"disable_parallel_tool_use":true',
    },
  },
  {
    name: 'tool choice',
    ask: {
      chat: chat('Hi', {
        tools: [chatTool(WORD), chatTool('other')],
        tool_choice: { type: 'function', function: { name: WORD } },
      }),
      responses: responses('Hi', {
        tools: [responsesTool(WORD), responsesTool('other')],
        tool_choice: { type: 'function', name: WORD },
      }),
      messages: messages('Hi', {
        tools: [messagesTool(WORD), messagesTool('other')],
        tool_choice: { type: 'tool', name: WORD },
      }),
    },
    said: {
      chat: `"tool_choice":{"type":"function","function":{"name":"${WORD}"}}`,
      responses: `"tool_choice":{"type":"function","name":"${WORD}"}`,
      messages: `"tool_choice":{"type":"tool","name":"${WORD}"}`,
      gemini: `"mode":"ANY","allowedFunctionNames":["${WORD}"]`,
    },
  },
  {
    name: 'free-text (custom) tools',
    ask: {
      chat: chat('Hi', { tools: [{ type: 'custom', custom: { name: WORD } }] }),
      responses: responses('Hi', { tools: [{ type: 'custom', name: WORD }] }),
    },
    said: { chat: '"type":"custom"', responses: '"type":"custom"' },
    emulated: { messages: '"input":{"type":"string"}', gemini: '"input":{"type":"string"}' },
  },
  {
    name: 'structured output',
    ask: {
      chat: chat('Hi', {
        response_format: {
          type: 'json_schema',
          json_schema: { name: WORD, schema: PARAMETERS, strict: true },
        },
      }),
      responses: responses('Hi', {
        text: { format: { type: 'json_schema', name: WORD, schema: PARAMETERS, strict: true } },
      }),
      messages: messages('Hi', { output_config: { format: { type: 'json_schema', schema: PARAMETERS } } }),
    },
    said: {
      chat: '"type":"json_schema"',
      responses: '"type":"json_schema"',
      messages: '"type":"json_schema"',
      gemini: '"responseJsonSchema":{',
    },
  },
  {
    name: 'stop sequences',
    ask: { chat: chat('Hi', { stop: [WORD] }), messages: messages('Hi', { stop_sequences: [WORD] }) },
    said: {
      chat: `"stop":["${WORD}"]`,
      messages: `"stop_sequences":["${WORD}"]`,
      gemini: `"stopSequences":["${WORD}"]`,
    },
  },
  {
    name: 'prompt-cache markers',
    ask: {
      chat: chat([{ type: 'text', text: WORD, cache_control: { type: 'ephemeral' } }]),
      responses: responses([
        { type: 'input_text', text: WORD, prompt_cache_breakpoint: { mode: 'explicit', ttl: '30m' } },
      ]),
      messages: messages([{ type: 'text', text: WORD, cache_control: { type: 'ephemeral' } }]),
    },
    said: {
      chat: /"(cache_control|prompt_cache_breakpoint)"/,
      responses: '"prompt_cache_breakpoint"',
      messages: '"cache_control"',
    },
  },
]
