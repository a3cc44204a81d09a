import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { createFakeAccount, type FakeAccount, type FakeEvent } from '../../support/fake-stripe-account.js'
import {
  ACCOUNT,
  clientOn,
  errorOf,
  idIn,
  openStripeWorld,
  payByCard,
  type StripeWorld,
} from '../../support/payment-world.js'

let stripe: FakeAccount
let world: StripeWorld
beforeEach(async () => {
  stripe = createFakeAccount()
  world = await openStripeWorld(clientOn(stripe))
})

describe('disputes at Stripe', () => {
  const dispute = async (cents: number, status?: string) => {
    const { event, paymentId } = payByCard(stripe, 1000)
    await world.receive(event)
    const created = stripe.dispute(paymentId, cents, status)
    await world.receive(created)
    return { created, disputeId: idIn(created), paymentId }
  }

  it('take the money when they are made, and not again when Stripe withdraws it', async () => {
    const { disputeId } = await dispute(1000)
    expect(await world.balance()).toBe(0)
    await world.receive(stripe.moveDispute(disputeId, -1000))
    await world.receive(stripe.closeDispute(disputeId, 'lost'))
    expect(await world.lines()).toHaveLength(2)
  })

  it('that are won give it back, once, whichever events tell', async () => {
    const { created, disputeId } = await dispute(1000)
    await world.receive(stripe.moveDispute(disputeId, -1000))
    await world.receive(stripe.closeDispute(disputeId, 'won'))
    await world.receive(stripe.moveDispute(disputeId, 1000))
    await world.receive(created)
    expect(await world.lines()).toEqual([
      ['top_up', 10_000_000, 0],
      ['refund', -10_000_000, 0],
      ['adjustment', 10_000_000, 0],
    ])
  })

  it.each([
    'warning_needs_response',
    'warning_under_review',
    'warning_closed',
    'prevented',
    'of_a_later_time',
  ])('that are %s take nothing before Stripe does', async (status) => {
    const { disputeId } = await dispute(1000, status)
    expect(await world.balance()).toBe(10_000_000)
    await world.receive(stripe.moveDispute(disputeId, -1000))
    expect(await world.balance()).toBe(0)
    await world.receive(stripe.moveDispute(disputeId, 1000))
    expect(await world.balance()).toBe(10_000_000)
  })

  it('of which Stripe reinstates a part keep only the rest', async () => {
    const { disputeId, paymentId } = await dispute(1000)
    await world.receive(stripe.moveDispute(disputeId, -1000))
    await world.receive(stripe.moveDispute(disputeId, 400))
    await world.receive(stripe.closeDispute(disputeId, 'lost'))
    expect(await world.balance()).toBe(4_000_000)
    expect(stripe.disputesOf(paymentId)).toHaveLength(1)
  })

  it('of which Stripe reinstates a part and then the rest have given back all, with no conflict', async () => {
    const { created, disputeId } = await dispute(1000)
    await world.receive(stripe.moveDispute(disputeId, -1000))
    await world.receive(stripe.moveDispute(disputeId, 400))
    await world.receive(stripe.closeDispute(disputeId, 'won'))
    expect(await world.balance()).toBe(4_000_000)
    await world.receive(stripe.moveDispute(disputeId, 600))
    await world.receive(created)
    expect(await world.balance()).toBe(10_000_000)
  })

  it('that are lost after they were won take the money again, in whatever order Stripe lists its moves', async () => {
    const { disputeId, paymentId } = await dispute(1000)
    await world.receive(stripe.moveDispute(disputeId, -1000))
    await world.receive(stripe.closeDispute(disputeId, 'won'))
    await world.receive(stripe.moveDispute(disputeId, 1000))
    expect(await world.balance()).toBe(10_000_000)
    const event = stripe.moveDispute(disputeId, -1000, 'lost')
    stripe.disputesOf(paymentId)[0]?.balance_transactions.reverse()
    await world.receive(event)
    await world.receive(event)
    expect(await world.lines()).toEqual([
      ['top_up', 10_000_000, 0],
      ['refund', -10_000_000, 0],
      ['adjustment', 10_000_000, 0],
      ['adjustment', -10_000_000, 0],
    ])
  })

  it.each([
    ['won', [-900, 880], 10_000_000],
    ['won', [-900, 450, 430], 10_000_000],
    ['under_review', [-900, 450], 5_000_000],
    ['under_review', [-900, 1], 10_000],
    ['lost', [-900, 880, -880], 0],
  ] as const)(
    'that are %s with the moves %j in the currency of another balance leave %d',
    async (status, moves, left) => {
      const { disputeId, paymentId } = await dispute(1000)
      const cents = moves.map((amount, created) => ({ amount, currency: 'eur', created }))
      stripe.disputesOf(paymentId)[0]?.balance_transactions.push(...cents)
      await world.receive(stripe.closeDispute(disputeId, status))
      expect(await world.balance()).toBe(left)
    },
  )

  it('of a payment that was partly refunded take what is there; the rest is on the entry, and the account stops', async () => {
    const { event, paymentId } = payByCard(stripe, 1000)
    await world.receive(event)
    await world.receive(stripe.refund(paymentId, 400))
    const created = stripe.dispute(paymentId, 1000)
    await world.receive(created)
    expect((await world.lines()).at(-1)).toEqual(['refund', -6_000_000, 4_000_000])
    expect(await world.gateway.admin.accounts.get('acme')).toMatchObject({ status: 'suspended' })
    await world.receive(stripe.closeDispute(idIn(created), 'won'))
    expect(await world.balance()).toBe(6_000_000)
  })

  it('in another currency than the payment are refused, and what else there is is booked', async () => {
    const { event, paymentId } = payByCard(stripe, 1000)
    await world.receive(event)
    stripe.refund(paymentId, 100)
    const created = stripe.dispute(paymentId, 500)
    Object.assign(stripe.disputesOf(paymentId)[0] ?? {}, { currency: 'eur' })
    expect((await errorOf(world.receive(created))).status).toBe(422)
    expect(await world.balance()).toBe(9_000_000)
  })
})

/** A move of Stripe's in a dispute, of a share (in hundredths) of what it can move then; how many events arrive behind it. */
interface Move {
  readonly kind: 'return' | 'retake' | 'win'
  readonly share: number
  readonly arriving: number
}

const moves = fc.array(
  fc.record({
    kind: fc.constantFrom<Move['kind']>('return', 'return', 'retake', 'win'),
    share: fc.integer({ min: 1, max: 100 }),
    arriving: fc.nat(3),
  }),
  { minLength: 1, maxLength: 8 },
)

const PAID_CENTS = 2000
const MICRO_PER_CENT = 10_000

/** A dispute that Stripe has withdrawn, and its further life: what it holds of it, and the events so far. */
function openDispute(account: FakeAccount, cents: number) {
  const { event, paymentId } = payByCard(account, PAID_CENTS)
  const created = account.dispute(paymentId, cents)
  const id = idIn(created)
  let held = cents
  const go = ({ kind, share }: Move): readonly FakeEvent[] => {
    const part = Math.ceil(((kind === 'retake' ? cents - held : held) * share) / 100)
    if (part === 0) return []
    if (kind === 'retake') {
      held += part
      return [account.moveDispute(id, -part, 'lost')]
    }
    const back = kind === 'win' ? held : part
    held -= back
    const moved = account.moveDispute(id, back)
    return kind === 'win' ? [account.closeDispute(id, 'won'), moved] : [moved]
  }
  const first = [event, created, account.moveDispute(id, -cents)]
  return { first, go, leftMicro: () => (PAID_CENTS - held) * MICRO_PER_CENT }
}

describe('the life of a dispute', () => {
  const cents = fc.integer({ min: 1, max: PAID_CENTS })
  const order = fc.array(fc.nat(), { minLength: 40, maxLength: 40 })
  const mix = (events: readonly FakeEvent[], keys: readonly number[]): readonly FakeEvent[] =>
    events
      .map((event, index) => ({ event, key: keys[index] ?? 0 }))
      .sort((one, other) => one.key - other.key)
      .map(({ event }) => event)

  it('is in the books as Stripe has moved the money, in any order, twice, and while it goes on', async () => {
    const property = fc.asyncProperty(cents, moves, order, async (amount, life, keys) => {
      const account = createFakeAccount()
      const books = await openStripeWorld(clientOn(account))
      const dispute = openDispute(account, amount)
      const waiting = [...dispute.first]
      const seen: FakeEvent[] = []
      for (const move of life) {
        waiting.push(...dispute.go(move))
        const arriving = mix(waiting.splice(0, move.arriving), keys)
        seen.push(...arriving)
        await Promise.all(arriving.map((event) => books.receive(event)))
      }
      for (const event of mix([...waiting, ...seen, ...waiting], keys)) await books.receive(event)
      expect(await books.balance()).toBe(dispute.leftMicro())
      expect(await books.gateway.admin.money.verifyLedger()).toMatchObject({ problems: [] })
    })
    await fc.assert(property, { numRuns: 100 })
  })

  it('takes and gives back to the cent what was not spent, whenever the customer spends', async () => {
    const property = fc.asyncProperty(cents, moves, order, async (amount, life, keys) => {
      const account = createFakeAccount()
      const books = await openStripeWorld(clientOn(account))
      const dispute = openDispute(account, amount)
      const { money } = books.gateway.admin
      let spent = 0
      const events = [dispute.first, ...life.map((move) => dispute.go(move))]
      for (const [index, batch] of events.entries()) {
        for (const event of batch) await books.receive(event)
        const spending = { accountId: ACCOUNT, amountMicro: -(keys[index] ?? 0), externalId: `call_${index}` }
        spent -= (await money.adjust({ ...spending, actor: 'test' }))?.postedMicro ?? 0
      }
      const balance = (await books.balance()) ?? 0
      // What the customer has had is what Stripe has left, and what was spent before Stripe took it.
      expect(balance + spent).toBeGreaterThanOrEqual(dispute.leftMicro())
      expect(balance === 0 || balance + spent === dispute.leftMicro()).toBe(true)
    })
    await fc.assert(property, { numRuns: 100 })
  })
})
