import { GatewayError } from '../../errors.js'
import { INTERNAL_ANSWER } from './face-errors.js'
import { readFetchBody } from './fetch-body.js'
import type { GatewayResponse, Handler, RequestBody } from './http.js'
import { pathOf } from './mount-path.js'

/** What a framework knows better than the request that it passes on. */
export interface FetchOverrides {
  /** Path with query, relative to the mount point. */
  readonly path?: string | undefined
  readonly body?: RequestBody | undefined
  /** What the framework calls its request. Default: the request itself. */
  readonly host?: unknown
}

/**
 * The web-standard face of a handler: `export default { fetch: toFetch(gateway) }` on Workers, Bun and Deno.
 * Resolves always, never rejects.
 */
export function toFetch(handler: Handler): (request: Request) => Promise<Response> {
  return (request) => answerFetch(handler, request, {})
}

/** Answers one web-standard request; resolves always, never rejects. */
export async function answerFetch(
  handler: Handler,
  request: Request,
  overrides: FetchOverrides,
): Promise<Response> {
  const client = watchClient(request.signal)
  try {
    const answer = await handler.handle({
      method: request.method,
      path: overrides.path ?? pathOf(request.url),
      headers: Object.fromEntries(request.headers),
      body: overrides.body === undefined ? bodyOf(request) : overrides.body,
      signal: client.signal,
      host: overrides.host ?? request,
    })
    return toResponse(answer, request.method, client)
  } catch {
    return toResponse(INTERNAL_ANSWER, request.method, client)
  }
}

/** Statuses whose responses may not have a body, not even an empty one. */
const BODILESS: ReadonlySet<number> = new Set([101, 204, 205, 304])

function bodyOf(request: Request): RequestBody {
  if (request.method === 'GET' || request.method === 'HEAD') return null
  return (maxBytes) => readFetchBody(request, maxBytes)
}

/** The client's presence: gone when the request's signal says so or when the response body is cancelled. */
interface Client {
  readonly signal: AbortSignal
  /** Ends the request from our side; runs what `onGone` was given. */
  abort(reason: unknown): void
  onGone(listener: (reason: unknown) => void): void
  /** The response is complete: some runtimes abort the request's signal then, which means nothing. */
  release(): void
}

function watchClient(source: AbortSignal): Client {
  const controller = new AbortController()
  let gone: ((reason: unknown) => void) | undefined
  const abort = (reason: unknown): void => {
    source.removeEventListener('abort', onAbort)
    controller.abort(reason)
    gone?.(reason)
  }
  const onAbort = (): void => abort(source.reason)
  if (source.aborted) controller.abort(source.reason)
  else source.addEventListener('abort', onAbort)
  return {
    signal: controller.signal,
    abort,
    onGone(listener) {
      gone = listener
    },
    release: () => source.removeEventListener('abort', onAbort),
  }
}

function toResponse(answer: GatewayResponse, method: string, client: Client): Response {
  const { status, headers, body } = answer
  // Workers would code a body anew that says `content-encoding`; elsewhere this means nothing.
  const init = { status, headers, encodeBody: 'manual' }
  if (typeof body === 'string' || body instanceof Uint8Array) {
    client.release()
    const silent = method === 'HEAD' || BODILESS.has(status)
    return new Response(silent ? null : (body as BodyInit), init)
  }
  const iterator = body[Symbol.asyncIterator]()
  if (method === 'HEAD' || client.signal.aborted) {
    client.release()
    endIterator(iterator)
    return new Response(null, init)
  }
  return new Response(toReadable(iterator, client), init)
}

/** Pulls one chunk for each one that the client takes: the back-pressure of the client reaches the iterator. */
function toReadable(
  iterator: AsyncIterator<string | Uint8Array>,
  client: Client,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let open = true
  const source: UnderlyingDefaultSource<Uint8Array> = {
    start(controller) {
      client.onGone((reason) => {
        if (!open) return
        open = false
        endIterator(iterator)
        // Runtimes log a body that errs; the one whose client left cancels it in this same tick, and then this is void.
        queueMicrotask(() => controller.error(reason))
      })
    },
    async pull(controller) {
      try {
        const step = await iterator.next()
        if (!open) return
        if (step.done !== true) {
          controller.enqueue(typeof step.value === 'string' ? encoder.encode(step.value) : step.value)
          return
        }
        open = false
        client.release()
        controller.close()
      } catch {
        if (!open) return
        open = false
        client.release()
        // A fresh error: runtimes print what ends a body, and the original may carry a vendor's host.
        controller.error(new GatewayError('upstream_stream_truncated', 'The stream was cut.'))
      }
    },
    cancel(reason) {
      if (!open) return
      open = false
      endIterator(iterator)
      client.abort(reason)
    },
  }
  return new ReadableStream(source, { highWaterMark: 0 })
}

/** Tells an iterator that nobody reads on. Not awaited: a generator that is waiting answers only after its wait. */
function endIterator(iterator: AsyncIterator<unknown>): void {
  iterator.return?.().catch(() => undefined)
}
