import type { Citation, TokenLogprob } from '../../../canonical/content.js'
import type { JsonObject } from '../../../canonical/json.js'
import { writeAnnotation } from '../wire/content.js'
import { writeLogprobs } from '../wire/logprobs.js'
import { deltaHead, type EventSink } from './event-sink.js'

/**
 * Writes one message item. Blocks of text that follow each other become one part of it: vendors split text where a
 * citation begins, clients want it whole.
 */
export interface MessageWriter {
  /** True when text of that phase and vendor's item belongs into this message. */
  continues(head: MessageHead): boolean
  /** Makes sure that the last part is of this kind; gives the length of its text so far. */
  begin(kind: 'text' | 'refusal'): number
  append(text: string, logprobs?: readonly TokenLogprob[]): void
  /** Notes citations of the text from `offset` on; `path`: of the part of the answer that they stand on. */
  annotate(citations: readonly Citation[], at: { readonly offset: number; readonly path: string }): void
  finish(status: 'completed' | 'incomplete'): void
}

/** What is known of a message before its text. */
export interface MessageHead {
  readonly phase?: string | undefined
  readonly itemId?: string | undefined
}

/** What every event of a part names. */
interface Place extends JsonObject {
  readonly item_id: string
  readonly output_index: number
  readonly content_index: number
}

interface OpenPart {
  readonly kind: 'text' | 'refusal'
  readonly place: Place
  readonly head: string
  readonly annotations: JsonObject[]
  readonly logprobs: JsonObject[]
  text: string
}

/** Creates a {@link MessageWriter}: the item is announced at once. */
export function createMessageWriter(sink: EventSink, head: MessageHead): MessageWriter {
  const { phase } = head
  const id = sink.itemId('msg_', head.itemId)
  const describe = (status: string, parts: readonly JsonObject[]): JsonObject => {
    const item = { id, type: 'message', status, role: 'assistant', content: parts }
    return phase === undefined ? item : { ...item, phase }
  }
  const outputIndex = sink.announce(describe('in_progress', []))
  const content: JsonObject[] = []
  let part: OpenPart | null = null

  const placeOf = (index: number): Place => ({
    item_id: id,
    output_index: outputIndex,
    content_index: index,
  })
  const closePart = (): void => {
    if (part === null) return
    const { kind, place, text, logprobs } = part
    const whole =
      kind === 'text' ? { ...textPart(text, part.annotations), logprobs } : { type: 'refusal', refusal: text }
    if (kind === 'text') sink.event('response.output_text.done', { ...place, text, logprobs })
    else sink.event('response.refusal.done', { ...place, refusal: text })
    sink.event('response.content_part.done', { ...place, part: whole })
    content.push(whole)
    part = null
  }
  return {
    continues: (next) => next.phase === phase && next.itemId === head.itemId,
    begin(kind) {
      if (part?.kind !== kind) {
        closePart()
        part = openPart(sink, kind, placeOf(content.length))
      }
      return part.text.length
    },
    append(text, logprobs) {
      if (part === null) return
      part.text += text
      if (logprobs === undefined || part.kind === 'refusal') {
        sink.delta(part.head, text)
        return
      }
      const tokens = writeLogprobs(logprobs)
      part.logprobs.push(...tokens)
      sink.event('response.output_text.delta', { ...part.place, delta: text, logprobs: tokens })
    },
    annotate(citations, { offset, path }) {
      if (part === null || citations.length === 0) return
      if (part.kind === 'refusal') {
        sink.lose(
          `${path}.annotations`,
          'Citations of a refusal have no place in this protocol and were left out.',
        )
        return
      }
      const span = { offset, length: part.text.length - offset }
      for (const citation of citations) {
        const annotation = writeAnnotation(citation, span)
        if (annotation === null) {
          sink.lose(`${path}.annotations`, 'A citation has no counterpart in this protocol and was left out.')
          continue
        }
        const added = { ...part.place, annotation_index: part.annotations.length, annotation }
        sink.event('response.output_text.annotation.added', added)
        part.annotations.push(annotation)
      }
    },
    finish(status) {
      closePart()
      sink.finish(outputIndex, describe(status, content))
    },
  }
}

function openPart(sink: EventSink, kind: OpenPart['kind'], place: Place): OpenPart {
  const empty = kind === 'text' ? textPart('', []) : { type: 'refusal', refusal: '' }
  sink.event('response.content_part.added', { ...place, part: empty })
  const type = kind === 'text' ? 'response.output_text.delta' : 'response.refusal.delta'
  const head = deltaHead(type, kind === 'text' ? { ...place, logprobs: [] } : place)
  return { kind, place, head, annotations: [], logprobs: [], text: '' }
}

function textPart(text: string, annotations: readonly JsonObject[]): JsonObject {
  return { type: 'output_text', text, annotations, logprobs: [] }
}
