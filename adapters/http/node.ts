import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { createCancelSource, type Handler, INTERNAL_ANSWER, type RequestBody } from '../../src/index.js'
import { nodeBody } from './node-body.js'
import { writeResponse } from './node-response.js'

export { createTransport, type UndiciTransportOptions } from './undici-transport.js'
export { createMediaFetcher, type MediaFetcherOptions } from './media-fetcher.js'

/** A request of node:http on its way to a handler; a framework fills in what it knows better. */
export interface NodeExchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Path with query, relative to the mount point. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: RequestBody
  /** What the framework calls its request. Default: that of node:http. */
  readonly host?: unknown
}

/** Mounts a handler on node:http: `createServer(toNode(gateway))`. */
export function toNode(handler: Handler): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const { headers, url = '/' } = request
    void answerNode(handler, { request, response, path: url, headers, body: nodeBody(request, headers) })
  }
}

/** Answers one request of node:http; resolves when the response is written or the client gone, never rejects. */
export async function answerNode(handler: Handler, exchange: NodeExchange): Promise<void> {
  const { request, response, path, headers, body, host = request } = exchange
  const client = createCancelSource()
  // Not the request's 'close': that comes as soon as the body of a POST has been read.
  response.on('close', () => {
    if (!response.writableEnded) client.cancel()
  })
  try {
    const answer = await handler.handle({
      method: request.method ?? 'GET',
      path,
      headers,
      body,
      signal: client.signal,
      host,
    })
    await writeResponse(response, answer)
  } catch {
    fail(response)
  }
}

/** A body that breaks after the head has gone out must not look finished, so the connection is cut. */
function fail(response: ServerResponse): void {
  if (response.headersSent) response.destroy()
  else void writeResponse(response, INTERNAL_ANSWER)
}
