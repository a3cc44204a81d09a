import { GatewayError } from '../../src/index.js'
import type { CheckoutOrder } from '../../src/console/index.js'
import { askStripe } from './ask-stripe.js'
import type { StripeLike, StripeSessionParameters } from './stripe-api.js'
import { CURRENCY, toCents } from './stripe-books.js'
import { writeMetadata } from './stripe-metadata.js'

/** How a customer can pay; each must be activated in the Stripe account. */
export type StripeMethod = 'card' | 'alipay'

/** What a checkout page is made with. */
export interface CheckoutSettings {
  readonly client: StripeLike
  readonly methods: readonly StripeMethod[]
  readonly project: string
  readonly productName: string
}

/** Opens a page of Stripe's for an order. Throws `invalid_value` for an amount, `provider_error` when Stripe refuses. */
export async function createCheckout(
  settings: CheckoutSettings,
  order: CheckoutOrder,
): Promise<{ readonly url: string }> {
  const parameters = toSession(settings, order)
  const { url } = await askStripe(() =>
    settings.client.checkout.sessions.create(parameters, { idempotencyKey: order.orderId }),
  )
  if (url !== null) return { url }
  throw new GatewayError('provider_error', 'Stripe has made a checkout without a page.')
}

function toSession(
  { methods, project, productName }: CheckoutSettings,
  order: CheckoutOrder,
): StripeSessionParameters {
  const { accountId, amountMicro, paidUrl, cancelledUrl } = order
  const metadata = writeMetadata(project, order)
  const price = { currency: CURRENCY, unit_amount: toCents(amountMicro), product_data: { name: productName } }
  return {
    mode: 'payment',
    payment_method_types: [...methods],
    client_reference_id: accountId,
    line_items: [{ quantity: 1, price_data: price }],
    metadata,
    // The payment has it too: refunds and disputes name only the payment.
    payment_intent_data: { metadata, description: `${productName} (${accountId})` },
    // Otherwise the customer may pay another currency than the one asked for.
    adaptive_pricing: { enabled: false },
    success_url: paidUrl,
    cancel_url: cancelledUrl,
  }
}
