/** What the fake Stripe has: the objects of one account, and the events that tell of them. Pure state, no server. */
export interface FakeSession {
  readonly id: string
  readonly object: 'checkout.session'
  readonly mode: string
  readonly client_reference_id: string | null
  readonly amount_total: number
  readonly currency: string
  readonly metadata: Record<string, string>
  readonly success_url: string
  readonly cancel_url: string
  readonly payment_method_types: readonly string[]
  readonly url: string
  status: 'open' | 'complete'
  payment_status: 'unpaid' | 'paid'
  payment_intent: string | null
}

interface FakeIntent {
  readonly id: string
  readonly object: 'payment_intent'
  readonly amount: number
  amount_received: number
  readonly currency: string
  readonly metadata: Record<string, string>
}

export interface FakeRefund {
  readonly id: string
  readonly object: 'refund'
  readonly amount: number
  readonly created: number
  readonly currency: string
  readonly payment_intent: string
  status: string
}

export interface FakeDispute {
  readonly id: string
  readonly object: 'dispute'
  readonly amount: number
  readonly created: number
  readonly currency: string
  readonly payment_intent: string
  readonly balance_transactions: {
    readonly amount: number
    readonly currency: string
    readonly created: number
  }[]
  status: string
}

/** An event as it is sent: a snapshot of its object. */
export interface FakeEvent {
  readonly id: string
  readonly object: 'event'
  readonly api_version: string
  readonly type: string
  readonly data: { readonly object: object }
}

export interface NewSession extends Pick<
  FakeSession,
  'mode' | 'client_reference_id' | 'amount_total' | 'currency' | 'metadata' | 'success_url' | 'cancel_url'
> {
  readonly payment_method_types: readonly string[]
  /** Of the payment that the session will make. */
  readonly intentMetadata: Record<string, string>
}

/** The objects, and what a customer, a merchant and a bank do with them; each answers the event that tells of it. */
export interface FakeAccount {
  createSession(session: NewSession, urlOf: (id: string) => string): FakeSession
  session(id: string): FakeSession
  intent(id: string): FakeIntent | undefined
  /** The customer pays: by card at once, by Alipay when `settle` says so. */
  pay(sessionId: string, method?: 'card' | 'alipay'): FakeEvent
  /** An asynchronous payment has arrived, or failed. */
  settle(sessionId: string, arrived: boolean): FakeEvent
  refund(paymentId: string, cents: number, status?: string): FakeEvent
  changeRefund(refundId: string, status: string): FakeEvent
  dispute(paymentId: string, cents: number, status?: string): FakeEvent
  /** Moves money of a dispute: withdrawn below zero, reinstated above it. */
  moveDispute(disputeId: string, cents: number, status?: string): FakeEvent
  closeDispute(disputeId: string, status: string): FakeEvent
  /** An event of any type, about any object. */
  event(type: string, object: object): FakeEvent
  refundsOf(paymentId: string): readonly FakeRefund[]
  disputesOf(paymentId: string): readonly FakeDispute[]
  /** All events so far, in the order in which things happened. */
  readonly events: readonly FakeEvent[]
}

export function createFakeAccount(): FakeAccount {
  const sessions = new Map<string, FakeSession>()
  const pending = new Map<string, Record<string, string>>()
  const intents = new Map<string, FakeIntent>()
  const refunds = new Map<string, FakeRefund>()
  const disputes = new Map<string, FakeDispute>()
  const events: FakeEvent[] = []
  let count = 0
  const nextId = (prefix: string): string => {
    count += 1
    return `${prefix}_${String(count).padStart(6, '0')}`
  }
  const event = (type: string, object: object): FakeEvent => {
    const data = { object: structuredClone(object) }
    const made: FakeEvent = {
      id: nextId('evt'),
      object: 'event',
      api_version: '2026-10-28.endive',
      type,
      data,
    }
    events.push(made)
    return made
  }
  const find = <T>(objects: ReadonlyMap<string, T>, id: string): T => {
    const object = objects.get(id)
    if (object === undefined) throw new Error(`the fake Stripe has no ${id}`)
    return object
  }
  const receive = (session: FakeSession): void => {
    const intent = find(intents, session.payment_intent ?? '')
    intent.amount_received = intent.amount
    session.payment_status = 'paid'
  }

  return {
    events,
    event,
    createSession({ intentMetadata, ...fields }, urlOf) {
      const id = nextId('cs_test')
      const session: FakeSession = {
        ...fields,
        id,
        object: 'checkout.session',
        url: urlOf(id),
        status: 'open',
        payment_status: 'unpaid',
        payment_intent: null,
      }
      sessions.set(id, session)
      pending.set(id, intentMetadata)
      return session
    },
    session: (id) => find(sessions, id),
    intent: (id) => intents.get(id),
    pay(sessionId, method = 'card') {
      const session = find(sessions, sessionId)
      if (session.status === 'complete') throw new Error('the session is complete')
      const { amount_total: amount, currency } = session
      const metadata = find(pending, sessionId)
      const id = nextId('pi')
      intents.set(id, { id, object: 'payment_intent', amount, amount_received: 0, currency, metadata })
      session.payment_intent = id
      session.status = 'complete'
      if (method === 'card') receive(session)
      return event('checkout.session.completed', session)
    },
    settle(sessionId, arrived) {
      const session = find(sessions, sessionId)
      if (arrived) receive(session)
      return event(`checkout.session.async_payment_${arrived ? 'succeeded' : 'failed'}`, session)
    },
    refund(paymentId, amount, status = 'succeeded') {
      const { currency } = find(intents, paymentId)
      const [id, created] = [nextId('re'), count]
      const refund = {
        id,
        object: 'refund',
        amount,
        created,
        currency,
        payment_intent: paymentId,
        status,
      } as const
      refunds.set(id, { ...refund })
      return event('refund.created', refund)
    },
    changeRefund(refundId, status) {
      const refund = find(refunds, refundId)
      refund.status = status
      return event(status === 'failed' ? 'refund.failed' : 'refund.updated', refund)
    },
    dispute(paymentId, amount, status = 'needs_response') {
      const { currency } = find(intents, paymentId)
      const [id, created] = [nextId('dp'), count]
      const dispute: FakeDispute = {
        id,
        object: 'dispute',
        amount,
        created,
        currency,
        payment_intent: paymentId,
        balance_transactions: [],
        status,
      }
      disputes.set(id, dispute)
      return event('charge.dispute.created', dispute)
    },
    moveDispute(disputeId, cents, status) {
      const dispute = find(disputes, disputeId)
      const created = dispute.created + dispute.balance_transactions.length
      dispute.balance_transactions.push({ amount: cents, currency: dispute.currency, created })
      dispute.status = status ?? dispute.status
      return event(`charge.dispute.funds_${cents < 0 ? 'withdrawn' : 'reinstated'}`, dispute)
    },
    closeDispute(disputeId, status) {
      const dispute = find(disputes, disputeId)
      dispute.status = status
      return event('charge.dispute.closed', dispute)
    },
    refundsOf: (paymentId) => newestFirst(refunds).filter((each) => each.payment_intent === paymentId),
    disputesOf: (paymentId) => newestFirst(disputes).filter((each) => each.payment_intent === paymentId),
  }
}

function newestFirst<T>(objects: ReadonlyMap<string, T>): T[] {
  return [...objects.values()].toReversed()
}
