import { UpstreamFault, type UpstreamResponse } from '../send/transport.js'
import type { Opened } from './relay.js'
import type { UpstreamError } from '../../canonical/upstream-error.js'

/** What is to become of a body that is no stream although one was asked for. */
export interface SniffOptions {
  /** Largest body that is held in memory. */
  readonly maxBytes: number
  /** The same answer as the events of a stream; an error when the body is none. */
  readonly unfold: (text: string) => string | UpstreamError
}

/** How a stream of events can begin; anything else under a foreign content type is a page or a whole answer. */
const EVENT_START = /^\uFEFF?\s*(?:data|event|id|retry)?:/

/**
 * The bytes of a vendor's stream. Some servers label streams wrongly and some answer a streaming request with a whole
 * body, so under any other content type than `text/event-stream` the first bytes decide.
 */
export async function openStream(response: UpstreamResponse, options: SniffOptions): Promise<Opened> {
  const { body, headers } = response
  if (headers['content-type']?.toLowerCase().startsWith('text/event-stream'))
    return { ok: true, source: body }
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const iterator = body[Symbol.asyncIterator]()
  const chunks: Uint8Array[] = []
  let text = ''
  for (let step = await iterator.next(); step.done !== true; step = await iterator.next()) {
    chunks.push(step.value)
    text += decoder.decode(step.value, { stream: true })
    if (EVENT_START.test(text)) return { ok: true, source: resume(chunks, iterator) }
    if (text.length > options.maxBytes) {
      await iterator.return?.()
      throw new UpstreamFault('too_large')
    }
  }
  const unfolded = options.unfold(text + decoder.decode())
  return typeof unfolded === 'string'
    ? { ok: true, source: resume([new TextEncoder().encode(unfolded)], iterator) }
    : { ok: false, error: unfolded }
}

/** Goes on with a body of which the first chunks were taken. Not a generator: `return` must not wait behind a read. */
function resume(first: readonly Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncIterable<Uint8Array> {
  const left = [...first]
  const iterator: AsyncIterator<Uint8Array> = {
    next() {
      const value = left.shift()
      return value === undefined ? rest.next() : Promise.resolve({ done: false, value })
    },
    async return() {
      await rest.return?.()
      return { done: true, value: undefined }
    },
  }
  return { [Symbol.asyncIterator]: () => iterator }
}
