import type { MoneyMove } from '../../gateway/admin/money.js'
import type { PaymentEvent } from './payment-event.js'

/** How an event goes into the books. */
export type PostingPlan =
  | { readonly step: 'add'; readonly move: MoneyMove }
  | TakePlan
  /** Nothing to book. */
  | { readonly step: 'none' }

/** Money is taken, and goes back or is taken once more as far as it can be. */
export interface TakePlan {
  readonly step: 'take'
  /** By its external id the books tell how much of it was really there to take. */
  readonly move: MoneyMove
  /** What follows in its order; a positive amount goes back. */
  readonly changes: readonly MoneyMove[]
}

/**
 * The postings of an event, as plain data. External ids are made of the provider, the kind and the provider's own id, so
 * an event that comes again, or beside another one that tells the same, changes nothing.
 */
export function planPosting(provider: string, event: PaymentEvent): PostingPlan {
  if (event.type === 'refused' || event.type === 'payment_failed') return { step: 'none' }
  const { accountId, amountMicro, paymentId } = event
  const toMove = (kind: string, id: string, note: string): MoneyMove => ({
    accountId,
    amountMicro,
    externalId: `${provider}:${kind}:${id}`,
    note,
    actor: provider,
  })
  switch (event.type) {
    case 'paid':
      return { step: 'add', move: toMove('payment', paymentId, `Payment ${paymentId}`) }
    case 'refunded':
    case 'disputed':
    case 'refund_failed':
    case 'dispute_won': {
      const { sourceId, changesMicro = [] } = event
      const { kind, word, undone } = TAKES[event.type]
      const note = `${word} ${sourceId} of ${paymentId}`
      return {
        step: 'take',
        move: toMove(kind, sourceId, note),
        changes: changesMicro.map((change, index) => ({
          ...toMove(
            `${kind}_returned`,
            placed(sourceId, index),
            `${note} ${change < 0 ? 'taken again' : undone}`,
          ),
          amountMicro: change,
        })),
      }
    }
  }
}

/** Most have one change at most, and nothing but the id. */
function placed(sourceId: string, index: number): string {
  return index === 0 ? sourceId : `${sourceId}:${index + 1}`
}

const REFUND = { kind: 'refund', word: 'Refund', undone: 'failed' } as const
const DISPUTE = { kind: 'dispute', word: 'Dispute', undone: 'returned' } as const
const TAKES = {
  refunded: REFUND,
  refund_failed: REFUND,
  disputed: DISPUTE,
  dispute_won: DISPUTE,
} as const
