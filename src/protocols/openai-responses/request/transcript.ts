import type { AssistantPart, ProviderPart, ToolResultPart } from '../../../canonical/content.js'
import type { JsonObject } from '../../../canonical/json.js'
import type { AssistantMessage, Message, UserMessage } from '../../../canonical/request.js'

/** What a wire message says beside its content. */
interface MessageHead {
  readonly path: string
  readonly phase?: string | undefined
  readonly extensions?: Readonly<Record<string, JsonObject>> | undefined
}

/**
 * Builds messages from items. Items of the assistant's side that follow each other become one message, as other
 * protocols have it; tool results that follow each other become one user message.
 */
export interface Transcript {
  addMessage(message: Message): void
  addAssistantMessage(parts: readonly AssistantPart[], head: MessageHead): void
  addAssistantPart(part: AssistantPart, path: string): void
  addUserItem(part: ToolResultPart | ProviderPart, path: string): void
  messages(): readonly Message[]
}

interface AssistantDraft {
  readonly content: AssistantPart[]
  readonly path: string
  /** Set once a wire message is part of it: only messages have a phase, and a draft has one. */
  head: MessageHead | null
}

/** Creates a {@link Transcript}. */
export function createTranscript(): Transcript {
  const messages: Message[] = []
  let assistant: AssistantDraft | null = null
  let results: { readonly content: (ToolResultPart | ProviderPart)[]; readonly path: string } | null = null

  const flush = (): void => {
    if (assistant !== null) messages.push(finishAssistant(assistant))
    if (results !== null) messages.push({ role: 'user', ...results } satisfies UserMessage)
    assistant = null
    results = null
  }
  const openAssistant = (path: string): AssistantDraft => {
    if (assistant !== null) return assistant
    flush()
    return (assistant = { content: [], path, head: null })
  }
  return {
    addMessage(message) {
      flush()
      messages.push(message)
    },
    addAssistantMessage(parts, head) {
      if (parts.length === 0) return
      if (assistant !== null && !canJoin(assistant, head)) flush()
      const draft = openAssistant(head.path)
      draft.content.push(...parts)
      draft.head = head
      if (head.extensions !== undefined) flush()
    },
    addAssistantPart(part, path) {
      openAssistant(path).content.push(part)
    },
    addUserItem(part, path) {
      if (results === null) {
        flush()
        results = { content: [], path }
      }
      results.content.push(part)
    },
    messages() {
      flush()
      return messages
    },
  }
}

/** Two wire messages stay apart where joining them would lose the boundary between their texts, or a phase. */
function canJoin({ content, head }: AssistantDraft, next: MessageHead): boolean {
  if (next.extensions !== undefined) return false
  const last = content.at(-1)?.type
  return last !== 'text' && last !== 'refusal' && (head === null || head.phase === next.phase)
}

function finishAssistant({ content, path, head }: AssistantDraft): AssistantMessage {
  return {
    role: 'assistant',
    content,
    path,
    ...(head?.phase === undefined ? {} : { phase: head.phase }),
    ...(head?.extensions === undefined ? {} : { extensions: head.extensions }),
  }
}
