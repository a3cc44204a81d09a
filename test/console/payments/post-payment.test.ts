import { describe, expect, it } from 'vitest'
import type { PaymentEvent } from '../../../src/console/payments/payment-event.js'
import { GatewayError } from '../../../src/index.js'
import { ACCOUNT, openPaymentWorld, type PaymentWorld } from '../../support/payment-world.js'

const paid = (amountMicro: number, accountId = ACCOUNT): PaymentEvent => ({
  type: 'paid',
  paymentId: 'pay_1',
  accountId,
  amountMicro,
})
const taken = (type: 'refunded' | 'disputed', amountMicro: number, sourceId: string): PaymentEvent => ({
  type,
  paymentId: 'pay_1',
  accountId: ACCOUNT,
  amountMicro,
  sourceId,
})
const undone = (
  type: 'refund_failed' | 'dispute_won',
  amountMicro: number,
  {
    sourceId,
    changesMicro = [amountMicro],
  }: { readonly sourceId: string; readonly changesMicro?: readonly number[] },
): PaymentEvent => ({ type, paymentId: 'pay_1', accountId: ACCOUNT, amountMicro, sourceId, changesMicro })

/** Takes money out of the account as calls do. */
const spend = async ({ gateway }: PaymentWorld, amountMicro: number): Promise<void> => {
  const externalId = `spent_${amountMicro}`
  await gateway.admin.money.adjust({
    accountId: ACCOUNT,
    amountMicro: -amountMicro,
    externalId,
    actor: 'test',
  })
}
const postAll = async (world: PaymentWorld, events: readonly PaymentEvent[]) => {
  const results: string[] = []
  for (const event of events) results.push((await world.post(event)).result)
  return results
}

describe('a payment', () => {
  it('is credited once, however often it comes', async () => {
    const world = await openPaymentWorld()
    expect(await postAll(world, [paid(500), paid(500), paid(500)])).toEqual([
      'posted',
      'repeated',
      'repeated',
    ])
    expect(await world.balance()).toBe(500)
    expect(await world.entries()).toMatchObject([
      { kind: 'top_up', externalId: 'fake:payment:pay_1', actor: 'fake', note: 'Payment pay_1' },
    ])
  })

  it('of a hundred deliveries at once is credited once', async () => {
    const world = await openPaymentWorld()
    const outcomes = await Promise.all(Array.from({ length: 100 }, () => world.post(paid(500))))
    expect(outcomes.filter(({ result }) => result === 'posted')).toHaveLength(1)
    expect(await world.balance()).toBe(500)
  })

  it.each([
    ['another amount', paid(501)],
    ['another account', paid(500, 'other')],
  ])('that comes again with %s is a conflict and changes nothing', async (_name, event) => {
    const world = await openPaymentWorld()
    await world.post(paid(500))
    expect(await world.post(event)).toMatchObject({ result: 'conflict' })
    expect([await world.balance(), await world.balance('other')]).toEqual([500, null])
  })

  it('for an account that nobody has is told so, and credited when there is one', async () => {
    const world = await openPaymentWorld()
    expect(await world.post(paid(500, 'late'))).toMatchObject({ result: 'unknown_account', postedMicro: 0 })
    await world.gateway.admin.accounts.create({ id: 'late', actor: 'test' })
    expect(await world.post(paid(500, 'late'))).toMatchObject({ result: 'posted' })
    expect(await world.balance('late')).toBe(500)
  })

  it('that the balance cannot count is refused and leaves the books as they were', async () => {
    const world = await openPaymentWorld()
    await world.post(paid(500))
    const huge: PaymentEvent = { ...paid(Number.MAX_SAFE_INTEGER), paymentId: 'pay_2' }
    const error = await world.post(huge).catch((thrown: unknown) => thrown)
    expect(GatewayError.isInstance(error) && error.code).toBe('invalid_value')
    expect(await world.balance()).toBe(500)
  })
})

describe('a refund', () => {
  it('takes its part, several take theirs', async () => {
    const world = await openPaymentWorld()
    await postAll(world, [paid(500), taken('refunded', 100, 're_1'), taken('refunded', 150, 're_2')])
    await postAll(world, [taken('refunded', 100, 're_1')])
    expect(await world.balance()).toBe(250)
  })

  it('takes what is left when it was spent, and the shortfall stands in the books', async () => {
    const world = await openPaymentWorld()
    await world.post(paid(500))
    await spend(world, 450)
    expect(await world.post(taken('refunded', 200, 're_1'))).toMatchObject({
      result: 'posted',
      postedMicro: -50,
      shortfallMicro: 150,
    })
    expect((await world.lines()).at(-1)).toEqual(['refund', -50, 150])
    expect(await world.balance()).toBe(0)
  })

  it('that fails gives back what it took, and no more', async () => {
    const world = await openPaymentWorld()
    await world.post(paid(500))
    await spend(world, 450)
    const failed = undone('refund_failed', 200, { sourceId: 're_1' })
    expect(await postAll(world, [taken('refunded', 200, 're_1'), failed, failed])).toEqual([
      'posted',
      'posted',
      'repeated',
    ])
    expect(await world.balance()).toBe(50)
  })

  it('that had failed before it came takes nothing in the end', async () => {
    const world = await openPaymentWorld()
    const failed = undone('refund_failed', 200, { sourceId: 're_1' })
    const events = [paid(500), failed, taken('refunded', 200, 're_1'), failed]
    expect(await postAll(world, events)).toEqual(['posted', 'posted', 'repeated', 'repeated'])
    expect(await world.balance()).toBe(500)
  })

  it('and its failure at once leave the payment as it was, whichever wins', async () => {
    const world = await openPaymentWorld()
    await world.post(paid(500))
    const both = [taken('refunded', 200, 're_1'), undone('refund_failed', 200, { sourceId: 're_1' })]
    await Promise.all(Array.from({ length: 40 }, (_, index) => world.post(both[index % 2] ?? paid(500))))
    expect(await world.balance()).toBe(500)
  })

  it('that the books have with another amount is a conflict, also when it fails', async () => {
    const world = await openPaymentWorld()
    await postAll(world, [paid(500), taken('refunded', 200, 're_1')])
    expect(
      await postAll(world, [
        taken('refunded', 201, 're_1'),
        undone('refund_failed', 201, { sourceId: 're_1' }),
        { ...undone('refund_failed', 200, { sourceId: 're_1' }), accountId: 'other' },
      ]),
    ).toEqual(['conflict', 'conflict', 'conflict'])
    expect([await world.balance(), await world.balance('other')]).toEqual([300, null])
  })
})

describe('a dispute', () => {
  const statusOf = async ({ gateway }: PaymentWorld) => (await gateway.admin.accounts.get(ACCOUNT))?.status

  it('takes the money, and gives it back when it is won', async () => {
    const world = await openPaymentWorld()
    await postAll(world, [paid(500), taken('disputed', 500, 'dp_1')])
    expect(await world.balance()).toBe(0)
    expect(await statusOf(world)).toBe('active')
    await postAll(world, [undone('dispute_won', 500, { sourceId: 'dp_1' })])
    expect(await world.lines()).toEqual([
      ['top_up', 500, 0],
      ['refund', -500, 0],
      ['adjustment', 500, 0],
    ])
  })

  it.each([
    { spent: 0, back: 40, balance: 440 },
    { spent: 70, back: 40, balance: 370 },
    { spent: 420, back: 40, balance: 20 },
    { spent: 480, back: 40, balance: 0 },
  ])('of which $back came back after $spent were spent keeps only the rest: $balance', async (row) => {
    const world = await openPaymentWorld()
    await world.post(paid(500))
    await spend(world, row.spent)
    const part = undone('dispute_won', 100, { sourceId: 'dp_1', changesMicro: [row.back] })
    expect(await postAll(world, [part, part])).toEqual(['posted', 'repeated'])
    expect(await world.balance()).toBe(row.balance)
  })

  const moved = (...changesMicro: readonly number[]): PaymentEvent =>
    undone('dispute_won', 100, { sourceId: 'dp_1', changesMicro })
  const lost = (...changesMicro: readonly number[]): PaymentEvent => ({
    type: 'disputed',
    paymentId: 'pay_1',
    accountId: ACCOUNT,
    amountMicro: 100,
    sourceId: 'dp_1',
    changesMicro,
  })

  it('that gives back a part and then the rest has given back all, in whatever order they come', async () => {
    const world = await openPaymentWorld()
    const events = [paid(500), moved(40), moved(40, 60), moved(40), moved(40, 60), moved()]
    expect(await postAll(world, events)).toEqual('posted posted posted repeated repeated repeated'.split(' '))
    expect(await world.balance()).toBe(500)
    const late = await openPaymentWorld()
    expect(await postAll(late, [paid(500), moved(40, 60), moved(40)])).toEqual([
      'posted',
      'posted',
      'repeated',
    ])
    expect(await late.balance()).toBe(500)
  })

  it('that is lost after it was won takes the money again', async () => {
    const world = await openPaymentWorld()
    const events = [taken('disputed', 100, 'dp_1'), moved(100), lost(100, -100), lost(100, -100)]
    await postAll(world, [paid(500), ...events])
    expect(await world.lines()).toEqual([
      ['top_up', 500, 0],
      ['refund', -100, 0],
      ['adjustment', 100, 0],
      ['adjustment', -100, 0],
    ])
  })

  it('gives back what it has taken and no more, whatever was spent when', async () => {
    const world = await openPaymentWorld()
    await world.post(paid(500))
    await spend(world, 430)
    await world.post(moved())
    expect(await world.balance()).toBe(0)
    await postAll(world, [moved(50)])
    expect(await world.balance()).toBe(20)
    await spend(world, 15)
    expect(await world.post(lost(50, -50))).toMatchObject({ shortfallMicro: 45, suspended: true })
    expect(await world.balance()).toBe(0)
    await world.post(moved(50, -50, 100))
    expect(await world.balance()).toBe(55)
  })

  it('that tells of its changes otherwise than before is a conflict: somebody has to look', async () => {
    const world = await openPaymentWorld()
    expect(await postAll(world, [paid(500), moved(40), moved(50)])).toEqual(['posted', 'posted', 'conflict'])
    expect(await postAll(world, [moved(50, 10)])).toEqual(['conflict'])
    expect(await world.balance()).toBe(440)
  })

  it.each([
    ['shortfall', 0, 'active'],
    ['shortfall', 1, 'suspended'],
    ['dispute', 0, 'suspended'],
    ['never', 1, 'active'],
    [undefined, 1, 'suspended'],
  ] as const)(
    'by the rule %s, with %d micro-USD spent, leaves the account %s',
    async (suspendOn, spent, status) => {
      const world = await openPaymentWorld({ suspendOn })
      await world.post(paid(500))
      await spend(world, spent)
      const outcome = await world.post(taken('disputed', 500, 'dp_1'))
      expect([outcome.suspended, await statusOf(world)]).toEqual([status === 'suspended', status])
    },
  )

  it('suspends once: who activates the account again is not overruled when it comes again', async () => {
    const world = await openPaymentWorld({ suspendOn: 'dispute' })
    const { accounts, audit } = world.gateway.admin
    await postAll(world, [paid(500), taken('disputed', 100, 'dp_1')])
    expect(await statusOf(world)).toBe('suspended')
    await accounts.activate(ACCOUNT, { actor: 'ada' })
    expect(await world.post(taken('disputed', 100, 'dp_1'))).toMatchObject({ suspended: false })
    expect(await statusOf(world)).toBe('active')
    expect(await world.post(taken('disputed', 100, 'dp_2'))).toMatchObject({ suspended: true })
    expect((await audit.entries({ accountId: ACCOUNT, limit: 1 }))[0]).toMatchObject({
      action: 'account.suspend',
      actor: 'fake dispute dp_2',
    })
  })

  it('suspends when it comes again after the first time broke off between the books and the account', async () => {
    const world = await openPaymentWorld({ suspendOn: 'dispute' })
    await world.post(paid(500))
    await world.gateway.admin.money.refund({
      accountId: ACCOUNT,
      amountMicro: 100,
      externalId: 'fake:dispute:dp_1',
      actor: 'fake',
    })
    expect(await world.post(taken('disputed', 100, 'dp_1'))).toMatchObject({
      result: 'repeated',
      suspended: true,
    })
  })
})

describe('the hook', () => {
  it('is told of every event and what became of it', async () => {
    const world = await openPaymentWorld()
    const failed: PaymentEvent = { ...paid(5), type: 'payment_failed' } as PaymentEvent
    await postAll(world, [paid(500), paid(500), failed])
    expect(world.told.map(({ provider, result, postedMicro }) => [provider, result, postedMicro])).toEqual([
      ['fake', 'posted', 500],
      ['fake', 'repeated', 500],
      ['fake', 'noted', 0],
    ])
    expect(world.told[0]?.event).toEqual(paid(500))
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('broken hook')
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken hook'))],
  ])('that %s changes nothing', async (_name, onPayment) => {
    const world = await openPaymentWorld({ onPayment })
    expect(await world.post(paid(500))).toMatchObject({ result: 'posted' })
    expect(await world.balance()).toBe(500)
  })
})
