import type { AssistantPart } from '../../../canonical/content.js'
import type { JsonObject } from '../../../canonical/json.js'
import type { CanonicalResponse } from '../../../canonical/response.js'
import { unfoldResponse } from '../../../canonical/unfold.js'
import type { Warning } from '../../../canonical/warning.js'
import type { EncodeContext, Translated } from '../../protocol.js'
import { createResponseWriter } from '../stream/response-writer.js'
import { PROTOCOL } from '../wire/content.js'

/** Encodes a whole answer: written as a stream of which only the last snapshot is wanted. */
export function encodeResponse(response: CanonicalResponse, context: EncodeContext): Translated<JsonObject> {
  const writer = createResponseWriter(context, true)
  for (const part of unfoldResponse(response)) writer.push(part)
  return { value: writer.result(), warnings: response.content.flatMap(lossOf) }
}

/** What the writer leaves out. */
function lossOf(part: AssistantPart, index: number): readonly Warning[] {
  const isLost =
    part.type === 'generated-audio' ||
    (part.type === 'generated-image' && part.source.type !== 'base64') ||
    (part.type === 'provider' && part.protocol !== PROTOCOL)
  if (!isLost) return []
  const message = 'A part of the answer has no counterpart in this protocol and was left out.'
  return [{ code: 'dropped', path: `output[${index}]`, message, semantic: false }]
}
