import { isJsonObject, parseJson } from '../../../canonical/json.js'
import type { DecodeContext, StreamDecoder } from '../../protocol.js'
import { createAnswerReader } from './reader.js'

/** Creates the decoder of a `streamGenerateContent?alt=sse` stream. */
export function createStreamDecoder(context: DecodeContext): StreamDecoder {
  const reader = createAnswerReader(context)
  let skipped = 0
  return {
    push({ data }) {
      // Some proxies end every stream in OpenAI's way.
      if (data === '' || data === '[DONE]') return []
      const parsed = parseJson(data)
      const response: unknown = Array.isArray(parsed) ? parsed[0] : parsed
      if (isJsonObject(response)) return reader.feed(response)
      skipped++
      return skipped === 1
        ? reader.skip()
        : reader.fail({ kind: 'garbage', message: 'The upstream sent events that are no JSON.' })
    },
    end: () => reader.end(),
  }
}
