import { createParser, type EventSourceMessage, type ParseError } from 'eventsource-parser'
import type { SseEvent } from '../protocols/protocol.js'
import { createBufferError, DEFAULT_MAX_BUFFER_SIZE } from './buffer-limit.js'

export type { SseEvent } from '../protocols/protocol.js'

/** Takes a stream apart into events, whatever its line ends and wherever it is split. */
export interface SseParser {
  /** Takes the next piece of text. Throws GatewayError `provider_error` when an event outgrows the buffer. */
  push(text: string): void
  /** The stream ended: gives the last event when only its blank line was missing; a cut one is dropped. */
  end(): void
}

export interface SseParserOptions {
  readonly onEvent: (event: SseEvent) => void
  /** Longest unfinished event, in UTF-16 units. Default 32 Mi. */
  readonly maxBufferSize?: number | undefined
}

const BYTE_ORDER_MARK = 0xfe_ff
const LINE_FEED = 10
const CARRIAGE_RETURN = 13

/**
 * A push parser of server-sent events.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export function createSseParser(options: SseParserOptions): SseParser {
  const { onEvent, maxBufferSize = DEFAULT_MAX_BUFFER_SIZE } = options
  let atStart = true
  // The last piece ended with a carriage return: a line feed that comes next belongs to it.
  let afterCarriageReturn = false
  let lineEnded = true
  // Set by `end`: an event may come out only when nothing of it can be missing.
  let acceptsCutEvent: ((data: string) => boolean) | null = null

  const parser = createParser({
    maxBufferSize,
    onEvent: ({ event, data }: EventSourceMessage) => {
      if (acceptsCutEvent === null || acceptsCutEvent(data)) onEvent({ event, data })
    },
    onError: (error: ParseError) => {
      if (error.type === 'max-buffer-size-exceeded') throw createBufferError(maxBufferSize)
    },
  })

  /** One kind of line end, and no waiting for what follows a carriage return. */
  const normalize = (text: string): string => {
    const rest = afterCarriageReturn && text.charCodeAt(0) === LINE_FEED ? text.slice(1) : text
    afterCarriageReturn = text.charCodeAt(text.length - 1) === CARRIAGE_RETURN
    return rest.includes('\r') ? rest.replaceAll(/\r\n?/g, '\n') : rest
  }

  return {
    push(text) {
      if (text === '') return
      const start = atStart && text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text
      atStart = false
      const lines = normalize(start)
      if (lines === '') return
      lineEnded = lines.charCodeAt(lines.length - 1) === LINE_FEED
      parser.feed(lines)
    },
    end() {
      const wholeLines = lineEnded
      acceptsCutEvent = (data) => wholeLines || isWhole(data)
      parser.feed('\n\n')
    },
  }
}

/** All events of a whole text. */
export function parseSse(text: string): SseEvent[] {
  const events: SseEvent[] = []
  const parser = createSseParser({ onEvent: (event) => events.push(event) })
  parser.push(text)
  parser.end()
  return events
}

/** True for data that cannot be the first half of something: the terminator of OpenAI, a whole JSON object or array. */
function isWhole(data: string): boolean {
  if (data === '[DONE]') return true
  if (!data.startsWith('{') && !data.startsWith('[')) return false
  try {
    JSON.parse(data)
    return true
  } catch {
    return false
  }
}
