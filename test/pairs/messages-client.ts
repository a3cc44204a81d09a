import Anthropic from '@anthropic-ai/sdk'
import { KEY } from '../support/test-gateway.js'
import type { Ask, Client, Fetch, Reply } from './client.js'

const MAX_TOKENS = 20_000

/** `@anthropic-ai/sdk`, Messages. */
export function createMessagesClient(fetch: Fetch): Client {
  const anthropic = new Anthropic({ apiKey: KEY, baseURL: 'http://gateway', maxRetries: 0, fetch })
  return {
    async ask(request) {
      const body = toBody(request)
      return toReply(
        request.streamed
          ? await anthropic.messages.stream(body).finalMessage()
          : await anthropic.messages.create(body),
      )
    },
    say: (text, image) => [
      {
        role: 'user',
        content:
          image === undefined
            ? text
            : [
                { type: 'text', text },
                { type: 'image', source: { type: 'base64', media_type: 'image/png', data: image } },
              ],
      },
    ],
    results: (results) => [
      {
        role: 'user',
        content: results.map(({ id, output }) => ({ type: 'tool_result', tool_use_id: id, content: output })),
      },
    ],
  }
}

function toBody(request: Ask): Anthropic.MessageCreateParamsNonStreaming {
  const { model, history, system, tools, reasoning, schema, stop, maxTokens = MAX_TOKENS, more } = request
  return {
    model,
    max_tokens: maxTokens,
    messages: [...(history as Anthropic.MessageParam[])],
    ...(system === undefined ? {} : { system }),
    ...(tools === undefined
      ? {}
      : { tools: tools.map(({ parameters, ...tool }) => Object.assign(tool, { input_schema: parameters })) }),
    ...(reasoning === true
      ? { thinking: { type: 'adaptive' as const, display: 'summarized' as const } }
      : {}),
    ...(schema === undefined
      ? {}
      : { output_config: { format: { type: 'json_schema' as const, schema: { ...schema } } } }),
    ...(stop === undefined ? {} : { stop_sequences: [...stop] }),
    ...more,
  }
}

const FINISHES: Readonly<Record<string, Reply['finish']>> = {
  end_turn: 'end',
  stop_sequence: 'end',
  tool_use: 'calls',
  max_tokens: 'length',
  refusal: 'refused',
}

function toReply({ content, usage, model, stop_reason: reason, ...message }: Anthropic.Message): Reply {
  const text = content.map((block) => (block.type === 'text' ? block.text : '')).join('')
  const finish = FINISHES[reason ?? '']
  if (finish === undefined) throw new Error(`an unexpected stop reason: ${String(reason)}`)
  return {
    text,
    reasoning: content.map((block) => (block.type === 'thinking' ? block.thinking : '')).join(''),
    refusal: finish === 'refused' ? (message.stop_details?.explanation ?? text) : '',
    calls: content.flatMap((block) =>
      block.type === 'tool_use' ? [{ id: block.id, name: block.name, input: block.input }] : [],
    ),
    finish,
    usage: toUsage(usage),
    model,
    turn: [{ role: 'assistant', content }],
  }
}

function toUsage(usage: Anthropic.Usage): Reply['usage'] {
  const cacheRead = usage.cache_read_input_tokens ?? 0
  const cacheWrite = usage.cache_creation_input_tokens ?? 0
  return {
    input: usage.input_tokens + cacheRead + cacheWrite,
    cacheRead,
    cacheWrite,
    output: usage.output_tokens,
    reasoning: usage.output_tokens_details?.thinking_tokens ?? 0,
  }
}
