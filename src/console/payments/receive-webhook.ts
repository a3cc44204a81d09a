import { GatewayError } from '../../errors.js'
import type { RequestBody, RequestHeaders } from '../../gateway/http/http.js'
import { tooLarge } from '../../gateway/http/read-body.js'
import type { PaymentOutcome } from './payment-event.js'
import { type PaymentContext, postPayment } from './post-payment.js'

/** A webhook as a handler gets it. */
export interface IncomingWebhook {
  readonly headers: RequestHeaders
  readonly body: RequestBody
}

/** The most that the body of a webhook can be. */
const MAX_WEBHOOK_BYTES = 1024 * 1024

/**
 * Verifies a webhook and books what it tells; resolves only when all of it stands in the books, which is when the
 * provider may be told that it was received. Otherwise throws a `GatewayError`, and the provider sends it again:
 * `invalid_request` (no raw body, a signature that does not fit), `provider_error`, `db_error`, `internal_error` for an
 * account that nobody has, `invalid_value` (409, 422) for what contradicts the books or is no money of theirs.
 */
export async function receiveWebhook(
  context: PaymentContext,
  { headers, body }: IncomingWebhook,
): Promise<readonly PaymentOutcome[]> {
  const { payments } = context
  const events = await payments.readWebhook({ headers, body: await readRaw(body) })
  const outcomes: PaymentOutcome[] = []
  for (const event of events) {
    const outcome = await postPayment(context, event)
    const error = toError(outcome)
    // What follows builds on it: a refund must not be taken from an account that another one's payment names.
    if (error !== null) throw error
    outcomes.push(outcome)
  }
  return outcomes
}

async function readRaw(body: RequestBody): Promise<Uint8Array> {
  const raw = typeof body === 'function' ? await body(MAX_WEBHOOK_BYTES) : body
  if (raw === null) throw new GatewayError('invalid_request', 'The webhook has no body.')
  if (typeof raw === 'object' && 'json' in raw) throw parsedBody()
  const bytes = typeof raw === 'string' ? new TextEncoder().encode(raw) : raw
  if (bytes.byteLength > MAX_WEBHOOK_BYTES) throw tooLarge(MAX_WEBHOOK_BYTES)
  return bytes
}

function parsedBody(): GatewayError {
  const message =
    'The webhook cannot be verified: the host has parsed its body, and the signature is over the raw bytes. ' +
    'Mount the console before express.json(), or keep the bytes with its verify option: ' +
    'express.json({ verify: (request, _response, bytes) => { request.rawBody = bytes } }).'
  return new GatewayError('invalid_request', message)
}

function toError({ event, result }: PaymentOutcome): GatewayError | null {
  const { type, paymentId, accountId } = event
  switch (result) {
    case 'unknown_account': {
      const message = `Nobody has the account '${accountId}' of the payment ${paymentId}: create it, and let the webhook be sent again.`
      return new GatewayError('internal_error', message, { param: 'account_id' })
    }
    case 'conflict': {
      const message = `The books have the payment ${paymentId} with another account or amount than this event (${type}).`
      return new GatewayError('invalid_value', message, { status: 409 })
    }
    case 'refused':
      return new GatewayError('invalid_value', event.type === 'refused' ? event.reason : type, {
        status: 422,
      })
    case 'posted':
    case 'repeated':
    case 'noted':
      return null
  }
}
