import { createBufferError, DEFAULT_MAX_BUFFER_SIZE } from './buffer-limit.js'

/** Cuts a stream at the ends of its events and changes nothing else. */
export interface EventAligner {
  /**
   * Takes the next piece; gives everything up to the end of the last whole event, byte for byte, and keeps the rest.
   * Throws GatewayError `provider_error` when an event outgrows the buffer.
   */
  push(text: string): string
  /** Takes out what is kept: an event that the stream did not finish. */
  rest(): string
}

const LINE_FEED = 10
const CARRIAGE_RETURN = 13
/** Longest beginning of a boundary that can stand before a split: `\r\n\r` of `\r\n\r\n`. */
const MAX_SPLIT_BOUNDARY = 3

/** An aligner for any line ends and any split. `maxBufferSize` in UTF-16 units. */
export function createEventAligner(maxBufferSize: number = DEFAULT_MAX_BUFFER_SIZE): EventAligner {
  // Pieces of the unfinished event: joined once, because joining at each read costs the square of its length.
  let pieces: string[] = []
  let keptLength = 0
  // Last characters of what is kept: a boundary may begin there.
  let tail = ''

  const keep = (text: string): void => {
    if (text === '') return
    pieces.push(text)
    keptLength += text.length
    if (keptLength > maxBufferSize) throw createBufferError(maxBufferSize)
    tail = (text.length >= MAX_SPLIT_BOUNDARY ? text : tail + text).slice(-MAX_SPLIT_BOUNDARY)
  }

  const release = (): string => {
    const kept = pieces.join('')
    pieces = []
    keptLength = 0
    tail = ''
    return kept
  }

  return {
    push(text) {
      if (keptLength === 0 && text.endsWith('\n\n')) return text
      const end = findLastBoundary(tail + text)
      if (end === -1) {
        keep(text)
        return ''
      }
      const cut = end - tail.length
      const output = release() + text.slice(0, cut)
      keep(text.slice(cut))
      return output
    },
    rest: release,
  }
}

/** Index after the last blank line; -1 when there is none. */
function findLastBoundary(text: string): number {
  if (text.includes('\r')) return findLastMixedBoundary(text)
  const index = text.lastIndexOf('\n\n')
  return index === -1 ? -1 : index + 2
}

/**
 * The same where lines may end with LF, CRLF or CR: a blank line is a line end right after a line end.
 * A CR at the very end may be half of a CRLF. It counts only after another CR, that is in a stream of CRs;
 * waiting there would hold every event back until the next one.
 */
function findLastMixedBoundary(text: string): number {
  for (let index = text.length - 1; index > 0; index -= 1) {
    const code = text.charCodeAt(index)
    if (code !== LINE_FEED && code !== CARRIAGE_RETURN) continue
    const before = text.charCodeAt(index - 1)
    const start = code === LINE_FEED && before === CARRIAGE_RETURN ? index - 2 : index - 1
    if (!isLineEnd(text.charCodeAt(start))) continue
    const mayBeHalf = code === CARRIAGE_RETURN && index === text.length - 1 && before !== CARRIAGE_RETURN
    if (!mayBeHalf) return index + 1
  }
  return -1
}

function isLineEnd(code: number): boolean {
  return code === LINE_FEED || code === CARRIAGE_RETURN
}
