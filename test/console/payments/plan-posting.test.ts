import { describe, expect, it } from 'vitest'
import type { PaymentEvent } from '../../../src/console/payments/payment-event.js'
import { planPosting } from '../../../src/console/payments/plan-posting.js'

const FACTS = { paymentId: 'pay_1', accountId: 'acme', amountMicro: 100 } as const

describe('the postings of an event', () => {
  it('are a top-up by the payment for a payment', () => {
    expect(planPosting('fake', { type: 'paid', ...FACTS })).toEqual({
      step: 'add',
      move: {
        accountId: 'acme',
        amountMicro: 100,
        externalId: 'fake:payment:pay_1',
        note: 'Payment pay_1',
        actor: 'fake',
      },
    })
  })

  it.each([
    ['refunded', 'fake:refund:x_1'],
    ['disputed', 'fake:dispute:x_1'],
  ] as const)(
    'take what was %s by its own id, so that several of one payment all count',
    (type, externalId) => {
      expect(planPosting('fake', { type, ...FACTS, sourceId: 'x_1' })).toMatchObject({
        step: 'take',
        move: { amountMicro: 100, externalId },
      })
    },
  )

  it.each([
    ['refund_failed', 'refunded'],
    ['dispute_won', 'disputed'],
  ] as const)('give back for %s what the same id had taken, under an id of its own', (type, takes) => {
    const taken = planPosting('fake', { type: takes, ...FACTS, sourceId: 'x_1' })
    const undone = planPosting('fake', { type, ...FACTS, sourceId: 'x_1', changesMicro: [60, -60, 100] })
    if (taken.step !== 'take' || undone.step !== 'take') throw new Error('another plan')
    expect([taken.changes, undone.move]).toEqual([[], taken.move])
    expect(undone.changes.map(({ amountMicro }) => amountMicro)).toEqual([60, -60, 100])
    const ids = [undone.move, ...undone.changes].map(({ externalId }) => externalId)
    expect(new Set(ids).size).toBe(4)
  })

  it('are none for what moves no money', () => {
    const events: PaymentEvent[] = [
      { type: 'payment_failed', ...FACTS },
      { type: 'refused', paymentId: 'pay_1', accountId: 'acme', reason: 'no' },
    ]
    expect(events.map((event) => planPosting('fake', event))).toEqual([{ step: 'none' }, { step: 'none' }])
  })

  it('have ids that differ between providers', () => {
    const ids = ['one', 'two'].map((name) => planPosting(name, { type: 'paid', ...FACTS }))
    expect(ids[0]).not.toEqual(ids[1])
  })
})
