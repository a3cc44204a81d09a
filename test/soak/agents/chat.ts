import OpenAI from 'openai'
import { type Agent, type AgentOptions, MAX_TOKENS, TOOLS } from './agent.js'

type Message = OpenAI.ChatCompletionMessageParam

/** An agent that speaks Chat Completions. */
export function createChatAgent({ url, apiKey, model, instructions, fetch }: AgentOptions): Agent {
  const client = new OpenAI({ apiKey, baseURL: `${url}/v1`, maxRetries: 0, logLevel: 'off', fetch })
  let messages: readonly Message[] = [{ role: 'system', content: instructions }]
  let pending: string | null = null
  return {
    count: null,
    async say(content, { name, streamed, headers, signal }) {
      const next: Message =
        pending === null ? { role: 'user', content } : { role: 'tool', tool_call_id: pending, content }
      const body = {
        model,
        messages: [...messages, next],
        tools: TOOLS.map(({ schema, ...tool }) => ({
          type: 'function' as const,
          function: { ...tool, parameters: schema },
        })),
        user: name,
        reasoning_effort: 'low' as const,
        max_completion_tokens: MAX_TOKENS,
      }
      const options = { signal, headers }
      let streamedReasoning = ''
      const ask = async (): Promise<OpenAI.ChatCompletionMessage | undefined> => {
        if (!streamed) {
          const { choices } = await client.chat.completions.create(body, options)
          return choices[0]?.message
        }
        const stream = client.chat.completions.stream(body, options)
        stream.on('chunk', ({ choices }) => (streamedReasoning += reasoningOf(choices[0]?.delta)))
        return (await stream.finalChatCompletion()).choices[0]?.message
      }
      const message = await ask()
      if (message === undefined) throw new Error('an answer without a message')
      const [call] = message.tool_calls ?? []
      const reasoning = streamed ? streamedReasoning : reasoningOf(message)
      messages = [
        ...body.messages,
        {
          role: 'assistant',
          content: message.content,
          ...(message.tool_calls === undefined ? {} : { tool_calls: message.tool_calls }),
          ...(reasoning === '' ? {} : { reasoning_content: reasoning }),
        },
      ]
      pending = call?.id ?? null
      return {
        text: message.content ?? '',
        call: call?.type === 'function' ? call.function.arguments : null,
        reasoning,
      }
    },
  }
}

function reasoningOf(message: object | undefined): string {
  const { reasoning_content: text } = (message ?? {}) as { readonly reasoning_content?: string | null }
  return text ?? ''
}
