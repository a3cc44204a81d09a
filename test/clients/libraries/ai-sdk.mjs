import { createAnthropic } from '@ai-sdk/anthropic'
import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { isStepCount, jsonSchema, streamText, tool } from 'ai'
import { finish, TASK, TOOLS } from './workshop.mjs'

const { url, apiKey, model, prompt, speaks } = TASK
const settings = { baseURL: `${url}/v1`, apiKey }

const MODELS = {
  Chat: () => createOpenAICompatible({ ...settings, name: 'gateway', includeUsage: true })(model),
  Responses: () => createOpenAI(settings).responses(model),
  Messages: () => createAnthropic(settings)(model),
}

const { text } = streamText({
  model: MODELS[speaks](),
  prompt,
  stopWhen: isStepCount(8),
  tools: Object.fromEntries(
    TOOLS.map(({ name, description, parameters, run }) => [
      name,
      tool({ description, inputSchema: jsonSchema(parameters), execute: async (input) => run(input) }),
    ]),
  ),
  providerOptions: {
    gateway: { reasoningEffort: 'medium' },
    openai: {
      reasoningEffort: 'medium',
      reasoningSummary: 'auto',
      forceReasoning: true,
      store: false,
      include: ['reasoning.encrypted_content'],
    },
    anthropic: { thinking: { type: 'enabled', budgetTokens: 2048 } },
  },
})

await finish(text)
