import type { AssistantPart, ReasoningPart } from '../../canonical/content.js'
import type { AssistantMessage, CanonicalRequest } from '../../canonical/request.js'
import type { OpaqueState } from '../../canonical/state.js'

/** What a vendor thought before it called a tool, for clients that do not bring it back. Plain data, fit for JSON. */
export interface KeptReasoning {
  /** See `Target.family`: of whose models it is. */
  readonly family: string
  readonly reasoning: readonly ReasoningPart[]
  /** State of the call itself. */
  readonly state?: OpaqueState | undefined
}

/** Kept reasoning by the id of the call that it belongs to. */
export type KeptReasoningByCall = ReadonlyMap<string, KeptReasoning>

/** Reasoning of an answer by the ids of its calls; each call has what came since the one before. */
export function collectReasoning(content: readonly AssistantPart[], family: string): KeptReasoningByCall {
  const kept = new Map<string, KeptReasoning>()
  let reasoning: ReasoningPart[] = []
  for (const part of content) {
    if (part.type === 'reasoning') reasoning.push(part)
    if (part.type !== 'tool-call') continue
    const { id, state } = part
    if (reasoning.length > 0 || state !== undefined) {
      kept.set(id, { family, reasoning, ...(state === undefined ? {} : { state }) })
    }
    reasoning = []
  }
  return kept
}

/** A call whose reasoning is not there. */
export interface BareCall {
  readonly id: string
  /** Which of the messages it stands in. */
  readonly messageIndex: number
}

/**
 * The calls of earlier answers whose reasoning is not there, or there in words alone. `wordsSuffice`: the
 * vendor takes reasoning back as plain words.
 */
export function findBareCalls({ messages }: CanonicalRequest, wordsSuffice: boolean): readonly BareCall[] {
  return messages.flatMap((message, messageIndex) =>
    message.role === 'assistant' &&
    !message.content.some((part) => isReasoning(part) && (wordsSuffice || part.state !== undefined))
      ? message.content.flatMap((part) => (isBareCall(part) ? [{ id: part.id, messageIndex }] : []))
      : [],
  )
}

/**
 * The request with what was kept for its bare calls, as if the client had brought it back. Words that it has brought
 * back unchanged get their state again; words that it has changed stay as they are.
 */
export function restoreReasoning(
  request: CanonicalRequest,
  kept: KeptReasoningByCall,
  family: string,
): CanonicalRequest {
  const restore = (message: AssistantMessage): AssistantMessage => {
    const content: AssistantPart[] = []
    const place = { isFirst: true, isMissing: !message.content.some(isReasoning) }
    let start = 0
    for (const part of message.content) {
      const found = isBareCall(part) ? kept.get(part.id) : undefined
      const own = found?.family === family ? found : undefined
      if (own !== undefined) content.splice(start, Infinity, ...putBack(content.slice(start), own, place))
      content.push(withState(part, own?.state))
      if (part.type !== 'tool-call') continue
      start = content.length
      place.isFirst = false
    }
    return { ...message, content }
  }
  const messages = request.messages.map((message) =>
    message.role === 'assistant' ? restore(message) : message,
  )
  return { ...request, messages }
}

interface Place {
  readonly isFirst: boolean
  /** The client has brought no reasoning of this answer back. */
  readonly isMissing: boolean
}

/** The parts between two calls, with the reasoning that was there. */
function putBack(
  parts: readonly AssistantPart[],
  { reasoning }: KeptReasoning,
  { isFirst, isMissing }: Place,
): readonly AssistantPart[] {
  // What comes before the first call comes before its words, too: vendors want it to begin the answer.
  if (isMissing) return isFirst ? [...reasoning, ...parts] : [...parts, ...reasoning]
  const words = parts.filter(isReasoning)
  if (words.length === 0 || words.some(({ state }) => state !== undefined)) return parts
  if (wordsOf(words) !== wordsOf(reasoning)) return parts
  const start = parts.findIndex(isReasoning)
  const others = parts.filter((part) => !isReasoning(part))
  return [...others.slice(0, start), ...reasoning, ...others.slice(start)]
}

/** Clients join paragraphs in their own ways. */
function wordsOf(reasoning: readonly ReasoningPart[]): string {
  return reasoning
    .map(({ text }) => text)
    .join('')
    .replaceAll(/\s+/g, '')
}

function isReasoning(part: AssistantPart): part is ReasoningPart {
  return part.type === 'reasoning'
}

function isBareCall(part: AssistantPart): part is Extract<AssistantPart, { type: 'tool-call' }> {
  return part.type === 'tool-call' && part.state === undefined
}

function withState(part: AssistantPart, state: OpaqueState | undefined): AssistantPart {
  return part.type === 'tool-call' && state !== undefined ? { ...part, state } : part
}
