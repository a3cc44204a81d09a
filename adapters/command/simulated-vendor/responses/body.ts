import { isJsonObject, type JsonObject, type JsonValue, type Usage } from '../../../../src/index.js'
import type { Answer, Finish, Part, ReasoningPart, TextPart } from '../answer.js'
import { listLogprobs } from '../openai-common.js'
import { objectsOf, stringsOf } from '../values.js'

/** An item always says what it is and who it is. */
export type Item = JsonObject & { readonly type: string; readonly id: string }

/** What a response says of how it ended. */
export interface Ending {
  readonly status: 'completed' | 'incomplete'
  readonly incomplete_details: { readonly reason: string } | null
}

const COMPLETED: Ending = { status: 'completed', incomplete_details: null }

const ENDINGS: Readonly<Record<Finish, Ending>> = {
  stop: COMPLETED,
  stop_sequence: COMPLETED,
  tool_calls: COMPLETED,
  refusal: COMPLETED,
  length: { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } },
  content_filter: { status: 'incomplete', incomplete_details: { reason: 'content_filter' } },
}

/** What the request decides of the response, with the default that the vendor fills in. */
const ECHOED: JsonObject = {
  background: false,
  frequency_penalty: 0,
  instructions: null,
  max_output_tokens: null,
  max_tool_calls: null,
  metadata: {},
  parallel_tool_calls: true,
  presence_penalty: 0,
  previous_response_id: null,
  prompt_cache_key: null,
  reasoning: { effort: null, summary: null },
  safety_identifier: null,
  service_tier: 'default',
  store: true,
  temperature: 1,
  text: { format: { type: 'text' }, verbosity: 'medium' },
  tool_choice: 'auto',
  top_logprobs: 0,
  top_p: 1,
  truncation: 'disabled',
  user: null,
}

/** Writes the finished `response`. */
export function renderBody(answer: Answer): JsonObject & Ending {
  return {
    ...renderOpen(answer),
    ...ENDINGS[answer.finish],
    completed_at: answer.createdSeconds,
    output: answer.parts.map((part) => renderItem(part, answer)),
    usage: answer.usage ? renderUsage(answer.usage) : null,
  }
}

/** The `response` as it is before anything was generated. */
export function renderOpen(answer: Answer): JsonObject {
  const { request } = answer.question
  const echoed = Object.entries(ECHOED).map(([name, fallback]) => [name, echo(request[name], fallback)])
  return {
    id: `resp_${answer.id}`,
    object: 'response',
    created_at: answer.createdSeconds,
    completed_at: null,
    status: 'in_progress',
    error: null,
    incomplete_details: null,
    model: answer.model,
    output: [],
    usage: null,
    ...Object.fromEntries(echoed),
    tools: objectsOf(request.tools).map(echoTool),
  }
}

/** A function is held to its schema unless the request says otherwise. */
function echoTool(tool: JsonObject): JsonObject {
  const absent = { description: null, parameters: null, strict: true }
  return tool.type === 'function' ? { ...absent, ...tool } : tool
}

/** What the request says, in an object beside the defaults of what it does not say. */
function echo(given: JsonValue | undefined, fallback: JsonValue | undefined): JsonValue | undefined {
  return isJsonObject(given) && isJsonObject(fallback) ? { ...fallback, ...given } : (given ?? fallback)
}

/** Whole input and whole output, with parts that are contained in them. */
function renderUsage(usage: Usage): JsonObject {
  return {
    input_tokens: usage.inputTokens,
    input_tokens_details: {
      cached_tokens: usage.cacheReadTokens,
      cache_write_tokens: usage.cacheWriteTokens + usage.cacheWriteLongTokens,
    },
    output_tokens: usage.outputTokens,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    total_tokens: usage.inputTokens + usage.outputTokens,
  }
}

/** A finished item of `output`. */
export function renderItem(part: Part, answer: Answer): Item {
  const status = part.complete ? 'completed' : 'incomplete'
  switch (part.type) {
    case 'reasoning':
      return renderReasoning(part, answer)
    case 'text':
    case 'refusal':
      return {
        id: `msg_${part.id}`,
        type: 'message',
        status,
        role: 'assistant',
        content: [renderContent(part, answer)],
      }
    case 'call': {
      const named = { call_id: `call_${part.id}`, name: part.name, status }
      return part.form === 'custom'
        ? { id: `ctc_${part.id}`, type: 'custom_tool_call', ...named, input: part.input }
        : { id: `fc_${part.id}`, type: 'function_call', ...named, arguments: part.input }
    }
  }
}

/** The one content part of a message. */
export function renderContent(part: TextPart, answer: Answer): JsonObject & { readonly type: string } {
  return part.type === 'refusal'
    ? { type: 'refusal', refusal: part.text }
    : { type: 'output_text', text: part.text, annotations: [], logprobs: renderLogprobs(part.text, answer) }
}

/** The log-probabilities of a text; none unless they were asked for. */
export function renderLogprobs(text: string, { question }: Answer): readonly JsonObject[] {
  const { include, top_logprobs: top } = question.request
  return stringsOf(include).includes('message.output_text.logprobs') ? listLogprobs(text, top) : []
}

/** The seal is for those who ask for it: who keeps no state has to. */
function renderReasoning(part: ReasoningPart, answer: Answer): Item {
  const sealed = stringsOf(answer.question.request.include).includes('reasoning.encrypted_content')
  return {
    id: `rs_${part.id}`,
    type: 'reasoning',
    summary: part.text === '' ? [] : [{ type: 'summary_text', text: part.text }],
    encrypted_content: sealed ? part.seal : undefined,
  }
}
