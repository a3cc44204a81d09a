import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Handler, JsonValue, RequestBody } from '../../src/index.js'
import { answerNode } from './node.js'
import { nodeBody } from './node-body.js'

/** What Express and its body parsers put on a request; `body` stays as it is when no parser took the stream. */
export interface ExpressRequest extends IncomingMessage {
  readonly body?: unknown
  /** The bytes that a host kept beside the parsed body, for instance in the `verify` option of `express.json()`. */
  readonly rawBody?: unknown
}

/**
 * Mounts a handler in Express 5 or 4: `app.use('/llm', toExpress(gateway))`. It answers everything below its mount
 * point itself, unknown paths too. A body that the host has already parsed is used as it is.
 */
export function toExpress(handler: Handler): (request: ExpressRequest, response: ServerResponse) => void {
  return (request, response) => {
    const { headers, url = '/' } = request
    void answerNode(handler, { request, response, path: url, headers, body: bodyOf(request) })
  }
}

/** `express.json()` leaves `{}` (4) or nothing (5) behind when it did not parse: only a stream that was read counts. */
function bodyOf(request: ExpressRequest): RequestBody {
  if (!request.readableDidRead) return nodeBody(request, request.headers)
  const { body, rawBody = body } = request
  if (typeof rawBody === 'string' || rawBody instanceof Uint8Array) return rawBody
  if (body === undefined) return nodeBody(request, request.headers)
  return { json: body as JsonValue }
}
