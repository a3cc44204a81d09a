// node test/bench/growth.mjs, or `npm run bench -- --only growth`: what translation costs per unit when there is ten
// times as much of it, for every pair of protocols. A ratio far over 1 is growth that is not linear.
import {
  anthropicMessages,
  createCodecContext,
  createStreamTranslator,
  gemini,
  openaiChat,
  openaiResponses,
  translateRequest,
} from 'crossmodel-gateway'

const context = createCodecContext()
const FACTS = { model: 'bench/model', created: 1, requestId: 'req_cm_bench', estimatedInputTokens: 1 }
const VENDORS = [openaiChat, openaiResponses, anthropicMessages, gemini]
const CLIENTS = VENDORS.filter(({ client }) => client !== null)
const PAIRS = CLIENTS.flatMap((from) => VENDORS.map((to) => ({ from, to })))

const words = 'Explain in a few sentences how a token bucket works and where it is used in practice. '
const schema = { type: 'object', properties: { query: { type: 'string' }, limit: { type: 'integer' } } }
const tool = (at) => ({ name: `find_${at}`, description: words, schema })
const times = (count, make) => Array.from({ length: count }, (_, at) => make(at))

/** A conversation whose turns alternate between text, a call and its result, in the words of each client protocol. */
const REQUESTS = {
  'openai-chat': ({ messages = 3, tools = 0, text = words }) => ({
    model: 'm',
    stream: true,
    max_completion_tokens: 512,
    messages: times(messages, (at) => {
      const id = `call_${at - (at % 3)}`
      if (at % 3 === 0) return { role: 'user', content: text }
      if (at % 3 === 2) return { role: 'tool', tool_call_id: id, content: text }
      const call = { id, type: 'function', function: { name: 'find_0', arguments: '{"query":"a"}' } }
      return { role: 'assistant', content: text, tool_calls: [call] }
    }),
    tools: times(tools, tool).map(({ schema: parameters, ...rest }) => ({
      type: 'function',
      function: { ...rest, parameters },
    })),
  }),
  'openai-responses': ({ messages = 3, tools = 0, text = words }) => ({
    model: 'm',
    stream: true,
    max_output_tokens: 512,
    input: times(messages, (at) => {
      const call_id = `call_${at - (at % 3)}`
      if (at % 3 === 0) return { role: 'user', content: text }
      if (at % 3 === 2) return { type: 'function_call_output', call_id, output: text }
      return { type: 'function_call', call_id, name: 'find_0', arguments: '{"query":"a"}' }
    }),
    tools: times(tools, tool).map(({ schema: parameters, ...rest }) => ({
      type: 'function',
      ...rest,
      parameters,
    })),
  }),
  'anthropic-messages': ({ messages = 3, tools = 0, text = words }) => ({
    model: 'm',
    stream: true,
    max_tokens: 512,
    messages: times(messages, (at) => {
      const id = `call_${at - (at % 3)}`
      if (at % 3 === 0) return { role: 'user', content: text }
      if (at % 3 === 2)
        return { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: text }] }
      const call = { type: 'tool_use', id, name: 'find_0', input: { query: 'a' } }
      return { role: 'assistant', content: [{ type: 'text', text }, call] }
    }),
    tools: times(tools, tool).map(({ schema: input_schema, ...rest }) => ({ ...rest, input_schema })),
  }),
}

const routeOf = ({ from, to }) => ({
  from,
  to,
  context,
  target: { model: 'm', family: 'bench', traits: {}, maxOutputTokens: 64_000 },
})

function* blockParts(key, block, pieces) {
  yield { type: 'open', key, block }
  for (const text of pieces) yield { type: 'delta', key, text }
  yield { type: 'close', key, status: 'complete' }
}

function* streamParts({ chunks = 0, pieces = 0, calls = 0 }) {
  yield { type: 'start', id: 'answer_1', model: 'm', created: 1 }
  if (chunks > 0) {
    yield* blockParts(
      0,
      { kind: 'text' },
      times(chunks, () => 'a few words '),
    )
  }
  const call = (at) => ({ kind: 'tool', tool: 'function', id: `call_${at}`, name: 'find_0' })
  if (pieces > 0) yield* blockParts(1, call(1), ['{"query":"', ...times(pieces, () => 'some text '), '"}'])
  for (let at = 2; at < 2 + calls; at++) yield* blockParts(at, call(at), ['{"query":', '"text"}'])
  yield { type: 'usage', usage: { inputTokens: 10, outputTokens: 10 } }
  yield { type: 'finish', finish: { reason: pieces + calls > 0 ? 'tool-calls' : 'stop' } }
}

/** The events of a vendor's stream, as its parser gives them. */
function vendorEvents({ to }, amounts) {
  const body = REQUESTS['openai-chat']({})
  const request = openaiChat.decodeRequest(body, context).value
  const encoder = to.createStreamEncoder({ ...context, ...FACTS, request, body })
  let text = ''
  for (const part of streamParts(amounts)) text += encoder.push(part)
  return text
    .split('\n\n')
    .filter((event) => event !== '')
    .map((event) => ({
      event: /^event: (.*)$/m.exec(event)?.[1],
      data: /^data: (.*)$/m.exec(event)?.[1] ?? '',
    }))
}

function prepareStream(pair, amounts) {
  const { reply } = translateRequest(REQUESTS[pair.from.id]({ tools: 1 }), routeOf(pair))
  const events = vendorEvents(pair, amounts)
  return () => {
    const translator = createStreamTranslator(reply, FACTS)
    let length = 0
    for (const event of events) length += translator.push(event).length
    return length + translator.end().length
  }
}

function prepareRequest(pair, amounts) {
  const body = REQUESTS[pair.from.id](amounts)
  return () => JSON.stringify(translateRequest(body, routeOf(pair)).value).length
}

const BATCHES = 5
const BATCH_MICROS = 30_000

/** CPU microseconds of one run in the fastest of a few batches: other processes and a cold start count for nothing. */
function measure(run) {
  let best = Infinity
  for (let batch = 0; batch <= BATCHES; batch++) {
    let [runs, micros] = [0, 0]
    const start = process.cpuUsage()
    while (micros < BATCH_MICROS) {
      run()
      runs++
      const { user, system } = process.cpuUsage(start)
      micros = user + system
    }
    best = Math.min(best, micros / runs)
  }
  return best
}

const GROWTH = [
  ['chunk of text', prepareStream, (chunks) => ({ chunks }), 200],
  ['piece of arguments', prepareStream, (pieces) => ({ pieces }), 200],
  ['call in an answer', prepareStream, (calls) => ({ calls }), 20],
  ['message', prepareRequest, (messages) => ({ messages }), 30],
  ['tool', prepareRequest, (tools) => ({ tools }), 20],
]

/** Prints the cost per unit at one and at ten times the amount, and how they compare. */
export function printGrowth() {
  for (const pair of PAIRS) {
    const name = `${pair.from.id} on ${pair.to.id}`
    for (const [unit, prepare, amounts, count] of GROWTH) {
      // The large one first: it warms the code up for both.
      const [tenfold, once] = [count * 10, count].map(
        (units) => measure(prepare(pair, amounts(units))) / units,
      )
      const ratio = (tenfold / once).toFixed(2)
      console.log(
        `growth, ${name}, ${unit}: ${once.toFixed(2)} µs of ${count}, ${tenfold.toFixed(2)} µs of ${count * 10}, ratio ${ratio}`,
      )
    }
    const text = (bytes) => words.repeat(Math.ceil(bytes / words.length / 30))
    const [small, large] = [50_000, 5_000_000].map((bytes) =>
      measure(prepareRequest(pair, { messages: 30, text: text(bytes) })),
    )
    console.log(
      `growth, ${name}, request of 30 messages: 50 KB ${(small / 1000).toFixed(2)} ms, 5 MB ${(large / 1000).toFixed(1)} ms`,
    )
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) printGrowth()
