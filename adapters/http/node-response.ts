import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { GatewayResponse, ResponseStream } from '../../src/index.js'

/**
 * Writes a gateway response to a Node response. Resolves when everything is handed to the socket; rejects when the
 * stream of the body does, or when the head cannot be written.
 */
export function writeResponse(response: ServerResponse, answer: GatewayResponse): Promise<void> | undefined {
  const { status, headers, body } = answer
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) return writeStream(response, answer, body)
  if (response.destroyed) return undefined
  // To HEAD, an empty body says nothing of what GET would get: the handler does, or nobody.
  const isSilent = response.req.method === 'HEAD' && body.length === 0
  response.writeHead(status, isSilent || isBodiless(status) ? headers : withLength(headers, body))
  // `end` leaves the body out for HEAD, 204 and 304 by itself.
  response.end(body)
  return undefined
}

function isBodiless(status: number): boolean {
  return status === 204 || status === 304
}

function withLength(
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array,
): OutgoingHttpHeaders {
  return { ...headers, 'content-length': Buffer.byteLength(body) }
}

async function writeStream(
  response: ServerResponse,
  { status, headers }: GatewayResponse,
  body: ResponseStream,
): Promise<void> {
  const iterator = body[Symbol.asyncIterator]()
  if (response.destroyed || response.req.method === 'HEAD') {
    endIterator(iterator)
    if (!response.destroyed) response.writeHead(status, headers).end()
    return
  }
  response.writeHead(status, headers)
  if (response.req.httpVersionMajor === 1) response.socket?.setNoDelay(true)
  // The head goes out with the first chunk when that is already there (one packet), else by itself, now.
  const head = setImmediate(() => response.flushHeaders())
  try {
    await pump(iterator, response)
  } finally {
    clearImmediate(head)
  }
}

/** Moves chunks one by one. A client that reads slowly stops the iterator, one that leaves ends it. */
async function pump(iterator: AsyncIterator<string | Uint8Array>, response: ServerResponse): Promise<void> {
  const flush = findFlush(response)
  let gone = false
  let wake: (() => void) | undefined
  const onClose = (): void => {
    if (response.writableEnded) return
    gone = true
    endIterator(iterator)
    wake?.()
  }
  const untilDrained = (resolve: () => void): void => {
    wake = resolve
    response.once('drain', resolve)
  }
  response.on('close', onClose)
  for (;;) {
    const step = await iterator.next()
    if (gone) return
    if (step.done === true) break
    const writable = response.write(step.value)
    flush?.()
    if (writable) continue
    await new Promise<void>(untilDrained)
    if (gone) return
  }
  response.end()
}

/**
 * The `flush` that compression middleware puts on a response: without it, it keeps events back to compress them
 * together. Node's own deprecated method of that name is not it.
 */
function findFlush(response: ServerResponse & { flush?: unknown }): (() => void) | undefined {
  if (!Object.hasOwn(response, 'flush') || typeof response.flush !== 'function') return undefined
  return response.flush.bind(response) as () => void
}

/** Tells an iterator that nobody reads on. Not awaited: a generator that is waiting answers only after its wait. */
function endIterator(iterator: AsyncIterator<unknown>): void {
  iterator.return?.().catch(() => undefined)
}
