import Anthropic from '@anthropic-ai/sdk'
import { finish, TASK, TOOLS } from './workshop.mjs'

const { url, apiKey, model, prompt } = TASK
const client = new Anthropic({ baseURL: url, apiKey })

/** The library's own loop, which asks for a thread first. */
async function messages() {
  const { content } = await client.beta.messages
    .toolRunner({
      model,
      max_tokens: 8000,
      thinking: { type: 'enabled', budget_tokens: 2048, display: 'summarized' },
      messages: [{ role: 'user', content: prompt }],
      tools: TOOLS.map(({ name, description, parameters, run }) => ({
        type: 'custom',
        name,
        description,
        input_schema: parameters,
        parse: (input) => input,
        run,
      })),
    })
    .runUntilDone()
  return content.map(({ text = '' }) => text).join('')
}

await finish(messages())
