import { beforeEach, describe, expect, it } from 'vitest'
import { stripePayments } from '../../../adapters/payments/stripe.js'
import { receiveWebhook } from '../../../src/console/payments/receive-webhook.js'
import { createFakeAccount, type FakeAccount } from '../../support/fake-stripe-account.js'
import { signByHand, startFakeStripe, WEBHOOK_SECRET } from '../../support/fake-stripe.js'
import {
  clientOn,
  errorOf,
  idIn,
  openSession,
  openStripeWorld,
  unhurried,
  ownMetadata,
  payByCard,
  type StripeWorld,
} from '../../support/payment-world.js'

let stripe: FakeAccount
let world: StripeWorld
beforeEach(async () => {
  stripe = createFakeAccount()
  world = await openStripeWorld(clientOn(stripe))
})

const nowSeconds = (): number => Math.floor(Date.now() / 1000)
const receiveRaw = (body: string, headers: Record<string, string>) =>
  receiveWebhook(unhurried({ admin: world.gateway.admin, payments: world.payments }), { body, headers })

describe('the signature of a webhook', () => {
  it('fits when it is made by hand, as Stripe’s manual says', async () => {
    const body = JSON.stringify(payByCard(stripe, 500).event)
    await receiveRaw(body, { 'stripe-signature': signByHand(body, nowSeconds()) })
    expect(await world.balance()).toBe(5_000_000)
  })

  it.each([
    ['another amount', (body: string) => body.replace('"amount_total":500', '"amount_total":900')],
    ['another account', (body: string) => body.replaceAll('acme', 'other')],
    ['one space more', (body: string) => body.replace('{', '{ ')],
    [
      'parsed and written anew, as a host may do',
      (body: string) => JSON.stringify(JSON.parse(body), null, 1),
    ],
    ['nothing', () => ''],
  ])('does not fit %s', async (_name, change) => {
    const body = JSON.stringify(payByCard(stripe, 500).event)
    const error = await errorOf(
      receiveRaw(change(body), { 'stripe-signature': signByHand(body, nowSeconds()) }),
    )
    expect([error.status, error.code]).toEqual([400, 'invalid_request'])
    expect([await world.balance(), await world.balance('other')]).toEqual([null, null])
  })

  it.each([
    ['of another secret', { secret: 'whsec_another' }],
    ['of six minutes ago', { timestamp: nowSeconds() - 360 }],
  ])('%s is refused', async (_name, signing) => {
    const error = await errorOf(world.receive(payByCard(stripe, 500).event, signing))
    expect(error.code).toBe('invalid_request')
    expect(`${error.message} ${error.stack} ${String(error.cause)}`).not.toContain(WEBHOOK_SECRET)
    expect(await world.balance()).toBeNull()
  })

  it.each([
    ['none', {}],
    ['an empty one', { 'stripe-signature': '' }],
    ['no signature in it', { 'stripe-signature': 't=1' }],
    ['of an old scheme', { 'stripe-signature': `t=${nowSeconds()},v0=${'0'.repeat(64)}` }],
    ['rubbish', { 'stripe-signature': 'x'.repeat(100_000) }],
  ])('is needed: %s is refused', async (_name, headers) => {
    const body = JSON.stringify(payByCard(stripe, 500).event)
    expect((await errorOf(receiveRaw(body, headers as Record<string, string>))).status).toBe(400)
    expect(await world.balance()).toBeNull()
  })

  it.each(['null', '1', '[]', '{}', '{"type":"constructor","data":{"object":{}}}', '{"type":1,"data":null}'])(
    'lets %s pass as none of ours',
    async (body) => {
      expect(await receiveRaw(body, { 'stripe-signature': signByHand(body, nowSeconds()) })).toEqual([])
    },
  )

  it('does not fit what is no JSON', async () => {
    const headers = { 'stripe-signature': signByHand('{', nowSeconds()) }
    expect((await errorOf(receiveRaw('{', headers))).status).toBe(400)
  })
})

describe('a payment at Stripe', () => {
  it('by card is credited in micro-USD, once', async () => {
    const { event, paymentId } = payByCard(stripe, 1234)
    await world.receive(event)
    await world.receive(event)
    expect(await world.entries()).toMatchObject([
      {
        kind: 'top_up',
        balanceMicro: 12_340_000,
        externalId: `stripe:payment:${paymentId}`,
        actor: 'stripe',
      },
    ])
  })

  it('by Alipay is credited when it is paid, not when its session is complete', async () => {
    const sessionId = openSession(stripe, 700)
    expect(await world.receive(stripe.pay(sessionId, 'alipay'))).toEqual([])
    expect(await world.balance()).toBeNull()
    const arrived = stripe.settle(sessionId, true)
    await world.receive(arrived)
    // Stripe may send the first event again with the session as it is then.
    await world.receive(stripe.event('checkout.session.completed', stripe.session(sessionId)))
    expect(await world.lines()).toEqual([['top_up', 7_000_000, 0]])
  })

  it('that fails books nothing, and the host is told', async () => {
    const sessionId = openSession(stripe, 700)
    await world.receive(stripe.pay(sessionId, 'alipay'))
    await world.receive(stripe.settle(sessionId, false))
    expect(world.told).toMatchObject([
      { result: 'noted', event: { type: 'payment_failed', accountId: 'acme', amountMicro: 7_000_000 } },
    ])
    expect(await world.balance()).toBeNull()
  })

  it.each([
    ['without metadata', {}],
    ['of another project', { ...ownMetadata(), crossmodel_project: 'staging' }],
    ['of another business that knows accounts, too', { crossmodel_account: 'acme' }],
    ['without an account', { crossmodel_project: 'crossmodel-gateway' }],
  ])('%s is none of ours', async (_name, metadata) => {
    const { event, paymentId } = payByCard(stripe, 500, { metadata })
    const events = [event, stripe.refund(paymentId, 100), stripe.dispute(paymentId, 400)]
    for (const each of events) expect(await world.receive(each)).toEqual([])
    expect([await world.balance(), world.told]).toEqual([null, []])
  })

  it.each(['payment_intent.succeeded', 'customer.created', 'checkout.session.expired'])(
    'is not told by %s, which is acknowledged all the same',
    async (type) => {
      const { paymentId } = payByCard(stripe, 500)
      expect(await world.receive(stripe.event(type, stripe.intent(paymentId) ?? {}))).toEqual([])
    },
  )

  it.each(['eur', 'jpy', 'cny'])('in %s is refused and told, never credited', async (currency) => {
    const { event, paymentId } = payByCard(stripe, 500, { currency })
    const error = await errorOf(world.receive(event))
    expect([error.status, error.message.includes(`'${currency}'`)]).toEqual([422, true])
    expect((await errorOf(world.receive(stripe.refund(paymentId, 100)))).status).toBe(422)
    expect(world.told.map(({ result }) => result)).toEqual(['refused', 'refused'])
    expect(await world.balance()).toBeNull()
  })

  it.each([900_719_925_475, 0, -500, 0.5])('of %d cents is refused, not counted wrongly', async (cents) => {
    expect((await errorOf(world.receive(payByCard(stripe, cents).event))).status).toBe(422)
    expect(await world.balance()).toBeNull()
  })

  it('at the edge of what integers hold is credited exactly', async () => {
    await world.receive(payByCard(stripe, 900_719_925_474).event)
    expect(await world.balance()).toBe(9_007_199_254_740_000)
    expect((await errorOf(world.receive(payByCard(stripe, 100).event))).status).toBe(400)
    expect(await world.balance()).toBe(9_007_199_254_740_000)
  })

  it('for an account that nobody has is not acknowledged, and credited when there is one', async () => {
    const { event } = payByCard(stripe, 500, { accountId: 'late' })
    expect((await errorOf(world.receive(event))).status).toBe(500)
    await world.gateway.admin.accounts.create({ id: 'late', actor: 'test' })
    await world.receive(event)
    expect(await world.balance('late')).toBe(5_000_000)
  })
})

describe('refunds at Stripe', () => {
  it('take their parts, whichever event tells of them, and however often', async () => {
    const { event, paymentId } = payByCard(stripe, 1000)
    await world.receive(event)
    await world.receive(stripe.refund(paymentId, 100))
    const second = stripe.refund(paymentId, 250, 'pending')
    await world.receive(stripe.event('charge.refunded', { id: 'ch_1', payment_intent: paymentId }))
    await world.receive(second)
    await world.receive(stripe.changeRefund(idIn(second), 'succeeded'))
    expect(await world.lines()).toEqual([
      ['top_up', 10_000_000, 0],
      ['refund', -1_000_000, 0],
      ['refund', -2_500_000, 0],
    ])
  })

  it('that come before their payment credit it first', async () => {
    const { event, paymentId } = payByCard(stripe, 1000)
    await world.receive(stripe.refund(paymentId, 1000))
    expect(await world.lines()).toEqual([
      ['top_up', 10_000_000, 0],
      ['refund', -10_000_000, 0],
    ])
    await world.receive(event)
    expect(await world.balance()).toBe(0)
  })

  it.each(['failed', 'canceled'])('that are %s give back what they took', async (status) => {
    const { event, paymentId } = payByCard(stripe, 1000)
    await world.receive(event)
    const refund = stripe.refund(paymentId, 400, 'pending')
    await world.receive(refund)
    await world.receive(stripe.changeRefund(idIn(refund), status))
    await world.receive(refund)
    expect(await world.balance()).toBe(10_000_000)
  })

  it('of which one failed leave room for the next, in whatever order they come', async () => {
    const { event, paymentId } = payByCard(stripe, 1000)
    await world.receive(event)
    const first = stripe.refund(paymentId, 1000)
    await world.receive(first)
    const failed = stripe.changeRefund(idIn(first), 'failed')
    await world.receive(stripe.refund(paymentId, 800))
    await world.receive(failed)
    expect(await world.balance()).toBe(2_000_000)
    expect((await world.entries()).every(({ shortfallMicro }) => shortfallMicro === 0)).toBe(true)
  })

  it('are all read, however many there are', async () => {
    const server = await startFakeStripe()
    const many = await openStripeWorld(server.client)
    const { paymentId } = payByCard(server, 1000)
    for (let count = 0; count < 250; count += 1) server.refund(paymentId, 1)
    await many.receive(server.event('charge.refunded', { id: 'ch_1', payment_intent: paymentId }))
    expect(await many.balance()).toBe(7_500_000)
    await server.close()
  })

  it('that Stripe cannot be asked about are not acknowledged, and booked when they come again', async () => {
    const server = await startFakeStripe()
    const asking = await openStripeWorld(server.client)
    const { paymentId } = payByCard(server, 1000)
    const refund = server.refund(paymentId, 300)
    server.fail(503)
    expect((await errorOf(asking.receive(refund))).status).toBe(502)
    server.fail(null)
    await asking.receive(refund)
    expect(await asking.balance()).toBe(7_000_000)
    await server.close()
  })

  it('of payments without a payment intent are none of ours', async () => {
    const refund = {
      id: 're_x',
      object: 'refund',
      amount: 1,
      created: 1,
      currency: 'usd',
      payment_intent: null,
    }
    expect(await world.receive(stripe.event('refund.created', refund))).toEqual([])
  })

  it('that no list has yet are taken as the event tells them', async () => {
    const { event, paymentId } = payByCard(stripe, 1000)
    await world.receive(event)
    const client = {
      ...clientOn(stripe),
      refunds: { list: () => Promise.resolve({ data: [], has_more: false }) },
    }
    const payments = stripePayments({ client, webhookSecret: WEBHOOK_SECRET })
    const body = JSON.stringify(stripe.refund(paymentId, 300))
    const headers = { 'stripe-signature': signByHand(body, nowSeconds()) }
    await receiveWebhook(unhurried({ admin: world.gateway.admin, payments }), { body, headers })
    expect(await world.balance()).toBe(7_000_000)
  })
})
