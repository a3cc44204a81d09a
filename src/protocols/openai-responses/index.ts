import type { Protocol } from '../protocol.js'
import { decodeError } from './error.js'
import { decodeRequest, encodeRequest } from './request/index.js'
import { decodeResponse, encodeResponse } from './response/index.js'
import { createStreamDecoder, createStreamEncoder } from './stream/index.js'
import { client } from './wire/client.js'
import { upstream } from './wire/upstream.js'

/** OpenAI's Responses API. */
export const openaiResponses: Protocol = {
  id: 'openai-responses',
  client,
  upstream,
  decodeRequest,
  encodeRequest,
  decodeResponse,
  encodeResponse,
  createStreamDecoder,
  createStreamEncoder,
  decodeError,
}
