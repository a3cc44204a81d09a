/** Text of a stream, cut behind its events. */
export interface SplitText {
  /** Whole events with their blank lines. */
  readonly events: readonly string[]
  /** What stands behind the last blank line. */
  readonly rest: string
}

/** A line end and the empty lines behind it; a CRLF is one line end, never two. */
const BLANK_LINES = /(?:\r\n|\n|\r(?!\n))(?:\r\n|\n|\r)+/g

/** Cuts text behind each event, byte for byte, in one pass however long its events are. */
export function splitEvents(text: string): SplitText {
  const events: string[] = []
  let from = 0
  for (const { index, 0: lines } of text.matchAll(BLANK_LINES)) {
    const end = index + lines.length
    events.push(text.slice(from, end))
    from = end
  }
  return { events, rest: text.slice(from) }
}
