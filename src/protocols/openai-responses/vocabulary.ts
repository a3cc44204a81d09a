import type { JsonObject } from '../../canonical/json.js'
import { asObject, asText } from '../../canonical/narrow.js'
import type { CanonicalRequest } from '../../canonical/request.js'
import type { FinishReason } from '../../canonical/response.js'
import type { UpstreamErrorKind } from '../../canonical/upstream-error.js'

/** Names of canonical request fields on this wire. */
export const FIELD_NAMES: Readonly<Partial<Record<keyof CanonicalRequest, string>>> = {
  messages: 'input',
  toolChoice: 'tool_choice',
  parallelToolCalls: 'parallel_tool_calls',
  maxOutputTokens: 'max_output_tokens',
  topP: 'top_p',
  logprobs: 'top_logprobs',
  responseFormat: 'text.format',
  verbosity: 'text.verbosity',
  cache: 'prompt_cache_options',
  serviceTier: 'service_tier',
  endUser: 'safety_identifier',
  session: 'prompt_cache_key',
  state: 'store',
}

/** `include` entry that makes the vendor hand out its reasoning state. */
export const ENCRYPTED_REASONING = 'reasoning.encrypted_content'

/** `include` entry for log probabilities. */
export const LOGPROBS = 'message.output_text.logprobs'

/** Service tiers of all protocols → those of this one. */
export const SERVICE_TIERS: Readonly<Record<string, string>> = {
  auto: 'auto',
  default: 'default',
  standard: 'default',
  standard_only: 'default',
  flex: 'flex',
  scale: 'scale',
  priority: 'priority',
  fast: 'fast',
  ultrafast: 'ultrafast',
}

/** `incomplete_details.reason` → why the answer ended; other reasons are a plain stop. */
export const INCOMPLETE_REASONS: Readonly<Record<string, FinishReason>> = {
  max_output_tokens: 'length',
  max_tokens: 'length',
  length: 'length',
  content_filter: 'content-filter',
}

/** The vendor's own word for how a response of a status ended. */
export function finishWord(response: JsonObject | undefined, fallback: string): string {
  const status = asText(response?.status) ?? fallback
  if (status !== 'incomplete') return status
  return asText(asObject(response?.incomplete_details)?.reason) ?? status
}

/** Reasons to end that make a response incomplete; all others complete it. */
export const INCOMPLETE: Readonly<Partial<Record<FinishReason, string>>> = {
  length: 'max_output_tokens',
  'context-full': 'max_output_tokens',
  'content-filter': 'content_filter',
}

/**
 * Codes of a failed response that agents know; any other makes them try again. Not `server_is_overloaded`: Codex takes
 * that for a model without capacity and gives up, where a little patience would do.
 */
export const FAILURE_CODES: Readonly<Partial<Record<UpstreamErrorKind, string>>> = {
  'context-overflow': 'context_length_exceeded',
  'rate-limit': 'rate_limit_exceeded',
  'bad-request': 'invalid_prompt',
  unprocessable: 'invalid_prompt',
  'too-large': 'invalid_prompt',
  policy: 'content_policy_violation',
  unfunded: 'insufficient_balance',
}

/** Fixed texts where the vendor's own would speak of its account, or says nothing. */
export const FAILURE_TEXTS: Readonly<Partial<Record<UpstreamErrorKind, string>>> = {
  authentication: 'The provider refused the gateway.',
  billing: 'The provider refused the gateway.',
  permission: 'The provider refused the gateway.',
  timeout: 'Request timed out: the provider did not answer. Try again later.',
  truncated: 'Connection error: the provider broke off the answer. Try again later.',
  garbage: 'The provider sent an answer that is not readable.',
}

/** Whose reasoning state stands on this wire without an envelope. */
export const NATIVE_FAMILY = 'openai'
