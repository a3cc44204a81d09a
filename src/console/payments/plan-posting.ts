import type { MoneyMove } from '../../gateway/admin/money.js'
import type { PaymentEvent } from './payment-event.js'

/** How an event goes into the books. */
export type PostingPlan =
  | { readonly step: 'add'; readonly move: MoneyMove }
  | { readonly step: 'take'; readonly move: MoneyMove }
  | UndoPlan
  /** Nothing to book. */
  | { readonly step: 'none' }

/** What was taken goes back, as far as it was taken. */
export interface UndoPlan {
  readonly step: 'undo'
  /** What was taken, or would have been: by its external id the books tell how much it really was. */
  readonly taken: MoneyMove
  /** What has come back of it. */
  readonly returnedMicro: number
  /** How what was taken goes back, but for its amount. */
  readonly back: Omit<MoneyMove, 'amountMicro'>
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
    case 'disputed': {
      const { kind, word } = TAKES[event.type]
      return { step: 'take', move: toMove(kind, event.sourceId, `${word} ${event.sourceId} of ${paymentId}`) }
    }
    case 'refund_failed':
    case 'dispute_won': {
      const { sourceId, returnedMicro } = event
      const { kind, word, undone } = TAKES[UNDOES[event.type]]
      return {
        step: 'undo',
        taken: toMove(kind, sourceId, `${word} ${sourceId} of ${paymentId}`),
        returnedMicro,
        back: toMove(`${kind}_returned`, sourceId, `${word} ${sourceId} of ${paymentId} ${undone}`),
      }
    }
  }
}

const UNDOES = { refund_failed: 'refunded', dispute_won: 'disputed' } as const
const TAKES = {
  refunded: { kind: 'refund', word: 'Refund', undone: 'failed' },
  disputed: { kind: 'dispute', word: 'Dispute', undone: 'returned' },
} as const
