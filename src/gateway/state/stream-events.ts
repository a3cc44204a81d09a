import { type JsonObject, parseJson } from '../../canonical/json.js'
import { asNumber, asObject, asString } from '../../canonical/narrow.js'
import { parseSse } from '../../sse/parse.js'
import { splitEvents } from '../../sse/split.js'
import type { NumberedEvent } from './entries.js'

/** Text with an event that holds the response: only such text is taken apart. */
const LIFECYCLE = /"type"\s*:\s*"response\.(?:created|queued|in_progress|completed|incomplete|failed)"/

/** The last one of them: where nothing is edited, the others are of no interest. */
const END = /"type"\s*:\s*"response\.(?:completed|incomplete|failed)"/

const FINAL: ReadonlySet<string> = new Set(['response.completed', 'response.incomplete', 'response.failed'])

/** What is done with the events of a stream. */
export interface EventEditor {
  /** The response as the client is to see it. Absent: it stays, byte for byte. */
  readonly edit?: ((response: JsonObject, isFinal: boolean) => JsonObject) | undefined
  /** Sees the response of the last event before it goes out. */
  readonly onFinal?: ((response: JsonObject, type: string) => void) | undefined
  /** Sees every event as it goes out. */
  readonly onEvent?: ((event: NumberedEvent) => void) | undefined
}

/** Edits text of whole events; text without an event of interest costs one look. */
export function editEvents(text: string, editor: EventEditor): string {
  const isOfInterest = interestOf(editor)
  if (!isOfInterest(text)) return text
  const { events, rest } = splitEvents(text)
  let output = ''
  for (const event of events) output += isOfInterest(event) ? editBlock(event, editor) : event
  return output + (rest === '' ? '' : editBlock(rest, editor))
}

function interestOf({ edit, onEvent }: EventEditor): (text: string) => boolean {
  if (onEvent !== undefined) return () => true
  return edit === undefined ? (text) => END.test(text) : (text) => LIFECYCLE.test(text)
}

function editBlock(block: string, { edit, onFinal, onEvent }: EventEditor): string {
  const event = parseSse(block)[0]
  const data = event === undefined ? undefined : asObject(parseJson(event.data))
  if (data === undefined) return block
  const type = asString(data['type']) ?? event?.event ?? ''
  const response = LIFECYCLE.test(block) ? asObject(data['response']) : undefined
  let text = block
  if (response !== undefined) {
    const isFinal = FINAL.has(type)
    const edited = edit === undefined ? response : edit(response, isFinal)
    if (edited !== response) text = formatEvent({ ...data, response: edited })
    if (isFinal) onFinal?.(edited, type)
  }
  const sequence = asNumber(data['sequence_number'])
  if (sequence !== undefined) onEvent?.({ sequence, text })
  return text
}

/** One event as text. */
export function formatEvent(data: JsonObject): string {
  return `event: ${asString(data['type']) ?? ''}\ndata: ${JSON.stringify(data)}\n\n`
}

/** Lifecycle events in front of all others carry a response that has nothing yet. */
export function atStart(response: JsonObject): JsonObject {
  return {
    ...response,
    status: 'in_progress',
    output: [],
    usage: null,
    error: null,
    incomplete_details: null,
  }
}
