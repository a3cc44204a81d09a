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

/** Ids of the calls of earlier answers whose reasoning is not there. */
export function findBareCalls({ messages }: CanonicalRequest): readonly string[] {
  return messages.flatMap((message) =>
    message.role === 'assistant' && !hasReasoning(message)
      ? message.content.flatMap((part) => (isBareCall(part) ? [part.id] : []))
      : [],
  )
}

/** The request with what was kept for its bare calls, as if the client had brought it back. */
export function restoreReasoning(
  request: CanonicalRequest,
  kept: KeptReasoningByCall,
  family: string,
): CanonicalRequest {
  const restore = (message: AssistantMessage): AssistantMessage => {
    const content: AssistantPart[] = []
    let isFirst = true
    for (const part of message.content) {
      const found = isBareCall(part) ? kept.get(part.id) : undefined
      const own = found?.family === family ? found : undefined
      // What comes before the first call comes before its words, too: vendors want it to begin the answer.
      if (own !== undefined && isFirst) content.unshift(...own.reasoning)
      else if (own !== undefined) content.push(...own.reasoning)
      if (part.type === 'tool-call') isFirst = false
      content.push(withState(part, own?.state))
    }
    return { ...message, content }
  }
  const messages = request.messages.map((message) =>
    message.role === 'assistant' && !hasReasoning(message) ? restore(message) : message,
  )
  return { ...request, messages }
}

function hasReasoning({ content }: AssistantMessage): boolean {
  return content.some(({ type }) => type === 'reasoning')
}

function isBareCall(part: AssistantPart): part is Extract<AssistantPart, { type: 'tool-call' }> {
  return part.type === 'tool-call' && part.state === undefined
}

function withState(part: AssistantPart, state: OpaqueState | undefined): AssistantPart {
  return part.type === 'tool-call' && state !== undefined ? { ...part, state } : part
}
