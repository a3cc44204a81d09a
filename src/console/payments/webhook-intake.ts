import { GatewayError } from '../../errors.js'
import { single } from '../../gateway/http/headers.js'
import type { RequestBody, RequestHeaders } from '../../gateway/http/http.js'
import { tooLarge } from '../../gateway/http/read-body.js'

/** A webhook as a handler gets it. */
export interface IncomingWebhook {
  readonly headers: RequestHeaders
  readonly body: RequestBody
}

/** Reads the bodies of webhooks, which anybody may send: what they were signed over is known only when they are read. */
export interface WebhookIntake {
  /**
   * The raw bytes of a body. Throws `invalid_request` without one, or for one that the host has parsed,
   * `request_too_large`, and `rate_limit_exceeded` for a large one while many of those are being read: it comes again.
   */
  read(webhook: IncomingWebhook): Promise<Uint8Array>
}

/** Events are a few kilobytes: so much is read of any number of them, as of any request, and none is ever refused. */
const SMALL_BYTES = 64 * 1024
/** Of a dispute whose evidence, 150,000 characters of any script, is told of as it is and as it was. */
const MAX_BYTES = 1024 * 1024
/** Larger ones, or of unknown size, that are read at once. */
const MOST_LARGE = 16

/** An intake that reads nothing yet. */
export function createWebhookIntake(): WebhookIntake {
  let large = 0
  return {
    async read({ headers, body }) {
      if (isSmall(headers)) return await readRaw(body, SMALL_BYTES)
      if (large >= MOST_LARGE)
        throw new GatewayError('rate_limit_exceeded', 'Too many large webhooks at once.', {
          retryAfterMs: 1000,
        })
      large += 1
      try {
        return await readRaw(body, MAX_BYTES)
      } finally {
        large -= 1
      }
    },
  }
}

function isSmall({ 'content-length': length }: RequestHeaders): boolean {
  return length !== undefined && /^\d+$/.test(single(length)) && Number(single(length)) <= SMALL_BYTES
}

async function readRaw(body: RequestBody, maxBytes: number): Promise<Uint8Array> {
  const raw = typeof body === 'function' ? await body(maxBytes) : body
  if (raw === null) throw new GatewayError('invalid_request', 'The webhook has no body.')
  if (typeof raw === 'object' && 'json' in raw) throw parsedBody()
  const bytes = typeof raw === 'string' ? new TextEncoder().encode(raw) : raw
  if (bytes.byteLength > maxBytes) throw tooLarge(maxBytes)
  return bytes
}

function parsedBody(): GatewayError {
  const message =
    'The webhook cannot be verified: the host has parsed its body, and the signature is over the raw bytes. ' +
    'Mount the console before express.json(), or keep the bytes with its verify option: ' +
    'express.json({ verify: (request, _response, bytes) => { request.rawBody = bytes } }).'
  return new GatewayError('invalid_request', message)
}
