import type { AssistantPart, ReasoningPart, TextPart, ToolCallPart } from '../../../canonical/content.js'
import type { JsonObject } from '../../../canonical/json.js'
import type { CanonicalResponse } from '../../../canonical/response.js'
import type { OpaqueState } from '../../../canonical/state.js'
import type { EncodeContext, Translated } from '../../protocol.js'
import { parseInput } from '../request/encode-content.js'
import { encodeCitation } from '../wire/citation.js'
import { LOST_CITATION, LOST_PART, NOT_AN_OBJECT, ONLY_TRANSCRIPT, PLACEHOLDER } from '../wire/losses.js'
import { PROTOCOL } from '../wire/index.js'
import { collectWarnings, type Warn } from '../wire/warn.js'
import { carry, hidesReasoning, nativeData, messageId, toolCarrier } from './carrier.js'
import { encodeFinish } from './finish.js'
import { encodeUsage, estimatedUsage } from './usage.js'

/** Encodes a whole answer for a client. */
export function encodeResponse(response: CanonicalResponse, context: EncodeContext): Translated<JsonObject> {
  const { warnings, warn } = collectWarnings()
  const content = response.content.flatMap((part, index) =>
    encodePart(part, { context, warn, path: `content[${index}]` }),
  )
  const refusals = response.content.flatMap((part) => (part.type === 'refusal' ? [part.text] : []))
  const usage = response.usage ?? estimatedUsage(context.estimatedInputTokens, JSON.stringify(content).length)
  const finish = encodeFinish(response.finish, {
    hasToolCall: content.some(({ type }) => type === 'tool_use'),
    refusal: refusals.length === 0 ? null : refusals.join(''),
  })
  return {
    value: {
      id: messageId(response.id, context),
      type: 'message',
      role: 'assistant',
      model: context.model,
      content,
      ...finish,
      usage: encodeUsage(usage, response.serviceTier),
      container: null,
      diagnostics: null,
      ...response.extensions?.[PROTOCOL],
    },
    warnings,
  }
}

interface PartContext {
  readonly context: EncodeContext
  readonly warn: Warn
  readonly path: string
}

function encodePart(part: AssistantPart, options: PartContext): readonly JsonObject[] {
  const { warn, path } = options
  switch (part.type) {
    case 'text':
      return encodeText(part, options)
    case 'refusal':
      return part.text === '' ? [] : [{ type: 'text', text: part.text }]
    case 'reasoning':
      return encodeReasoning(part, options)
    case 'tool-call':
      return encodeToolCall(part, options)
    case 'generated-image':
      warn('emulated', path, PLACEHOLDER)
      return [{ type: 'text', text: '[generated image]' }]
    case 'generated-audio':
      warn('emulated', path, ONLY_TRANSCRIPT)
      return encodeText({ type: 'text', text: part.transcript ?? '' }, options)
    case 'provider':
      if (part.protocol === PROTOCOL) return [part.value]
      warn('dropped', path, LOST_PART)
      return []
  }
}

function encodeText({ text, citations }: TextPart, { warn, path }: PartContext): readonly JsonObject[] {
  if (text === '') return []
  const encoded = (citations ?? []).flatMap((citation) => {
    const written = encodeCitation(citation, text)
    if (written === null) warn('dropped', `${path}.citations`, LOST_CITATION)
    return written === null ? [] : [written]
  })
  return [{ type: 'text', text, ...(encoded.length === 0 ? {} : { citations: encoded }) }]
}

function encodeReasoning(part: ReasoningPart, { context }: PartContext): readonly JsonObject[] {
  const { state } = part
  const redacted = state === undefined ? undefined : nativeData(state, 'redacted')
  if (redacted !== undefined) return [{ type: 'redacted_thinking', data: redacted }]
  const hidden = hidesReasoning(context)
  if (state === undefined && (hidden || part.text === '')) return []
  return [thinkingBlock(hidden ? '' : part.text, state, context)]
}

function thinkingBlock(text: string, state: OpaqueState | undefined, context: EncodeContext): JsonObject {
  return { type: 'thinking', thinking: text, signature: carry(state, text, context) }
}

function encodeToolCall(part: ToolCallPart, { context, warn, path }: PartContext): readonly JsonObject[] {
  const carrier =
    part.state === undefined ? [] : [thinkingBlock('', toolCarrier(part.state, part.id), context)]
  const input = part.kind === 'custom' ? { input: part.input } : parseInput(part.input)
  if (input === null && part.status === 'incomplete') {
    warn('dropped', path, 'The answer ended inside the arguments of this call, so the call is left out.')
    return []
  }
  if (input === null) warn('repaired', path, NOT_AN_OBJECT)
  return [
    ...carrier,
    { type: 'tool_use', id: part.id, name: part.name, input: input ?? { _raw: part.input } },
  ]
}
