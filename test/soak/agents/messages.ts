import Anthropic from '@anthropic-ai/sdk'
import { type Agent, type AgentOptions, MAX_TOKENS, type SayOptions, TOOLS } from './agent.js'

type Message = Anthropic.MessageParam

/** An agent that speaks Anthropic's Messages. */
export function createMessagesAgent({ url, apiKey, model, instructions, fetch }: AgentOptions): Agent {
  const client = new Anthropic({ apiKey, baseURL: url, maxRetries: 0, logLevel: 'off', fetch })
  let messages: readonly Message[] = []
  let pending: string | null = null
  const bodyFor = (text: string) => {
    const content: Anthropic.ContentBlockParam[] =
      pending === null
        ? [{ type: 'text', text }]
        : [{ type: 'tool_result', tool_use_id: pending, content: text }]
    return {
      model,
      system: [{ type: 'text' as const, text: instructions, cache_control: { type: 'ephemeral' as const } }],
      messages: [...messages, { role: 'user' as const, content }],
      tools: TOOLS.map(({ name, description, schema }) => ({ name, description, input_schema: schema })),
      thinking: { type: 'enabled' as const, budget_tokens: 1024 },
    }
  }
  return {
    async count(text: string, { headers, signal }: SayOptions) {
      const { input_tokens: tokens } = await client.messages.countTokens(bodyFor(text), { headers, signal })
      return tokens
    },
    async say(text, { name, streamed, headers, signal }) {
      const body = { ...bodyFor(text), metadata: { user_id: name }, max_tokens: MAX_TOKENS }
      const message = streamed
        ? await client.messages.stream(body, { headers, signal }).finalMessage()
        : await client.messages.create(body, { headers, signal })
      messages = [...body.messages, { role: 'assistant', content: message.content }]
      const call = message.content.find((block) => block.type === 'tool_use')
      pending = call?.id ?? null
      return {
        text: message.content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
        call: call === undefined ? null : JSON.stringify(call.input),
        reasoning: message.content.map((block) => (block.type === 'thinking' ? block.thinking : '')).join(''),
      }
    },
  }
}
