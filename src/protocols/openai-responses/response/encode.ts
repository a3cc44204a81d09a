import type { JsonObject } from '../../../canonical/json.js'
import type { CanonicalResponse } from '../../../canonical/response.js'
import { unfoldResponse } from '../../../canonical/unfold.js'
import type { EncodeContext, Translated } from '../../protocol.js'
import { createResponseWriter } from '../stream/response-writer.js'

/** Encodes a whole answer: written as a stream of which only the last snapshot is wanted. */
export function encodeResponse(response: CanonicalResponse, context: EncodeContext): Translated<JsonObject> {
  const writer = createResponseWriter(context, true)
  for (const part of unfoldResponse(response)) writer.push(part)
  return { value: writer.result(), warnings: writer.warnings }
}
