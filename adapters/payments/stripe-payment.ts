import type { PaymentEvent } from '../../src/console/index.js'
import { askStripe } from './ask-stripe.js'
import {
  idOf,
  type StripeDispute,
  type StripeLike,
  type StripeList,
  type StripePaymentQuery,
  type StripeReference,
  type StripeRefund,
} from './stripe-api.js'
import { readPayment } from './stripe-books.js'
import { readOwner } from './stripe-metadata.js'

/** Where payments are looked up, and which are ours. */
export interface LookUpSettings {
  readonly client: StripeLike
  readonly project: string
}

/** The refunds and disputes that an event brings along. */
export interface Told {
  readonly refunds?: readonly StripeRefund[]
  readonly disputes?: readonly StripeDispute[]
}

/** Looks a payment up, with all that has become of it: events come in any order and tell how it was then. */
export async function lookUpPayment(
  { client, project }: LookUpSettings,
  reference: StripeReference | undefined,
  { refunds = [], disputes = [] }: Told = {},
): Promise<readonly PaymentEvent[]> {
  const paymentId = idOf(reference)
  if (paymentId === null) return []
  const intent = await askStripe(() => client.paymentIntents.retrieve(paymentId))
  const owner = readOwner(project, paymentId, intent.metadata)
  if (owner === null) return []
  const listed = await askStripe(() =>
    Promise.all([
      readAll(paymentId, (query) => client.refunds.list(query)),
      readAll(paymentId, (query) => client.disputes.list(query)),
    ]),
  )
  return readPayment(owner, {
    intent,
    refunds: mergeById(refunds, listed[0]),
    disputes: mergeById(disputes, listed[1]),
  })
}

const PAGE = 100

async function readAll<T extends { readonly id: string }>(
  paymentId: string,
  list: (query: StripePaymentQuery) => PromiseLike<StripeList<T>>,
): Promise<readonly T[]> {
  const all: T[] = []
  for (;;) {
    const last = all.at(-1)
    const after = last === undefined ? {} : { starting_after: last.id }
    const { data, has_more } = await list({ payment_intent: paymentId, limit: PAGE, ...after })
    all.push(...data)
    if (!has_more || data.length === 0) return all
  }
}

/** What is listed is newer than what an event tells; the event may know one that no list has yet. */
function mergeById<T extends { readonly id: string }>(
  told: readonly T[],
  listed: readonly T[],
): readonly T[] {
  const ids = new Set(listed.map(({ id }) => id))
  return [...listed, ...told.filter(({ id }) => !ids.has(id))]
}
