import { formatUsd, GatewayError, isMicro } from '../../src/index.js'
import type { PaymentEvent } from '../../src/console/index.js'
import type { Owner } from './stripe-metadata.js'
import type { StripeDispute, StripePaymentIntent, StripeRefund } from './stripe-api.js'

/** The books are in US dollars, and so is every payment that goes into them. */
export const CURRENCY = 'usd'

const MICRO_PER_CENT = 10_000

/** The most that Stripe takes in one payment: 99,999,999 cents. */
export const MAX_PAYMENT_MICRO: number = 99_999_999 * MICRO_PER_CENT

/** Cents of an amount. Throws `invalid_value` for what is no whole number of cents, or too much for one payment. */
export function toCents(amountMicro: number): number {
  if (amountMicro % MICRO_PER_CENT === 0 && amountMicro <= MAX_PAYMENT_MICRO)
    return amountMicro / MICRO_PER_CENT
  const message = `amount_micro must be whole cents (multiples of ${MICRO_PER_CENT}), at most $${formatUsd(MAX_PAYMENT_MICRO)}.`
  throw new GatewayError('invalid_value', message, { param: 'amount_micro' })
}

/** An amount of Stripe's in one of its currencies. */
interface StripeAmount {
  readonly amount: number
  readonly currency: string
}

/** An event with its amount, or a refusal when the amount is no US dollars that the books can count. */
export function toEvent(
  { paymentId, accountId }: Owner,
  { amount, currency }: StripeAmount,
  make: (facts: Owner & { readonly amountMicro: number }) => PaymentEvent,
): PaymentEvent {
  const amountMicro = amount * MICRO_PER_CENT
  const refuse = (why: string): PaymentEvent => ({
    type: 'refused',
    paymentId,
    accountId,
    reason: `The payment ${paymentId} ${why}; nothing of it was booked.`,
  })
  if (currency.toLowerCase() !== CURRENCY)
    return refuse(`has an amount in '${currency}', the books are in US dollars`)
  if (!Number.isSafeInteger(amount) || amount === 0 || !isMicro(amountMicro))
    return refuse(`has an amount that the books cannot count: ${amount} cents`)
  return make({ paymentId, accountId, amountMicro })
}

/** A payment with all that has become of it. */
export interface StripePayment {
  readonly intent: StripePaymentIntent
  readonly refunds: readonly StripeRefund[]
  readonly disputes: readonly StripeDispute[]
}

/**
 * A payment as it stands now, as events in the order in which they are booked: that it was paid, what has come back of
 * what had been taken, then what is to be taken, oldest first. What cannot be booked stands last.
 */
export function readPayment(
  owner: Owner,
  { intent, refunds, disputes }: StripePayment,
): readonly PaymentEvent[] {
  const paid = toEvent(owner, { amount: intent.amount_received, currency: intent.currency }, (facts) => ({
    type: 'paid',
    ...facts,
  }))
  const changes = [
    ...refunds.flatMap((refund) => readRefund(owner, refund)),
    ...disputes.flatMap((dispute) => readDispute(owner, dispute)),
  ].sort((one, other) => one.rank - other.rank || one.created - other.created)
  return [paid, ...changes.map(({ event }) => event)]
}

interface Change {
  readonly rank: number
  readonly created: number
  readonly event: PaymentEvent
}

/** In which order what happens to a payment is booked. */
const RANKS: Readonly<Record<PaymentEvent['type'], number>> = {
  paid: 0,
  payment_failed: 0,
  refund_failed: 1,
  dispute_won: 1,
  refunded: 2,
  disputed: 2,
  refused: 3,
}

function toChange(created: number, event: PaymentEvent): Change {
  return { rank: RANKS[event.type], created, event }
}

/** A refund counts from its first day, when Stripe takes it from its balance; a failed one comes back. */
function readRefund(owner: Owner, refund: StripeRefund): readonly Change[] {
  const { id: sourceId, status, created } = refund
  const isUndone = status === 'failed' || status === 'canceled'
  const event = toEvent(owner, refund, (facts) =>
    isUndone
      ? { type: 'refund_failed', ...facts, sourceId, returnedMicro: facts.amountMicro }
      : { type: 'refunded', ...facts, sourceId },
  )
  return [toChange(created, event)]
}

/** Disputes that are over money which Stripe has taken; others are so when a withdrawal stands beside them. */
const TAKEN: ReadonlySet<string> = new Set([
  'needs_response',
  'under_review',
  'lost',
  'appeal_needs_response',
  'appeal_under_review',
])

function readDispute(owner: Owner, dispute: StripeDispute): readonly Change[] {
  const { id: sourceId, status, created, amount } = dispute
  const { withdrawn, reinstated } = sumTransactions(dispute)
  if (status !== 'won' && !TAKEN.has(status) && withdrawn === 0) return []
  const returned =
    status === 'won' || (withdrawn > 0 && reinstated >= withdrawn)
      ? amount
      : Math.floor(amount * Math.min(1, reinstated / Math.max(1, withdrawn)))
  const event = toEvent(owner, dispute, (facts) =>
    returned === 0
      ? { type: 'disputed', ...facts, sourceId }
      : { type: 'dispute_won', ...facts, sourceId, returnedMicro: returned * MICRO_PER_CENT },
  )
  return [toChange(created, event)]
}

/** In the currency of the balance, which need not be that of the payment: only their ratio counts. */
function sumTransactions({ balance_transactions: transactions = [] }: Partial<StripeDispute>): {
  readonly withdrawn: number
  readonly reinstated: number
} {
  const sum = (sign: 1 | -1): number =>
    transactions.reduce((total, { amount }) => total + Math.max(0, sign * amount), 0)
  return { withdrawn: sum(-1), reinstated: sum(1) }
}
