import type { AssistantPart, TextPart, ToolCallPart } from '../../../../canonical/content.js'
import type { JsonObject, JsonValue } from '../../../../canonical/json.js'
import type { AssistantMessage } from '../../../../canonical/request.js'
import { PROTOCOL } from '../../vocabulary.js'
import { compact, withExtensions, type Encoding } from './encoding.js'
import { encodeCache, textBlock, toContent } from './parts.js'
import { encodeReasoningBack } from './reasoning-back.js'

/** Encodes one assistant turn; `undefined` when nothing of it can be said. */
export function encodeAssistant(message: AssistantMessage, encoding: Encoding): JsonObject | undefined {
  const { content } = message
  const calls = content.filter((part) => part.type === 'tool-call')
  const reasoning = content.filter((part) => part.type === 'reasoning')
  const back = encodeReasoningBack(reasoning, calls.length > 0, encoding)
  const blocks = [...back.blocks, ...content.flatMap((part) => encodeBlock(part, encoding))]
  const extras: Record<string, JsonValue> = {}
  for (const part of content) {
    if (part.type === 'generated-audio' && part.id !== undefined) extras['audio'] = { id: part.id }
    if (part.type === 'refusal' && keepsRefusals(encoding)) {
      const before = typeof extras['refusal'] === 'string' ? extras['refusal'] : ''
      extras['refusal'] = before + part.text
    }
  }
  const isEmpty = blocks.length === 0 && calls.length === 0
  if (isEmpty && Object.keys({ ...extras, ...back.fields }).length === 0 && content.length > 0)
    return undefined
  if (message.phase !== undefined) {
    encoding.note('dropped', `${message.path ?? 'messages'}.phase`, 'The phase of a message was not sent.')
  }
  return withExtensions(
    compact({
      role: 'assistant',
      name: message.name,
      content: blocks.length === 0 && (calls.length > 0 || 'refusal' in extras) ? null : toContent(blocks),
      ...extras,
      ...back.fields,
      tool_calls: calls.length === 0 ? undefined : calls.map((call) => encodeCall(call)),
    }),
    message.extensions,
  )
}

function keepsRefusals({ dialect }: Encoding): boolean {
  return dialect.refusals !== false
}

function encodeBlock(part: AssistantPart, encoding: Encoding): readonly JsonObject[] {
  switch (part.type) {
    case 'text':
      return part.text === '' ? [] : [encodeText(part, encoding)]
    case 'refusal':
      return keepsRefusals(encoding) ? [] : [textBlock(part.text)]
    case 'provider':
      if (part.protocol === PROTOCOL) return [part.value]
      encoding.change('dropped', part.path ?? 'messages', 'A content part of another protocol was not sent.')
      return []
    case 'generated-image':
      encoding.change('dropped', part.path ?? 'messages', 'An image that the model made was not sent back.')
      return []
    case 'generated-audio':
      if (part.id === undefined) {
        encoding.change('dropped', part.path ?? 'messages', 'Audio that the model made was not sent back.')
      }
      return []
    case 'reasoning':
    case 'tool-call':
      return []
  }
}

function encodeText(part: TextPart, encoding: Encoding): JsonObject {
  if (part.citations !== undefined && part.citations.length > 0) {
    encoding.note('dropped', part.path ?? 'messages', 'Citations of earlier answers were not sent back.')
  }
  return textBlock(part.text, encodeCache(part, encoding))
}

function encodeCall(call: ToolCallPart): JsonObject {
  const { state } = call
  const signature =
    state?.kind === 'thought-signature' && typeof state.data === 'string' ? state.data : undefined
  const inner =
    call.kind === 'custom'
      ? { type: 'custom', custom: { name: call.name, input: call.input } }
      : { type: 'function', function: { name: call.name, arguments: call.input === '' ? '{}' : call.input } }
  return compact({
    id: call.id,
    ...inner,
    extra_content: signature === undefined ? undefined : { google: { thought_signature: signature } },
  })
}
