import type { AssistantPart, ToolCallPart, ToolResultPart, UserPart } from '../../../../canonical/content.js'
import type { JsonObject } from '../../../../canonical/json.js'
import type { AssistantMessage, Message, SystemMessage, UserMessage } from '../../../../canonical/request.js'
import { encodeAssistant } from './assistant.js'
import { compact, withExtensions, type Encoding } from './encoding.js'
import { encodeCache, encodePart, textBlock, toContent } from './parts.js'
import { encodeResult, resultText } from './results.js'

/** An assistant turn and all that follows it up to the next one. */
interface Step {
  readonly assistant: AssistantMessage | undefined
  readonly rest: readonly (SystemMessage | UserMessage)[]
}

/**
 * Encodes the conversation. Every call is answered right after the message that holds it, as this protocol wants:
 * results come first, then whatever else the client said there, in its own order.
 */
export function encodeMessages(messages: readonly Message[], encoding: Encoding): readonly JsonObject[] {
  return toSteps(messages).flatMap((step, at, steps) => {
    const encoded = encodeStep(step, encoding)
    const isLast = at === steps.length - 1 && step.rest.length === 0
    return isLast && encoding.dialect.prefixFlag === true ? markPrefix(encoded) : encoded
  })
}

/** A step that is being read: what its messages hold is gathered in place, for there may be very many. */
interface StepDraft {
  first: AssistantMessage | undefined
  readonly content: AssistantPart[]
  extensions: AssistantMessage['extensions']
  hasCalls: boolean
  readonly rest: (SystemMessage | UserMessage)[]
}

function toSteps(messages: readonly Message[]): readonly Step[] {
  let current: StepDraft = { first: undefined, content: [], extensions: undefined, hasCalls: false, rest: [] }
  const drafts = [current]
  for (const message of messages) {
    if (message.role !== 'assistant') current.rest.push(message)
    else if (canJoin(current, message)) join(current, message)
    else drafts.push((current = openStep(message)))
  }
  return drafts.map(({ first, content, extensions, rest }) => ({
    assistant: first && { ...first, content, extensions },
    rest,
  }))
}

function openStep(message: AssistantMessage): StepDraft {
  const { content, extensions } = message
  return { first: message, content: [...content], extensions, hasCalls: hasCalls(message), rest: [] }
}

/** Parallel calls that stood in messages of their own need one message here, or the first would lack its results. */
function canJoin(earlier: StepDraft, later: AssistantMessage): boolean {
  return earlier.first !== undefined && earlier.rest.length === 0 && (earlier.hasCalls || hasCalls(later))
}

function hasCalls(message: AssistantMessage): boolean {
  return message.content.some((part) => part.type === 'tool-call')
}

function join(draft: StepDraft, later: AssistantMessage): void {
  draft.first = { ...later, ...draft.first }
  for (const part of later.content) draft.content.push(part)
  draft.hasCalls ||= hasCalls(later)
  if (later.extensions !== undefined) draft.extensions = { ...draft.extensions, ...later.extensions }
}

function encodeStep({ assistant, rest }: Step, encoding: Encoding): readonly JsonObject[] {
  const calls = assistant?.content.filter((part) => part.type === 'tool-call') ?? []
  const { results, taken } = answerCalls(calls, rest, encoding)
  const encodedResults = results.map((result) => encodeResult(result, encoding))
  const media = encodedResults.flatMap(({ media: blocks }) => blocks)
  const turn = assistant === undefined ? undefined : encodeAssistant(assistant, encoding)
  return [
    ...(turn === undefined ? [] : [turn]),
    ...encodedResults.map(({ message }) => message),
    ...(media.length === 0 ? [] : [{ role: 'user', content: media }]),
    ...rest.flatMap((message) =>
      message.role === 'system' ? [encodeSystem(message, encoding)] : encodeUser(message, taken, encoding),
    ),
  ]
}

/** Finds each call's result in what follows; a call without one gets a stand-in, since vendors refuse the gap. */
function answerCalls(
  calls: readonly ToolCallPart[],
  rest: Step['rest'],
  encoding: Encoding,
): { readonly results: readonly ToolResultPart[]; readonly taken: ReadonlySet<UserPart> } {
  if (calls.length === 0) return { results: [], taken: new Set() }
  const open = new Map(calls.map((call) => [call.id, call]))
  const results: ToolResultPart[] = []
  const taken = new Set<UserPart>()
  for (const message of rest) {
    if (message.role !== 'user') continue
    for (const part of message.content) {
      const call = part.type === 'tool-result' ? open.get(part.toolCallId) : undefined
      if (call === undefined || part.type !== 'tool-result') continue
      open.delete(part.toolCallId)
      taken.add(part)
      results.push(part.toolName === undefined ? { ...part, toolName: call.name } : part)
    }
  }
  for (const call of open.values()) {
    encoding.note('repaired', call.path ?? 'messages', 'A tool call without a result got an empty one.')
    results.push({
      type: 'tool-result',
      toolCallId: call.id,
      toolName: call.name,
      kind: call.kind,
      content: [{ type: 'text', text: '[no result]' }],
      plain: true,
    })
  }
  return { results, taken }
}

function encodeSystem(message: SystemMessage, encoding: Encoding): JsonObject {
  const { dialect, target } = encoding
  const blocks = message.content.map((part) => textBlock(part.text, encodeCache(part, encoding)))
  return withExtensions(
    compact({
      role: dialect.instructionRole ?? target.traits.instructionRole ?? 'system',
      content: toContent(blocks),
      name: message.name,
    }),
    message.extensions,
  )
}

function encodeUser(
  message: UserMessage,
  taken: ReadonlySet<UserPart>,
  encoding: Encoding,
): readonly JsonObject[] {
  const parts = message.content.filter((part) => !taken.has(part))
  if (parts.length === 0 && message.content.length > 0) return []
  const blocks = parts.flatMap((part) => {
    if (part.type !== 'tool-result') return encodePart(part, encoding)
    encoding.note('moved', part.path ?? 'messages', 'A tool result without its call was sent as text.')
    return [textBlock(resultText(part))]
  })
  const encoded = compact({ role: 'user', content: toContent(blocks), name: message.name })
  return [withExtensions(encoded, message.extensions)]
}

function markPrefix(encoded: readonly JsonObject[]): readonly JsonObject[] {
  const last = encoded.at(-1)
  if (last?.['role'] !== 'assistant' || last['tool_calls'] !== undefined) return encoded
  return [...encoded.slice(0, -1), { ...last, prefix: true }]
}
