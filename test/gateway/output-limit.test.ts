import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/index.js'
import { CHAT, ENDPOINTS, messagesAnswer, whole } from '../support/calls.js'
import {
  createTestGateway,
  type Overrides,
  PRICE,
  type TestGateway,
  VENDOR_KEY,
} from '../support/test-gateway.js'

/** Models that reason by a budget, by a level, or not at all, and each spelling of the limit. */
const MODELS: readonly (readonly [vendor: string, model: string])[] = [
  ['anthropic', 'claude-haiku-4-5'],
  ['anthropic', 'claude-opus-4-5'],
  ['anthropic', 'claude-opus-4-8'],
  ['openai', 'gpt-5.2'],
  ['gemini', 'gemini-2.5-flash'],
  ['gemini', 'gemini-3-pro'],
  ['deepseek', 'deepseek-chat'],
  ['z-ai', 'glm-5'],
  ['qwen', 'qwen3-max'],
  ['mistral', 'mistral-large-latest'],
  ['groq', 'openai/gpt-oss-120b'],
]

function create([vendor, model]: readonly [string, string], overrides: Overrides = {}): TestGateway {
  const size = { maxOutputTokens: 64_000, contextWindowTokens: 200_000 }
  const tested = createTestGateway({
    upstreams: { v: { vendor, apiKey: VENDOR_KEY } },
    models: [{ id: 'test/any', upstream: 'v', model, price: PRICE, ...size }],
    ...overrides,
  })
  tested.vendor.always(whole({ error: { message: 'no' } }, 503))
  return tested
}

const LIMIT_FIELDS = ['max_tokens', 'max_completion_tokens', 'max_output_tokens']

/** Every limit that the vendor was told, wherever it reads one. */
function limitsOf({ vendor }: TestGateway): readonly unknown[] {
  const sent = vendor.last().json as JsonObject & { readonly generationConfig?: JsonObject }
  const limits = [...LIMIT_FIELDS.map((field) => sent[field]), sent.generationConfig?.['maxOutputTokens']]
  return limits.filter((limit) => limit !== undefined)
}

const EFFORTS: Readonly<Record<string, (effort: string) => object>> = {
  '/v1/chat/completions': (effort) => ({ reasoning_effort: effort }),
  '/v1/responses': (effort) => ({ reasoning: { effort }, store: false }),
  '/v1/messages': (effort) => ({ thinking: { type: 'adaptive' }, output_config: { effort } }),
}

describe('the output limit of a client', () => {
  it.each(
    MODELS.flatMap((model) => ENDPOINTS.map((endpoint) => ({ name: model.join(' '), model, endpoint }))),
  )(
    'is never exceeded by what the vendor is told, however it is to reason: $name on $endpoint.path',
    async ({ model, endpoint }) => {
      const tested = create(model)
      const limit = fc.oneof(fc.integer({ min: 16, max: 3000 }), fc.integer({ min: 16, max: 64_000 }))
      const effort = fc.constantFrom('low', 'medium', 'high', 'xhigh')
      await fc.assert(
        fc.asyncProperty(limit, effort, fc.boolean(), async (most, wish, stream) => {
          await tested.post(endpoint.path, {
            ...endpoint.request(),
            ...EFFORTS[endpoint.path]?.(wish),
            model: 'test/any',
            [endpoint.limitField]: most,
            stream,
          })
          expect(limitsOf(tested)).toEqual([most])
        }),
        { numRuns: 8 },
      )
    },
  )

  it('that names a budget beyond it is not raised for it', async () => {
    const tested = create(['anthropic', 'claude-haiku-4-5'])
    tested.vendor.always(messagesAnswer({ input_tokens: 10, output_tokens: 5 }))
    const { headers } = await tested.post(CHAT.path, {
      ...CHAT.request(),
      model: 'test/any',
      max_completion_tokens: 2000,
      reasoning: { max_tokens: 9000 },
    })
    expect(tested.vendor.last().json).toMatchObject({ max_tokens: 2000, thinking: { budget_tokens: 1900 } })
    expect(headers['x-crossmodel-warnings']).toBe('clamped:reasoning_effort')
  })

  it.each(MODELS)('is what the balance pays for, where there is no other: %s %s', async (vendor, model) => {
    const tested = create([vendor, model], { account: { balanceMicro: 500 } })
    await tested.post(CHAT.path, { ...CHAT.request(), model: 'test/any', reasoning_effort: 'high' })
    const [most, ...others] = limitsOf(tested)
    expect([others, Number(most) * 2 <= 500, Number(most) > 200]).toEqual([[], true, true])
  })

  it('stands once where a Chat vendor reads it, and counts as the client has it in the newer field', async () => {
    const tested = create(['deepseek', 'deepseek-chat'])
    const ask = async (limits: object): Promise<unknown> => {
      await tested.post(CHAT.path, { ...CHAT.request(), model: 'test/any', ...limits })
      return tested.vendor.last().text
    }
    const asked = '"messages":[{"role":"user","content":"hi"}]'
    const sent = `{"model":"deepseek-chat",${asked},"max_tokens":7}`
    expect(await ask({ max_tokens: 7 })).toBe(sent)
    expect(await ask({ max_completion_tokens: 7 })).toBe(sent)
    expect(await ask({ max_completion_tokens: 7, max_tokens: 90_000 })).toBe(sent)
  })

  it('is one even for a vendor of whom nobody knows which field it reads', async () => {
    const tested = createTestGateway()
    await tested.post(CHAT.path, { ...CHAT.request(), max_completion_tokens: 7, max_tokens: 90_000 })
    expect(limitsOf(tested)).toEqual([7, 7])
    await tested.post(CHAT.path, { ...CHAT.request(), max_tokens: 7 })
    expect(limitsOf(tested)).toEqual([7])
  })
})
