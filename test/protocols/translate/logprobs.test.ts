import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  accumulate,
  createStreamTranslator,
  gemini,
  type JsonObject,
  openaiChat,
  openaiResponses,
  parseSse,
  type Protocol,
  type ReplyRoute,
  type SseEvent,
  type StreamPart,
  type TokenLogprob,
  translateResponse,
} from '../../../src/index.js'
import { FACTS, decodeContext, encodeContext, VENDORS } from '../../laws/support/protocols.js'
import { readWithSdk as readChat } from '../openai-chat/support.js'
import { readWithSdk as readResponse } from '../openai-responses/support.js'
import {
  CHAT,
  chatBody,
  GEMINI,
  responsesBody,
  RESPONSES,
  translate,
  type Vendor,
  valueAt,
} from './support.js'

/** One token in OpenAI's two protocols; `bytes` are required in Responses, and Google has none. */
const token = (text: string, logprob: number, bytes: readonly number[] | null): JsonObject => ({
  token: text,
  logprob,
  bytes,
})
const TOKENS = [
  { ...token('Hé', -0.5, [72, 195, 169]), top_logprobs: [token('Hi', -1.5, [72, 105])] },
  { ...token('!', -0.25, [33]), top_logprobs: [] },
]
const WITHOUT_BYTES = [
  { ...token('Hé', -0.5, null), top_logprobs: [token('Hi', -1.5, null)] },
  { ...token('!', -0.25, null), top_logprobs: [] },
]

const google = (text: string, logProbability: number): JsonObject => ({ token: text, logProbability })
const GOOGLE_TOKENS = [
  { chosen: google('Hé', -0.5), top: { candidates: [google('Hi', -1.5)] } },
  { chosen: google('!', -0.25), top: { candidates: [] } },
]
const googleResult = (tokens: typeof GOOGLE_TOKENS): JsonObject => ({
  chosenCandidates: tokens.map(({ chosen }) => chosen),
  topCandidates: tokens.map(({ top }) => top),
})

/** A vendor's answer with log probabilities, whole and as the data of its events. */
interface Answer {
  readonly vendor: Vendor
  readonly whole: JsonObject
  readonly events: readonly JsonObject[]
  /** What a request that asks for two alternatives says. */
  readonly asked: JsonObject
}

const chatHead = { id: 'c', model: 'm', created: 1 }
const chatChunk = (choice: JsonObject): JsonObject => ({
  ...chatHead,
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta: {}, finish_reason: null, ...choice }],
})
const item = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text: 'Hé!', annotations: [], logprobs: TOKENS }],
}
const place = { item_id: 'msg_1', output_index: 0, content_index: 0 }
const response = { id: 'resp_1', object: 'response', status: 'completed', model: 'm', output: [item] }
const candidate = (text: string, tokens: typeof GOOGLE_TOKENS): JsonObject => ({
  index: 0,
  content: { role: 'model', parts: [{ text }] },
  logprobsResult: googleResult(tokens),
})

const ANSWERS: Readonly<Record<string, Answer>> = {
  Chat: {
    vendor: CHAT,
    whole: {
      ...chatHead,
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Hé!' },
          logprobs: { content: TOKENS, refusal: null },
          finish_reason: 'stop',
        },
      ],
    },
    events: [
      chatChunk({ delta: { content: 'Hé' }, logprobs: { content: TOKENS.slice(0, 1) } }),
      chatChunk({ delta: { content: '!' }, logprobs: { content: TOKENS.slice(1) } }),
      chatChunk({ finish_reason: 'stop' }),
    ],
    asked: { logprobs: true, top_logprobs: 2 },
  },
  Responses: {
    vendor: RESPONSES,
    whole: response,
    events: [
      { type: 'response.created', response: { ...response, status: 'in_progress', output: [] } },
      { type: 'response.output_item.added', output_index: 0, item: { ...item, content: [] } },
      { type: 'response.output_text.delta', ...place, delta: 'Hé', logprobs: TOKENS.slice(0, 1) },
      { type: 'response.output_text.delta', ...place, delta: '!', logprobs: TOKENS.slice(1) },
      { type: 'response.output_text.done', ...place, text: 'Hé!', logprobs: TOKENS },
      { type: 'response.output_item.done', output_index: 0, item },
      { type: 'response.completed', response },
    ],
    asked: {
      top_logprobs: 2,
      include: ['reasoning.encrypted_content', 'message.output_text.logprobs'],
    },
  },
  Gemini: {
    vendor: GEMINI,
    whole: { responseId: 'r', candidates: [{ ...candidate('Hé!', GOOGLE_TOKENS), finishReason: 'STOP' }] },
    events: [
      { responseId: 'r', candidates: [candidate('Hé', GOOGLE_TOKENS.slice(0, 1))] },
      { responseId: 'r', candidates: [{ ...candidate('!', GOOGLE_TOKENS.slice(1)), finishReason: 'STOP' }] },
    ],
    asked: { generationConfig: { responseLogprobs: true, logprobs: 2 } },
  },
}

/** A client that asks for two alternatives, and how it reads them. */
interface Client {
  readonly protocol: Protocol
  readonly body: JsonObject
  readonly ofWhole: (body: JsonObject) => unknown
  readonly ofEvents: (data: readonly unknown[]) => unknown
}

const CLIENTS: Readonly<Record<string, Client>> = {
  Chat: {
    protocol: openaiChat,
    body: chatBody({ logprobs: true, top_logprobs: 2 }),
    ofWhole: (body) => valueAt(body, 'choices', 0, 'logprobs', 'content'),
    ofEvents: (data) => data.flatMap((event) => valueAt(event, 'choices', 0, 'logprobs', 'content') ?? []),
  },
  Responses: {
    protocol: openaiResponses,
    body: responsesBody({ include: ['message.output_text.logprobs'], top_logprobs: 2 }),
    ofWhole: (body) => valueAt(body, 'output', 0, 'content', 0, 'logprobs'),
    ofEvents: (data) =>
      data
        .filter((event) => valueAt(event, 'type') === 'response.output_text.delta')
        .flatMap((event) => valueAt(event, 'logprobs')),
  },
}

const PAIRS = Object.entries(CLIENTS).flatMap(([client, ask]) =>
  Object.entries(ANSWERS)
    .filter(([vendor]) => vendor !== client)
    .map(([vendor, answer]) => ({ client, vendor, ask, answer })),
)

describe.each(PAIRS)('log probabilities for $client from $vendor', ({ client, vendor, ask, answer }) => {
  const translated = translate(ask.protocol, answer.vendor, ask.body)
  const reply: ReplyRoute = translated.reply
  const told = client === 'Chat' && vendor === 'Gemini' ? WITHOUT_BYTES : TOKENS

  it('are asked for', () => {
    expect(translated.value).toMatchObject(answer.asked)
    expect(translated.warnings).toEqual([])
  })

  it('come with a whole answer', () => {
    const { value, warnings } = translateResponse(answer.whole, reply, FACTS)
    expect(ask.ofWhole(value)).toEqual(told)
    expect(warnings).toEqual([])
  })

  it('come with the text that they belong to in a stream', () => {
    const translator = createStreamTranslator(reply, FACTS)
    const events = answer.events.map((data): SseEvent => ({ event: undefined, data: JSON.stringify(data) }))
    const text = events.map((event) => translator.push(event)).join('') + translator.end()
    const data = parseSse(text)
      .filter((event) => event.data !== '[DONE]')
      .map((event): unknown => JSON.parse(event.data))
    expect(ask.ofEvents(data)).toEqual(told)
    expect(translator.warnings).toEqual([])
  })
})

describe('log probabilities of text that a stop sequence cuts', () => {
  const reply = translate(openaiChat, RESPONSES, chatBody({ logprobs: true, stop: ['!'] })).reply

  it('are those of the text before it', () => {
    const { value } = translateResponse(response, reply, FACTS)
    expect(value).toMatchObject({
      choices: [{ message: { content: 'Hé' }, logprobs: { content: [{ token: 'Hé' }] } }],
    })
  })
})

/** Pieces of a text, each with the tokens that it is made of. */
const pieces = fc.array(
  fc.array(fc.record({ token: fc.string({ minLength: 1 }), logprob: fc.double({ min: -99, max: 0 }) }), {
    minLength: 1,
    maxLength: 3,
  }),
  { minLength: 1, maxLength: 4 },
)
const encoder = new TextEncoder()

function streamOf(tokens: readonly (readonly TokenLogprob[])[]): readonly StreamPart[] {
  return [
    { type: 'start', id: 'answer_1', model: 'm', created: 1 },
    { type: 'open', key: 0, block: { kind: 'text' } },
    ...tokens.map((logprobs): StreamPart => ({
      type: 'delta',
      key: 0,
      text: logprobs.map(({ token: text }) => text).join(''),
      logprobs,
    })),
    { type: 'close', key: 0, status: 'complete' },
    { type: 'finish', finish: { reason: 'stop' } },
  ]
}

function write(protocol: Protocol, parts: readonly StreamPart[]): string {
  const writer = protocol.createStreamEncoder(encodeContext())
  return parts.map((part) => writer.push(part)).join('')
}

describe.each([openaiChat, openaiResponses, gemini])('log probabilities in $id', (protocol) => {
  /** Google has no bytes, and zero has no sign on a wire. */
  const complete = ({ token: text, logprob }: Omit<TokenLogprob, 'top'>): TokenLogprob => ({
    token: text,
    logprob: logprob + 0,
    ...(protocol === gemini ? {} : { bytes: [...encoder.encode(text)] }),
    top: [],
  })

  it('come back as they were written', () => {
    fc.assert(
      fc.property(pieces, (given) => {
        const parts = streamOf(given.map((piece) => piece.map(complete)))
        const decoder = protocol.createStreamDecoder(decodeContext(VENDORS[protocol.id]))
        const read = [
          ...parseSse(write(protocol, parts)).flatMap((event) => decoder.push(event)),
          ...decoder.end(),
        ]
        expect(accumulate(read).response.content).toEqual(accumulate(parts).response.content)
      }),
    )
  })
})

describe('the strict clients of the vendors', () => {
  const parts = streamOf([
    [{ token: 'a', logprob: -1, bytes: [97], top: [] }],
    [{ token: 'b', logprob: -2, bytes: [98], top: [] }],
  ])

  it('read the log probabilities of a Chat stream', async () => {
    const { choices } = await readChat(write(openaiChat, parts))
    expect(choices[0]?.logprobs?.content?.map(({ token: text }) => text)).toEqual(['a', 'b'])
  })

  it('read the log probabilities of a Responses stream', async () => {
    const final = await readResponse(write(openaiResponses, parts))
    expect(valueAt(final, 'output', 0, 'content', 0, 'logprobs')).toMatchObject([
      { token: 'a' },
      { token: 'b' },
    ])
  })
})
