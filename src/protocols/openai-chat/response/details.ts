import { isJsonObject, type JsonObject, type JsonValue } from '../../../canonical/json.js'
import { asArray } from '../../../canonical/narrow.js'
import type { OpaqueState } from '../../../canonical/state.js'
import type { CodecContext } from '../../protocol.js'
import { hashText } from '../../state-envelope.js'
import { DETAIL_FORMATS, ENVELOPE_FORMAT, ORDER_ID, OWN_FAMILY, SUMMARY_SEPARATOR } from '../vocabulary.js'

/** A reasoning part whose state a client is to carry. */
export interface CarriedReasoning {
  readonly text: string
  readonly state: OpaqueState | undefined
  readonly index: number
  /** True: the text went out in details of its own ({@link writeTextDetail}); only the state is due. */
  readonly streamed?: boolean | undefined
}

/** The `reasoning_details` that carry a part's state; none when there is nothing to carry. */
export function writeDetails(part: CarriedReasoning, context: CodecContext): readonly JsonObject[] {
  const { state, index } = part
  if (state === undefined || state.kind === 'reasoning-text') return []
  if (state.kind === 'details') return writeForeign(asArray(state.data), part)
  const format = DETAIL_FORMATS[state.family]
  const text = part.streamed === true ? '' : part.text
  if (format === undefined) {
    const data = context.seal({ ...state, textHash: state.textHash ?? hashText(part.text) })
    return [...textDetail(text, ENVELOPE_FORMAT, index), encrypted(data, ENVELOPE_FORMAT, index)]
  }
  const { data } = state
  switch (state.kind) {
    case 'signature':
      return [{ type: 'reasoning.text', ...(text === '' ? {} : { text }), signature: data, format, index }]
    case 'redacted':
      return [encrypted(data, format, index)]
    case 'encrypted':
      return [...summaryDetails(part, format), { ...encrypted(data, format, index), ...idOf(state.itemId) }]
    case 'thought-signature':
      return [
        ...textDetail(text, format, index),
        { ...encrypted(data, format, index), id: state.binding?.tool ?? 'text' },
      ]
  }
}

/** The JSON around a piece of streamed reasoning text, as a detail of its own: before and after the piece. */
export function writeTextDetail(index: number, itemId: string | undefined): readonly [string, string] {
  const isSummary = itemId !== undefined
  const id = isSummary ? `,"id":${JSON.stringify(itemId)}` : ''
  const type = isSummary ? 'reasoning.summary","summary' : 'reasoning.text","text'
  return [`[{"type":"${type}":`, `${id},"index":${index}}]`]
}

/** A vendor's own array: as it came, or without the texts that went out before. */
function writeForeign(details: readonly JsonValue[], { streamed }: CarriedReasoning): readonly JsonObject[] {
  const entries = details.filter(isJsonObject)
  if (streamed !== true) return entries
  return entries
    .map(({ text: _text, summary: _summary, ...rest }) => rest)
    .filter((entry) => entry['signature'] !== undefined || entry['data'] !== undefined)
}

/** What a call carries of Google's thought signature: on the call itself, and among the details for other clients. */
export function writeCallSignature(
  state: OpaqueState | undefined,
  callId: string,
  context: CodecContext,
): { readonly extra: JsonObject; readonly details: readonly JsonObject[] } {
  if (state === undefined || state.kind !== 'thought-signature') return { extra: {}, details: [] }
  const format = DETAIL_FORMATS[state.family]
  const data = format === undefined ? context.seal(state) : state.data
  return {
    extra: { extra_content: { google: { thought_signature: data } } },
    details: [{ type: 'reasoning.encrypted', data, format: format ?? ENVELOPE_FORMAT, id: callId }],
  }
}

/**
 * The detail that tells the order of reasoning (`r0`), text (`t` and its length) and calls (`c0`) in a message, which
 * has one field for each; nothing when the usual order holds or there is no reasoning to put in its place.
 */
export function writeOrder(steps: readonly string[], context: CodecContext): readonly JsonObject[] {
  const ranks = steps.map((step) => 'rtc'.indexOf(step.charAt(0)))
  const usual = ranks.every((rank, at) => at === 0 || rank >= (ranks[at - 1] ?? 0))
  if (usual || !ranks.includes(0)) return []
  const data = context.seal({ family: OWN_FAMILY, kind: 'details', data: steps })
  return [{ type: 'reasoning.encrypted', data, format: ENVELOPE_FORMAT, id: ORDER_ID }]
}

function encrypted(data: OpaqueState['data'], format: string, index: number): JsonObject {
  return { type: 'reasoning.encrypted', data, format, index }
}

function textDetail(text: string, format: string, index: number): readonly JsonObject[] {
  return text === '' ? [] : [{ type: 'reasoning.text', text, format, index }]
}

/** One detail for each part of the summary, cut where the vendor had cut it. */
function summaryDetails(part: CarriedReasoning, format: string): readonly JsonObject[] {
  const { text, state, index } = part
  if (text === '' || part.streamed === true) return []
  const common = { ...idOf(state?.itemId), format, index }
  const lengths = state?.binding?.lengths
  const total = lengths?.reduce(
    (sum, length) => sum + length + SUMMARY_SEPARATOR.length,
    -SUMMARY_SEPARATOR.length,
  )
  const summaries = lengths === undefined || total !== text.length ? [text] : cut(text, lengths)
  return summaries.map((summary) => Object.assign({ type: 'reasoning.summary', summary }, common))
}

function cut(text: string, lengths: readonly number[]): readonly string[] {
  let offset = 0
  return lengths.map((length) => {
    const piece = text.slice(offset, offset + length)
    offset += length + SUMMARY_SEPARATOR.length
    return piece
  })
}

function idOf(id: string | undefined): JsonObject {
  return id === undefined ? {} : { id }
}
