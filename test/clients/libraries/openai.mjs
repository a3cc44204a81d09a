import OpenAI from 'openai'
import { finish, runTool, TASK, TOOLS } from './workshop.mjs'

const { url, apiKey, model, prompt, speaks } = TASK
const client = new OpenAI({ baseURL: `${url}/v1`, apiKey })

/** The library's own loop. */
async function chat() {
  const runner = client.chat.completions.runTools({
    model,
    messages: [{ role: 'user', content: prompt }],
    reasoning_effort: 'medium',
    tools: TOOLS.map(({ name, description, parameters, run }) => ({
      type: 'function',
      function: { name, description, parameters, parse: JSON.parse, function: run },
    })),
  })
  return runner.finalContent()
}

/** The conversation is kept by the gateway: each turn sends the results of the tools alone. */
async function responses() {
  const tools = TOOLS.map(({ name, description, parameters }) => ({
    type: 'function',
    name,
    description,
    parameters,
    strict: true,
  }))
  let [input, previous] = [prompt, undefined]
  for (;;) {
    const response = await client.responses
      .stream({
        model,
        input,
        previous_response_id: previous,
        reasoning: { effort: 'medium', summary: 'auto' },
        include: ['reasoning.encrypted_content'],
        tools,
      })
      .finalResponse()
    const calls = response.output.filter(({ type }) => type === 'function_call')
    if (calls.length === 0) return response.output_text
    previous = response.id
    input = calls.map(({ call_id, name, arguments: given }) => ({
      type: 'function_call_output',
      call_id,
      output: runTool(name, JSON.parse(given)),
    }))
  }
}

await finish(speaks === 'Chat' ? chat() : responses())
