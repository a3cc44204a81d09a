/** What an event of a stream is written from. */
export interface SseEventText {
  /** Written as the `event:` line; absent = no such line. Line breaks in it are dropped. */
  readonly event?: string | undefined
  readonly data: string
}

const LINE_BREAK = /\r\n|\r|\n/

/** One event with its blank line. Data of several lines becomes several `data:` lines. */
export function formatSseEvent({ event, data }: SseEventText): string {
  if (event === undefined) return formatSseData(data)
  return `event: ${hasLineBreak(event) ? event.split(LINE_BREAK).join('') : event}\n${formatSseData(data)}`
}

/** One data-only event from JSON text (or `[DONE]`). */
export function formatSseData(json: string): string {
  return hasLineBreak(json) ? `${prefixLines('data: ', json)}\n\n` : `data: ${json}\n\n`
}

/** A comment, which every client ignores: what keeps a silent connection open. */
export function formatSseComment(text: string): string {
  return `${prefixLines(': ', text)}\n\n`
}

function hasLineBreak(text: string): boolean {
  return text.includes('\n') || text.includes('\r')
}

function prefixLines(prefix: string, text: string): string {
  return text
    .split(LINE_BREAK)
    .map((line) => prefix + line)
    .join('\n')
}
