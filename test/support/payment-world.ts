import { Stripe } from 'stripe'
import { type StripeLike, type StripeOptions, stripePayments } from '../../adapters/payments/stripe.js'
import type { PaymentOutcome } from '../../src/console/payments/payment-event.js'
import type { PaymentProvider } from '../../src/console/payments/payment-provider.js'
import { type PaymentContext, postPayment } from '../../src/console/payments/post-payment.js'
import { receiveWebhook, type WebhookContext } from '../../src/console/payments/receive-webhook.js'
import { createWebhookIntake } from '../../src/console/payments/webhook-intake.js'
import { createGateway, type Gateway, GatewayError, type LedgerEntry, type Stores } from '../../src/index.js'
import type { FakeAccount } from './fake-stripe-account.js'
import { type FakeEvent, SECRET_KEY, type Signing, WEBHOOK_SECRET } from './fake-stripe.js'

export const ACCOUNT = 'acme'
const MODELS = { id: 'test/*', upstream: 'chat', price: 'free' } as const
const UPSTREAM = {
  protocol: 'openai-chat',
  baseUrl: 'https://vendor.internal.example/v1',
  apiKey: 'sk-v',
} as const

/** A gateway of one account without money, and what a test asks of its books. */
export interface Books {
  readonly gateway: Gateway
  readonly balance: (accountId?: string) => Promise<number | null>
  /** Newest last. */
  readonly entries: (accountId?: string) => Promise<readonly LedgerEntry[]>
  /** What the entries tell: kind, change of the balance, shortfall. */
  readonly lines: (accountId?: string) => Promise<readonly (readonly [string, number, number])[]>
}

export async function openBooks(stores?: Partial<Stores>): Promise<Books> {
  const gateway = createGateway({
    upstreams: { chat: UPSTREAM },
    models: [MODELS],
    keySecret: 'pepper of the tests',
    ...(stores && { stores }),
  })
  const by = { actor: 'test' }
  for (const id of [ACCOUNT, 'other']) {
    if ((await gateway.admin.accounts.get(id)) === null) await gateway.admin.accounts.create({ id, ...by })
  }
  const entries = async (accountId = ACCOUNT) =>
    (await gateway.admin.money.entries({ accountId, limit: 1000 })).toReversed()
  return {
    gateway,
    entries,
    balance: async (accountId = ACCOUNT) =>
      (await gateway.admin.money.balance(accountId))?.balanceMicro ?? null,
    lines: async (accountId) =>
      (await entries(accountId)).map((entry) => [entry.kind, entry.balanceMicro, entry.shortfallMicro]),
  }
}

/** What webhooks are read with when nothing else is being read. */
export const unhurried = (context: PaymentContext): WebhookContext => ({
  ...context,
  intake: createWebhookIntake(),
  onForgery: () => undefined,
})

/** Books behind a payment provider. */
export interface PaymentWorld extends Books {
  readonly payments: PaymentProvider
  /** What the hook was told. */
  readonly told: PaymentOutcome[]
  /** Books one event, whoever signed it. */
  readonly post: (event: PaymentOutcome['event']) => Promise<PaymentOutcome>
}

/** Books behind a provider that is only a name: events are posted by hand. */
export async function openPaymentWorld(
  overrides: Partial<PaymentProvider> = {},
  stores?: Partial<Stores>,
): Promise<PaymentWorld> {
  const books = await openBooks(stores)
  const told: PaymentOutcome[] = []
  const payments: PaymentProvider = {
    name: 'fake',
    minimumMicro: 1_000_000,
    methods: ['card'],
    createCheckout: ({ orderId }) => Promise.resolve({ url: `https://pay.example/${orderId}` }),
    readWebhook: () => Promise.resolve([]),
    onPayment: (outcome) => void told.push(outcome),
    ...overrides,
  }
  const { admin } = books.gateway
  return { ...books, payments, told, post: (event) => postPayment({ admin, payments }, event) }
}

/** Books behind the Stripe adapter. */
export interface StripeWorld extends PaymentWorld {
  /** Signs an event and receives it, as it comes in over a mount. */
  readonly receive: (event: FakeEvent, signing?: Signing) => Promise<readonly PaymentOutcome[]>
}

const signer = new Stripe(SECRET_KEY)

export async function openStripeWorld(
  client: StripeLike,
  options: Partial<StripeOptions> = {},
  stores?: Partial<Stores>,
): Promise<StripeWorld> {
  const told: PaymentOutcome[] = []
  const payments = stripePayments({
    client,
    webhookSecret: WEBHOOK_SECRET,
    onPayment: (outcome) => void told.push(outcome),
    ...options,
  })
  const world = await openPaymentWorld(payments, stores)
  const { admin } = world.gateway
  return {
    ...world,
    told,
    payments,
    post: (event) => postPayment({ admin, payments }, event),
    async receive(event, signing = {}) {
      const body = JSON.stringify(event)
      const signature = await signer.webhooks.generateTestHeaderStringAsync({
        payload: body,
        secret: WEBHOOK_SECRET,
        ...signing,
      })
      return await receiveWebhook(unhurried({ admin, payments }), {
        body,
        headers: { 'stripe-signature': signature },
      })
    },
  }
}

/** The part of Stripe's client that payments use, straight on the objects: for tests that ask thousands of times. */
export function clientOn(account: FakeAccount): StripeLike {
  const pageOf = <T>(data: readonly T[]) => Promise.resolve({ data: structuredClone(data), has_more: false })
  return {
    webhooks: signer.webhooks,
    checkout: { sessions: { create: () => Promise.reject(new Error('not asked here')) } },
    paymentIntents: {
      retrieve(id) {
        const intent = account.intent(id)
        if (intent === undefined) return Promise.reject(new Error(`no ${id}`))
        return Promise.resolve({ ...intent })
      },
    },
    refunds: { list: ({ payment_intent: id }) => pageOf(account.refundsOf(id)) },
    disputes: { list: ({ payment_intent: id }) => pageOf(account.disputesOf(id)) },
  }
}

/** The metadata of our payments. */
export function ownMetadata(accountId: string = ACCOUNT): Record<string, string> {
  return {
    crossmodel_project: 'crossmodel-gateway',
    crossmodel_account: accountId,
    crossmodel_order: 'order_1',
  }
}

/** A session as the adapter would have made it, without asking the adapter. */
export function openSession(
  account: FakeAccount,
  cents: number,
  {
    accountId = ACCOUNT,
    ...fields
  }: { accountId?: string; currency?: string; metadata?: Record<string, string> } = {},
): string {
  const metadata = fields.metadata ?? ownMetadata(accountId)
  const session = account.createSession(
    {
      mode: 'payment',
      client_reference_id: accountId,
      amount_total: cents,
      currency: fields.currency ?? 'usd',
      metadata,
      intentMetadata: metadata,
      success_url: 'https://console.example/#/billing',
      cancel_url: 'https://console.example/#/billing',
      payment_method_types: ['card', 'alipay'],
    },
    (id) => `https://pay.example/${id}`,
  )
  return session.id
}

/** A payment by card: its id, and the event that tells of it. */
export function payByCard(
  account: FakeAccount,
  cents: number,
  fields: Parameters<typeof openSession>[2] = {},
): { readonly paymentId: string; readonly event: FakeEvent } {
  const sessionId = openSession(account, cents, fields)
  const event = account.pay(sessionId)
  return { paymentId: account.session(sessionId).payment_intent ?? '', event }
}

/** The id of the object that an event is about. */
export function idIn({ data }: FakeEvent): string {
  return 'id' in data.object ? String(data.object.id) : ''
}

/** The error that a work comes to; throws when it comes to none of the gateway's. */
export async function errorOf(work: Promise<unknown>): Promise<GatewayError> {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!GatewayError.isInstance(error)) throw new Error(`no GatewayError: ${String(error)}`)
  return error
}
