import type { Protocol } from '../protocol.js'
import { decodeError } from './error.js'
import { decodeRequest, encodeRequest } from './request/index.js'
import { decodeResponse, encodeResponse } from './response/index.js'
import { createStreamDecoder, createStreamEncoder } from './stream/index.js'
import { GEMINI } from './vocabulary.js'
import { upstream } from './wire/upstream.js'

/** Google's generateContent and streamGenerateContent; only vendors speak it, no client. */
export const gemini: Protocol = {
  id: GEMINI,
  client: null,
  upstream,
  decodeRequest,
  encodeRequest,
  decodeResponse,
  encodeResponse,
  createStreamDecoder,
  createStreamEncoder,
  decodeError,
}
