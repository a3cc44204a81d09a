import type { Protocol } from '../protocol.js'
import { decodeError } from './error.js'
import {
  createStreamDecoder,
  createStreamEncoder,
  decodeRequest,
  decodeResponse,
  encodeRequest,
  encodeResponse,
} from './request.js'
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
