/** The part of the `stripe` client that payments use, by its shape: `new Stripe(secretKey)` fits. */
export interface StripeLike {
  readonly checkout: {
    readonly sessions: {
      create(
        parameters: StripeSessionParameters,
        options: { readonly idempotencyKey: string },
      ): Promise<{ readonly url: string | null }>
    }
  }
  readonly webhooks: {
    constructEventAsync(payload: string | Uint8Array, header: string, secret: string): Promise<StripeEvent>
  }
  readonly paymentIntents: { retrieve(id: string): Promise<StripePaymentIntent> }
  readonly refunds: { list(query: StripePaymentQuery): PromiseLike<StripeList<StripeRefund>> }
  readonly disputes: { list(query: StripePaymentQuery): PromiseLike<StripeList<StripeDispute>> }
}

/** A checkout session to be made. */
export interface StripeSessionParameters {
  mode: 'payment'
  payment_method_types: ('card' | 'alipay')[]
  client_reference_id: string
  line_items: {
    quantity: number
    price_data: { currency: string; unit_amount: number; product_data: { name: string } }
  }[]
  metadata: Record<string, string>
  payment_intent_data: { metadata: Record<string, string>; description: string }
  adaptive_pricing: { enabled: boolean }
  success_url: string
  cancel_url: string
}

/** What belongs to a payment, page by page. */
export interface StripePaymentQuery {
  payment_intent: string
  limit: number
  starting_after?: string
}

/** A page of a list, newest first. */
export interface StripeList<T> {
  readonly data: readonly T[]
  readonly has_more: boolean
}

/** An event; its object is read by the event's type. */
export interface StripeEvent {
  readonly type: string
  readonly data: { readonly object: object }
}

/** An object that Stripe names by its id or puts there whole. */
export type StripeReference = string | { readonly id: string } | null

/** What the maker of an object has written on it. */
export type StripeMetadata = Readonly<Record<string, string>> | null

/** What of a checkout session is read. */
export interface StripeSession {
  readonly amount_total: number | null
  readonly currency: string | null
  readonly metadata: StripeMetadata
  readonly payment_intent: StripeReference
  readonly payment_status: string
}

/** What of a payment is read. */
export interface StripePaymentIntent {
  readonly id: string
  readonly amount_received: number
  readonly currency: string
  readonly metadata: StripeMetadata
}

/** What of a refund is read. */
export interface StripeRefund {
  readonly id: string
  /** Cents. */
  readonly amount: number
  /** Seconds since the epoch. */
  readonly created: number
  readonly currency: string
  readonly payment_intent: StripeReference
  readonly status: string | null
}

/** What of a dispute is read. */
export interface StripeDispute {
  readonly id: string
  /** Cents. */
  readonly amount: number
  /** What was withdrawn (below zero) and reinstated, in the currency of the balance. */
  readonly balance_transactions: readonly {
    readonly amount: number
    readonly currency: string
    /** Seconds since the epoch. */
    readonly created?: number | undefined
  }[]
  /** Seconds since the epoch. */
  readonly created: number
  readonly currency: string
  readonly payment_intent: StripeReference
  readonly status: string
}

/** What of a charge is read. */
export interface StripeCharge {
  readonly payment_intent: StripeReference
}

/** The id of a referenced object; null when there is none. */
export function idOf(reference: StripeReference | undefined): string | null {
  return typeof reference === 'string' ? reference : (reference?.id ?? null)
}
