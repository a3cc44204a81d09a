import { describe, expect, it } from 'vitest'
import type { PaymentEvent } from '../../../src/console/payments/payment-event.js'
import type { WebhookRequest } from '../../../src/console/payments/payment-provider.js'
import { receiveWebhook } from '../../../src/console/payments/receive-webhook.js'
import type { IncomingWebhook } from '../../../src/console/payments/webhook-intake.js'
import { GatewayError, createMemoryStore } from '../../../src/index.js'
import { ACCOUNT, openPaymentWorld, unhurried } from '../../support/payment-world.js'
import { createClock } from '../../contracts/samples.js'

const PAID: PaymentEvent = { type: 'paid', paymentId: 'pay_1', accountId: ACCOUNT, amountMicro: 500 }
const REFUNDED: PaymentEvent = { ...PAID, type: 'refunded', amountMicro: 100, sourceId: 're_1' }
const HEADERS = { 'x-signature': 'right' }

const openReceiver = async (events: readonly PaymentEvent[] = [PAID]) => {
  const seen: WebhookRequest[] = []
  const world = await openPaymentWorld({
    readWebhook(request) {
      seen.push(request)
      return Promise.resolve(events)
    },
  })
  const { gateway, payments } = world
  const receive = (body: IncomingWebhook['body']) =>
    receiveWebhook(unhurried({ admin: gateway.admin, payments }), { headers: HEADERS, body })
  const failure = async (body: IncomingWebhook['body'] = 'raw') => {
    const error = await receive(body).then(
      () => null,
      (thrown: unknown) => thrown,
    )
    return GatewayError.isInstance(error) ? error : null
  }
  return { ...world, seen, receive, failure }
}

describe('a webhook', () => {
  const bytes = new TextEncoder().encode('{"käse": 1}\n')

  it.each([
    ['bytes', bytes],
    ['text that the host has kept', '{"käse": 1}\n'],
    ['a body that is still to be read', () => Promise.resolve(bytes)],
  ])('reaches the provider byte by byte: %s', async (_name, body) => {
    const { receive, seen } = await openReceiver()
    await receive(body)
    expect(seen).toEqual([{ headers: HEADERS, body: bytes }])
  })

  it('whose body the host has parsed cannot be verified, and the answer says what to mount otherwise', async () => {
    const { failure, seen, balance } = await openReceiver()
    const error = await failure({ json: { type: 'checkout.session.completed' } })
    expect([error?.status, error?.code]).toEqual([400, 'invalid_request'])
    expect(error?.message).toMatch(/raw bytes.*before express\.json\(\).*verify/s)
    expect([seen, await balance()]).toEqual([[], null])
  })

  it.each([
    ['no body', null, 'invalid_request'],
    ['a huge text', 'x'.repeat(1024 * 1024 + 1), 'request_too_large'],
  ])('with %s is refused unread', async (_name, body, code) => {
    const { failure, seen } = await openReceiver()
    expect((await failure(body))?.code).toBe(code)
    expect(seen).toEqual([])
  })

  it('is answered with what became of each event, none for what is none of ours', async () => {
    const { receive } = await openReceiver([PAID, REFUNDED])
    expect((await receive('raw')).map(({ result }) => result)).toEqual(['posted', 'posted'])
    expect((await receive('raw')).map(({ result }) => result)).toEqual(['repeated', 'repeated'])
    const other = await openReceiver([])
    expect(await other.receive('raw')).toEqual([])
  })

  it.each([
    ['an account that nobody has', { ...PAID, accountId: 'nobody' }, 500, 'unknown_account'],
    [
      'a payment that cannot be booked',
      { type: 'refused', paymentId: 'pay_1', accountId: ACCOUNT, reason: 'In yen.' },
      422,
      'refused',
    ],
  ] as const)(
    'about %s is not acknowledged, so that it comes again, and books nothing behind it',
    async (_name, event, status, result) => {
      const { failure, told, balance } = await openReceiver([event, REFUNDED])
      expect((await failure())?.status).toBe(status)
      expect(told.map((outcome) => outcome.result)).toEqual([result])
      expect(await balance()).toBeNull()
    },
  )

  it('that contradicts the books is a conflict, and takes no refund from the wrong account', async () => {
    const first = await openReceiver()
    await first.receive('raw')
    await first.gateway.admin.money.topUp({
      accountId: 'other',
      amountMicro: 900,
      externalId: 'x',
      actor: 'test',
    })
    const wrong: PaymentEvent[] = [
      { ...PAID, accountId: 'other' },
      { ...REFUNDED, accountId: 'other' },
    ]
    const payments = { ...first.payments, readWebhook: () => Promise.resolve(wrong) }
    const { admin } = first.gateway
    const error = await receiveWebhook(unhurried({ admin, payments }), { headers: {}, body: 'raw' }).catch(
      (thrown: unknown) => thrown,
    )
    expect(GatewayError.isInstance(error) && error.status).toBe(409)
    expect([await first.balance(), await first.balance('other')]).toEqual([500, 900])
  })

  it('is not acknowledged when the store fails, and booked once when it comes again', async () => {
    const stores = createMemoryStore({ now: createClock().now, secret: 's', accounts: [{ id: ACCOUNT }] })
    let broken = true
    const ledger: typeof stores.ledger = {
      ...stores.ledger,
      post(posting) {
        const result = stores.ledger.post(posting)
        if (broken) throw new Error('connection lost behind the commit')
        return result
      },
    }
    const world = await openPaymentWorld(
      { readWebhook: () => Promise.resolve([PAID]) },
      { ...stores, ledger },
    )
    const { gateway, payments } = world
    const receive = () =>
      receiveWebhook(unhurried({ admin: gateway.admin, payments }), { headers: {}, body: 'raw' })
    await expect(receive()).rejects.toMatchObject({ code: 'db_error', status: 500 })
    broken = false
    expect(await receive()).toMatchObject([{ result: 'repeated', postedMicro: 500 }])
    expect(await world.balance()).toBe(500)
  })
})
