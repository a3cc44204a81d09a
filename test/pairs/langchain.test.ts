import { ChatAnthropic } from '@langchain/anthropic'
import {
  type AIMessageChunk,
  type BaseMessage,
  HumanMessage,
  ToolMessage,
  type UsageMetadata,
} from '@langchain/core/messages'
import { ChatOpenAI } from '@langchain/openai'
import { describe, expect, test } from 'vitest'
import { KEY } from '../support/test-gateway.js'
import type { Fetch } from './client.js'
import { createPairGateway, inBothModes, type PairGateway } from './pair.js'
import { VENDORS } from './vendors.js'

const openai = (fetch: Fetch, model: string, useResponsesApi: boolean) =>
  new ChatOpenAI({
    model,
    apiKey: KEY,
    maxRetries: 0,
    useResponsesApi,
    configuration: { baseURL: 'http://gateway/v1', fetch },
  })

const MODELS = {
  'ChatOpenAI (Chat)': (fetch: Fetch, model: string) => openai(fetch, model, false),
  'ChatOpenAI (Responses)': (fetch: Fetch, model: string) => openai(fetch, model, true),
  ChatAnthropic: (fetch: Fetch, model: string) =>
    new ChatAnthropic({
      model,
      apiKey: KEY,
      maxRetries: 0,
      maxTokens: 4000,
      anthropicApiUrl: 'http://gateway',
      clientOptions: { fetch },
    }),
} as const

const pairs = inBothModes(
  (Object.keys(MODELS) as readonly (keyof typeof MODELS)[]).flatMap((name) =>
    Object.keys(VENDORS).map((vendorName) => ({ name, vendorName })),
  ),
)

const weather = {
  name: 'weather',
  description: 'Tells the weather',
  schema: {
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
    additionalProperties: false,
  },
}

describe.each(pairs)(
  'LangChain: $name → $vendorName (streamed: $streamed)',
  ({ name, vendorName, streamed }) => {
    const modelOf = ({ fetch }: PairGateway) => MODELS[name](fetch, `pair/${vendorName}`)

    test('runs a tool loop, and counts as it is billed', async () => {
      const tested = createPairGateway()
      const model = modelOf(tested).bindTools([weather])
      const ask = async (messages: readonly BaseMessage[]): Promise<AIMessageChunk> => {
        if (!streamed) return model.invoke([...messages])
        let whole: AIMessageChunk | undefined
        for await (const chunk of await model.stream([...messages])) whole = whole?.concat(chunk) ?? chunk
        if (whole === undefined) throw new Error('the stream was empty')
        return whole
      }
      const question = new HumanMessage('[[tool:weather {"city":"Bern"}]][[tool:weather {"city":"Basel"}]]')
      const first = await ask([question])
      expect(first.tool_calls).toMatchObject([
        { name: 'weather', args: { city: 'Bern' } },
        { name: 'weather', args: { city: 'Basel' } },
      ])
      const results = (first.tool_calls ?? []).map(
        ({ id = '', args }) =>
          new ToolMessage({ tool_call_id: id, content: `sunny in ${String(args['city'])}` }),
      )
      const last = await ask([question, first, ...results])
      expect(last.text).toContain('Your tool answered: "sunny in Bern" and "sunny in Basel"')
      const told = [first, last].map((message): UsageMetadata | undefined => message.usage_metadata)
      const billed = tested.records.map(({ usage }) => usage)
      // ChatAnthropic takes the input of a stream from its start, where only an estimate can stand.
      if (name !== 'ChatAnthropic' || !streamed) {
        expect(told.map((usage) => [usage?.input_tokens, usage?.output_tokens])).toEqual(
          billed.map(({ inputTokens, outputTokens }) => [inputTokens, outputTokens]),
        )
      }
      expect(tested.records.map(({ streamed: was }) => was)).toEqual([streamed, streamed])
    })

    test('gets structured output', async () => {
      const model = modelOf(createPairGateway()).withStructuredOutput(weather.schema)
      expect(await model.invoke('Where?')).toEqual({ city: expect.any(String) })
    })

    test('throws when the vendor fails', async () => {
      const model = modelOf(createPairGateway())
      await expect(model.invoke('[[error:500]]')).rejects.toThrow('fails with 500')
    })
  },
)
