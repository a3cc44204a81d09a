import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFakeAccount, type FakeAccount, type FakeEvent } from '../../support/fake-stripe-account.js'
import { ACCOUNT, clientOn, openSession, openStripeWorld } from '../../support/payment-world.js'

/** One thing that happens at Stripe: what, to which payment, refund or dispute, how much of it (in hundredths). */
interface Happening {
  readonly kind:
    | 'card'
    | 'alipay'
    | 'refund'
    | 'fail'
    | 'dispute'
    | 'withdraw'
    | 'return'
    | 'win'
    | 'lose'
    | 'retake'
    | 'settle'
  readonly pick: number
  readonly share: number
}

const happenings = fc.array(
  fc.record({
    kind: fc.constantFrom<Happening['kind']>(
      'card',
      'alipay',
      'settle',
      'refund',
      'refund',
      'fail',
      'dispute',
      'withdraw',
      'return',
      'win',
      'retake',
      'lose',
    ),
    pick: fc.nat(1000),
    share: fc.integer({ min: 1, max: 100 }),
  }),
  { minLength: 1, maxLength: 25 },
)

/** What stands on paper about one payment. */
interface Paper {
  readonly sessionId: string
  readonly cents: number
  paid: boolean
  readonly refunds: { readonly id: string; readonly cents: number; failed: boolean }[]
  dispute: {
    readonly id: string
    readonly cents: number
    state: 'open' | 'won' | 'lost'
    isWithdrawn: boolean
    /** What the customer does not have of it. */
    heldCents: number
  } | null
}

const leftOf = ({ cents, paid, refunds, dispute }: Paper): number => {
  const refunded = refunds.filter(({ failed }) => !failed).reduce((sum, refund) => sum + refund.cents, 0)
  return paid ? cents - refunded - (dispute?.heldCents ?? 0) : 0
}

/** Lets one thing happen, if Stripe's rules allow it; the events that tell of it. */
function happen(
  stripe: FakeAccount,
  papers: Paper[],
  { kind, pick, share }: Happening,
): readonly FakeEvent[] {
  const paper = papers[pick % Math.max(1, papers.length)]
  if (kind === 'card' || kind === 'alipay') {
    const cents = 50 + pick
    const sessionId = openSession(stripe, cents)
    papers.push({ sessionId, cents, paid: kind === 'card', refunds: [], dispute: null })
    return [stripe.pay(sessionId, kind)]
  }
  if (paper === undefined) return []
  const paymentId = stripe.session(paper.sessionId).payment_intent ?? ''
  const part = Math.ceil((leftOf(paper) * share) / 100)
  const refund = paper.refunds[pick % Math.max(1, paper.refunds.length)]
  const { dispute } = paper
  switch (kind) {
    case 'settle':
      if (paper.paid) return []
      paper.paid = true
      return [stripe.settle(paper.sessionId, true)]
    case 'refund': {
      // What is refunded now could be disputed once more.
      if (part === 0 || dispute !== null) return []
      const event = stripe.refund(paymentId, part, share > 50 ? 'pending' : 'succeeded')
      const id = 'id' in event.data.object ? String(event.data.object.id) : ''
      paper.refunds.push({ id, cents: part, failed: false })
      return [event, stripe.event('charge.refunded', { id: 'ch', payment_intent: paymentId })]
    }
    case 'fail':
      if (refund === undefined || refund.failed) return []
      refund.failed = true
      return [stripe.changeRefund(refund.id, 'failed')]
    case 'dispute': {
      if (part === 0 || dispute !== null) return []
      const event = stripe.dispute(paymentId, part)
      const id = 'id' in event.data.object ? String(event.data.object.id) : ''
      paper.dispute = { id, cents: part, state: 'open', isWithdrawn: false, heldCents: part }
      return [event]
    }
    default:
      return dispute === null ? [] : goOn(stripe, dispute, { kind, share })
  }
}

/** What becomes of a dispute. */
function goOn(
  stripe: FakeAccount,
  dispute: NonNullable<Paper['dispute']>,
  { kind, share }: Omit<Happening, 'pick'>,
): readonly FakeEvent[] {
  const { id, cents, state, isWithdrawn, heldCents } = dispute
  switch (kind) {
    case 'withdraw':
      if (state !== 'open' || isWithdrawn) return []
      dispute.isWithdrawn = true
      return [stripe.moveDispute(id, -cents)]
    case 'return': {
      const part = Math.ceil((heldCents * share) / 100)
      if (!isWithdrawn || part === 0) return []
      dispute.heldCents -= part
      return [stripe.moveDispute(id, part)]
    }
    case 'win':
      if (state !== 'open') return []
      Object.assign(dispute, { state: 'won', heldCents: 0 })
      return [stripe.closeDispute(id, 'won'), ...(isWithdrawn ? [stripe.moveDispute(id, heldCents)] : [])]
    case 'lose':
      if (state !== 'open') return []
      dispute.state = 'lost'
      return [stripe.closeDispute(id, 'lost')]
    case 'retake':
      if (!isWithdrawn || heldCents === cents) return []
      Object.assign(dispute, { state: 'lost', heldCents: cents })
      return [stripe.moveDispute(id, heldCents - cents, 'lost')]
    default:
      return []
  }
}

const onPaper = (papers: readonly Paper[]): number =>
  papers.reduce((sum, paper) => sum + leftOf(paper), 0) * 10_000

const open = async () => {
  const stripe = createFakeAccount()
  return { stripe, papers: [] as Paper[], world: await openStripeWorld(clientOn(stripe)) }
}

/** The order of events, some of them twice: each number sorts one delivery. */
const order = fc.array(fc.nat(), { minLength: 120, maxLength: 120 })

function shuffle(events: readonly FakeEvent[], keys: readonly number[]): readonly FakeEvent[] {
  const twice = [...events, ...events.filter((_, index) => (keys[index] ?? 0) % 2 === 1)]
  return twice
    .map((event, index) => ({ event, key: keys[index] ?? 0 }))
    .sort((one, other) => one.key - other.key)
    .map(({ event }) => event)
}

describe('the books of a Stripe account', () => {
  it('are those of the paper when events come in any order, some of them twice', async () => {
    const property = fc.asyncProperty(happenings, order, async (history, keys) => {
      const { stripe, papers, world } = await open()
      const events = history.flatMap((each) => happen(stripe, papers, each))
      for (const event of shuffle(events, keys)) await world.receive(event)
      expect((await world.balance()) ?? 0).toBe(onPaper(papers))
      expect(await world.gateway.admin.money.verifyLedger()).toMatchObject({ problems: [] })
    })
    await fc.assert(property, { numRuns: 80 })
  })

  it('are those of the paper when all events come at once', async () => {
    const property = fc.asyncProperty(happenings, order, async (history, keys) => {
      const { stripe, papers, world } = await open()
      const events = history.flatMap((each) => happen(stripe, papers, each))
      await Promise.all(shuffle(events, keys).map((event) => world.receive(event)))
      expect((await world.balance()) ?? 0).toBe(onPaper(papers))
    })
    await fc.assert(property, { numRuns: 60 })
  })

  it('are those of the paper when more happens while events are on their way', async () => {
    const property = fc.asyncProperty(happenings, order, async (history, keys) => {
      const { stripe, papers, world } = await open()
      const waiting: FakeEvent[] = []
      const running: Promise<unknown>[] = []
      for (const [index, each] of history.entries()) {
        waiting.push(...happen(stripe, papers, each))
        const key = keys[index] ?? 0
        if (key % 3 === 0) continue
        for (const event of waiting.splice(0, key % 4)) running.push(world.receive(event))
        if (key % 3 === 1) await Promise.all(running)
      }
      await Promise.all([...running, ...waiting.map((event) => world.receive(event))])
      expect((await world.balance()) ?? 0).toBe(onPaper(papers))
    })
    await fc.assert(property, { numRuns: 80 })
  })

  it('lose and invent nothing when the customer spends in between: what is short stands on the entries', async () => {
    const property = fc.asyncProperty(happenings, order, async (history, keys) => {
      const { stripe, papers, world } = await open()
      const events = history.flatMap((each) => happen(stripe, papers, each))
      let spent = 0
      for (const [index, event] of shuffle(events, keys).entries()) {
        await world.receive(event)
        const { money } = world.gateway.admin
        const move = {
          accountId: ACCOUNT,
          amountMicro: -(keys[index] ?? 0) * 10,
          externalId: `call_${index}`,
        }
        spent -= (await money.adjust({ ...move, actor: 'test' }))?.postedMicro ?? 0
      }
      const entries = (await world.entries()).filter(({ actor }) => actor === 'stripe')
      const short = entries.reduce((sum, { shortfallMicro }) => sum + shortfallMicro, 0)
      const balance = (await world.balance()) ?? 0
      expect(balance).toBeGreaterThanOrEqual(0)
      // A shortfall whose refund failed after all was short of nothing: the paper can only be reached from above.
      expect(balance + spent).toBeGreaterThanOrEqual(onPaper(papers))
      expect(balance + spent - short).toBeLessThanOrEqual(onPaper(papers))
      expect(await world.gateway.admin.money.verifyLedger()).toMatchObject({ problems: [] })
    })
    await fc.assert(property, { numRuns: 60 })
  })
})
