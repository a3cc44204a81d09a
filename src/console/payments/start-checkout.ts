import { isMicro } from '../../balance/money.js'
import { GatewayError } from '../../errors.js'
import type { PaymentContext } from './post-payment.js'

/** What somebody wants to pay, and where from. */
export interface CheckoutRequest {
  readonly accountId: string
  /** Micro-USD. */
  readonly amountMicro: number
  /** Where the browser goes behind the payment: a page of `origin`. */
  readonly returnUrl: string
  /** Where it may lead back to. */
  readonly origin: string | undefined
  readonly actor: string
}

/** Makes ids of orders. */
export interface CheckoutContext extends PaymentContext {
  readonly createId: (prefix: string) => string
}

/**
 * Opens a checkout page for an account; null when nobody has it. Throws a `GatewayError`: `invalid_value` for an amount
 * or a return URL that cannot be, `request_refused` for a suspended account, `provider_error`.
 */
export async function startCheckout(
  { admin, payments, createId }: CheckoutContext,
  { accountId, amountMicro, returnUrl, origin, actor }: CheckoutRequest,
): Promise<{ readonly url: string } | null> {
  const url = checkReturnUrl(returnUrl, origin)
  if (!isMicro(amountMicro) || amountMicro < payments.minimumMicro) {
    const message = `amount_micro must be a whole number of micro-USD, at least ${payments.minimumMicro}.`
    throw new GatewayError('invalid_value', message, { param: 'amount_micro' })
  }
  const account = await admin.accounts.get(accountId)
  if (account === null) return null
  if (account.status === 'suspended') {
    throw new GatewayError('request_refused', 'The account is suspended: it takes no payments.')
  }
  return await payments.createCheckout({
    orderId: createId('order_'),
    accountId,
    amountMicro,
    actor,
    paidUrl: withOutcome(url, 'paid'),
    cancelledUrl: withOutcome(url, 'cancelled'),
  })
}

/** One origin is the only one that a payment may lead to. Throws `invalid_value`. */
function checkReturnUrl(returnUrl: string, origin: string | undefined): URL {
  const url = URL.canParse(returnUrl) ? new URL(returnUrl) : null
  // Pages without an origin of their own all send `null`, and URLs like `data:` have it.
  const isOwn = url !== null && origin !== 'null' && url.origin === origin && /^https?:$/.test(url.protocol)
  if (isOwn && url.username === '' && url.password === '') return url
  const message =
    "return_url must be an absolute URL, of the origin that the Origin header names or of the console's `returnOrigins`."
  throw new GatewayError('invalid_value', message, { param: 'return_url' })
}

/** The page routes by the fragment, so that is where it looks for what became of the payment. */
function withOutcome(url: URL, outcome: 'paid' | 'cancelled'): string {
  const changed = new URL(url)
  if (url.hash === '') {
    changed.searchParams.set('checkout', outcome)
  } else {
    const [view = '', query = ''] = url.hash.split('?', 2)
    const parameters = new URLSearchParams(query)
    parameters.set('checkout', outcome)
    changed.hash = `${view}?${parameters}`
  }
  return changed.href
}
