import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { isJsonObject, type JsonObject, parseJson, parseSse } from '../../../src/index.js'

/** What an official SDK's strict stream helper made of a stream. */
export interface SdkReading {
  readonly text: string
  readonly refusal: string
  readonly thought: string
  readonly calls: readonly { readonly id: string; readonly name: string; readonly input: string }[]
  readonly stop: string
  readonly usage: { readonly input: number; readonly output: number } | null
  /** What the client would send back as the assistant's turn. */
  readonly message: JsonObject
}

/** Reads a stream with the helper of each client protocol; throws what it throws. */
export const READ_WITH_SDK: Readonly<Record<string, (text: string) => Promise<SdkReading>>> = {
  'openai-chat': readChat,
  'openai-responses': readResponses,
  'anthropic-messages': readMessages,
}

function answering(text: string): { apiKey: string; maxRetries: number; fetch: () => Promise<Response> } {
  const headers = { 'content-type': 'text/event-stream' }
  return { apiKey: 'none', maxRetries: 0, fetch: () => Promise.resolve(new Response(text, { headers })) }
}

const ASKED = [{ role: 'user' as const, content: 'Hello' }]

function toJson(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject
}

async function readChat(text: string): Promise<SdkReading> {
  const stream = new OpenAI(answering(text)).chat.completions.stream({
    model: 'm',
    messages: ASKED,
    stream_options: { include_usage: true },
  })
  const { choices, usage } = await stream.finalChatCompletion()
  const [choice] = choices
  if (choice === undefined) throw new Error('no choice')
  const { message } = choice
  const thinking = joinThinking(text)
  return {
    text: message.content ?? '',
    refusal: message.refusal ?? '',
    thought: thinking.reasoning_content ?? '',
    calls: (message.tool_calls ?? []).map((call) => {
      const {
        id,
        function: inner,
        custom,
      } = call as unknown as {
        readonly id: string
        readonly function?: { readonly name: string; readonly arguments: string }
        readonly custom?: { readonly name: string; readonly input: string }
      }
      return { id, name: inner?.name ?? custom?.name ?? '', input: inner?.arguments ?? custom?.input ?? '' }
    }),
    stop: choice.finish_reason,
    usage: toUsage(usage?.prompt_tokens, usage?.completion_tokens),
    message: { ...toJson(message), ...thinking },
  }
}

function toUsage(input: number | undefined, output: number | undefined): SdkReading['usage'] {
  return input === undefined || output === undefined ? null : { input, output }
}

interface Thinking {
  readonly reasoning_content?: string
  readonly reasoning_details?: readonly JsonObject[]
}

/** OpenAI's SDK keeps only the last piece of fields that it does not know; clients that reason join them by themselves. */
function joinThinking(text: string): Thinking {
  const deltas = parseSse(text).flatMap(({ data }) => {
    const chunk = parseJson(data)
    const choices = isJsonObject(chunk)
      ? ((chunk['choices'] ?? []) as unknown as readonly { delta: Thinking }[])
      : []
    return choices.map(({ delta }) => delta)
  })
  const content = deltas.map((delta) => delta.reasoning_content ?? '').join('')
  const details = deltas.flatMap((delta) => delta.reasoning_details ?? [])
  return {
    ...(content === '' ? {} : { reasoning_content: content }),
    ...(details.length === 0 ? {} : { reasoning_details: details }),
  }
}

async function readResponses(text: string): Promise<SdkReading> {
  const response = await new OpenAI(answering(text)).responses
    .stream({ model: 'm', input: 'x' })
    .finalResponse()
  const contents = response.output.flatMap((item) => (item.type === 'message' ? item.content : []))
  return {
    text: contents.map((part) => (part.type === 'output_text' ? part.text : '')).join(''),
    refusal: contents.map((part) => (part.type === 'refusal' ? part.refusal : '')).join(''),
    thought: response.output
      .flatMap((item) => (item.type === 'reasoning' ? item.summary.map((part) => part.text) : []))
      .join(''),
    calls: response.output.flatMap((item) => {
      if (item.type === 'function_call') return [{ id: item.call_id, name: item.name, input: item.arguments }]
      if (item.type === 'custom_tool_call') return [{ id: item.call_id, name: item.name, input: item.input }]
      return []
    }),
    stop: `${response.status} ${response.incomplete_details?.reason ?? ''}`.trim(),
    usage: toUsage(response.usage?.input_tokens, response.usage?.output_tokens),
    message: toJson(response),
  }
}

async function readMessages(text: string): Promise<SdkReading> {
  const stream = new Anthropic(answering(text)).messages.stream({
    model: 'm',
    max_tokens: 1,
    messages: ASKED,
  })
  const message = await stream.finalMessage()
  const { content, usage } = message
  return {
    text: content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
    refusal: '',
    thought: content.map((block) => (block.type === 'thinking' ? block.thinking : '')).join(''),
    calls: content.flatMap((block) =>
      block.type === 'tool_use'
        ? [{ id: block.id, name: block.name, input: JSON.stringify(block.input) }]
        : [],
    ),
    stop: message.stop_reason ?? '',
    usage: {
      input:
        usage.input_tokens + (usage.cache_read_input_tokens ?? 0) + (usage.cache_creation_input_tokens ?? 0),
      output: usage.output_tokens,
    },
    message: toJson(message),
  }
}
