import OpenAI from 'openai'
import { type Agent, type AgentOptions, MAX_TOKENS, type SayOptions, TOOLS } from './agent.js'

type Item = OpenAI.Responses.ResponseInputItem
type Body = OpenAI.Responses.ResponseCreateParamsNonStreaming

/** An agent that speaks Responses; `isStateful`: it names the response before instead of repeating the history. */
export function createResponsesAgent(
  { url, apiKey, model, instructions, fetch }: AgentOptions,
  isStateful: boolean,
): Agent {
  const client = new OpenAI({ apiKey, baseURL: `${url}/v1`, maxRetries: 0, logLevel: 'off', fetch })
  let history: readonly Item[] = []
  let previous: string | null = null
  let pending: string | null = null
  const bodyFor = (text: string) => {
    const next: Item =
      pending === null
        ? { type: 'message', role: 'user', content: text }
        : { type: 'function_call_output', call_id: pending, output: text }
    return {
      next,
      body: {
        model,
        instructions,
        input: isStateful ? [next] : [...history, next],
        tools: TOOLS.map(({ name, description, schema }) => ({
          type: 'function' as const,
          name,
          description,
          parameters: { ...schema },
          strict: false,
        })),
        reasoning: { effort: 'low' as const, summary: 'auto' as const },
        ...(previous === null ? {} : { previous_response_id: previous }),
      },
    }
  }
  return {
    async count(text: string, { headers, signal }: SayOptions) {
      const { input_tokens: tokens } = await client.responses.inputTokens.count(bodyFor(text).body, {
        headers,
        signal,
      })
      return tokens
    },
    async say(text, { name, streamed, headers, signal }) {
      const { next, body: asked } = bodyFor(text)
      const body: Body = {
        ...asked,
        user: name,
        store: isStateful,
        include: ['reasoning.encrypted_content'],
        max_output_tokens: MAX_TOKENS,
      }
      const response = streamed
        ? await client.responses.stream({ ...body, stream: true }, { headers, signal }).finalResponse()
        : await client.responses.create(body, { headers, signal })
      if (response.status !== 'completed') throw new Error(`the response is ${response.status}`)
      if (isStateful) previous = response.id
      else history = [...history, next, ...(response.output as Item[])]
      const [call] = response.output.flatMap((item) => (item.type === 'function_call' ? [item] : []))
      pending = call?.call_id ?? null
      return {
        text: textOf(response.output),
        call: call?.arguments ?? null,
        reasoning: response.output
          .flatMap((item) => (item.type === 'reasoning' ? item.summary.map((part) => part.text) : []))
          .join(''),
      }
    },
  }
}

function textOf(output: readonly OpenAI.Responses.ResponseOutputItem[]): string {
  return output
    .flatMap((item) => (item.type === 'message' ? item.content : []))
    .map((part) => (part.type === 'output_text' ? part.text : ''))
    .join('')
}
