import { OpenAIChatCompletionsModel, OpenAIResponsesModel } from '@openai/agents'
import OpenAI from 'openai'
import { describe, expect, test } from 'vitest'
import { KEY } from '../support/test-gateway.js'
import { createWeatherAgent } from '../support/weather-agent.js'
import { createPairGateway, inBothModes } from './pair.js'
import { DEEPSEEK, type Vendor, VENDORS } from './vendors.js'

const MODELS = { chat: OpenAIChatCompletionsModel, responses: OpenAIResponsesModel } as const
const vendors: Readonly<Record<string, Vendor>> = { ...VENDORS, deepseek: DEEPSEEK }

const pairs = inBothModes(
  (Object.keys(MODELS) as readonly (keyof typeof MODELS)[]).flatMap((client) =>
    Object.keys(vendors).map((vendorName) => ({ client, vendorName })),
  ),
)

describe.each(pairs)('OpenAI Agents: $client → $vendorName (streamed: $streamed)', (pair) => {
  test('runs an agent with tools and reasoning to its end', async () => {
    const tested = createPairGateway()
    const client = new OpenAI({
      apiKey: KEY,
      baseURL: 'http://gateway/v1',
      maxRetries: 0,
      fetch: tested.fetch,
    })
    const model = new MODELS[pair.client](client, `pair/${pair.vendorName}`)
    const reasoning = { effort: 'high', summary: 'auto' } as const
    const { agent, runner, asked } = createWeatherAgent(model, { reasoning, store: false })
    const prompt = '[[reason:Because.]][[tool:weather {"city":"Bern"}]][[tool:weather {"city":"Basel"}]]'
    const finalOutput = async (): Promise<unknown> => {
      if (!pair.streamed) return (await runner.run(agent, prompt)).finalOutput
      const result = await runner.run(agent, prompt, { stream: true })
      const types = new Set<string>()
      for await (const { type } of result) types.add(type)
      expect(types).toContain('raw_model_stream_event')
      return result.finalOutput
    }
    expect(await finalOutput()).toContain('Your tool answered: "sunny" and "sunny"')
    expect(asked).toEqual([{ city: 'Bern' }, { city: 'Basel' }])
    expect(tested.records.map(({ status, streamed }) => [status, streamed])).toEqual([
      ['completed', pair.streamed],
      ['completed', pair.streamed],
    ])
  })
})
