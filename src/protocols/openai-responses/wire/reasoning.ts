import type { JsonObject } from '../../../canonical/json.js'
import { asObjects, asString, asText } from '../../../canonical/narrow.js'
import type { OpaqueState } from '../../../canonical/state.js'

const BLANK_LINE = '\n\n'

/** The visible side of a reasoning item. */
export interface ReasoningText {
  readonly text: string
  /** True: no summary, but the chain of thought itself. */
  readonly raw: boolean
  /** UTF-16 lengths of the summary parts, when there are several. */
  readonly lengths?: readonly number[] | undefined
}

/** Reads summary or raw text of a reasoning item. A summary hides raw text beside it. */
export function readReasoningText(item: JsonObject): ReasoningText {
  const summary = textsOf(item.summary)
  if (summary.some((text) => text !== '')) {
    const lengths = summary.length > 1 ? summary.map((text) => text.length) : undefined
    return { text: summary.join(BLANK_LINE), raw: false, lengths }
  }
  const content = textsOf(item.content)
  const text = content.join(BLANK_LINE)
  return { text, raw: text !== '' }
}

/** Splits joined summary text into its parts again; one part where the lengths do not fit. */
export function writeSummary(text: string, lengths: readonly number[] | undefined): readonly JsonObject[] {
  if (text === '') return []
  const parts: string[] = []
  let at = 0
  for (const length of lengths ?? []) {
    parts.push(text.slice(at, at + length))
    at += length + BLANK_LINE.length
  }
  const fits = parts.length > 0 && parts.join(BLANK_LINE) === text
  return (fits ? parts : [text]).map((part) => ({ type: 'summary_text', text: part }))
}

/** State of a vendor's reasoning item; undefined when nothing in it needs to come back. */
export function readNativeState(
  item: JsonObject,
  family: string,
  { text, raw, lengths }: ReasoningText,
): OpaqueState | undefined {
  const itemId = asText(item.id)
  const owner = { family, ...(itemId === undefined ? {} : { itemId }) }
  const data = asText(item.encrypted_content)
  if (data !== undefined) {
    return { ...owner, kind: 'encrypted', data, ...(lengths === undefined ? {} : { binding: { lengths } }) }
  }
  return raw ? { ...owner, kind: 'reasoning-text', data: text } : undefined
}

function textsOf(value: JsonObject[string]): readonly string[] {
  return asObjects(value).map((part) => asString(part.text) ?? '')
}
