import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { type StripeOptions, stripePayments } from '../../../adapters/payments/stripe.js'
import type { CheckoutOrder } from '../../../src/console/payments/payment-provider.js'
import type { GatewayError } from '../../../src/index.js'
import { connectStripe, SECRET_KEY, startFakeStripe, WEBHOOK_SECRET } from '../../support/fake-stripe.js'
import { errorOf } from '../../support/payment-world.js'

const stripe = await startFakeStripe()
afterAll(() => stripe.close())
beforeEach(() => stripe.fail(null))

const ORDER: CheckoutOrder = {
  orderId: 'order_1',
  accountId: 'acme',
  amountMicro: 12_340_000,
  actor: 'ada',
  paidUrl: 'https://app.example/console/#/billing?checkout=paid',
  cancelledUrl: 'https://app.example/console/#/billing?checkout=cancelled',
}
let orders = 0
const newOrder = (fields: Partial<CheckoutOrder> = {}): CheckoutOrder => ({
  ...ORDER,
  orderId: `order_of_test_${(orders += 1)}`,
  ...fields,
})
const open = (options: Partial<StripeOptions> = {}) =>
  stripePayments({ client: stripe.client, webhookSecret: WEBHOOK_SECRET, ...options })

describe('a checkout at Stripe', () => {
  it('is a session of one payment in dollars, which knows its account, as the payment itself does', async () => {
    const { url } = await open().createCheckout(ORDER)
    expect(url).toMatch(`${stripe.url}/pay/`)
    expect(stripe.calls.at(-1)).toEqual({
      method: 'POST',
      path: '/v1/checkout/sessions',
      idempotencyKey: 'order_1',
      parameters: {
        mode: 'payment',
        'payment_method_types[0]': 'card',
        'payment_method_types[1]': 'alipay',
        client_reference_id: 'acme',
        'line_items[0][quantity]': '1',
        'line_items[0][price_data][currency]': 'usd',
        'line_items[0][price_data][unit_amount]': '1234',
        'line_items[0][price_data][product_data][name]': 'Top-up',
        'metadata[crossmodel_project]': 'crossmodel-gateway',
        'metadata[crossmodel_account]': 'acme',
        'metadata[crossmodel_order]': 'order_1',
        'payment_intent_data[metadata][crossmodel_project]': 'crossmodel-gateway',
        'payment_intent_data[metadata][crossmodel_account]': 'acme',
        'payment_intent_data[metadata][crossmodel_order]': 'order_1',
        'payment_intent_data[description]': 'Top-up (acme)',
        'adaptive_pricing[enabled]': 'false',
        success_url: ORDER.paidUrl,
        cancel_url: ORDER.cancelledUrl,
      },
    })
  })

  it('is the same one when one order is sent twice', async () => {
    const order = newOrder()
    const [first, second] = [await open().createCheckout(order), await open().createCheckout(order)]
    expect(first).toEqual(second)
    expect(await open().createCheckout(newOrder())).not.toEqual(first)
  })

  it('is what the options say: methods, product, project', async () => {
    await open({ methods: ['card'], productName: 'Tokens', project: 'staging' }).createCheckout(newOrder())
    const { parameters = {} } = stripe.calls.at(-1) ?? {}
    expect(parameters['payment_method_types[1]']).toBeUndefined()
    expect(parameters['line_items[0][price_data][product_data][name]']).toBe('Tokens')
    expect(parameters['metadata[crossmodel_project]']).toBe('staging')
  })

  it.each([
    [500_000, '50'],
    [999_999_990_000, '99999999'],
  ])('of %d micro-USD is one of %s cents', async (amountMicro, cents) => {
    await open().createCheckout(newOrder({ amountMicro }))
    expect(stripe.calls.at(-1)?.parameters['line_items[0][price_data][unit_amount]']).toBe(cents)
  })

  it.each([5_000_001, 5_009_999, 1_000_000_000_000, Number.MAX_SAFE_INTEGER])(
    'of %d micro-USD is refused here: no whole cents, or more than one payment can be',
    async (amountMicro) => {
      const before = stripe.calls.length
      const error = await errorOf(open().createCheckout(newOrder({ amountMicro })))
      expect([error.code, error.param]).toEqual(['invalid_value', 'amount_micro'])
      expect(stripe.calls).toHaveLength(before)
    },
  )
})

describe('a Stripe that fails', () => {
  const secrets = new RegExp([SECRET_KEY, WEBHOOK_SECRET, 'sk_live'].join('|'))
  const dump = (error: GatewayError): string =>
    [
      error.message,
      error.stack,
      JSON.stringify(error),
      String(error.cause),
      JSON.stringify(error.cause),
    ].join()

  it.each([500, 429, 402, 403])('with %d is a provider error without its words', async (status) => {
    stripe.fail(status)
    const error = await errorOf(open().createCheckout(newOrder()))
    expect([error.status, error.code]).toEqual([502, 'provider_error'])
    expect(error.message).toContain(`statusCode ${status}`)
    expect(dump(error)).not.toMatch(secrets)
  })

  it('because the key is wrong does not quote it', async () => {
    const client = connectStripe(stripe.url, 'sk_live_wrongKeyOfTheHost')
    const error = await errorOf(open({ client }).createCheckout(newOrder()))
    expect(error.message).toContain('type StripeAuthenticationError')
    expect(dump(error)).not.toMatch(secrets)
  })

  it('because nobody listens there is a provider error', async () => {
    const client = connectStripe('http://127.0.0.1:9', SECRET_KEY)
    const error = await errorOf(open({ client }).createCheckout(newOrder()))
    expect([error.code, /StripeConnectionError/.test(error.message)]).toEqual(['provider_error', true])
  })

  it('names the field that it refuses', async () => {
    const refuse = () =>
      stripe.client.checkout.sessions.create({ mode: 'payment', line_items: [] }, { idempotencyKey: 'x' })
    const client = { ...stripe.client, checkout: { sessions: { create: refuse } } }
    const error = await errorOf(open({ client }).createCheckout(newOrder()))
    expect(error.message).toContain('param line_items[0][price_data][unit_amount]')
  })

  it('by a session without a page is a provider error', async () => {
    const client = {
      ...stripe.client,
      checkout: { sessions: { create: () => Promise.resolve({ url: null }) } },
    }
    expect((await errorOf(open({ client }).createCheckout(newOrder()))).code).toBe('provider_error')
  })
})

describe('the options', () => {
  it('have defaults', () => {
    expect(open()).toMatchObject({
      name: 'stripe',
      minimumMicro: 5_000_000,
      methods: ['card', 'alipay'],
      suspendOn: 'shortfall',
    })
  })

  it.each([
    ['a minimum below that of Stripe', { minimumMicro: 499_999 }],
    ['a minimum that is no integer', { minimumMicro: 500_000.5 }],
    ['a minimum that nobody can pay', { minimumMicro: 1_000_000_000_000 }],
    ['no way to pay', { methods: [] }],
    ['an empty project', { project: '' }],
    ['a project that Stripe would store otherwise', { project: 'a\nb' }],
  ] as const)('may not be %s', (_name, options) => {
    expect(() => open(options)).toThrow(RangeError)
  })

  it.each([
    ['empty', ''],
    ['a placeholder', 'whsec_…'],
    ['a longer placeholder', 'whsec_…………………………'],
    ['too short to be one', 'whsec_123456789012345'],
    ['with a line break behind it', `${WEBHOOK_SECRET}\n`],
    ['an API key', SECRET_KEY],
    ['not there', undefined],
  ])('may not have a webhook secret that is %s', (_name, webhookSecret) => {
    const options = { webhookSecret } as Partial<StripeOptions>
    expect(() => open(options)).toThrow(/^webhookSecret must be .*whsec_ and at least 16/)
  })

  it('shows nothing of a secret that it refuses', () => {
    expect(() => open({ webhookSecret: SECRET_KEY })).not.toThrow(SECRET_KEY)
  })

  it.each(['whsec_1234567890123456', `whsec_${'0123456789abcdef'.repeat(4)}`])(
    'may have the webhook secret %s',
    (webhookSecret) => {
      expect(open({ webhookSecret }).name).toBe('stripe')
    },
  )

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['empty', {}],
    ['only a part of one', { checkout: stripe.client.checkout, webhooks: stripe.client.webhooks }],
    ['its key', SECRET_KEY],
  ])('may not have a client that is %s', (_name, client) => {
    const options = { client } as unknown as Partial<StripeOptions>
    expect(() => open(options)).toThrow(/^client must be a Stripe client/)
  })
})
