import type { JsonObject } from '../../../canonical/json.js'

/** What keeps a silent client waiting. */
export const PING_EVENT = 'event: ping\ndata: {"type":"ping"}\n\n'

/** One event; clients see only events that are named. */
export function eventOf(type: string, data: JsonObject): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`
}

/** The hot one: text of a block, as JSON with the given delta type and field. */
export function deltaEvent(index: number, type: string, field: string, text: string): string {
  return (
    `event: content_block_delta\ndata: {"type":"content_block_delta","index":${index},` +
    `"delta":{"type":"${type}","${field}":${JSON.stringify(text)}}}\n\n`
  )
}

/** Start of a block. */
export function startEvent(index: number, block: JsonObject): string {
  return eventOf('content_block_start', { index, content_block: block })
}

/** End of a block. */
export function stopEvent(index: number): string {
  return `event: content_block_stop\ndata: {"type":"content_block_stop","index":${index}}\n\n`
}
