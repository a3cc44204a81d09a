import { createAnthropic } from '@ai-sdk/anthropic'
import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { generateText, isStepCount, jsonSchema, type LanguageModel, Output, streamText, tool } from 'ai'
import { describe, expect, test } from 'vitest'
import { KEY } from '../support/test-gateway.js'
import type { Fetch } from './client.js'
import { createPairGateway, inBothModes, type PairGateway } from './pair.js'
import { DEEPSEEK, type Vendor, VENDORS } from './vendors.js'

const settings = (fetch: Fetch) => ({ apiKey: KEY, baseURL: 'http://gateway/v1', fetch })

/** The providers that a gateway can stand behind, and whether they show reasoning. */
const PROVIDERS = {
  'openai.chat': {
    model: (fetch: Fetch, id: string): LanguageModel => createOpenAI(settings(fetch)).chat(id),
    showsReasoning: false,
  },
  'openai.responses': {
    model: (fetch: Fetch, id: string): LanguageModel => createOpenAI(settings(fetch)).responses(id),
    showsReasoning: true,
  },
  'openai-compatible': {
    model: (fetch: Fetch, id: string): LanguageModel =>
      createOpenAICompatible({
        ...settings(fetch),
        name: 'gateway',
        includeUsage: true,
        supportsStructuredOutputs: true,
      })(id),
    showsReasoning: true,
  },
  anthropic: {
    model: (fetch: Fetch, id: string): LanguageModel => createAnthropic(settings(fetch))(id),
    showsReasoning: true,
  },
} as const

/** How each provider is told to reason, and to show it. */
const REASONING = {
  openai: {
    reasoningEffort: 'high',
    reasoningSummary: 'auto',
    forceReasoning: true,
    store: false,
    include: ['reasoning.encrypted_content'],
  },
  gateway: { reasoningEffort: 'high' },
  anthropic: { thinking: { type: 'adaptive', display: 'summarized' } },
} as const

const vendors: Readonly<Record<string, Vendor>> = { ...VENDORS, chat: DEEPSEEK }
const pairs = inBothModes(
  Object.entries(PROVIDERS).flatMap(([provider, row]) =>
    Object.keys(vendors).map((vendorName) => Object.assign({ provider, vendorName }, row)),
  ),
)

const citySchema = jsonSchema<{ city: string }>({
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
})
const weather = tool({
  description: 'Tells the weather',
  inputSchema: citySchema,
  execute: ({ city }) => `sunny in ${city}`,
})

// Its hints about models that it does not know are no concern of these tests.
Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false })

describe.each(pairs)('AI SDK: $provider → $vendorName (streamed: $streamed)', (pair) => {
  const modelOf = ({ fetch }: PairGateway): LanguageModel =>
    pair.model(fetch, pair.vendorName === 'chat' ? 'pair/deepseek' : `pair/${pair.vendorName}`)

  async function run(options: Parameters<typeof generateText>[0]) {
    const always = { maxOutputTokens: 4000, maxRetries: 0, ...options }
    if (!pair.streamed) return await generateText(always)
    const failures: unknown[] = []
    const stream = streamText({ ...always, onError: ({ error }) => void failures.push(error) })
    const ended = Promise.all([stream.text, stream.steps, stream.totalUsage, stream.finishReason])
    const [text, steps, totalUsage, finishReason] = await ended.catch((thrown: unknown) => {
      throw failures[0] ?? thrown
    })
    if (failures.length > 0) throw failures[0]
    return { text, steps, totalUsage, finishReason }
  }

  test('runs a tool loop with reasoning, and counts as it is billed', async () => {
    const tested = createPairGateway()
    const { text, steps, totalUsage } = await run({
      model: modelOf(tested),
      prompt: '[[reason:Because.]][[tool:weather {"city":"Bern"}]][[tool:weather {"city":"Basel"}]]',
      tools: { weather },
      stopWhen: isStepCount(5),
      providerOptions: REASONING,
    })
    expect(steps.map(({ finishReason }) => finishReason)).toEqual(['tool-calls', 'stop'])
    expect(text).toContain('Your tool answered: "sunny in Bern" and "sunny in Basel"')
    if (pair.showsReasoning) expect(steps[0]?.reasoningText).toBe('Because.')
    const billed = tested.records.map(({ usage }) => usage)
    expect(totalUsage).toMatchObject({
      inputTokens: billed.reduce((sum, { inputTokens }) => sum + inputTokens, 0),
      outputTokens: billed.reduce((sum, { outputTokens }) => sum + outputTokens, 0),
    })
  })

  test('gets an object of a schema', async () => {
    const tested = createPairGateway()
    const request = {
      model: modelOf(tested),
      prompt: 'Where?',
      output: Output.object({ schema: citySchema }),
    }
    const { text } = await run(request)
    // DeepSeek has no schemas, only JSON; its shape is then the prompt's business.
    if (pair.vendorName === 'chat') expect(JSON.parse(text)).toBeTypeOf('object')
    else expect(JSON.parse(text)).toEqual({ city: expect.any(String) })
  })

  test('is told of a limit, and of a vendor that fails', async () => {
    const tested = createPairGateway()
    const model = modelOf(tested)
    expect((await run({ model, prompt: '[[tokens:100]]', maxOutputTokens: 20 })).finishReason).toBe('length')
    await expect(run({ model, prompt: '[[error:500]]' })).rejects.toThrow('fails with 500')
    const cut = run({ model, prompt: `[[cut:${pair.streamed ? 4 : 0}]]one two three four five` })
    await expect(cut.then(() => 'ended').catch(() => 'failed')).resolves.toBe('failed')
  })
})
