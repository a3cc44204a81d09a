import type { GatewayRequest, GatewayResponse, Handler, ResponseStream } from '../../src/gateway/http/http.js'
import { defer } from './http-server.js'

/** A handler that stands mounted somewhere. */
export interface Mounted {
  /** Sends a request to a path below the mount point. */
  readonly request: (path: string, init?: RequestInit) => Promise<Response>
  readonly close: () => Promise<void>
}

/** One way to mount a handler. */
export interface MountTarget {
  readonly name: string
  /** Request content codings that this mount can undo. */
  readonly codings: readonly ('gzip' | 'deflate' | 'br')[]
  readonly start: (handler: Handler) => Promise<Mounted>
}

/** What a mounted handler does with a request. */
export type Script = (request: GatewayRequest) => Promise<GatewayResponse> | GatewayResponse

/** A mount whose handler follows the script of the running test. */
export interface Stage {
  readonly target: MountTarget
  script: Script
  readonly request: Mounted['request']
  readonly post: (body: BodyInit, init?: RequestInit) => Promise<Response>
  /** Streams `body` to every request; resolves with what the handler was given first. */
  readonly stream: (body: ResponseStream) => Promise<GatewayRequest>
}

/** What a test's handler reads at most. */
export const LIMIT = 100_000
export const JSON_HEADERS = { 'content-type': 'application/json' }
export const STREAM_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
}

/** A plain 200. */
export function ok(body: string | Uint8Array): GatewayResponse {
  return { status: 200, headers: JSON_HEADERS, body }
}

/** The raw bytes of a request; a body that came parsed is a failure of the mount here. */
export async function readBody(
  { body }: GatewayRequest,
  maxBytes: number = LIMIT,
): Promise<Uint8Array | string> {
  const raw = typeof body === 'function' ? await body(maxBytes) : body
  if (raw !== null && typeof raw === 'object' && 'json' in raw) throw new TypeError('parsed')
  return raw ?? ''
}

/** Reads a response chunk by chunk as text; undefined at its end. */
export function reader(response: Response): () => Promise<string | undefined> {
  const body = response.body?.getReader()
  const decoder = new TextDecoder()
  return async () => {
    const step = await body?.read()
    return step === undefined || step.done ? undefined : decoder.decode(step.value, { stream: true })
  }
}

/** A stream that counts what is asked of it. */
export interface CountedStream extends ResponseStream {
  readonly pulls: number
  readonly returns: number
}

export interface CountedStreamOptions {
  readonly chunk?: string
  /** Chunks before its end; default never. */
  readonly length?: number
  /** Chunks after which it waits until it is ended. */
  readonly waitAfter?: number
}

export function endless(options: CountedStreamOptions = {}): CountedStream {
  const { chunk = 'data: x\n\n', length = Infinity, waitAfter = Infinity } = options
  const ended = defer()
  const stream = {
    pulls: 0,
    returns: 0,
    [Symbol.asyncIterator]: (): AsyncIterator<string, undefined> => ({
      async next() {
        if (stream.pulls >= waitAfter) await ended.promise
        if (stream.pulls >= length || stream.returns > 0) return { done: true, value: undefined }
        stream.pulls += 1
        return { done: false, value: chunk }
      },
      return() {
        stream.returns += 1
        ended.resolve()
        return Promise.resolve({ done: true, value: undefined })
      },
    }),
  }
  return stream
}

/** The request function of a mount that listens somewhere. */
export function over(base: string): Mounted['request'] {
  return (path, init) => fetch(base + path, init)
}

/** What `fetch` wants to hear before it sends a stream. */
export const HALF_DUPLEX: RequestInit & { readonly duplex: 'half' } = { duplex: 'half' }

/** A request body of unknown length. */
export function chunked(parts: readonly string[]): ReadableStream<Uint8Array> {
  const left = [...parts]
  return new ReadableStream({
    pull(controller) {
      const part = left.shift()
      if (part === undefined) controller.close()
      else controller.enqueue(new TextEncoder().encode(part))
    },
  })
}
