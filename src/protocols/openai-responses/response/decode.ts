import { accumulate } from '../../../canonical/accumulate.js'
import type { JsonObject } from '../../../canonical/json.js'
import type { CanonicalResponse } from '../../../canonical/response.js'
import type { DecodeContext, Translated } from '../../protocol.js'
import { createResponseReader } from '../stream/response-reader.js'

/** Decodes a whole answer: read as a stream whose items all come with its last event. */
export function decodeResponse(body: JsonObject, context: DecodeContext): Translated<CanonicalResponse> {
  const reader = createResponseReader(context)
  reader.start(body)
  reader.finish(body, 'completed')
  const { response, warnings } = accumulate(reader.take())
  return { value: response, warnings }
}
