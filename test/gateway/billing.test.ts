import { describe, expect, it, test } from 'vitest'
import type { ModelConfig, Usage } from '../../src/index.js'
import {
  CHAT,
  chatAnswer,
  chatStream,
  type Endpoint,
  MESSAGES,
  messagesAnswer,
  messagesStream,
  RESPONSES,
  responsesAnswer,
  responsesStream,
  stream,
  whole,
} from '../support/calls.js'
import type { Reply } from '../support/scripted-vendor.js'
import { BALANCE, BASE_CONFIG, createTestGateway, PRICE } from '../support/test-gateway.js'

interface Billed {
  readonly cost: number
  readonly usage: Usage
}

/** What a call costs whose vendor replies so; checks that balance, record and /v1/usage agree. */
async function bill(
  endpoint: Endpoint,
  reply: Reply,
  models: readonly ModelConfig[] = BASE_CONFIG.models,
): Promise<Billed> {
  const tested = createTestGateway({ models })
  tested.vendor.play(reply)
  const isStream = reply.headers?.['content-type'] === 'text/event-stream'
  const { status } = await tested.post(endpoint.path, { ...endpoint.request(), stream: isStream })
  expect(status).toBe(200)
  const [record] = tested.records
  if (record === undefined) throw new Error('nothing was recorded')
  const { raw: _raw, ...usage } = record.usage
  expect(tested.wallet()).toEqual({ balanceMicro: BALANCE - record.costMicro, heldMicro: 0 })
  expect((await tested.get('/v1/usage')).json.daily).toEqual({
    cost_micro: record.costMicro,
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    request_count: 1,
    success_count: 1,
  })
  return { cost: record.costMicro, usage }
}

const usageOf = (fields: Partial<Usage>): Usage => ({
  inputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  cacheWriteLongTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
  ...fields,
})

/** 60 × 1 + 40 × 0.1 + 50 × 2. */
const CACHED: Billed = {
  cost: 164,
  usage: usageOf({ inputTokens: 100, cacheReadTokens: 40, outputTokens: 50, reasoningTokens: 20 }),
}

const CHAT_USAGE = {
  prompt_tokens: 100,
  completion_tokens: 50,
  total_tokens: 150,
  prompt_tokens_details: { cached_tokens: 40 },
  completion_tokens_details: { reasoning_tokens: 20 },
}
const RESPONSES_USAGE = {
  input_tokens: 100,
  input_tokens_details: { cached_tokens: 40 },
  output_tokens: 50,
  output_tokens_details: { reasoning_tokens: 20 },
  total_tokens: 150,
}

describe('case 60: cached input is billed once, at its own price', () => {
  it.each<[string, Endpoint, Reply]>([
    ['Chat', CHAT, chatAnswer(CHAT_USAGE)],
    ['a Chat stream', CHAT, stream(...chatStream(CHAT_USAGE))],
    ['Responses', RESPONSES, responsesAnswer(RESPONSES_USAGE)],
    ['a Responses stream', RESPONSES, stream(...responsesStream(RESPONSES_USAGE))],
    [
      'an incomplete Responses stream',
      RESPONSES,
      stream(...responsesStream(RESPONSES_USAGE, 'response.incomplete')),
    ],
  ])('%s counts it in the input, and reasoning in the output', async (_name, endpoint, reply) => {
    expect(await bill(endpoint, reply)).toEqual(CACHED)
  })

  const CLAUDE = { input_tokens: 60, cache_read_input_tokens: 40, output_tokens: 50 }

  it.each<[string, Reply]>([
    ['Messages', messagesAnswer(CLAUDE)],
    ['a Messages stream', stream(...messagesStream({ ...CLAUDE, output_tokens: 1 }, { output_tokens: 50 }))],
  ])('%s counts it beside the input', async (_name, reply) => {
    const { cost, usage } = CACHED
    expect(await bill(MESSAGES, reply)).toEqual({ cost, usage: { ...usage, reasoningTokens: 0 } })
  })

  it('DeepSeek counts it in fields of its own', async () => {
    const usage = {
      prompt_tokens: 100,
      prompt_cache_hit_tokens: 40,
      prompt_cache_miss_tokens: 60,
      completion_tokens: 50,
    }
    expect((await bill(CHAT, chatAnswer(usage))).cost).toBe(164)
  })
})

describe('a list price with a factor', () => {
  const model = 'anthropic/claude-sonnet-4-6'
  const asked: Endpoint = { ...CHAT, request: () => ({ ...CHAT.request(), model }) }
  const usage = { prompt_tokens: 1000, completion_tokens: 100, total_tokens: 1100 }
  const costOf = async (entry: Partial<ModelConfig>): Promise<number> =>
    (await bill(asked, chatAnswer(usage), [{ id: model, upstream: 'chat', ...entry }])).cost

  it('bills so much more, for a model of the catalogue and for one behind a wildcard', async () => {
    const listed = await costOf({})
    expect(listed).toBeGreaterThan(0)
    expect(await costOf({ priceFactor: 3 })).toBe(3 * listed)
    expect(await costOf({ id: 'anthropic/*', priceFactor: 3 })).toBe(3 * listed)
    expect(await costOf({ id: 'anthropic/*', priceFactor: 0.5 })).toBe(listed / 2)
  })
})

describe('case 61: cache writes have prices of their own, by their life', () => {
  const written = {
    input_tokens: 60,
    cache_read_input_tokens: 40,
    cache_creation_input_tokens: 30,
    output_tokens: 50,
  }
  const split = {
    ...written,
    cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
  }
  const usage = usageOf({ inputTokens: 130, cacheReadTokens: 40, outputTokens: 50 })

  it.each<[string, Reply]>([
    ['in one piece', messagesAnswer(split)],
    ['streamed', stream(...messagesStream(split, { output_tokens: 50 }))],
  ])('five minutes and an hour, %s', async (_name, reply) => {
    // 60 × 1 + 40 × 0.1 + 10 × 1.25 + 20 × 2 + 50 × 2 = 216.5
    expect(await bill(MESSAGES, reply)).toEqual({
      cost: 217,
      usage: { ...usage, cacheWriteTokens: 10, cacheWriteLongTokens: 20 },
    })
  })

  it('without a split they are the short ones', async () => {
    // 60 × 1 + 40 × 0.1 + 30 × 1.25 + 50 × 2 = 201.5
    expect(await bill(MESSAGES, messagesAnswer(written))).toEqual({
      cost: 202,
      usage: { ...usage, cacheWriteTokens: 30 },
    })
  })

  it('without prices of their own they cost what input costs', async () => {
    const price = { inputMicroPer1M: 1_000_000, outputMicroPer1M: 2_000_000 }
    const models = [{ id: 'test/messages', upstream: 'messages', price }]
    expect((await bill(MESSAGES, messagesAnswer(split), models)).cost).toBe(130 + 100)
  })
})

test('case 62: cache tokens that only message_delta reports are billed', async () => {
  const start = { input_tokens: 60, output_tokens: 1 }
  const end = { cache_read_input_tokens: 40, cache_creation_input_tokens: 0, output_tokens: 50 }
  const { cost, usage } = CACHED
  expect(await bill(MESSAGES, stream(...messagesStream(start, end)))).toEqual({
    cost,
    usage: { ...usage, reasoningTokens: 0 },
  })
})

test('case 62: the two reports of a Messages stream are not added up', async () => {
  const start = { input_tokens: 10, output_tokens: 4 }
  const reply = stream(...messagesStream(start, { input_tokens: 10, output_tokens: 9 }))
  expect(await bill(MESSAGES, reply)).toEqual({
    cost: 28,
    usage: usageOf({ inputTokens: 10, outputTokens: 9 }),
  })
})

test('case 63: thoughts of Gemini are billed as output', async () => {
  const upstreams = {
    gemini: { protocol: 'gemini', baseUrl: 'https://gemini.example', apiKey: 'g' },
  } as const
  const tested = createTestGateway({
    upstreams,
    models: [{ id: 'test/chat', upstream: 'gemini', model: 'g', price: PRICE }],
  })
  tested.vendor.play(
    whole({
      candidates: [
        { content: { role: 'model', parts: [{ text: 'hello' }] }, finishReason: 'STOP', index: 0 },
      ],
      usageMetadata: {
        promptTokenCount: 100,
        cachedContentTokenCount: 40,
        candidatesTokenCount: 30,
        thoughtsTokenCount: 20,
        totalTokenCount: 150,
      },
      modelVersion: 'g',
    }),
  )
  expect((await tested.post(CHAT.path, CHAT.request())).status).toBe(200)
  expect(tested.records[0]).toMatchObject({ costMicro: CACHED.cost, usage: CACHED.usage })
})

describe('long-context price tiers', () => {
  const price = {
    ...PRICE,
    tiers: [
      { aboveInputTokens: 200, inputMicroPer1M: 10_000_000, outputMicroPer1M: 20_000_000 },
      {
        aboveInputTokens: 100,
        inputMicroPer1M: 2_000_000,
        outputMicroPer1M: 4_000_000,
        cacheReadMicroPer1M: 500_000,
      },
    ],
  }
  const models = [{ id: 'test/chat', upstream: 'chat', price }]
  const cost = async (input: number, cached = 0): Promise<number> => {
    const usage = {
      prompt_tokens: input,
      completion_tokens: 10,
      prompt_tokens_details: { cached_tokens: cached },
    }
    return (await bill(CHAT, chatAnswer(usage), models)).cost
  }

  it('apply to the whole call, above their threshold only, cached tokens counted', async () => {
    expect(await cost(100)).toBe(100 + 20)
    expect(await cost(101)).toBe(202 + 40)
    expect(await cost(101, 100)).toBe(2 + 50 + 40)
    expect(await cost(200)).toBe(400 + 40)
    expect(await cost(201)).toBe(2010 + 200)
  })
})

describe('numbers that cannot be', () => {
  it.each([
    { prompt_tokens: -5, completion_tokens: -1 },
    { prompt_tokens: 'many', completion_tokens: null },
    { prompt_tokens: 1e300, completion_tokens: 1 },
    { prompt_tokens: 10, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 99 } },
    'none',
  ])('%j leave the balance sound', async (usage) => {
    const tested = createTestGateway({ account: { balanceMicro: 5000 } })
    tested.vendor.play(chatAnswer(usage))
    expect((await tested.post(CHAT.path, CHAT.request())).status).toBe(200)
    const { balanceMicro, heldMicro } = tested.wallet()
    const isSound = Number.isSafeInteger(balanceMicro) && balanceMicro >= 0 && balanceMicro <= 5000
    expect([isSound, heldMicro]).toEqual([true, 0])
  })
})
