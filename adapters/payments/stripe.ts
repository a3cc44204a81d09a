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
  /** Of the endpoint that Stripe sends its events to: `whsec_` and at least 16 characters. Who knows it mints balance. */
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

/** Those of the dashboard have 32 letters and digits, those of `stripe listen` 64: a placeholder is none of them. */
const WEBHOOK_SECRET = /^whsec_[\x21-\x7e]{16,}$/
const SECRET_PROBLEM =
  'webhookSecret must be the signing secret of the webhook endpoint: whsec_ and at least 16 visible characters'

/** It stands in Stripe's metadata, and is compared as it is. */
const PROJECT = /^[\x21-\x7e]{1,100}$/

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
  if (!PROJECT.test(project)) throw new RangeError('project must be 1 to 100 visible ASCII characters')
  const { client, webhookSecret } = options
  if (typeof webhookSecret !== 'string' || !WEBHOOK_SECRET.test(webhookSecret))
    throw new RangeError(SECRET_PROBLEM)
  if (!isClient(client)) throw new RangeError('client must be a Stripe client: new Stripe(secretKey)')
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

/** What is called of a client. */
const CALLS: readonly (readonly string[])[] = [
  ['checkout', 'sessions', 'create'],
  ['webhooks', 'constructEventAsync'],
  ['paymentIntents', 'retrieve'],
  ['refunds', 'list'],
  ['disputes', 'list'],
]

/** Code without types can give anything; what is missing would be found out by the first customer. */
function isClient(client: unknown): boolean {
  return CALLS.every((path) => typeof path.reduce(fieldOf, client) === 'function')
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
