/** What every event knows. Ids are the provider's own. */
interface PaymentFacts {
  readonly paymentId: string
  readonly accountId: string
  /** Micro-USD, positive: of the payment, the refund, the dispute. */
  readonly amountMicro: number
}

/**
 * How it went on with all of `amountMicro` since it was taken: what has come back above zero, what was taken once more
 * below it. A later event of the same refund or dispute tells the same changes first, and then may tell more: each is
 * booked once, by its place.
 */
type Changes = readonly number[]

/** Something that has become of a payment. */
export type PaymentEvent =
  | (PaymentFacts & { readonly type: 'paid' })
  /** An asynchronous payment came to nothing: nothing to book, but the customer may want to know. */
  | (PaymentFacts & { readonly type: 'payment_failed' })
  | (PaymentFacts & {
      readonly type: 'refunded' | 'disputed'
      readonly sourceId: string
      readonly changesMicro?: Changes | undefined
    })
  /** The refund or dispute `sourceId` is undone, or a part of it: some of what was taken has come back, and is there now. */
  | (PaymentFacts & {
      readonly type: 'refund_failed' | 'dispute_won'
      readonly sourceId: string
      readonly changesMicro: Changes
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
