import { formatUsd, isMicro } from '../../src/index.js'
import type { PaymentOutcome, PaymentProvider, SuspendRule } from '../../src/console/index.js'
import type { StripeLike } from './stripe-api.js'
import { MAX_PAYMENT_MICRO } from './stripe-books.js'
import { createCheckout, type StripeMethod } from './stripe-checkout.js'
import { readWebhook, SIGNATURE_HEADER } from './stripe-webhook.js'

export type * from './stripe-api.js'
export type { StripeMethod } from './stripe-checkout.js'

export interface StripeOptions {
  /** `new Stripe(secretKey)`; a restricted key needs to write Checkout Sessions and read PaymentIntents, Refunds, Disputes. */
  readonly client: StripeLike
  /** `whsec_…` of the endpoint that Stripe sends its events to. */
  readonly webhookSecret: string
  /** Default: 5 US dollars. Stripe takes no less than half a dollar. */
  readonly minimumMicro?: number | undefined
  /** Default: card and Alipay. */
  readonly methods?: readonly StripeMethod[] | undefined
  /**
   * Stands in the metadata of our payments; all others of the Stripe account are none of ours. Name each console that
   * shares a Stripe account differently. Default: `crossmodel-gateway`.
   */
  readonly project?: string | undefined
  /** What the customer reads that is paid for. Default: `Top-up`. */
  readonly productName?: string | undefined
  /** When a dispute suspends its account. Default: `shortfall`, when the disputed money was spent. */
  readonly suspendOn?: SuspendRule | undefined
  /** Told of every payment, refund and dispute, and what became of it in the books. */
  readonly onPayment?: ((outcome: PaymentOutcome) => void | Promise<void>) | undefined
}

const DEFAULTS = {
  minimumMicro: 5_000_000,
  methods: ['card', 'alipay'],
  project: 'crossmodel-gateway',
  productName: 'Top-up',
  suspendOn: 'shortfall',
} as const satisfies Partial<StripeOptions>

/** Stripe's own: 50 cents. */
const LEAST_MICRO = 500_000

/**
 * Takes payments by Stripe Checkout, in US dollars, by card and Alipay. Its webhook books payments, refunds and disputes:
 * let Stripe send it `checkout.session.*`, `refund.*`, `charge.refunded` and `charge.dispute.*`. Throws a `RangeError`
 * for options that cannot work.
 *
 * @example
 * createConsole({ gateway, payments: stripePayments({ client: new Stripe(secretKey), webhookSecret }) })
 */
export function stripePayments(options: StripeOptions): PaymentProvider {
  const { project = DEFAULTS.project, productName = DEFAULTS.productName, onPayment } = options
  const { minimumMicro = DEFAULTS.minimumMicro, methods = DEFAULTS.methods } = options
  if (!isMicro(minimumMicro) || minimumMicro < LEAST_MICRO || minimumMicro > MAX_PAYMENT_MICRO) {
    throw new RangeError(
      `minimumMicro must be micro-USD, at least ${LEAST_MICRO} ($${formatUsd(LEAST_MICRO)})`,
    )
  }
  if (methods.length === 0) throw new RangeError('methods must name at least one way to pay')
  if (options.webhookSecret.trim() === '') throw new RangeError('webhookSecret is empty')
  const { client, webhookSecret } = options
  return {
    name: 'stripe',
    minimumMicro,
    methods,
    signatureHeader: SIGNATURE_HEADER,
    suspendOn: options.suspendOn ?? DEFAULTS.suspendOn,
    createCheckout: (order) => createCheckout({ client, methods, project, productName }, order),
    readWebhook: (request) => readWebhook({ client, webhookSecret, project }, request),
    ...(onPayment && { onPayment }),
  }
}
