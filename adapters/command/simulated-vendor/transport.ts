import {
  type CancelSignal,
  toAbortSignal,
  type Transport,
  UpstreamFault,
  type UpstreamRequest,
  type UpstreamResponse,
} from '../../../src/index.js'
import { ConnectionCut, createPause, deliverEvents, type Pause } from './deliver.js'
import { replyTo, type VendorOptions, type VendorReply } from './reply.js'

/** Makes a transport that the vendor answers itself: no socket, any host. */
export function createSimulatedTransport(options: VendorOptions = {}): Transport {
  return async (request) => {
    if (request.signal.aborted) throw new UpstreamFault('aborted')
    const { pathname, search } = new URL(request.url)
    const { body, headers, method } = request
    const text = typeof body === 'string' ? body : new TextDecoder().decode(body ?? undefined)
    const reply = replyTo({ method, path: pathname + search, headers, body: text }, options)
    return createResponse(reply, request)
  }
}

function createResponse(reply: VendorReply, request: UpstreamRequest): UpstreamResponse {
  const body = { [Symbol.asyncIterator]: () => createIterator(reply, request) }
  return {
    status: reply.status,
    headers: reply.headers,
    body,
    text: (maxBytes) => readText(body, maxBytes),
  }
}

/** Not a generator: `return` has to end a read that is waiting, and a generator would queue it behind that. */
function createIterator(reply: VendorReply, request: UpstreamRequest): AsyncIterator<Uint8Array> {
  const stop = new AbortController()
  const signal = AbortSignal.any([stop.signal, toAbortSignal(request.signal)])
  const events = deliverEvents(reply, limitPause(createPause(signal), request.idleTimeoutMs))
  const encoder = new TextEncoder()
  return {
    next: async () => {
      try {
        signal.throwIfAborted()
        const { done, value } = await events.next()
        return done === true ? { done, value: undefined } : { done: false, value: encoder.encode(value) }
      } catch (error) {
        if (stop.signal.aborted) return { done: true, value: undefined }
        throw toFault(error, request.signal)
      }
    },
    return: () => {
      stop.abort()
      return Promise.resolve({ done: true, value: undefined })
    },
  }
}

/** A silence longer than the idle timeout ends in a fault when that timeout is over. */
function limitPause(pause: Pause, idleTimeoutMs: number): Pause {
  if (idleTimeoutMs === 0) return pause
  return async (durationMs) => {
    await pause(Math.min(durationMs, idleTimeoutMs))
    if (durationMs > idleTimeoutMs) throw new UpstreamFault('timeout')
  }
}

function toFault(error: unknown, signal: CancelSignal): unknown {
  if (error instanceof ConnectionCut) return new UpstreamFault('reset')
  return signal.aborted ? new UpstreamFault('aborted') : error
}

async function readText(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let length = 0
  for await (const chunk of body) {
    length += chunk.length
    if (length > maxBytes) throw new UpstreamFault('too_large')
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}
