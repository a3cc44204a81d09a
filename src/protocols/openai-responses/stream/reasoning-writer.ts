import type { JsonObject } from '../../../canonical/json.js'
import type { OpaqueState } from '../../../canonical/state.js'
import type { BlockStart } from '../../../canonical/stream.js'
import { hashText, NO_STATE } from '../../state-envelope.js'
import { NATIVE_FAMILY } from '../vocabulary.js'
import { writeSummary } from '../wire/reasoning.js'
import { deltaHead, type EventSink } from './event-sink.js'
import type { BlockWriter } from './block-writer.js'

type ReasoningStart = Extract<BlockStart, { kind: 'reasoning' }>

/** Writes one reasoning item. An item with neither text nor state is never announced. */
export function createReasoningWriter(sink: EventSink, block: ReasoningStart, showRaw: boolean): BlockWriter {
  const isRaw = showRaw && block.raw === true
  let item: { readonly id: string; readonly index: number } | null = null
  let state: OpaqueState | undefined
  let head = ''
  let text = ''

  const announce = (): { readonly id: string; readonly index: number } => {
    if (item !== null) return item
    const id = sink.itemId('rs_', block.itemId)
    item = { id, index: sink.announce({ id, type: 'reasoning', summary: [] }) }
    return item
  }
  const place = (): JsonObject => {
    const { id, index } = announce()
    return { item_id: id, output_index: index, [isRaw ? 'content_index' : 'summary_index']: 0 }
  }
  const openText = (): void => {
    const kind = isRaw ? 'response.content_part' : 'response.reasoning_summary_part'
    sink.event(`${kind}.added`, { ...place(), part: textPart('', isRaw) })
    head = deltaHead(
      isRaw ? 'response.reasoning_text.delta' : 'response.reasoning_summary_text.delta',
      place(),
    )
  }
  const closeText = (): void => {
    sink.event(isRaw ? 'response.reasoning_text.done' : 'response.reasoning_summary_text.done', {
      ...place(),
      text,
    })
    const kind = isRaw ? 'response.content_part' : 'response.reasoning_summary_part'
    sink.event(`${kind}.done`, { ...place(), part: textPart(text, isRaw) })
  }
  return {
    delta(fragment) {
      if (text === '') openText()
      text += fragment
      sink.delta(head, fragment)
    },
    seal(given) {
      announce()
      state = given
    },
    close(status) {
      if (item === null) return
      if (text !== '') closeText()
      sink.finish(item.index, {
        id: item.id,
        type: 'reasoning',
        summary: isRaw ? [] : writeSummary(text, state?.binding?.lengths),
        ...(isRaw ? { content: [textPart(text, true)] } : {}),
        // Clients that keep no state on the server leave out items without it.
        encrypted_content: sealState(state ?? NO_STATE, text, sink),
        ...(status === 'complete' ? {} : { status }),
      })
    },
  }
}

/** A carrier for the state of a call: a reasoning item before it that holds nothing else. */
export function writeCallState(sink: EventSink, state: OpaqueState, callId: string): void {
  const id = sink.itemId('rs_', undefined)
  const index = sink.announce({ id, type: 'reasoning', summary: [] })
  const bound = { ...state, binding: { ...state.binding, tool: callId } }
  sink.finish(index, { id, type: 'reasoning', summary: [], encrypted_content: sealState(bound, '', sink) })
}

/** OpenAI's own state as it is, that of others in an envelope which is bound to the visible text. */
function sealState(state: OpaqueState, text: string, { context }: EventSink): string {
  const { family, kind, data } = state
  if (family === NATIVE_FAMILY && kind === 'encrypted' && typeof data === 'string') return data
  const textHash = state.textHash ?? (text === '' ? undefined : hashText(text))
  return context.seal(textHash === undefined ? state : { ...state, textHash })
}

function textPart(text: string, isRaw: boolean): JsonObject {
  return { type: isRaw ? 'reasoning_text' : 'summary_text', text }
}
