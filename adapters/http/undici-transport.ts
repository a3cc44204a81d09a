import { Agent, type Dispatcher } from 'undici'
import {
  type Transport,
  UpstreamFault,
  type UpstreamRequest,
  type UpstreamResponse,
} from '../../src/index.js'
import { decodeResponse } from './undici-decode.js'
import { type BodyQueue, createBodyQueue } from './undici-body.js'
import { createDeadlines, type Deadline } from './undici-deadline.js'

/** Options of the Node transport. */
export interface UndiciTransportOptions {
  /** Most connections to one origin. Default: no limit, a stream occupies one. */
  readonly maxConnections?: number | undefined
  /** Default 10 s. */
  readonly connectTimeoutMs?: number | undefined
  /** How long an idle connection is kept, unless the vendor says otherwise. Default 30 s. */
  readonly keepAliveMs?: number | undefined
  /** A dispatcher of the host's own (a proxy agent); `close()` leaves it open. */
  readonly dispatcher?: Dispatcher | undefined
}

/** Makes upstream calls with undici's dispatcher: the fast transport of Node. Connections are pooled per transport. */
export function createTransport(options: UndiciTransportOptions = {}): Transport {
  const createDeadline = createDeadlines()
  let agent: Agent | undefined
  const transport = (request: UpstreamRequest): Promise<UpstreamResponse> =>
    call(options.dispatcher ?? (agent ??= createAgent(options)), request, createDeadline)
  const close = async (): Promise<void> => {
    const closing = agent
    agent = undefined
    await closing?.close()
  }
  return Object.assign(transport, { close })
}

/** Undici's own timeouts are off: 300 s would cut long generations. Nagle is off in undici itself. */
function createAgent(options: UndiciTransportOptions): Agent {
  return new Agent({
    connections: options.maxConnections ?? null,
    connectTimeout: options.connectTimeoutMs ?? 10_000,
    keepAliveTimeout: options.keepAliveMs ?? 30_000,
    headersTimeout: 0,
    bodyTimeout: 0,
  })
}

type CreateDeadline = (expire: () => void) => Deadline

function call(
  dispatcher: Dispatcher,
  request: UpstreamRequest,
  createDeadline: CreateDeadline,
): Promise<UpstreamResponse> {
  return new Promise((resolve, reject) => {
    if (request.signal.aborted) return reject(new UpstreamFault('aborted'))
    const handler = createHandler(request, { resolve, reject }, createDeadline)
    const slash = request.url.indexOf('/', request.url.indexOf('//') + 2)
    try {
      dispatcher.dispatch(
        {
          origin: slash < 0 ? request.url : request.url.slice(0, slash),
          path: slash < 0 ? '/' : request.url.slice(slash),
          method: request.method,
          headers: { 'accept-encoding': 'identity', ...request.headers },
          body: request.body,
          headersTimeout: 0,
          bodyTimeout: 0,
        },
        handler,
      )
    } catch (cause) {
      handler.onResponseError(cause)
    }
  })
}

interface Head {
  readonly resolve: (response: UpstreamResponse) => void
  readonly reject: (fault: UpstreamFault) => void
}

/** The callbacks of one call. Whatever ends it first (vendor, client, timer) decides; the rest is not heard. */
function createHandler(request: UpstreamRequest, head: Head, createDeadline: CreateDeadline) {
  const { signal, headTimeoutMs, idleTimeoutMs } = request
  let controller: Dispatcher.DispatchController | undefined
  let body: BodyQueue | undefined
  let open = true
  const finish = (): void => {
    open = false
    deadline.clear()
    signal.removeEventListener('abort', onAbort)
  }
  const stop = (fault: UpstreamFault): void => {
    if (!open) return
    finish()
    if (body === undefined) head.reject(fault)
    else body.fail(fault)
    controller?.abort(fault)
  }
  const onAbort = (): void => stop(new UpstreamFault('aborted'))
  // A vendor is not silent while its reader is busy.
  const deadline = createDeadline(() => {
    if (body === undefined || body.isWaiting()) stop(new UpstreamFault('timeout'))
  })
  deadline.arm(headTimeoutMs)
  signal.addEventListener('abort', onAbort)
  return {
    onRequestStart(started: Dispatcher.DispatchController): void {
      controller = started
      if (!open) started.abort(new UpstreamFault('aborted'))
    },
    onResponseStart(started: Dispatcher.DispatchController, status: number, headers: RawHeaders): void {
      if (status < 200 || !open) return
      deadline.clear()
      body = createBodyQueue({
        onWait: () => deadline.arm(idleTimeoutMs),
        pause: () => started.pause(),
        resume: () => started.resume(),
        cancel: stop,
      })
      head.resolve(
        decodeResponse({ status, headers: joinHeaders(headers), body: body.stream, text: body.text }),
      )
    },
    onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
      body?.push(chunk)
    },
    onResponseEnd(): void {
      finish()
      body?.end()
    },
    onResponseError(_controller: unknown, cause?: unknown): void {
      stop(new UpstreamFault(controller === undefined ? 'connect' : 'reset', cause))
    },
  }
}

type RawHeaders = Readonly<Record<string, string | string[] | undefined>>

function joinHeaders(raw: RawHeaders): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const name in raw) {
    const value = raw[name]
    if (value !== undefined) headers[name] = typeof value === 'string' ? value : value.join(', ')
  }
  return headers
}
