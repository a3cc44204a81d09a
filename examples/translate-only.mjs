// @ts-check
// Translation alone: an OpenAI Chat request for Claude, and Claude's answer for the OpenAI client. No server, no await.
import {
  anthropicMessages,
  createCodecContext,
  createStreamTranslator,
  modelTraits,
  openaiChat,
  parseSse,
  translateRequest,
  translateResponse,
} from 'crossmodel-gateway'

const model = 'claude-sonnet-4-6'
const question = {
  model: 'anthropic/claude-sonnet-4-6',
  messages: [{ role: 'user', content: 'The capital of Norway, in one word?' }],
  logit_bias: { 42: -100 },
}
const { value, warnings, reply } = translateRequest(question, {
  from: openaiChat,
  to: anthropicMessages,
  target: { model, family: 'anthropic', traits: modelTraits('anthropic', model) },
  context: createCodecContext(),
})
console.log('for Claude', value)
console.log('lost', warnings) // logit_bias: Messages has no such field

// What only the caller knows of the answer.
const facts = { model: question.model, created: 0, requestId: 'req_1', estimatedInputTokens: 20 }
const usage = { input_tokens: 20, output_tokens: 2 }
const empty = { id: 'msg_1', type: 'message', role: 'assistant', model, content: [], usage }
const answer = { ...empty, content: [{ type: 'text', text: 'Oslo' }], stop_reason: 'end_turn' }
console.log('for the client', translateResponse(answer, reply, facts).value)

const events = [
  { type: 'message_start', message: { ...empty, stop_reason: null } },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Oslo' } },
  { type: 'content_block_stop', index: 0 },
  { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage },
  { type: 'message_stop' },
]
const stream = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('')

const translator = createStreamTranslator(reply, facts)
for (const event of parseSse(stream)) process.stdout.write(translator.push(event))
process.stdout.write(translator.end())
