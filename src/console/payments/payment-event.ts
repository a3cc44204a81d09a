/** What every event knows. Ids are the provider's own. */
interface PaymentFacts {
  readonly paymentId: string
  readonly accountId: string
  /** Micro-USD, positive: of the payment, the refund, the dispute. */
  readonly amountMicro: number
}

/** Something that has become of a payment. */
export type PaymentEvent =
  | (PaymentFacts & { readonly type: 'paid' })
  /** An asynchronous payment came to nothing: nothing to book, but the customer may want to know. */
  | (PaymentFacts & { readonly type: 'payment_failed' })
  | (PaymentFacts & { readonly type: 'refunded' | 'disputed'; readonly sourceId: string })
  /** The refund or dispute `sourceId` is undone: all of `amountMicro` has come back, or a part. */
  | (PaymentFacts & {
      readonly type: 'refund_failed' | 'dispute_won'
      readonly sourceId: string
      readonly returnedMicro: number
    })
  /** Money that cannot be booked, with a sentence that says why: never acknowledged, somebody has to look. */
  | {
      readonly type: 'refused'
      readonly paymentId: string
      readonly accountId: string
      readonly reason: string
    }

/**
 * What became of an event.
 *
 * - `posted`: booked now. `repeated`: it had been before, nothing changed.
 * - `noted`: nothing to book.
 * - `conflict`: the books have this payment, refund or dispute with another account or amount. `unknown_account`: nobody
 *   has the account. `refused`: the event says so itself. Nothing was booked; the provider is told to send it again.
 */
export type PaymentResult = 'posted' | 'repeated' | 'noted' | 'conflict' | 'unknown_account' | 'refused'

/** An event, and what became of it. */
export interface PaymentOutcome {
  /** Name of the payment provider. */
  readonly provider: string
  readonly event: PaymentEvent
  readonly result: PaymentResult
  /** Signed change of the balance, now or when the event came first. */
  readonly postedMicro: number
  /** What a refund or dispute could not take, because it was spent or held. */
  readonly shortfallMicro: number
  /** Whether the account was suspended for this event now. */
  readonly suspended: boolean
}
