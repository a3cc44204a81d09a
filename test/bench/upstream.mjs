// Mock vendor: fixed bytes, no parsing beyond what picks the answer. Its own CPU is not measured.
import { createServer } from 'node:http'

const CHUNKS = 200
const text = 'The quick brown fox jumps over the lazy dog and runs on. '

const chatJson = Buffer.from(
  JSON.stringify({
    id: 'chatcmpl-bench',
    object: 'chat.completion',
    created: 1750000000,
    model: 'bench-model',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: text.repeat(12), refusal: null },
        logprobs: null,
        finish_reason: 'stop',
      },
    ],
    usage: {
      prompt_tokens: 220,
      completion_tokens: 160,
      total_tokens: 380,
      prompt_tokens_details: { cached_tokens: 0 },
    },
  }),
)
const messagesJson = Buffer.from(
  JSON.stringify({
    id: 'msg_bench',
    type: 'message',
    role: 'assistant',
    model: 'bench-model',
    content: [{ type: 'text', text: text.repeat(12) }],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: {
      input_tokens: 220,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      output_tokens: 160,
    },
  }),
)

const chatChunk = (delta, finish = null, usage = null) =>
  `data: ${JSON.stringify({ id: 'chatcmpl-bench', object: 'chat.completion.chunk', created: 1750000000, model: 'bench-model', choices: usage ? [] : [{ index: 0, delta, finish_reason: finish }], usage })}\n\n`
const event = (type, data) => `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`

const chatEvents = [
  chatChunk({ role: 'assistant', content: '' }),
  ...Array.from({ length: CHUNKS }, (_, index) => chatChunk({ content: ` word${index}` })),
  chatChunk({}, 'stop'),
  chatChunk(null, null, { prompt_tokens: 220, completion_tokens: CHUNKS, total_tokens: 220 + CHUNKS }),
  'data: [DONE]\n\n',
].map((chunk) => Buffer.from(chunk))

const messagesEvents = [
  event('message_start', {
    message: {
      id: 'msg_bench',
      type: 'message',
      role: 'assistant',
      model: 'bench-model',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: {
        input_tokens: 220,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 0,
        output_tokens: 1,
      },
    },
  }),
  event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
  ...Array.from({ length: CHUNKS }, (_, index) =>
    event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: ` word${index}` } }),
  ),
  event('content_block_stop', { index: 0 }),
  event('message_delta', {
    delta: { stop_reason: 'end_turn', stop_sequence: null },
    usage: { output_tokens: CHUNKS },
  }),
  event('message_stop', {}),
].map((chunk) => Buffer.from(chunk))

/** One event a write, each in its own turn: the reader sees many reads, as from a real vendor. */
async function stream(response, events, paceMs) {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (const chunk of events) {
    if (response.destroyed) return
    response.write(chunk)
    await (paceMs > 0 ? new Promise((resolve) => setTimeout(resolve, paceMs)) : new Promise(setImmediate))
  }
  response.end()
}

const server = createServer((request, response) => {
  const messages = request.url.includes('/messages')
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    const body = Buffer.concat(chunks).toString()
    const pace = Number(/pace-(\d+)/.exec(body)?.[1] ?? 0)
    if (body.includes('"stream":true')) return stream(response, messages ? messagesEvents : chatEvents, pace)
    const answer = messages ? messagesJson : chatJson
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length })
    response.end(answer)
  })
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
