import { describe, expect, it } from 'vitest'
import type { CheckoutOrder } from '../../../src/console/payments/payment-provider.js'
import { type CheckoutRequest, startCheckout } from '../../../src/console/payments/start-checkout.js'
import { GatewayError } from '../../../src/index.js'
import { ACCOUNT, openPaymentWorld } from '../../support/payment-world.js'

const ORIGIN = 'https://app.example'
const REQUEST: CheckoutRequest = {
  accountId: ACCOUNT,
  amountMicro: 5_000_000,
  returnUrl: `${ORIGIN}/console/#/billing?account=acme`,
  origin: ORIGIN,
  actor: 'ada',
}

const openTill = async () => {
  const orders: CheckoutOrder[] = []
  const world = await openPaymentWorld({
    createCheckout(order) {
      orders.push(order)
      return Promise.resolve({ url: 'https://pay.example/1' })
    },
  })
  let count = 0
  const createId = (prefix: string): string => `${prefix}${(count += 1)}`
  const { admin } = world.gateway
  const start = (request: Partial<CheckoutRequest> = {}) =>
    startCheckout({ admin, payments: world.payments, createId }, { ...REQUEST, ...request })
  const failure = async (request: Partial<CheckoutRequest>) => {
    const error = await start(request).then(
      () => null,
      (thrown: unknown) => thrown,
    )
    return GatewayError.isInstance(error) ? [error.status, error.code, error.param] : null
  }
  return { ...world, orders, start, failure }
}

describe('a checkout', () => {
  it('is opened for the account, with an order of its own, and leads back to the page', async () => {
    const { start, orders } = await openTill()
    expect(await start()).toEqual({ url: 'https://pay.example/1' })
    await start()
    expect(orders[0]).toEqual({
      orderId: 'order_1',
      accountId: ACCOUNT,
      amountMicro: 5_000_000,
      actor: 'ada',
      paidUrl: `${ORIGIN}/console/#/billing?account=acme&checkout=paid`,
      cancelledUrl: `${ORIGIN}/console/#/billing?account=acme&checkout=cancelled`,
    })
    expect(orders[1]?.orderId).toBe('order_2')
  })

  it.each([
    [`${ORIGIN}/console`, `${ORIGIN}/console?checkout=paid`],
    [`${ORIGIN}/console/?tenant=1`, `${ORIGIN}/console/?tenant=1&checkout=paid`],
    [`${ORIGIN}/console/#/billing`, `${ORIGIN}/console/#/billing?checkout=paid`],
    [`${ORIGIN}/console/#/billing?checkout=cancelled`, `${ORIGIN}/console/#/billing?checkout=paid`],
  ])('that is asked for at %s leads back to %s', async (returnUrl, paidUrl) => {
    const { start, orders } = await openTill()
    await start({ returnUrl })
    expect(orders[0]?.paidUrl).toBe(paidUrl)
  })

  it.each([
    ['https://evil.example/console/', ORIGIN],
    ['http://app.example/console/', ORIGIN],
    ['https://app.example:444/', ORIGIN],
    ['https://app.example@evil.example/', ORIGIN],
    ['https://ada:pass@app.example/', ORIGIN],
    ['https://app.example.evil.example/', ORIGIN],
    ['//evil.example/', ORIGIN],
    ['/console/', ORIGIN],
    ['javascript:alert(1)', 'null'],
    ['data:text/html,x', 'null'],
    ['', ORIGIN],
    [REQUEST.returnUrl, undefined],
    [REQUEST.returnUrl, 'null'],
  ])('is not opened to lead to %s from %s', async (returnUrl, origin) => {
    const { failure, orders } = await openTill()
    expect(await failure({ returnUrl, origin })).toEqual([400, 'invalid_value', 'return_url'])
    expect(orders).toEqual([])
  })

  it.each([999_999, 0, -5_000_000, 1_000_000.5, Number.NaN, 2 ** 53])(
    'is not opened for %d micro-USD',
    async (amountMicro) => {
      const { failure, orders } = await openTill()
      expect(await failure({ amountMicro })).toEqual([400, 'invalid_value', 'amount_micro'])
      expect(orders).toEqual([])
    },
  )

  it('is null for an account that nobody has, and refused to a suspended one', async () => {
    const { start, failure, gateway, orders } = await openTill()
    expect(await start({ accountId: 'nobody' })).toBeNull()
    await gateway.admin.accounts.suspend(ACCOUNT, { actor: 'test' })
    expect(await failure({})).toEqual([403, 'request_refused', null])
    expect(orders).toEqual([])
  })
})
