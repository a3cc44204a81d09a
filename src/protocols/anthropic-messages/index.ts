import type { Protocol } from '../protocol.js'
import { decodeError } from './error.js'
import { decodeRequest, encodeRequest } from './request/index.js'
import { decodeResponse, encodeResponse } from './response/index.js'
import { createStreamDecoder, createStreamEncoder } from './stream/index.js'
import { client } from './wire/client.js'
import { upstream } from './wire/upstream.js'

/** Anthropic's Messages API, versions 2023-06-01 and 2026-10-21. */
export const anthropicMessages: Protocol = {
  id: 'anthropic-messages',
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
