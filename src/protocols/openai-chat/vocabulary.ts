import type { CanonicalRequest } from '../../canonical/request.js'
import type { FinishReason } from '../../canonical/response.js'
import type { UpstreamErrorKind } from '../../canonical/upstream-error.js'

/** Canonical request fields as this protocol names them. */
export const fieldNames: Readonly<Partial<Record<keyof CanonicalRequest, string>>> = {
  model: 'model',
  stream: 'stream',
  messages: 'messages',
  tools: 'tools',
  toolChoice: 'tool_choice',
  parallelToolCalls: 'parallel_tool_calls',
  maxOutputTokens: 'max_completion_tokens',
  temperature: 'temperature',
  topP: 'top_p',
  topK: 'top_k',
  seed: 'seed',
  presencePenalty: 'presence_penalty',
  frequencyPenalty: 'frequency_penalty',
  stop: 'stop',
  candidateCount: 'n',
  logprobs: 'logprobs',
  reasoning: 'reasoning_effort',
  responseFormat: 'response_format',
  outputModalities: 'modalities',
  verbosity: 'verbosity',
  cache: 'prompt_cache_options',
  serviceTier: 'service_tier',
  endUser: 'safety_identifier',
  session: 'prompt_cache_key',
  metadata: 'metadata',
  state: 'store',
  includeUsage: 'stream_options',
}

/** What may be other for a model that a client falls back to. */
export const FALLBACK_FIELDS: ReadonlySet<string> = new Set([
  'max_completion_tokens',
  'max_tokens',
  'reasoning',
  'reasoning_effort',
  'thinking',
  'verbosity',
  'temperature',
  'top_p',
  'top_k',
  'min_p',
  'frequency_penalty',
  'presence_penalty',
  'repetition_penalty',
  'seed',
  'service_tier',
])

/** This protocol's id: key of its `extensions`, owner of its provider parts. */
export const PROTOCOL = 'openai-chat'

/** `format` of a reasoning detail by the family of the state in it. Other families travel in an envelope. */
export const DETAIL_FORMATS: Readonly<Record<string, string>> = {
  anthropic: 'anthropic-claude-v1',
  openai: 'openai-responses-v1',
  xai: 'xai-responses-v1',
  'google-ai': 'google-gemini-v1',
}

/** `format` of a detail that holds an envelope of ours. */
export const ENVELOPE_FORMAT = 'unknown'

/** Id of the detail that tells in which order reasoning, text and calls of a message stood. */
export const ORDER_ID = 'gw-order'

/** What stands between the parts of a summary in one text. */
export const SUMMARY_SEPARATOR = '\n\n'

/** Family of state that is for ourselves alone. */
export const OWN_FAMILY = 'gateway'

/** Canonical reasons by the vendor's word. */
export const FINISH_REASONS: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  eos: 'stop',
  end_turn: 'stop',
  stop_sequence: 'stop-sequence',
  length: 'length',
  max_tokens: 'length',
  model_length: 'length',
  tool_calls: 'tool-calls',
  tool_use: 'tool-calls',
  function_call: 'tool-calls',
  content_filter: 'content-filter',
  refusal: 'content-filter',
  safety: 'content-filter',
}

/** Words that mean that the answer failed, by what they mean. */
export const FAILED_REASONS: Readonly<Record<string, UpstreamErrorKind>> = {
  error: 'server',
  insufficient_system_resource: 'overloaded',
}

/** What this protocol says for each canonical reason. */
export const FINISH_WORDS: Readonly<Record<FinishReason, string>> = {
  stop: 'stop',
  'stop-sequence': 'stop',
  'tool-calls': 'tool_calls',
  length: 'length',
  'context-full': 'length',
  'content-filter': 'content_filter',
  pause: 'stop',
  compaction: 'stop',
  other: 'stop',
}
