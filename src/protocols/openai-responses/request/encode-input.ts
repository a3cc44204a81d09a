import type {
  AssistantPart,
  ReasoningPart,
  ToolCallPart,
  ToolResultPart,
} from '../../../canonical/content.js'
import type { JsonObject, JsonValue } from '../../../canonical/json.js'
import type { AssistantMessage, Message, SystemMessage, UserMessage } from '../../../canonical/request.js'
import { ownShape } from '../wire/built-in-tools.js'
import { PROTOCOL } from '../wire/content.js'
import { writeSummary } from '../wire/reasoning.js'
import {
  encodeInputParts,
  encodeToolOutput,
  outputText,
  warn,
  warnOfMeaning,
  type EncodeJob,
} from './encode-content.js'

/** The conversation on the wire. */
export interface EncodedInput {
  readonly instructions: string | undefined
  readonly input: readonly JsonObject[]
}

/** Encodes a conversation: items in order, nothing merged and nothing moved, so that a longer history begins the same. */
export function encodeInput(messages: readonly Message[], job: EncodeJob): EncodedInput {
  const [first, ...rest] = messages
  const instructions = first === undefined ? undefined : plainInstructions(first, job)
  const listed = instructions === undefined ? messages : rest
  return { instructions, input: listed.flatMap((message) => encodeMessage(message, job)) }
}

/** `instructions` is a string: it takes one block of text without a cache breakpoint. */
function plainInstructions(message: Message, { cached }: EncodeJob): string | undefined {
  if (message.role !== 'system' || !message.topLevel || message.content.length > 1) return undefined
  const [part] = message.content
  return part === undefined || part.text === '' || cached.has(part) ? undefined : part.text
}

function encodeMessage(message: Message, job: EncodeJob): readonly JsonObject[] {
  if (message.name !== undefined) {
    warnOfMeaning(
      job,
      'dropped',
      `${message.path ?? 'input'}.name`,
      'Messages have no name in this protocol.',
    )
  }
  switch (message.role) {
    case 'system':
      return encodeSystem(message, job)
    case 'user':
      return encodeUser(message, job)
    case 'assistant':
      return encodeAssistant(message, job)
  }
}

function encodeSystem(message: SystemMessage, job: EncodeJob): readonly JsonObject[] {
  const content = encodeInputParts(message.content, job)
  const role = message.authority ?? job.target.traits.instructionRole ?? 'system'
  return content.length === 0 ? [] : [wireMessage(role, content, message)]
}

function encodeUser(message: UserMessage, job: EncodeJob): readonly JsonObject[] {
  const items: JsonObject[] = []
  let parts: Exclude<UserMessage['content'][number], ToolResultPart>[] = []
  const flush = (): void => {
    const content = encodeInputParts(parts, job)
    if (content.length > 0) items.push(wireMessage('user', content, message))
    parts = []
  }
  for (const part of message.content) {
    if (part.type === 'tool-result') {
      flush()
      items.push(ownShape(part) ?? encodeResult(part, job))
    } else if (part.type === 'provider' && part.protocol === PROTOCOL && !isContentPart(part.kind)) {
      flush()
      items.push(part.value)
    } else parts.push(part)
  }
  flush()
  return items
}

/** Parts of content are `input_…` and `output_…`; all other types are items. */
function isContentPart(kind: string): boolean {
  return /^(?:in|out)put_/.test(kind)
}

function encodeResult(part: ToolResultPart, job: EncodeJob): JsonObject {
  const type = part.kind === 'custom' ? 'custom_tool_call_output' : 'function_call_output'
  return { type, call_id: part.toolCallId, output: encodeToolOutput(part, job) }
}

function encodeAssistant(message: AssistantMessage, job: EncodeJob): readonly JsonObject[] {
  const items: JsonObject[] = []
  let content: JsonObject[] = []
  const flush = (): void => {
    if (content.length > 0) items.push(wireMessage('assistant', content, message))
    content = []
  }
  for (const part of message.content) {
    const text = encodeText(part, job)
    if (text !== undefined) {
      content.push(...text)
      continue
    }
    flush()
    const item = encodeItem(part, job)
    if (item !== null) items.push(item)
  }
  flush()
  return items
}

/** Parts that stand in a message item; undefined for those that are items themselves. */
function encodeText(part: AssistantPart, job: EncodeJob): readonly JsonObject[] | undefined {
  switch (part.type) {
    case 'text':
      return part.text === '' ? [] : [outputText(part)]
    case 'refusal':
      return part.text === '' ? [] : [{ type: 'refusal', refusal: part.text }]
    case 'generated-audio':
      warnOfMeaning(job, 'dropped', part.path ?? 'input', 'Audio of the model cannot be sent back.')
      return part.transcript === undefined ? [] : [{ type: 'output_text', text: part.transcript }]
    case 'provider':
      return part.protocol === PROTOCOL && isContentPart(part.kind) ? [part.value] : undefined
    default:
      return undefined
  }
}

function encodeItem(part: AssistantPart, job: EncodeJob): JsonObject | null {
  switch (part.type) {
    case 'tool-call':
      return ownShape(part) ?? encodeCall(part)
    case 'reasoning':
      return encodeReasoning(part, job)
    case 'provider':
      if (part.protocol === PROTOCOL) return part.value
      warnOfMeaning(job, 'dropped', part.path ?? 'input', 'The item has no counterpart in this protocol.')
      return null
    default:
      warnOfMeaning(job, 'dropped', part.path ?? 'input', 'Images of the model cannot be sent back.')
      return null
  }
}

/** Without its item id: a vendor that stores nothing would look for it in vain. */
function encodeCall({ kind, id, name, namespace, input }: ToolCallPart): JsonObject {
  const call = { call_id: id, name, ...(namespace === undefined ? {} : { namespace }) }
  return kind === 'custom'
    ? { type: 'custom_tool_call', ...call, input }
    : { type: 'function_call', ...call, arguments: input.trim() === '' ? '{}' : input }
}

/** Reasoning goes back only with the state that its vendor sealed: text alone names an item that nobody stored. */
function encodeReasoning(part: ReasoningPart, job: EncodeJob): JsonObject | null {
  const { state, path } = part
  if (typeof state?.data === 'string') {
    const id = state.itemId ?? part.itemId ?? `rs_${job.context.hash(state.data, 24)}`
    if (state.kind === 'encrypted') {
      const summary = part.raw ? [] : writeSummary(part.text, state.binding?.lengths)
      return { type: 'reasoning', id, summary, encrypted_content: state.data }
    }
    if (state.kind === 'reasoning-text') {
      return { type: 'reasoning', id, summary: [], content: [{ type: 'reasoning_text', text: state.data }] }
    }
  }
  warn(job, 'dropped', path, 'Reasoning without the state of this vendor was not sent.')
  return null
}

function wireMessage(
  role: string,
  content: readonly JsonObject[],
  { extensions, ...message }: Message,
): JsonObject {
  const phase: JsonValue | undefined = message.role === 'assistant' ? message.phase : undefined
  return {
    type: 'message',
    role,
    content,
    ...(phase === undefined ? {} : { phase }),
    ...extensions?.[PROTOCOL],
  }
}
