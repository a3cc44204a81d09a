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
      ? { type: 'refund_failed', ...facts, sourceId, changesMicro: [facts.amountMicro] }
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
  const { id: sourceId, status, created } = dispute
  const moves = movesOf(dispute)
  const isWon = status === 'won'
  if (!isWon && !TAKEN.has(status) && moves.length === 0) return []
  // Won is told before the money comes; of what has come, its own amounts count.
  const isComing = isWon && moves.every(({ amount }) => amount <= 0)
  const levels = [...readLevels(dispute, moves), ...(isComing ? [0] : [])]
  const held = levels.at(-1) ?? dispute.amount
  const event = toEvent(owner, dispute, (facts) => ({
    type: isWon || held < dispute.amount ? 'dispute_won' : 'disputed',
    ...facts,
    sourceId,
    changesMicro: toChanges(dispute.amount, levels).map((cents) => cents * MICRO_PER_CENT),
  }))
  return [toChange(created, event)]
}

type Moves = StripeDispute['balance_transactions']

function movesOf({ balance_transactions: moves = [] }: Partial<StripeDispute>): Moves {
  return moves
}

/**
 * What Stripe has of the disputed cents behind each of its moves, in their order: none is ever changed, others may follow.
 * In another currency than the dispute's, that of the balance, only what they are of the first withdrawal counts.
 */
function readLevels({ amount, currency, status }: StripeDispute, moves: Moves): readonly number[] {
  const ordered = moves.toSorted((one, other) => (one.created ?? 0) - (other.created ?? 0))
  const [first] = ordered
  if (first === undefined) return []
  const isForeign = first.currency.toLowerCase() !== currency.toLowerCase()
  let taken = 0
  return ordered.map((move, index) => {
    taken -= move.amount
    if (!isForeign) return Math.min(amount, Math.max(0, taken))
    // The rate has changed since the withdrawal: what is won is won whole.
    if (status === 'won' && move.amount > 0 && index === ordered.length - 1) return 0
    const share = taken / Math.max(1, Math.abs(first.amount))
    return Math.ceil(amount * Math.min(1, Math.max(0, share)))
  })
}

/** What comes back, above zero, and is taken again from each level to the next, beginning with the whole amount. */
function toChanges(amount: number, levels: readonly number[]): readonly number[] {
  return levels.map((level, index) => (levels[index - 1] ?? amount) - level).filter((change) => change !== 0)
}
