import type { RequestHeaders } from '../../gateway/http/http.js'
import type { PaymentEvent, PaymentOutcome } from './payment-event.js'

/** A top-up that somebody wants to pay. */
export interface CheckoutOrder {
  /** Unique: the provider sees it as its idempotency key, and in its own books. */
  readonly orderId: string
  readonly accountId: string
  /** Micro-USD. */
  readonly amountMicro: number
  /** Who asked for it. */
  readonly actor: string
  /** Where the browser goes behind the payment, absolute. */
  readonly paidUrl: string
  /** Where the browser goes when the customer turns back, absolute. */
  readonly cancelledUrl: string
}

/** A webhook as it came: the bytes are what was signed. */
export interface WebhookRequest {
  readonly headers: RequestHeaders
  readonly body: Uint8Array
}

/**
 * When a dispute stops all keys of its account: when the disputed money was already spent, at every dispute, or never.
 * Whoever works it out with the customer activates the account again.
 */
export type SuspendRule = 'shortfall' | 'dispute' | 'never'

/** Somebody who takes payments: a checkout page of theirs, and webhooks that tell what became of the money. */
export interface PaymentProvider {
  /** The last part of the webhook's path, and the beginning of the external ids in the books: letters, digits, `-`. */
  readonly name: string
  /** The least that one top-up can be, in micro-USD. */
  readonly minimumMicro: number
  /** How the customer can pay, as the page shows it: `card`, `alipay`. */
  readonly methods: readonly string[]
  /** In lower case: a webhook without this header is refused unread. Default: every webhook is read. */
  readonly signatureHeader?: string | undefined
  /** Default: `shortfall`. */
  readonly suspendOn?: SuspendRule | undefined
  /**
   * Opens a checkout page; `url` is where the browser goes. Throws a `GatewayError`: `invalid_value` with the param
   * `amount_micro` for an amount that cannot be paid, `provider_error` when the provider could not be asked.
   */
  createCheckout(order: CheckoutOrder): Promise<{ readonly url: string }>
  /**
   * What a webhook tells, in the order in which it is to be booked: a payment before what undoes it. Empty for what is
   * none of ours. Throws a `GatewayError`: `invalid_request` when the signature does not fit, `provider_error` when more
   * had to be asked and could not be.
   */
  readWebhook(request: WebhookRequest): Promise<readonly PaymentEvent[]>
  /** Told of every event and what became of it, again when it comes again; what it throws changes nothing. */
  onPayment?(outcome: PaymentOutcome): void | Promise<void>
}
