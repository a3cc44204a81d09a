import type { JsonObject, Usage } from '../../../../src/index.js'
import { callsOf, textOfParts, type Answer, type CallPart, type Finish } from '../answer.js'
import { listLogprobs } from '../openai-common.js'

/** A refusal ends as any other text does: what tells it apart is `message.refusal`. */
export const FINISH_REASONS: Readonly<Record<Finish, string>> = {
  stop: 'stop',
  stop_sequence: 'stop',
  length: 'length',
  tool_calls: 'tool_calls',
  refusal: 'stop',
  content_filter: 'content_filter',
}

/** Writes a `chat.completion`. */
export function renderBody(answer: Answer): JsonObject {
  return {
    ...renderHead(answer, 'chat.completion'),
    choices: choiceIndexes(answer).map((index) => ({
      index,
      message: renderMessage(answer),
      logprobs: renderLogprobs(textOfParts(answer, 'text'), answer),
      finish_reason: FINISH_REASONS[answer.finish],
    })),
    usage: answer.usage && renderUsage(answer.usage, choiceIndexes(answer).length),
  }
}

/** The fields that a completion and each of its chunks share. */
export function renderHead(answer: Answer, object: string): JsonObject {
  return {
    id: `chatcmpl-${answer.id}`,
    object,
    created: answer.createdSeconds,
    model: answer.model,
    service_tier: 'default',
    system_fingerprint: 'fp_simulated',
  }
}

/** The log-probabilities of a text; null unless they were asked for. */
export function renderLogprobs(text: string, { question }: Answer): JsonObject | null {
  const { logprobs, top_logprobs: top } = question.request
  if (logprobs !== true || text === '') return null
  return { content: listLogprobs(text, top), refusal: null }
}

/** The request's `n` choices: each of them is the same answer. */
export function choiceIndexes(answer: Answer): readonly number[] {
  const { n } = answer.question.request
  return Array.from({ length: typeof n === 'number' ? Math.min(n, 128) : 1 }, (_, index) => index)
}

/** Whole prompt and whole completion, with parts that are contained in them; each choice is counted. */
export function renderUsage(usage: Usage, choices: number): JsonObject {
  const completionTokens = usage.outputTokens * choices
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: completionTokens,
    total_tokens: usage.inputTokens + completionTokens,
    prompt_tokens_details: {
      cached_tokens: usage.cacheReadTokens,
      cache_write_tokens: usage.cacheWriteTokens + usage.cacheWriteLongTokens,
      audio_tokens: 0,
    },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoningTokens * choices,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  }
}

function renderMessage(answer: Answer): JsonObject {
  const calls = callsOf(answer)
  const reasoning = textOfParts(answer, 'reasoning')
  return {
    role: 'assistant',
    content: textOfParts(answer, 'text') || (calls.length > 0 || answer.finish === 'refusal' ? null : ''),
    refusal: textOfParts(answer, 'refusal') || null,
    annotations: [],
    reasoning_content: reasoning === '' ? undefined : reasoning,
    tool_calls: calls.length === 0 ? undefined : calls.map((call) => renderCall(call, call.input)),
  }
}

/** A tool call as a message has it, and as its first fragment in a stream has it. */
export function renderCall(call: CallPart, input: string): JsonObject {
  const id = `call_${call.id}`
  return call.form === 'custom'
    ? { id, type: 'custom', custom: { name: call.name, input } }
    : { id, type: 'function', function: { name: call.name, arguments: input } }
}
