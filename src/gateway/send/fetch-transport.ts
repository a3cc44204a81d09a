import { UpstreamFault, type UpstreamFaultKind } from './transport.js'
import type { Transport, UpstreamRequest, UpstreamResponse } from './transport.js'

/** Options of the portable transport. */
export interface FetchTransportOptions {
  /** Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined
}

/** Makes upstream calls with web-standard `fetch`: the transport of Workers, Bun and Deno. */
export function createTransport(options: FetchTransportOptions = {}): Transport {
  const send = options.fetch ?? ((input, init) => globalThis.fetch(input, init))
  return (request) => call(send, request)
}

async function call(send: typeof globalThis.fetch, request: UpstreamRequest): Promise<UpstreamResponse> {
  const wire = createWire(request)
  try {
    const response = await wire.within(request.headTimeoutMs, () =>
      send(request.url, {
        method: request.method,
        headers: { 'accept-encoding': 'identity', ...request.headers },
        body: request.body as BodyInit | null,
        redirect: 'manual',
        signal: wire.signal,
      }),
    )
    const body = readBody(response, wire, request.idleTimeoutMs)
    return {
      status: response.status,
      headers: readHeaders(response.headers),
      body,
      text: (maxBytes) => readText(body, maxBytes),
    }
  } catch (error) {
    wire.close()
    throw wire.faultOf(error, headFaultKind(error))
  }
}

/** One call's ways to end early: the caller's signal, a timer, a reader that wants no more. */
interface Wire {
  readonly signal: AbortSignal
  /** Runs one wait, at most `limitMs` long (0 = any length). */
  within<T>(limitMs: number, wait: () => Promise<T>): Promise<T>
  /** What ended the call: our own reason if there is one, else `kind`. */
  faultOf(cause: unknown, kind: UpstreamFaultKind): UpstreamFault
  /** Breaks the connection if the call is still running. */
  cancel(): void
  /** Lets go of the caller's signal. */
  close(): void
}

function createWire(request: UpstreamRequest): Wire {
  const controller = new AbortController()
  let reason: UpstreamFault | undefined
  const stop = (kind: UpstreamFaultKind): void => {
    reason ??= new UpstreamFault(kind)
    controller.abort()
  }
  const onAbort = (): void => stop('aborted')
  if (request.signal.aborted) onAbort()
  else request.signal.addEventListener('abort', onAbort)
  const close = (): void => request.signal.removeEventListener('abort', onAbort)
  return {
    signal: controller.signal,
    async within(limitMs, wait) {
      if (limitMs === 0) return await wait()
      const timer = setTimeout(stop, limitMs, 'timeout')
      try {
        return await wait()
      } finally {
        clearTimeout(timer)
      }
    },
    faultOf: (cause, kind) => reason ?? new UpstreamFault(kind, cause),
    cancel() {
      close()
      controller.abort()
    },
    close,
  }
}

/**
 * Error codes that runtimes give to a connection that broke after it stood; everything else that ends a call before
 * its head is a connection that never stood.
 */
const RESET_CODES: ReadonlySet<unknown> = new Set([
  'ECONNRESET',
  'EPIPE',
  'UND_ERR_SOCKET',
  'ConnectionClosed',
])

function headFaultKind(error: unknown): UpstreamFaultKind {
  return RESET_CODES.has(codeOf(error)) || (error instanceof Error && RESET_CODES.has(codeOf(error.cause)))
    ? 'reset'
    : 'connect'
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
}

/** `fetch` has removed the coding, so the headers that describe it would be wrong. */
function readHeaders(source: Headers): Record<string, string> {
  const headers: Record<string, string> = Object.fromEntries(source)
  if (headers['content-encoding'] === undefined) return headers
  const { 'content-encoding': _coding, 'content-length': _length, ...kept } = headers
  return kept
}

function readBody(response: Response, wire: Wire, idleTimeoutMs: number): AsyncIterable<Uint8Array> {
  if (response.body === null) wire.close()
  const reader = response.body?.getReader()
  let open = reader !== undefined
  const end = (): IteratorReturnResult<undefined> => {
    open = false
    return { done: true, value: undefined }
  }
  const iterator: AsyncIterator<Uint8Array, undefined> = {
    async next() {
      if (!open || reader === undefined) return end()
      try {
        const step = await wire.within(idleTimeoutMs, () => reader.read())
        if (!step.done) return { done: false, value: step.value }
        wire.close()
        return end()
      } catch (error) {
        if (!open) return end()
        open = false
        wire.close()
        throw wire.faultOf(error, 'reset')
      }
    },
    return() {
      if (open) wire.cancel()
      return Promise.resolve(end())
    },
  }
  return { [Symbol.asyncIterator]: () => iterator }
}

async function readText(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size > maxBytes) throw new UpstreamFault('too_large')
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}
