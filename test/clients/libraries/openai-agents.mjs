import {
  Agent,
  OpenAIChatCompletionsModel,
  OpenAIResponsesModel,
  Runner,
  setTracingDisabled,
  tool,
} from '@openai/agents'
import OpenAI from 'openai'
import { finish, TASK, TOOLS } from './workshop.mjs'

const { url, apiKey, model, prompt, speaks } = TASK
const MODELS = { Chat: OpenAIChatCompletionsModel, Responses: OpenAIResponsesModel }

setTracingDisabled(true)

async function work() {
  const agent = new Agent({
    name: 'Corrector',
    instructions: 'Be brief.',
    model: new MODELS[speaks](new OpenAI({ baseURL: `${url}/v1`, apiKey }), model),
    modelSettings: {
      reasoning: { effort: 'medium', summary: 'auto' },
      store: false,
      providerData: speaks === 'Chat' ? {} : { include: ['reasoning.encrypted_content'] },
    },
    tools: TOOLS.map(({ name, description, parameters, run }) =>
      tool({ name, description, parameters, strict: true, execute: run }),
    ),
  })
  const result = await new Runner({ tracingDisabled: true }).run(agent, prompt, { stream: true })
  await result.completed
  return result.finalOutput
}

await finish(work())
