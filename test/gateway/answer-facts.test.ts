import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AnswerFacts, EndEvent } from '../../src/index.js'
import { eventually } from '../contracts/http-server.js'
import {
  CHAT,
  chunk,
  data,
  DONE,
  ENDPOINTS,
  event,
  MESSAGES,
  RESPONSES,
  stream,
  whole,
} from '../support/calls.js'
import type { Reply } from '../support/scripted-vendor.js'
import { BASE_CONFIG, createTestGateway, PRICE } from '../support/test-gateway.js'

interface Names {
  readonly id?: string
  readonly model?: string
}

/** How a vendor answers, whole and streamed, with its own names and its own word for the end. */
interface Vendor {
  readonly model: string
  readonly word: string
  readonly whole: (names: Names) => unknown
  readonly events: (names: Names) => readonly string[]
}

const NAMES: Names = { id: 'answer_of_the_vendor', model: 'served-2026-11-01' }
const text = { type: 'output_text', text: 'hello', annotations: [] }
const message = { id: 'msg_1', type: 'message', role: 'assistant', status: 'incomplete', content: [text] }
const candidate = { content: { role: 'model', parts: [{ text: 'hello' }] }, index: 0 }
const geminiNames = ({ id, model }: Names): object => ({ responseId: id, modelVersion: model })

const VENDORS: readonly Vendor[] = [
  {
    model: CHAT.model,
    word: 'eos_token',
    whole: (names) => ({
      ...names,
      choices: [{ index: 0, message: { role: 'assistant', content: 'hello' }, finish_reason: 'eos_token' }],
    }),
    events: (names) => [
      data({ choices: [], id: '', model: '', prompt_filter_results: [] }),
      data({ ...names, choices: [{ index: 0, delta: { role: 'assistant', content: '' } }] }),
      data({ ...names, choices: [{ index: 0, delta: { content: 'hello' } }] }),
      data({ ...names, choices: [{ index: 0, delta: {}, finish_reason: 'eos_token' }] }),
      DONE,
    ],
  },
  {
    model: RESPONSES.model,
    word: 'max_output_tokens',
    whole: (names) => ({
      ...names,
      object: 'response',
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      output: [message],
    }),
    events: (names) => [
      event({ type: 'response.created', response: { ...names, status: 'in_progress', output: [] } }),
      event({ type: 'response.output_item.added', output_index: 0, item: { ...message, content: [] } }),
      event({
        type: 'response.output_text.delta',
        item_id: 'msg_1',
        output_index: 0,
        content_index: 0,
        delta: 'hello',
      }),
      event({
        type: 'response.incomplete',
        response: {
          ...names,
          status: 'incomplete',
          incomplete_details: { reason: 'max_output_tokens' },
          output: [message],
        },
      }),
    ],
  },
  {
    model: MESSAGES.model,
    word: 'model_context_window_exceeded',
    whole: (names) => ({
      ...names,
      type: 'message',
      role: 'assistant',
      content: [{ type: 'text', text: 'hello' }],
      stop_reason: 'model_context_window_exceeded',
    }),
    events: (names) => [
      event({
        type: 'message_start',
        message: { ...names, type: 'message', role: 'assistant', content: [] },
      }),
      event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
      event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'hello' } }),
      event({ type: 'content_block_stop', index: 0 }),
      event({ type: 'message_delta', delta: { stop_reason: 'model_context_window_exceeded' } }),
      event({ type: 'message_stop' }),
    ],
  },
  {
    model: 'test/gemini',
    word: 'MAX_TOKENS',
    whole: (names) => ({ ...geminiNames(names), candidates: [{ ...candidate, finishReason: 'MAX_TOKENS' }] }),
    events: (names) => [
      data({ ...geminiNames(names), candidates: [candidate] }),
      data({ ...geminiNames(names), candidates: [{ index: 0, finishReason: 'MAX_TOKENS' }] }),
    ],
  },
]

const PAIRS = ENDPOINTS.flatMap((client) =>
  VENDORS.map((vendor) => ({ path: client.path, model: vendor.model, client, vendor })),
)

async function endOf(reply: Reply, { path, body }: { path: string; body: object }): Promise<EndEvent> {
  const ends: EndEvent[] = []
  const tested = createTestGateway({
    upstreams: { ...BASE_CONFIG.upstreams, gemini: { vendor: 'gemini', apiKey: 'AIzaTest' } },
    models: [
      ...(BASE_CONFIG.models ?? []),
      { id: 'test/gemini', upstream: 'gemini', model: 'g', price: PRICE },
    ],
    hooks: { onEnd: (end) => void ends.push(end) },
  })
  tested.vendor.play(reply)
  await tested.post(path, body)
  await eventually(() => ends.length > 0)
  const [end] = ends
  if (end === undefined) throw new Error('the call has no end')
  return end
}

/** What is told of the same answer, whole and streamed. */
async function bothOf(
  { client, vendor }: (typeof PAIRS)[number],
  names: Names,
): Promise<readonly [AnswerFacts | null, AnswerFacts | null]> {
  const body = { ...client.request(), model: vendor.model }
  const one = await endOf(whole(vendor.whole(names)), { path: client.path, body })
  const other = await endOf(stream(...vendor.events(names)), {
    path: client.path,
    body: { ...body, stream: true },
  })
  expect([one.status, other.status]).toEqual(['completed', 'completed'])
  return [one.answer, other.answer]
}

describe('what a vendor said of its answer', () => {
  it.each(PAIRS)('is in its own words, whole and streamed: $path on $model', async (pair) => {
    const said = { ...NAMES, finishReasons: [pair.vendor.word] }
    expect(await bothOf(pair, NAMES)).toEqual([said, said])
  })

  it.each(PAIRS)('is not made up where it did not say it: $path on $model', async (pair) => {
    const said = { id: null, model: null, finishReasons: [pair.vendor.word] }
    expect(await bothOf(pair, {})).toEqual([said, said])
  })

  it('is the same however the bytes are split', async () => {
    for (const { vendor, client } of PAIRS.filter(({ path }) => path === CHAT.path)) {
      const bytes = vendor.events(NAMES).join('')
      await fc.assert(
        fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 12 }), async (cuts) => {
          const at = [0, ...cuts.toSorted((one, other) => one - other), bytes.length]
          const pieces = at.slice(1).map((end, index) => bytes.slice(at[index], end))
          const body = { ...client.request(), model: vendor.model, stream: true }
          const { answer } = await endOf(stream(...pieces), { path: client.path, body })
          expect(answer).toEqual({ ...NAMES, finishReasons: [vendor.word] })
        }),
        { numRuns: 15 },
      )
    }
  })

  it('has a reason for each of several answers, in their order', async () => {
    const choice = (index: number, reason: string): object => ({
      index,
      message: { role: 'assistant', content: 'x' },
      delta: { content: 'x' },
      finish_reason: reason,
    })
    const body = { ...CHAT.request(), n: 2 }
    const request = { path: CHAT.path, body }
    const answered = await endOf(
      whole({ ...NAMES, choices: [choice(0, 'length'), choice(1, 'stop')] }),
      request,
    )
    const streamed = await endOf(
      stream(
        data({ ...NAMES, choices: [choice(1, 'stop')] }),
        data({ ...NAMES, choices: [choice(0, 'length')] }),
        DONE,
      ),
      { ...request, body: { ...body, stream: true } },
    )
    expect(answered.answer?.finishReasons).toEqual(['length', 'stop'])
    expect(streamed.answer).toEqual(answered.answer)
  })

  it('is what was seen of a stream that broke off', async () => {
    const { answer, status } = await endOf(stream(chunk({ content: 'hel' }), { fault: 'reset' }), {
      path: CHAT.path,
      body: { ...CHAT.request(), stream: true },
    })
    expect([status, answer]).toEqual(['failed', { id: 'c1', model: 'vendor-chat', finishReasons: [] }])
  })

  it('is nothing where no vendor has answered', async () => {
    const request = { path: CHAT.path, body: CHAT.request() }
    expect((await endOf(whole({ error: { message: 'down' } }, 500), request)).answer).toBeNull()
    const count = { path: `${MESSAGES.path}/count_tokens`, body: MESSAGES.request() }
    expect((await endOf(whole({ input_tokens: 3 }), count)).answer).toBeNull()
  })

  it('is the model of embeddings, which have no end', async () => {
    const reply = whole({ object: 'list', data: [], model: 'embedder-2', usage: { prompt_tokens: 7 } })
    const { answer } = await endOf(reply, { path: '/v1/embeddings', body: { model: CHAT.model, input: 'x' } })
    expect(answer).toEqual({ id: null, model: 'embedder-2', finishReasons: [] })
  })

  it('is in no record', async () => {
    const tested = createTestGateway()
    tested.vendor.play(whole(VENDORS[0]?.whole(NAMES)))
    await tested.post(CHAT.path, CHAT.request())
    expect(JSON.stringify(tested.records)).not.toMatch(/answer_of_the_vendor|served-2026|eos_token/)
    expect(tested.records[0]).not.toHaveProperty('answer')
  })
})
