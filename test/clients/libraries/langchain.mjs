import { ChatAnthropic } from '@langchain/anthropic'
import { HumanMessage, ToolMessage } from '@langchain/core/messages'
import { ChatOpenAI } from '@langchain/openai'
import { finish, runTool, TASK, TOOLS } from './workshop.mjs'

const { url, apiKey, model, prompt, speaks } = TASK

/** It sends these to models alone that it knows by name. */
const REASONING = {
  Chat: { reasoning_effort: 'medium' },
  Responses: {
    reasoning: { effort: 'medium', summary: 'auto' },
    include: ['reasoning.encrypted_content'],
    store: false,
  },
}

function openai() {
  return new ChatOpenAI({
    model,
    apiKey,
    useResponsesApi: speaks === 'Responses',
    modelKwargs: REASONING[speaks],
    configuration: { baseURL: `${url}/v1` },
  })
}

const MODELS = {
  Chat: openai,
  Responses: openai,
  Messages: () =>
    new ChatAnthropic({
      model,
      apiKey,
      maxTokens: 8000,
      thinking: { type: 'enabled', budget_tokens: 2048 },
      anthropicApiUrl: url,
    }),
}

const bound = MODELS[speaks]().bindTools(
  TOOLS.map(({ name, description, parameters }) => ({ name, description, schema: parameters })),
)

async function ask(messages) {
  let whole
  for await (const chunk of await bound.stream(messages)) whole = whole?.concat(chunk) ?? chunk
  return whole
}

async function work() {
  const messages = [new HumanMessage(prompt)]
  for (;;) {
    const answer = await ask(messages)
    if (!answer.tool_calls?.length) return answer.text
    const results = answer.tool_calls.map(
      ({ id, name, args }) => new ToolMessage({ tool_call_id: id, content: runTool(name, args) }),
    )
    messages.push(answer, ...results)
  }
}

await finish(work())
