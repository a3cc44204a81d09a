import { parseJson } from '../canonical/json.js'
import type { UpstreamResponse } from './transport.js'

/** How a stream of events can begin; anything else under a foreign content type is a page or a whole answer. */
const EVENT_START = /^\uFEFF?\s*(?:data|event|id|retry)?:/

/**
 * The bytes of a vendor's stream. Some servers label streams wrongly and some answer a streaming request with a whole
 * body, so under any other content type than `text/event-stream` the first bytes decide. What is no stream is handed on as
 * one event: the reducer sees an error, a whole answer, or garbage.
 */
export function sniffStream(response: UpstreamResponse, maxBytes: number): AsyncIterable<Uint8Array> {
  if (response.headers['content-type']?.startsWith('text/event-stream')) return response.body
  return asEvents(response.body, maxBytes)
}

async function* asEvents(body: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder()
  const encoder = new TextEncoder()
  let text = ''
  let passing = false
  for await (const chunk of body) {
    if (passing) {
      yield chunk
      continue
    }
    if (text.length > maxBytes) return
    text += decoder.decode(chunk, { stream: true })
    if (EVENT_START.test(text)) {
      passing = true
      yield encoder.encode(text)
    }
  }
  if (passing || text.trim() === '') return
  const json = parseJson(text)
  if (json !== undefined) yield encoder.encode(`data: ${JSON.stringify(json)}\n\n`)
}
