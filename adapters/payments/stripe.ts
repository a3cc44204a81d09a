import { formatUsd, GatewayError, isMicro } from '../../src/index.js'
import type {
  CheckoutOrder,
  PaymentEvent,
  PaymentOutcome,
  PaymentProvider,
  SuspendRule,
  WebhookRequest,
} from '../../src/console/index.js'
import {
  idOf,
  type StripeDispute,
  type StripeEvent,
  type StripeLike,
  type StripeList,
  type StripePaymentQuery,
  type StripeRefund,
  type StripeSession,
  type StripeSessionParameters,
} from './stripe-api.js'
import { CURRENCY, MAX_PAYMENT_MICRO, type Owner, readPayment, toCents, toEvent } from './stripe-books.js'

export type * from './stripe-api.js'

/** How a customer can pay; each must be activated in the Stripe account. */
export type StripeMethod = 'card' | 'alipay'

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

/** Names of our metadata. */
const METADATA = {
  project: 'crossmodel_project',
  account: 'crossmodel_account',
  order: 'crossmodel_order',
} as const

/** The options with their defaults. */
type Settings = StripeOptions & { readonly project: string; readonly productName: string }

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
  const settings: Settings = { ...options, methods, project, productName }
  return {
    name: 'stripe',
    minimumMicro,
    methods,
    suspendOn: options.suspendOn ?? DEFAULTS.suspendOn,
    createCheckout: (order) => createCheckout(settings, order),
    readWebhook: async (request) => {
      const event: Partial<StripeEvent> | null = await verify(settings, request)
      const object = event?.data?.object
      if (typeof object !== 'object' || object === null) return []
      return (await EVENTS.get(event?.type ?? '')?.(settings, object)) ?? []
    },
    ...(onPayment && { onPayment }),
  }
}

async function createCheckout(settings: Settings, order: CheckoutOrder): Promise<{ readonly url: string }> {
  const parameters = toSession(settings, order)
  const { url } = await ask(() =>
    settings.client.checkout.sessions.create(parameters, { idempotencyKey: order.orderId }),
  )
  if (url !== null) return { url }
  throw new GatewayError('provider_error', 'Stripe has made a checkout without a page.')
}

function toSession(settings: Settings, order: CheckoutOrder): StripeSessionParameters {
  const { project, productName, methods = DEFAULTS.methods } = settings
  const { accountId, orderId, amountMicro, paidUrl, cancelledUrl } = order
  const metadata = {
    [METADATA.project]: project,
    [METADATA.account]: accountId,
    [METADATA.order]: orderId,
  }
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

async function verify(
  { client, webhookSecret }: Settings,
  { headers, body }: WebhookRequest,
): Promise<StripeEvent> {
  const signature = headers['stripe-signature']
  if (typeof signature !== 'string') {
    throw new GatewayError('invalid_request', 'The webhook has no stripe-signature header.')
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
  settings: Settings,
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
  ['charge.refunded', readChange],
  ['charge.dispute.created', readDisputes],
  ['charge.dispute.updated', readDisputes],
  ['charge.dispute.funds_withdrawn', readDisputes],
  ['charge.dispute.funds_reinstated', readDisputes],
  ['charge.dispute.closed', readDisputes],
])

/** Alipay may complete a session before it is paid: then a later event tells. */
function readSession(settings: Settings, object: object): readonly PaymentEvent[] {
  const session = object as StripeSession
  if (session.payment_status !== 'paid') return []
  return fromSession(settings, session, 'paid')
}

function readFailure(settings: Settings, object: object): readonly PaymentEvent[] {
  return fromSession(settings, object as StripeSession, 'payment_failed')
}

function fromSession(
  settings: Settings,
  { amount_total, currency, metadata, payment_intent }: StripeSession,
  type: 'paid' | 'payment_failed',
): readonly PaymentEvent[] {
  const owner = ownerOf(settings, idOf(payment_intent), metadata)
  if (owner === null) return []
  return [
    toEvent(owner, { amount: amount_total ?? 0, currency: currency ?? '' }, (facts) => ({ type, ...facts })),
  ]
}

function ownerOf(
  { project }: Settings,
  paymentId: string | null,
  metadata: Readonly<Record<string, string>> | null,
): Owner | null {
  const accountId = metadata?.[METADATA.account]
  if (paymentId === null || metadata?.[METADATA.project] !== project) return null
  return accountId === undefined ? null : { paymentId, accountId }
}

function readRefunds(settings: Settings, object: object): Promise<readonly PaymentEvent[]> {
  return readChange(settings, object, { refunds: [object as StripeRefund] })
}

function readDisputes(settings: Settings, object: object): Promise<readonly PaymentEvent[]> {
  return readChange(settings, object, { disputes: [object as StripeDispute] })
}

/** The refunds and disputes that an event brings along. */
interface Told {
  readonly refunds?: readonly StripeRefund[]
  readonly disputes?: readonly StripeDispute[]
}

/** Looks a payment up, with all that has become of it: events come in any order and tell how it was then. */
async function readChange(
  settings: Settings,
  object: object,
  { refunds = [], disputes = [] }: Told = {},
): Promise<readonly PaymentEvent[]> {
  const { client } = settings
  const paymentId = idOf((object as StripeRefund).payment_intent)
  if (paymentId === null) return []
  const intent = await ask(() => client.paymentIntents.retrieve(paymentId))
  const owner = ownerOf(settings, paymentId, intent.metadata)
  if (owner === null) return []
  const listed = await ask(() =>
    Promise.all([
      readAll(paymentId, (query) => client.refunds.list(query)),
      readAll(paymentId, (query) => client.disputes.list(query)),
    ]),
  )
  return readPayment(owner, {
    intent,
    refunds: mergeById(refunds, listed[0]),
    disputes: mergeById(disputes, listed[1]),
  })
}

const PAGE = 100

async function readAll<T extends { readonly id: string }>(
  paymentId: string,
  list: (query: StripePaymentQuery) => PromiseLike<StripeList<T>>,
): Promise<readonly T[]> {
  const all: T[] = []
  for (;;) {
    const last = all.at(-1)
    const after = last === undefined ? {} : { starting_after: last.id }
    const { data, has_more } = await list({ payment_intent: paymentId, limit: PAGE, ...after })
    all.push(...data)
    if (!has_more || data.length === 0) return all
  }
}

/** What is listed is newer than what an event tells; the event may know one that no list has yet. */
function mergeById<T extends { readonly id: string }>(
  told: readonly T[],
  listed: readonly T[],
): readonly T[] {
  const ids = new Set(listed.map(({ id }) => id))
  return [...listed, ...told.filter(({ id }) => !ids.has(id))]
}

/** Asks Stripe; whatever goes wrong there is a `provider_error` without a word of Stripe's that may hold a secret. */
async function ask<T>(question: () => PromiseLike<T>): Promise<T> {
  try {
    return await question()
  } catch (thrown) {
    const cause = describe(thrown)
    throw new GatewayError('provider_error', `The payment provider has not done it: ${cause.message}.`, {
      cause,
    })
  }
}

/** Kind, code and field of an error of Stripe's: never its message, which may quote a key, nor the request. */
function describe(thrown: unknown): Error {
  const fields: Readonly<Record<string, unknown>> =
    typeof thrown === 'object' && thrown !== null ? { ...thrown } : {}
  const words = ['type', 'code', 'param', 'statusCode', 'requestId'].flatMap((name) => {
    const value = fields[name]
    return typeof value === 'string' || typeof value === 'number' ? [`${name} ${value}`] : []
  })
  return new Error(words.length === 0 ? 'unknown error' : words.join(', '))
}
