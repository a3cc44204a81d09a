import { createOpenAI } from '@ai-sdk/openai'
import { OpenAIResponsesModel } from '@openai/agents'
import { generateText, isStepCount, jsonSchema, type ModelMessage, streamText, tool } from 'ai'
import { describe, expect, it } from 'vitest'
import { KEY } from '../../support/test-gateway.js'
import { createWeatherAgent } from '../../support/weather-agent.js'
import { allOf, asked, createStateGateway, FOREIGN_MODELS, type StateGateway } from './state-gateway.js'

// Its hints about models that it does not know are no concern of these tests.
Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false })

const MODELS = [...FOREIGN_MODELS, 'pair/responses'] as const
const rows = MODELS.flatMap((model) => [false, true].map((streamed) => ({ model, streamed })))
const CALL = '[[reason:I must look.]][[tool:weather {"city":"Bern"}]]'

describe.each(rows)('the AI SDK as it comes, with $model (streamed: $streamed)', ({ model, streamed }) => {
  const modelOf = ({ fetch }: StateGateway) =>
    createOpenAI({ apiKey: KEY, baseURL: 'http://gateway/v1', fetch }).responses(model)
  const run = async (options: Parameters<typeof generateText>[0]) => {
    if (!streamed) {
      const { text, responseMessages } = await generateText({ maxRetries: 0, ...options })
      return { text, messages: responseMessages }
    }
    const result = streamText({ maxRetries: 0, ...options })
    return { text: await result.text, messages: await result.responseMessages }
  }

  it('replays what it leaves to the server by references', async () => {
    const tested = createStateGateway()
    const cities: string[] = []
    const weather = tool({
      description: 'Tells the weather',
      inputSchema: jsonSchema<{ city: string }>({ type: 'object', properties: { city: { type: 'string' } } }),
      execute: ({ city }) => {
        cities.push(city)
        return `sunny in ${city}`
      },
    })
    const openai = { reasoningEffort: 'high', reasoningSummary: 'auto', forceReasoning: true }
    const first = await run({
      model: modelOf(tested),
      prompt: CALL,
      tools: { weather },
      stopWhen: isStepCount(4),
      providerOptions: { openai },
    })
    expect(cities).toEqual(['Bern'])
    expect(first.text).toContain('sunny in Bern')
    const messages: ModelMessage[] = [
      { role: 'user', content: CALL },
      ...first.messages,
      { role: 'user', content: 'And now?' },
    ]
    const second = await run({
      model: modelOf(tested),
      messages,
      tools: { weather },
      providerOptions: { openai },
    })
    expect(second.text).toContain('And now?')
    // The reference came from the client; the vendor got what it stands for.
    expect(asked(tested)).toMatch(/sunny in Bern.*And now\?/s)
    if (model !== 'pair/responses') expect(asked(tested)).not.toContain('item_reference')
  })
})

describe.each(rows)('OpenAI Agents with $model (streamed: $streamed)', ({ model, streamed }) => {
  const start = () => {
    const tested = createStateGateway()
    const {
      agent,
      runner,
      asked: asks,
    } = createWeatherAgent(new OpenAIResponsesModel(tested.openai(), model))
    const run = async (text: string, options: { conversationId?: string; previousResponseId?: string }) => {
      if (!streamed) return await runner.run(agent, text, options)
      const result = await runner.run(agent, text, { ...options, stream: true })
      await result.completed
      return result
    }
    return { tested, asks, run }
  }

  it('goes from turn to turn by the last response', async () => {
    const { tested, asks, run } = start()
    const first = await run(CALL, {})
    const previousResponseId = first.lastResponseId ?? ''
    expect(previousResponseId).toMatch(/^resp_/)
    const second = await run('And now?', { previousResponseId })
    expect(asks).toEqual([{ city: 'Bern' }])
    expect(second.finalOutput).toContain('And now?')
    expect(asked(tested)).toMatch(/sunny.*And now\?/s)
  })

  it('lives in a conversation', async () => {
    const { tested, asks, run } = start()
    const { id: conversationId } = await tested.openai().conversations.create()
    await run(CALL, { conversationId })
    await run('And now?', { conversationId })
    expect(asks).toEqual([{ city: 'Bern' }])
    const items = await allOf(tested.openai().conversations.items.list(conversationId, { order: 'asc' }))
    const types = items.map(({ type }) => type).filter((type) => type !== 'reasoning')
    expect(types).toEqual([
      'message',
      'function_call',
      'function_call_output',
      'message',
      'message',
      'message',
    ])
  })
})
