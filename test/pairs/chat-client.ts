import OpenAI from 'openai'
import type { ChatCompletion, ChatCompletionChunk, ChatCompletionMessage } from 'openai/resources'
import { KEY } from '../support/test-gateway.js'
import type { Ask, Client, Fetch, Reply } from './client.js'

/** What gateways and vendors say of reasoning in Chat, and the SDK's types do not know. */
interface Reasoned {
  readonly reasoning_content?: string | null
  readonly reasoning_details?: readonly Detail[] | null
}

interface Detail {
  readonly type: string
  readonly index?: number
  readonly [field: string]: unknown
}

/** `openai`, Chat Completions; reasoning and its state are kept as clients that know them do. */
export function createChatClient(fetch: Fetch): Client {
  const openai = new OpenAI({ apiKey: KEY, baseURL: 'http://gateway/v1', maxRetries: 0, fetch })
  return {
    async ask(request) {
      const body = toBody(request)
      if (!request.streamed) return toReply(await openai.chat.completions.create(body), {})
      const stream = openai.chat.completions.stream({ ...body, stream_options: { include_usage: true } })
      const chunks: ChatCompletionChunk[] = []
      stream.on('chunk', (chunk) => void chunks.push(chunk))
      return toReply(await stream.finalChatCompletion(), collectReasoning(chunks))
    },
    say: (text, image) => [
      {
        role: 'user',
        content:
          image === undefined
            ? text
            : [
                { type: 'text', text },
                { type: 'image_url', image_url: { url: `data:image/png;base64,${image}` } },
              ],
      },
    ],
    results: (results) =>
      results.map(({ id, output }) => ({ role: 'tool', tool_call_id: id, content: output })),
  }
}

function toBody(request: Ask): Omit<OpenAI.ChatCompletionCreateParamsNonStreaming, 'stream'> {
  const { model, history, system, tools, reasoning, schema, stop, maxTokens, more } = request
  const first = system === undefined ? [] : [{ role: 'system' as const, content: system }]
  return {
    model,
    messages: [...first, ...(history as OpenAI.ChatCompletionMessageParam[])],
    ...(tools === undefined
      ? {}
      : { tools: tools.map((tool) => ({ type: 'function' as const, function: tool })) }),
    ...(reasoning === true ? { reasoning_effort: 'high' as const } : {}),
    ...(schema === undefined
      ? {}
      : { response_format: { type: 'json_schema' as const, json_schema: { name: 'answer', schema } } }),
    ...(stop === undefined ? {} : { stop: [...stop] }),
    ...(maxTokens === undefined ? {} : { max_completion_tokens: maxTokens }),
    ...more,
  }
}

/** The helper keeps the last value of fields that it does not know, so these are collected from the chunks. */
function collectReasoning(chunks: readonly ChatCompletionChunk[]): Reasoned {
  const deltas = chunks.flatMap(({ choices }) => choices.map(({ delta }) => delta as Reasoned))
  const text = deltas.map(({ reasoning_content: piece }) => piece ?? '').join('')
  const details = deltas.flatMap(({ reasoning_details: list }) => list ?? [])
  return {
    ...(text === '' ? {} : { reasoning_content: text }),
    ...(details.length === 0 ? {} : { reasoning_details: mergeDetails(details) }),
  }
}

/** Pieces of one index belong together: texts are joined, everything else is as the last piece says. */
function mergeDetails(details: readonly Detail[]): readonly Detail[] {
  const merged = new Map<string, Detail>()
  for (const [place, detail] of details.entries()) {
    const key = detail.index === undefined ? `piece ${place}` : `${detail.type} ${detail.index}`
    const earlier = merged.get(key) ?? { type: detail.type }
    const joined = Object.entries(detail).map(([field, value]) => {
      const before = earlier[field]
      const grows = (field === 'text' || field === 'summary') && typeof before === 'string'
      return [field, grows ? before + String(value) : value]
    })
    merged.set(key, { ...earlier, ...(Object.fromEntries(joined) as Detail) })
  }
  return [...merged.values()]
}

const FINISHES = { stop: 'end', length: 'length', tool_calls: 'calls', content_filter: 'refused' } as const

function toReply(completion: ChatCompletion, collected: Reasoned): Reply {
  const [choice] = completion.choices
  if (choice === undefined) throw new Error('the completion has no choice')
  const message: ChatCompletionMessage & Reasoned = { ...choice.message, ...collected }
  const finish = FINISHES[choice.finish_reason as keyof typeof FINISHES]
  const calls = (message.tool_calls ?? []).map((call) => {
    if (call.type !== 'function') throw new Error(`an unexpected call of type ${call.type}`)
    const { name, arguments: json } = call.function
    // The last call of an answer that was cut is no call: its arguments have no end.
    return { id: call.id, name, input: finish === 'length' ? json : (JSON.parse(json) as unknown) }
  })
  return {
    text: message.content ?? '',
    reasoning: message.reasoning_content ?? '',
    refusal: message.refusal ?? '',
    calls,
    finish: message.refusal ? 'refused' : finish,
    usage: toUsage(completion.usage),
    model: completion.model,
    turn: [toTurn(message)],
  }
}

/** The helper adds `parsed` to messages and calls, which is no part of a request. */
function toTurn({ role, content, tool_calls: calls, ...rest }: ChatCompletionMessage & Reasoned): unknown {
  const { reasoning_content: text, reasoning_details: details } = rest
  return {
    role,
    content,
    ...(calls === undefined || calls.length === 0
      ? {}
      : {
          tool_calls: calls.map((call) =>
            call.type === 'function'
              ? { ...call, function: { name: call.function.name, arguments: call.function.arguments } }
              : call,
          ),
        }),
    ...(text === undefined ? {} : { reasoning_content: text }),
    ...(details === undefined ? {} : { reasoning_details: details }),
  }
}

function toUsage(usage: ChatCompletion['usage']): Reply['usage'] {
  const details = usage?.prompt_tokens_details
  return {
    input: usage?.prompt_tokens ?? NaN,
    cacheRead: details?.cached_tokens ?? 0,
    cacheWrite: details?.cache_write_tokens ?? 0,
    output: usage?.completion_tokens ?? NaN,
    reasoning: usage?.completion_tokens_details?.reasoning_tokens ?? 0,
  }
}
