import type Anthropic from '@anthropic-ai/sdk'
import type OpenAI from 'openai'

/** Names of the members that a type must have. */
type RequiredKeys<T> = { [K in keyof T]-?: object extends Pick<T, K> ? never : K }[keyof T] & string

/** Exactly the members that the SDK's type must have: one more or one less does not compile. */
type Fields<T, Left extends string = never> = Readonly<Record<Exclude<RequiredKeys<T>, Left>, true>>

type Completion = OpenAI.ChatCompletion
type Chunk = OpenAI.ChatCompletionChunk
type Item<Type> = Extract<OpenAI.Responses.ResponseOutputItem, { type: Type }>
type ResponseEvent<Type> = Extract<OpenAI.Responses.ResponseStreamEvent, { type: Type }>
type Block<Type> = Extract<Anthropic.ContentBlock, { type: Type }>
type MessageEvent<Type> = Extract<Anthropic.RawMessageStreamEvent, { type: Type }>

export const COMPLETION: Fields<Completion> = {
  id: true,
  choices: true,
  created: true,
  model: true,
  object: true,
}
export const CHOICE: Fields<Completion['choices'][0]> = {
  finish_reason: true,
  index: true,
  logprobs: true,
  message: true,
}
export const COMPLETION_MESSAGE: Fields<OpenAI.ChatCompletionMessage> = {
  content: true,
  refusal: true,
  role: true,
}
export const COMPLETION_USAGE: Fields<OpenAI.CompletionUsage> = {
  completion_tokens: true,
  prompt_tokens: true,
  total_tokens: true,
}
export const CALL: Fields<OpenAI.ChatCompletionMessageFunctionToolCall> = {
  id: true,
  function: true,
  type: true,
}
export const CHUNK: Fields<Chunk> = { id: true, choices: true, created: true, model: true, object: true }
export const CHUNK_CHOICE: Fields<Chunk['choices'][0]> = { delta: true, finish_reason: true, index: true }
export const CALL_DELTA: Fields<NonNullable<Chunk['choices'][0]['delta']['tool_calls']>[0]> = { index: true }

/** `output_text` is made by the SDK. */
export const RESPONSE: Fields<OpenAI.Responses.Response, 'output_text'> = {
  id: true,
  access_programs: true,
  created_at: true,
  error: true,
  incomplete_details: true,
  instructions: true,
  metadata: true,
  model: true,
  object: true,
  output: true,
  parallel_tool_calls: true,
  temperature: true,
  tool_choice: true,
  tools: true,
  top_p: true,
}
export const RESPONSE_USAGE: Fields<OpenAI.Responses.ResponseUsage> = {
  input_tokens: true,
  input_tokens_details: true,
  output_tokens: true,
  output_tokens_details: true,
  total_tokens: true,
}
export const ITEMS: Readonly<{
  message: Fields<Item<'message'>>
  reasoning: Fields<Item<'reasoning'>>
  function_call: Fields<Item<'function_call'>>
}> = {
  message: { id: true, content: true, role: true, status: true, type: true },
  reasoning: { id: true, summary: true, type: true },
  function_call: { arguments: true, call_id: true, name: true, type: true },
}

const DELTA = { delta: true, item_id: true, output_index: true, sequence_number: true, type: true } as const
const ITEM = { item: true, output_index: true, sequence_number: true, type: true } as const
const LIFE = { response: true, sequence_number: true, type: true } as const
const PART = { item_id: true, output_index: true, part: true, sequence_number: true, type: true } as const

export const RESPONSE_EVENTS: Readonly<{
  'response.created': Fields<ResponseEvent<'response.created'>>
  'response.in_progress': Fields<ResponseEvent<'response.in_progress'>>
  'response.completed': Fields<ResponseEvent<'response.completed'>>
  'response.output_item.added': Fields<ResponseEvent<'response.output_item.added'>>
  'response.output_item.done': Fields<ResponseEvent<'response.output_item.done'>>
  'response.content_part.added': Fields<ResponseEvent<'response.content_part.added'>>
  'response.content_part.done': Fields<ResponseEvent<'response.content_part.done'>>
  'response.output_text.delta': Fields<ResponseEvent<'response.output_text.delta'>>
  'response.output_text.done': Fields<ResponseEvent<'response.output_text.done'>>
  'response.function_call_arguments.delta': Fields<ResponseEvent<'response.function_call_arguments.delta'>>
  'response.function_call_arguments.done': Fields<ResponseEvent<'response.function_call_arguments.done'>>
  'response.reasoning_summary_part.added': Fields<ResponseEvent<'response.reasoning_summary_part.added'>>
  'response.reasoning_summary_part.done': Fields<ResponseEvent<'response.reasoning_summary_part.done'>>
  'response.reasoning_summary_text.delta': Fields<ResponseEvent<'response.reasoning_summary_text.delta'>>
  'response.reasoning_summary_text.done': Fields<ResponseEvent<'response.reasoning_summary_text.done'>>
}> = {
  'response.created': LIFE,
  'response.in_progress': LIFE,
  'response.completed': LIFE,
  'response.output_item.added': ITEM,
  'response.output_item.done': ITEM,
  'response.content_part.added': { ...PART, content_index: true },
  'response.content_part.done': { ...PART, content_index: true },
  'response.output_text.delta': { ...DELTA, content_index: true, logprobs: true },
  'response.output_text.done': {
    content_index: true,
    item_id: true,
    logprobs: true,
    output_index: true,
    sequence_number: true,
    text: true,
    type: true,
  },
  'response.function_call_arguments.delta': DELTA,
  'response.function_call_arguments.done': {
    arguments: true,
    item_id: true,
    output_index: true,
    sequence_number: true,
    type: true,
  },
  'response.reasoning_summary_part.added': { ...PART, summary_index: true },
  'response.reasoning_summary_part.done': { ...PART, summary_index: true },
  'response.reasoning_summary_text.delta': { ...DELTA, summary_index: true },
  'response.reasoning_summary_text.done': {
    item_id: true,
    output_index: true,
    sequence_number: true,
    summary_index: true,
    text: true,
    type: true,
  },
}

export const MESSAGE: Fields<Anthropic.Message> = {
  id: true,
  container: true,
  content: true,
  diagnostics: true,
  model: true,
  role: true,
  stop_details: true,
  stop_reason: true,
  stop_sequence: true,
  type: true,
  usage: true,
}
/** `citations` and `caller` are required by the type, yet absent where there is nothing to say, in the vendor's own answers too. */
export const BLOCKS: Readonly<{
  text: Fields<Block<'text'>, 'citations'>
  thinking: Fields<Block<'thinking'>>
  tool_use: Fields<Block<'tool_use'>, 'caller'>
}> = {
  text: { text: true, type: true },
  thinking: { signature: true, thinking: true, type: true },
  tool_use: { id: true, input: true, name: true, type: true },
}
export const MESSAGE_EVENTS: Readonly<{
  message_start: Fields<MessageEvent<'message_start'>>
  message_delta: Fields<MessageEvent<'message_delta'>>
  message_stop: Fields<MessageEvent<'message_stop'>>
  content_block_start: Fields<MessageEvent<'content_block_start'>>
  content_block_delta: Fields<MessageEvent<'content_block_delta'>>
  content_block_stop: Fields<MessageEvent<'content_block_stop'>>
}> = {
  message_start: { message: true, type: true },
  message_delta: { delta: true, type: true, usage: true },
  message_stop: { type: true },
  content_block_start: { content_block: true, index: true, type: true },
  content_block_delta: { delta: true, index: true, type: true },
  content_block_stop: { index: true, type: true },
}
