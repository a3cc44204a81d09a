import { isJsonObject, type JsonObject, parseJson, type Usage } from '../../../../src/index.js'
import type { Answer, Finish, Part } from '../answer.js'

const STOP_REASONS: Readonly<Record<Finish, string>> = {
  stop: 'end_turn',
  stop_sequence: 'stop_sequence',
  length: 'max_tokens',
  tool_calls: 'tool_use',
  refusal: 'refusal',
  content_filter: 'refusal',
}

/** Writes a finished `message`. */
export function renderBody(answer: Answer): JsonObject {
  return {
    ...renderOpen(answer),
    content: answer.parts.map(renderBlock),
    ...renderStop(answer),
    usage: answer.usage && renderUsage(answer.usage),
  }
}

/** The `message` as it is before anything was generated. */
export function renderOpen(answer: Answer): JsonObject {
  return {
    id: `msg_${answer.id}`,
    type: 'message',
    role: 'assistant',
    model: answer.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    usage: answer.usage && renderUsage({ ...answer.usage, outputTokens: 1, reasoningTokens: 0 }),
    container: null,
    diagnostics: null,
  }
}

/** How the message ended: the last event of a stream says it again in these words. */
export function renderStop(answer: Answer): JsonObject {
  const reason = STOP_REASONS[answer.finish]
  return {
    stop_reason: reason,
    stop_sequence: answer.stopSequence ?? null,
    stop_details: reason === 'refusal' ? { type: 'refusal', category: null, explanation: null } : null,
    container: null,
  }
}

/** Input without what was read from the cache or written to it; output with its reasoning. */
export function renderUsage(usage: Usage): JsonObject {
  const written = usage.cacheWriteTokens + usage.cacheWriteLongTokens
  return {
    input_tokens: usage.inputTokens - usage.cacheReadTokens - written,
    cache_creation_input_tokens: written,
    cache_read_input_tokens: usage.cacheReadTokens,
    cache_creation: {
      ephemeral_5m_input_tokens: usage.cacheWriteTokens,
      ephemeral_1h_input_tokens: usage.cacheWriteLongTokens,
    },
    output_tokens: usage.outputTokens,
    output_tokens_details: { thinking_tokens: usage.reasoningTokens },
    server_tool_use: null,
    service_tier: 'standard',
  }
}

function renderBlock(part: Part): JsonObject {
  switch (part.type) {
    case 'reasoning':
      return { type: 'thinking', thinking: part.text, signature: part.seal }
    case 'text':
    case 'refusal':
      return { type: 'text', text: part.text }
    case 'call': {
      const input = parseJson(part.input)
      return {
        type: 'tool_use',
        id: `toolu_${part.id}`,
        name: part.name,
        input: isJsonObject(input) ? input : {},
      }
    }
  }
}
