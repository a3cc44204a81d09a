/**
 * Builds the table "protocol × feature" of the README by translating one probe for each cell:
 *   npm run build && node scripts/build-matrix.mjs [--write]
 * With --write it goes into README.md, between its two markers.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  ANSWER_FEATURES,
  ERRORS,
  ERRORS_SAID,
  REASONED_ANSWERS,
  STREAMED,
  STREAMS,
} from './matrix/answers.mjs'
import { REQUEST_FEATURES } from './matrix/requests.mjs'
import { LATE, SECRET, WORD } from './matrix/words.mjs'

const NAMES = {
  chat: 'OpenAI Chat',
  responses: 'OpenAI Responses',
  messages: 'Anthropic Messages',
  gemini: 'Gemini',
}
const CODECS = {
  chat: 'openaiChat',
  responses: 'openaiResponses',
  messages: 'anthropicMessages',
  gemini: 'gemini',
}
/** Models that take everything which their protocol can say. */
const TARGETS = {
  chat: {
    family: 'chat:test',
    traits: { cacheBreakpoints: true },
    dialect: { id: 'test', promptCache: true, reasoningBack: 'reasoning_content' },
  },
  responses: { family: 'openai', traits: { cacheBreakpoints: true } },
  messages: { family: 'anthropic', traits: { systemMessages: true } },
  gemini: { family: 'google-ai', traits: {} },
}
const CLIENTS = ['chat', 'responses', 'messages']
const FACTS = { model: 'm', created: 1, requestId: 'req_1', estimatedInputTokens: 1 }
const ERROR_STATUS = 429

/** How a feature fares between a client and a vendor. */
const WORDS = {
  native: 'native',
  translated: 'translated',
  emulated: 'emulated',
  dropped: 'dropped with a warning',
  refused: '400',
  none: '–',
}

/** The table as Markdown; `api` is the package. Throws when something is lost in silence. */
export function buildMatrix(api) {
  return CLIENTS.map((client) => buildTable(api, client)).join('\n\n')
}

function buildTable(api, client) {
  const vendors = Object.keys(CODECS)
  const rows = listFeatures(client).map(({ name, judge }) => {
    const cells = vendors.map((vendor) => judgeCell(judge, { api, client, vendor, name }))
    return `| ${name} | ${cells.join(' | ')} |`
  })
  const head = `| A client of ${NAMES[client]} on | ${vendors.map((vendor) => NAMES[vendor]).join(' | ')} |`
  return [head, `| --- |${' --- |'.repeat(vendors.length)}`, ...rows].join('\n')
}

/** `judge` is null where the client's protocol has no words for it. */
function judgeCell(judge, { api, client, vendor, name }) {
  if (judge === null) return WORDS.none
  return client === vendor
    ? WORDS.native
    : judge({ api, client, vendor, name, context: api.createCodecContext() })
}

function listFeatures(client) {
  const requests = REQUEST_FEATURES.map((feature) => ({
    name: feature.name,
    judge: feature.ask[client] === undefined ? null : (pair) => judgeRequest(feature, pair),
  }))
  const answers = ANSWER_FEATURES.map((feature) => ({
    name: feature.name,
    judge: (pair) => judgeAnswer(feature, pair),
  }))
  return [
    ...requests,
    ...answers,
    { name: 'reasoning state, there and back', judge: judgeRoundTrip },
    { name: 'streaming', judge: judgeStream },
    { name: 'errors', judge: judgeError },
  ]
}

function translate({ api, client, vendor, context }, body) {
  return api.translateRequest(
    { model: 'm', ...body },
    {
      from: api[CODECS[client]],
      to: api[CODECS[vendor]],
      target: { model: 'm', ...TARGETS[vendor] },
      context,
    },
  )
}

function judgeRequest({ ask, said, emulated = {} }, pair) {
  try {
    const { value, warnings } = translate(pair, ask[pair.client])
    const text = JSON.stringify(value)
    if (holds(text, said[pair.vendor])) return WORDS.translated
    if (holds(text, emulated[pair.vendor])) return WORDS.emulated
    if (warnings.some(({ code }) => code === 'dropped' || code === 'clamped')) return WORDS.dropped
    if (warnings.length > 0) return WORDS.emulated
    throw lost(pair, text)
  } catch (error) {
    if (pair.api.GatewayError.isInstance(error)) return WORDS.refused
    throw error
  }
}

function judgeAnswer({ answer, said }, pair) {
  const { value, warnings } = answerOf(pair, answer[pair.vendor])
  const text = JSON.stringify(value)
  if (holds(text, said[pair.client])) return WORDS.translated
  if (warnings.length > 0) return WORDS.dropped
  throw lost(pair, text)
}

function answerOf(pair, answer) {
  const { reply } = translate(pair, TOOLS[pair.client])
  return pair.api.translateResponse(answer, reply, FACTS)
}

const PARAMETERS = { type: 'object', properties: {} }
/** A request that offers the tools which the answers call. */
const TOOLS = {
  chat: {
    messages: [{ role: 'user', content: 'Hi' }],
    tools: [WORD, LATE].map((name) => ({ type: 'function', function: { name, parameters: PARAMETERS } })),
  },
  responses: {
    input: [{ role: 'user', content: 'Hi' }],
    tools: [WORD, LATE].map((name) => ({ type: 'function', name, parameters: PARAMETERS })),
  },
  messages: {
    max_tokens: 1000,
    messages: [{ role: 'user', content: 'Hi' }],
    tools: [WORD, LATE].map((name) => ({ name, input_schema: PARAMETERS })),
  },
}

/** The client's next request: what was said, the vendor's answer as the client got it, the results of its calls. */
const CONTINUE = {
  chat: (body, { choices: [{ message }] }) => ({
    ...body,
    messages: [
      ...body.messages,
      message,
      ...message.tool_calls.map(({ id }) => ({ role: 'tool', tool_call_id: id, content: 'ok' })),
    ],
  }),
  responses: (body, { output }) => ({
    ...body,
    input: [
      ...body.input,
      ...output,
      ...output.flatMap(({ type, call_id: id }) =>
        type === 'function_call' ? [{ type: 'function_call_output', call_id: id, output: 'ok' }] : [],
      ),
    ],
  }),
  messages: (body, { content }) => ({
    ...body,
    messages: [
      ...body.messages,
      { role: 'assistant', content },
      {
        role: 'user',
        content: content.flatMap(({ type, id }) =>
          type === 'tool_use' ? [{ type: 'tool_result', tool_use_id: id, content: 'ok' }] : [],
        ),
      },
    ],
  }),
}

function judgeRoundTrip(pair) {
  const { value } = answerOf(pair, REASONED_ANSWERS[pair.vendor])
  const next = translate(pair, CONTINUE[pair.client](TOOLS[pair.client], value))
  const text = JSON.stringify(next.value)
  if (holds(text, SECRET)) return WORDS.translated
  if (next.warnings.length > 0) return WORDS.dropped
  throw lost(pair, text)
}

function judgeStream(pair) {
  const { reply } = translate(pair, { ...TOOLS[pair.client], stream: true })
  const translator = pair.api.createStreamTranslator(reply, FACTS)
  const text = STREAMS[pair.vendor].map((event) => translator.push(event)).join('') + translator.end()
  if (holds(text, STREAMED[pair.client])) return WORDS.translated
  throw lost(pair, text)
}

function judgeError(pair) {
  const { api, client, vendor } = pair
  const { body } = api.translateError(ERROR_STATUS, ERRORS[vendor], {
    from: api[CODECS[client]],
    to: api[CODECS[vendor]],
  })
  const text = JSON.stringify(body)
  if (holds(text, ERRORS_SAID[client])) return WORDS.translated
  throw lost(pair, text)
}

function holds(text, pattern) {
  if (pattern === undefined) return false
  return typeof pattern === 'string' ? text.includes(pattern) : pattern.test(text)
}

function lost({ name, client, vendor }, text) {
  return new Error(`lost in silence: ${name}, ${client} → ${vendor}: ${text}`)
}

const MARKERS = /(<!-- matrix -->\n\n)[^]*?(\n\n<!-- \/matrix -->)/

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const table = buildMatrix(await import('../dist/src/index.js'))
  if (process.argv.includes('--write')) {
    const readme = fileURLToPath(new URL('../README.md', import.meta.url))
    const text = readFileSync(readme, 'utf8').replace(
      MARKERS,
      (_all, before, after) => before + table + after,
    )
    writeFileSync(readme, text)
  } else console.log(table)
}
