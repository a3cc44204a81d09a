import type { ReasoningPart } from '../../../../canonical/content.js'
import type { JsonObject, JsonValue } from '../../../../canonical/json.js'
import { asArray } from '../../../../canonical/narrow.js'
import type { Encoding } from './encoding.js'

/** An assistant turn's reasoning, in the form in which the vendor wants it back. */
export interface ReasoningBack {
  /** Fields of the message. */
  readonly fields: JsonObject
  /** Blocks that stand before the message's own content. */
  readonly blocks: readonly JsonObject[]
}

const NOTHING: ReasoningBack = { fields: {}, blocks: [] }

/** Encodes reasoning for the vendor's history; what the vendor does not take back is noted. */
export function encodeReasoningBack(
  parts: readonly ReasoningPart[],
  hasCalls: boolean,
  encoding: Encoding,
): ReasoningBack {
  const { dialect } = encoding
  const way = dialect.reasoningBack ?? 'none'
  const text = parts.map(fullText).join('')
  const required = hasCalls && dialect.reasoningBackRequired === true
  switch (way) {
    case 'none':
      if (parts.length > 0) {
        const path = parts[0]?.path ?? 'messages'
        encoding.note('dropped', path, 'Earlier reasoning was not sent: this vendor does not take it back.')
      }
      return NOTHING
    case 'reasoning_content':
    case 'reasoning':
      return text !== '' || required ? { fields: { [way]: text }, blocks: [] } : NOTHING
    case 'reasoning_details':
      return encodeDetails(parts, text)
    case 'thinking_parts':
      if (text === '') return NOTHING
      return { fields: {}, blocks: [{ type: 'thinking', thinking: [{ type: 'text', text }], closed: true }] }
  }
}

/** The array goes back as it came, whole and in order; plain text has its own field. */
function encodeDetails(parts: readonly ReasoningPart[], text: string): ReasoningBack {
  const details: JsonValue[] = parts.flatMap((part) =>
    part.state?.kind === 'details' ? asArray(part.state.data) : [],
  )
  if (details.length > 0) return { fields: { reasoning_details: details }, blocks: [] }
  return text === '' ? NOTHING : { fields: { reasoning: text }, blocks: [] }
}

/** What the vendor wrote, where the client was shown less. */
function fullText(part: ReasoningPart): string {
  const { state } = part
  return state?.kind === 'reasoning-text' && typeof state.data === 'string' ? state.data : part.text
}
