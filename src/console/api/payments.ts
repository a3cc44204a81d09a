import { GatewayError } from '../../errors.js'
import { single } from '../../gateway/http/headers.js'
import type { GatewayRequest } from '../../gateway/http/http.js'
import type { ConsoleContext } from '../context.js'
import { receiveWebhook } from '../payments/receive-webhook.js'
import { startCheckout } from '../payments/start-checkout.js'
import type { PaymentProvider } from '../payments/payment-provider.js'
import { jsonRoute, rawRoute, type Route } from '../route.js'
import { respondJson } from '../respond.js'
import { found, notFound } from './values.js'

/** Top-ups by whoever takes the payments. */
export const PAYMENT_ROUTES: readonly Route[] = [
  jsonRoute({
    method: 'POST',
    path: 'accounts/{account_id}/checkouts',
    access: 'owner',
    summary: 'Opens a page on which a top-up is paid.',
    status: 201,
    body: 'NewCheckout',
    answer: 'Checkout',
    async run(context, { request, principal, params: { account_id: accountId }, body }) {
      const payments = needPayments(context)
      const checkout = await startCheckout(
        { admin: context.gateway.admin, payments, createId: context.createId },
        {
          accountId,
          amountMicro: body.amount_micro,
          returnUrl: body.return_url,
          origin: originFor(context, request, body.return_url),
          actor: principal.actor,
        },
      )
      return found(checkout, 'account', accountId)
    },
  }),
  rawRoute({
    method: 'POST',
    path: 'webhooks/{provider}',
    access: 'anyone',
    summary: 'Takes what the payment provider tells; verified by its signature.',
    body: 'raw',
    contentType: 'application/json',
    async run(context, { request, params: { provider } }, headers) {
      const { payments, gateway, limits, webhooks } = context
      if (payments === null || payments.name !== provider) throw notFound('payment provider', provider)
      const address = context.addressOf(request)
      limits.checkGuesses('signatures', address)
      const onForgery = (): void => limits.countGuess('signatures', address)
      await receiveWebhook({ admin: gateway.admin, payments, intake: webhooks, onForgery }, request)
      return respondJson(200, { received: true }, headers)
    },
  }),
]

/** Where a payment may lead back to: to the host's own origins, else to that of the page that asks. */
function originFor(
  { returnOrigins }: ConsoleContext,
  { headers: { origin } }: GatewayRequest,
  returnUrl: string,
): string | undefined {
  const wanted = URL.canParse(returnUrl) ? new URL(returnUrl).origin : ''
  if (returnOrigins.includes(wanted)) return wanted
  return origin === undefined ? undefined : single(origin)
}

function needPayments({ payments }: ConsoleContext): PaymentProvider {
  if (payments !== null) return payments
  throw new GatewayError('not_found', 'Nothing can be topped up here: no payment provider is set up.')
}
