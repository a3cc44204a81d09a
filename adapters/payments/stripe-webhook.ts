import { GatewayError } from '../../src/index.js'
import type { PaymentEvent, WebhookRequest } from '../../src/console/index.js'
import {
  idOf,
  type StripeCharge,
  type StripeDispute,
  type StripeEvent,
  type StripeRefund,
  type StripeSession,
} from './stripe-api.js'
import { toEvent } from './stripe-books.js'
import { readOwner } from './stripe-metadata.js'
import { lookUpPayment, type LookUpSettings } from './stripe-payment.js'

/** Where Stripe signs. */
export const SIGNATURE_HEADER = 'stripe-signature'

/** What webhooks are verified and read with. */
export interface WebhookSettings extends LookUpSettings {
  readonly webhookSecret: string
}

/** What a webhook of Stripe's tells. Throws `invalid_request` when it is not signed by Stripe, `provider_error`. */
export async function readWebhook(
  settings: WebhookSettings,
  request: WebhookRequest,
): Promise<readonly PaymentEvent[]> {
  const event: Partial<StripeEvent> | null = await verify(settings, request)
  const object = event?.data?.object
  if (typeof object !== 'object' || object === null) return []
  return (await EVENTS.get(event?.type ?? '')?.(settings, object)) ?? []
}

async function verify(
  { client, webhookSecret }: WebhookSettings,
  { headers, body }: WebhookRequest,
): Promise<StripeEvent> {
  const signature = headers[SIGNATURE_HEADER]
  if (typeof signature !== 'string') {
    throw new GatewayError('invalid_request', `The webhook has no ${SIGNATURE_HEADER} header.`)
  }
  try {
    return await client.webhooks.constructEventAsync(body, signature, webhookSecret)
  } catch (thrown) {
    const message =
      'The signature does not fit: the webhook secret is another one, the body was changed on its way, or it is too old.'
    // The first line says what did not fit; the error itself holds the whole body.
    const [reason] = thrown instanceof Error ? thrown.message.split('\n', 1) : []
    throw new GatewayError('invalid_request', message, { cause: new Error(reason) })
  }
}

type ReadObject = (
  settings: WebhookSettings,
  object: object,
) => Promise<readonly PaymentEvent[]> | readonly PaymentEvent[]

/** What is read of which event. All events about a payment's undoing read it as it stands now, whatever came before. */
const EVENTS: ReadonlyMap<string, ReadObject> = new Map<string, ReadObject>([
  ['checkout.session.completed', readSession],
  ['checkout.session.async_payment_succeeded', readSession],
  ['checkout.session.async_payment_failed', readFailure],
  ['refund.created', readRefunds],
  ['refund.updated', readRefunds],
  ['refund.failed', readRefunds],
  ['charge.refund.updated', readRefunds],
  ['charge.refunded', readCharge],
  ['charge.dispute.created', readDisputes],
  ['charge.dispute.updated', readDisputes],
  ['charge.dispute.funds_withdrawn', readDisputes],
  ['charge.dispute.funds_reinstated', readDisputes],
  ['charge.dispute.closed', readDisputes],
])

/** Alipay may complete a session before it is paid: then a later event tells. */
function readSession(settings: WebhookSettings, object: object): readonly PaymentEvent[] {
  const session = object as StripeSession
  if (session.payment_status !== 'paid') return []
  return fromSession(settings, session, 'paid')
}

function readFailure(settings: WebhookSettings, object: object): readonly PaymentEvent[] {
  return fromSession(settings, object as StripeSession, 'payment_failed')
}

function fromSession(
  { project }: WebhookSettings,
  { amount_total, currency, metadata, payment_intent }: StripeSession,
  type: 'paid' | 'payment_failed',
): readonly PaymentEvent[] {
  const owner = readOwner(project, idOf(payment_intent), metadata)
  if (owner === null) return []
  return [
    toEvent(owner, { amount: amount_total ?? 0, currency: currency ?? '' }, (facts) => ({ type, ...facts })),
  ]
}

function readRefunds(settings: WebhookSettings, object: object): Promise<readonly PaymentEvent[]> {
  const refund = object as StripeRefund
  return lookUpPayment(settings, refund.payment_intent, { refunds: [refund] })
}

function readDisputes(settings: WebhookSettings, object: object): Promise<readonly PaymentEvent[]> {
  const dispute = object as StripeDispute
  return lookUpPayment(settings, dispute.payment_intent, { disputes: [dispute] })
}

function readCharge(settings: WebhookSettings, object: object): Promise<readonly PaymentEvent[]> {
  return lookUpPayment(settings, (object as StripeCharge).payment_intent)
}
