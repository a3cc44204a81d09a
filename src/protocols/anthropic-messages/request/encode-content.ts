import type {
  AssistantPart,
  ReasoningPart,
  TextPart,
  ToolCallPart,
  ToolResultPart,
  UserPart,
} from '../../../canonical/content.js'
import { isJsonObject, parseJson, type JsonObject } from '../../../canonical/json.js'
import { isDisplayOnly, nativeCitations } from '../wire/citation.js'
import { NATIVE_FAMILY, PROTOCOL } from '../wire/index.js'
import { encodeDocument, encodeImage } from './encode-media.js'
import { mark, refuse, type Draft, type Scope } from './scope.js'

/** Encodes one part of a user message, tool results aside, as no or more blocks. */
export function encodeUserPart(part: Exclude<UserPart, ToolResultPart>, scope: Scope): Draft[] {
  switch (part.type) {
    case 'text':
      return encodeUserText(part, scope)
    case 'image':
      return [mark(encodeImage(part, scope), part, scope)]
    case 'document':
      return [mark(encodeDocument(part, scope), part, scope)]
    case 'search-result': {
      const content = part.content.flatMap((text) => encodeText(text, scope))
      const draft: Draft = { type: 'search_result', source: part.source, title: part.title, content }
      if (part.citationsEnabled !== undefined) draft.citations = { enabled: part.citationsEnabled }
      return [mark(draft, part, scope)]
    }
    case 'provider':
      return encodeProvider(part, scope)
    case 'audio':
    case 'video':
      throw refuse(part.path ?? 'messages', scope)
  }
}

/** Encodes one part of an assistant message as no or more blocks. */
export function encodeAssistantPart(part: AssistantPart, scope: Scope): Draft[] {
  switch (part.type) {
    case 'text':
      return encodeText(part, scope)
    case 'refusal':
      return encodeText({ ...part, type: 'text' }, scope)
    case 'reasoning':
      return encodeReasoning(part, scope)
    case 'tool-call':
      return [mark(encodeToolCall(part, scope), part, scope)]
    case 'generated-image':
      scope.warn(
        'emulated',
        part.path ?? 'messages',
        'An image of the model becomes a placeholder text.',
        true,
      )
      return [{ type: 'text', text: '[generated image]' }]
    case 'generated-audio':
      scope.warn('emulated', part.path ?? 'messages', 'Audio of the model is sent as its transcript.', true)
      return encodeText({ type: 'text', text: part.transcript ?? '' }, scope)
    case 'provider':
      return encodeProvider(part, scope)
  }
}

/** Encodes a tool result. */
export function encodeToolResult(part: ToolResultPart, scope: Scope): Draft {
  const draft: Draft = { type: 'tool_result', tool_use_id: part.toolCallId }
  const content = encodeResultContent(part, scope)
  if (content !== undefined) draft.content = content
  if (part.isError === true) draft.is_error = true
  return mark(draft, part, scope)
}

/** Content of a result that answers no call, as blocks of the user. */
export function encodeOrphan(part: ToolResultPart, scope: Scope): Draft[] {
  scope.warn(
    'emulated',
    part.path ?? 'messages',
    'This tool result answers no tool call, so it is sent as text.',
    true,
  )
  return part.content.flatMap((child) => encodeUserPart(child, scope))
}

/** A text block; the vendor refuses empty ones, so they are left out. */
export function encodeText(part: TextPart, scope: Scope): Draft[] {
  if (part.text.trim() === '') return []
  const draft: Draft = { type: 'text', text: part.text }
  const citations = part.citations ?? []
  const native = nativeCitations(citations).filter((value) => !isDisplayOnly(value))
  if (native.length > 0) draft.citations = native
  if (native.length < citations.length) {
    scope.warn('dropped', `${part.path ?? 'messages'}.citations`, 'The vendor takes only its own citations.')
  }
  return [mark(draft, part, scope)]
}

/** Newer versions of the wire refuse citations in what the user says. */
function encodeUserText(part: TextPart, scope: Scope): Draft[] {
  if (part.citations === undefined) return encodeText(part, scope)
  scope.warn('dropped', `${part.path ?? 'messages'}.citations`, 'Only answers may hold citations.')
  return encodeText({ ...part, citations: undefined }, scope)
}

function encodeResultContent(part: ToolResultPart, scope: Scope): string | Draft[] | undefined {
  const [first] = part.content
  if (first === undefined) return undefined
  if (part.plain === true && part.content.length === 1 && first.type === 'text') return first.text
  const blocks = part.content.flatMap((child) => encodeUserPart(child, scope))
  return blocks.length === 0 ? undefined : blocks
}

/**
 * The state belongs to the target's family by now. Other families that speak this protocol check no signature, so
 * they get the text alone; the vendor itself refuses a block without one.
 */
function encodeReasoning(part: ReasoningPart, { target, warn }: Scope): Draft[] {
  const data = typeof part.state?.data === 'string' ? part.state.data : undefined
  if (data !== undefined && part.state?.kind === 'redacted') return [{ type: 'redacted_thinking', data }]
  const isSigned = data !== undefined && part.state?.kind === 'signature'
  if (isSigned || target.family !== NATIVE_FAMILY) {
    if (!isSigned && part.text === '') return []
    return [{ type: 'thinking', thinking: part.text, signature: isSigned ? data : '' }]
  }
  warn(
    'dropped',
    part.path ?? 'messages',
    'Reasoning without a signature of this vendor cannot be sent to it.',
  )
  return []
}

function encodeToolCall(part: ToolCallPart, scope: Scope): Draft {
  return { type: 'tool_use', id: part.id, name: part.name, input: toInput(part, scope) }
}

function toInput({ input, kind, path }: ToolCallPart, { warn }: Scope): JsonObject {
  if (kind === 'custom') return { input }
  const object = parseInput(input)
  if (object !== null) return object
  warn('repaired', path ?? 'messages', 'The arguments of this call are no JSON object; they go under `_raw`.')
  return { _raw: input }
}

/** Arguments as an object; an object that was encoded twice counts. `null` for anything else. */
export function parseInput(input: string): JsonObject | null {
  if (input.trim() === '') return {}
  const value = parseJson(input)
  if (isJsonObject(value)) return value
  if (value === null) return {}
  const inner = typeof value === 'string' ? parseJson(value) : undefined
  return isJsonObject(inner) ? inner : null
}

function encodeProvider(
  part: { readonly protocol: string; readonly value: JsonObject; readonly path?: string | undefined },
  scope: Scope,
): Draft[] {
  if (part.protocol !== PROTOCOL) {
    scope.warn('dropped', part.path ?? 'messages', 'Only the vendor that made this part can read it.', true)
    return []
  }
  const { cache_control: _, ...value } = part.value
  return [mark({ ...value }, part, scope)]
}
