import type { EncodeContext, StreamEncoder } from '../../protocol.js'
import { createResponseWriter } from './response-writer.js'

/** Creates the encoder of a stream for a client. */
export function createStreamEncoder(context: EncodeContext): StreamEncoder {
  const writer = createResponseWriter(context, false)
  return {
    push(part) {
      writer.push(part)
      return writer.take()
    },
    get warnings() {
      return writer.warnings
    },
  }
}
