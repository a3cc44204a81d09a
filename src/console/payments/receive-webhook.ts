import { GatewayError } from '../../errors.js'
import type { PaymentEvent, PaymentOutcome } from './payment-event.js'
import type { WebhookRequest } from './payment-provider.js'
import { type PaymentContext, postPayment } from './post-payment.js'
import type { IncomingWebhook, WebhookIntake } from './webhook-intake.js'

/** What webhooks are read with. */
export interface WebhookContext extends PaymentContext {
  readonly intake: WebhookIntake
  /** Told of each webhook that its provider has not signed. */
  readonly onForgery: () => void
}

/**
 * Verifies a webhook and books what it tells; resolves only when all of it stands in the books, which is when the
 * provider may be told that it was received. Otherwise throws a `GatewayError`, and the provider sends it again:
 * `invalid_request` (no raw body, no signature or one that does not fit), `request_too_large`, `rate_limit_exceeded`, `provider_error`, `db_error`, `internal_error` for an
 * account that nobody has, `invalid_value` (409, 422) for what contradicts the books or is no money of theirs.
 */
export async function receiveWebhook(
  context: WebhookContext,
  webhook: IncomingWebhook,
): Promise<readonly PaymentOutcome[]> {
  const events = await readEvents(context, webhook)
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

/** Whoever has no signature to show is sent away unread. Throws what the intake and the provider throw. */
async function readEvents(
  { payments, intake, onForgery }: WebhookContext,
  webhook: IncomingWebhook,
): Promise<readonly PaymentEvent[]> {
  const { headers } = webhook
  const { signatureHeader: name } = payments
  if (name !== undefined && headers[name] === undefined)
    throw new GatewayError('invalid_request', `The webhook has no ${name} header.`)
  const request: WebhookRequest = { headers, body: await intake.read(webhook) }
  try {
    return await payments.readWebhook(request)
  } catch (thrown) {
    if (GatewayError.isInstance(thrown) && thrown.code === 'invalid_request') onForgery()
    throw thrown
  }
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
