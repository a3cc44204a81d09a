import { describe, expect, it } from 'vitest'
import type { Stores } from '../../../src/index.js'
import { createFakeAccount } from '../../support/fake-stripe-account.js'
import { describePostgres } from '../../support/describe-postgres.js'
import { ACCOUNT, clientOn, idIn, openStripeWorld, payByCard } from '../../support/payment-world.js'
import { useSqliteFiles } from '../stores/sqlite/files.js'

/** Gateways with stores of their own on one database, each with the same Stripe account behind it. */
function testStores(openStores: () => Promise<readonly Partial<Stores>[]>): void {
  const openWorlds = async () => {
    const stripe = createFakeAccount()
    const [first, ...rest] = await openStores()
    const worlds = [await openStripeWorld(clientOn(stripe), {}, first)]
    for (const stores of rest) worlds.push(await openStripeWorld(clientOn(stripe), {}, stores))
    return { stripe, worlds }
  }

  it('credits a payment once when it comes to all of them at once, many times', async () => {
    const { stripe, worlds } = await openWorlds()
    const { event } = payByCard(stripe, 2500)
    const copies = Array.from({ length: 24 }, (_, index) => worlds[index % worlds.length]?.receive(event))
    const outcomes = (await Promise.all(copies)).flatMap((each) => each ?? [])
    expect(outcomes).toHaveLength(24)
    expect(outcomes.filter(({ result }) => result === 'posted')).toHaveLength(1)
    expect(await worlds[0]?.lines()).toEqual([['top_up', 25_000_000, 0]])
  })

  it('keeps exact books when payment, refunds, a failure and a dispute come to all of them at once', async () => {
    const { stripe, worlds } = await openWorlds()
    const { paymentId } = payByCard(stripe, 2500)
    const failing = stripe.refund(paymentId, 500)
    stripe.changeRefund(idIn(failing), 'failed')
    stripe.refund(paymentId, 700)
    const won = stripe.dispute(paymentId, 300)
    stripe.moveDispute(idIn(won), -300)
    stripe.closeDispute(idIn(won), 'won')
    stripe.dispute(paymentId, 200)
    const events = [...stripe.events, ...stripe.events.toReversed()]
    await Promise.all(events.map((event, index) => worlds[index % worlds.length]?.receive(event)))
    const [world] = worlds
    expect(await world?.balance()).toBe((2500 - 700 - 200) * 10_000)
    expect(await world?.gateway.admin.money.verifyLedger()).toEqual({ wallets: 1, problems: [] })
  })

  it('suspends an account for a dispute over money that was spent, and all of them know', async () => {
    const { stripe, worlds } = await openWorlds()
    const { event, paymentId } = payByCard(stripe, 2500)
    const [first, last] = [worlds[0], worlds.at(-1)]
    await first?.receive(event)
    const spent = { accountId: ACCOUNT, amountMicro: -20_000_000, externalId: 'spent', actor: 'test' }
    await first?.gateway.admin.money.adjust(spent)
    const dispute = stripe.dispute(paymentId, 2500)
    await Promise.all(worlds.map((world) => world.receive(dispute)))
    expect((await last?.lines())?.at(-1)).toEqual(['refund', -5_000_000, 20_000_000])
    expect(await last?.gateway.admin.accounts.get(ACCOUNT)).toMatchObject({ status: 'suspended' })
  })
}

describe('payments on SQLite', () => {
  const { open, path } = useSqliteFiles()
  testStores(async () => {
    const file = path()
    return [await open({ path: file }), await open({ path: file })]
  })
})

describePostgres('payments', ({ open, openPool, freshSchema }) => {
  testStores(async () => {
    const schema = freshSchema()
    const one = () => open({ pool: openPool({ max: 5 }), schema })
    return [await one(), await one(), await one()]
  })
})
