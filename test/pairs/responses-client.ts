import OpenAI from 'openai'
import type { Response, ResponseOutputItem, ResponseUsage } from 'openai/resources/responses/responses'
import { KEY } from '../support/test-gateway.js'
import type { Ask, Client, Fetch, Reply } from './client.js'

/** `openai`, Responses: the whole history in each request, nothing stored. */
export function createResponsesClient(fetch: Fetch): Client {
  const openai = new OpenAI({ apiKey: KEY, baseURL: 'http://gateway/v1', maxRetries: 0, fetch })
  return {
    async ask(request) {
      const body = toBody(request)
      return toReply(
        request.streamed
          ? await openai.responses.stream(body).finalResponse()
          : await openai.responses.create(body),
      )
    },
    say: (text, image) => [
      {
        role: 'user',
        content:
          image === undefined
            ? text
            : [
                { type: 'input_text', text },
                { type: 'input_image', image_url: `data:image/png;base64,${image}`, detail: 'auto' },
              ],
      },
    ],
    results: (results) =>
      results.map(({ id, output }) => ({ type: 'function_call_output', call_id: id, output })),
  }
}

function toBody(request: Ask): Omit<OpenAI.Responses.ResponseCreateParamsNonStreaming, 'stream'> {
  const { model, history, system, tools, reasoning, schema, stop, maxTokens, more } = request
  // The protocol has no stop sequences.
  if (stop !== undefined) throw new Error('Responses has no stop sequences')
  return {
    model,
    input: [...(history as OpenAI.Responses.ResponseInputItem[])],
    store: false,
    include: ['reasoning.encrypted_content'],
    ...(system === undefined ? {} : { instructions: system }),
    ...(tools === undefined
      ? {}
      : { tools: tools.map((tool) => Object.assign({ type: 'function' as const, strict: false }, tool)) }),
    ...(reasoning === true ? { reasoning: { effort: 'high' as const, summary: 'auto' as const } } : {}),
    ...(schema === undefined
      ? {}
      : { text: { format: { type: 'json_schema' as const, name: 'answer', schema: { ...schema } } } }),
    ...(maxTokens === undefined ? {} : { max_output_tokens: maxTokens }),
    ...more,
  }
}

function toReply({ output, usage, model, ...response }: Response): Reply {
  const contents = output.flatMap((item) => (item.type === 'message' ? item.content : []))
  const refusal = contents.map((part) => (part.type === 'refusal' ? part.refusal : '')).join('')
  const calls = output.flatMap((item) =>
    item.type === 'function_call' && item.status !== 'incomplete'
      ? [{ id: item.call_id, name: item.name, input: JSON.parse(item.arguments) as unknown }]
      : [],
  )
  return {
    text: contents.map((part) => (part.type === 'output_text' ? part.text : '')).join(''),
    reasoning: output
      .flatMap((item) => (item.type === 'reasoning' ? item.summary.map(({ text }) => text) : []))
      .join('\n\n'),
    refusal,
    calls,
    finish: finishOf(response, refusal, calls.length),
    usage: toUsage(usage),
    model,
    turn: output.map(toTurn),
  }
}

function finishOf(
  { status, incomplete_details: details }: Pick<Response, 'status' | 'incomplete_details'>,
  refusal: string,
  calls: number,
): Reply['finish'] {
  if (details?.reason === 'max_output_tokens') return 'length'
  if (refusal !== '' || details?.reason === 'content_filter') return 'refused'
  if (status !== 'completed') throw new Error(`the response is ${String(status)}`)
  return calls > 0 ? 'calls' : 'end'
}

/** The helper adds `parsed` and `parsed_arguments`, which are no part of a request. */
function toTurn(item: ResponseOutputItem): unknown {
  if (item.type === 'function_call') {
    const { parsed_arguments: _parsed, ...rest } = item as typeof item & { parsed_arguments?: unknown }
    return rest
  }
  if (item.type !== 'message') return item
  return {
    ...item,
    content: item.content.map((part) => {
      const { parsed: _parsed, ...rest } = part as typeof part & { parsed?: unknown }
      return rest
    }),
  }
}

function toUsage(usage: ResponseUsage | null | undefined): Reply['usage'] {
  const input = usage?.input_tokens_details
  return {
    input: usage?.input_tokens ?? NaN,
    cacheRead: input?.cached_tokens ?? NaN,
    cacheWrite: input?.cache_write_tokens ?? 0,
    output: usage?.output_tokens ?? NaN,
    reasoning: usage?.output_tokens_details.reasoning_tokens ?? NaN,
  }
}
