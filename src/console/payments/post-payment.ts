import type { PostResult } from '../../balance/ledger.js'
import type { Admin } from '../../gateway/admin/index.js'
import type { MoneyAdmin } from '../../gateway/admin/money.js'
import type { PaymentEvent, PaymentOutcome, PaymentResult } from './payment-event.js'
import type { PaymentProvider } from './payment-provider.js'
import { planPosting, type TakePlan } from './plan-posting.js'
import { suspendForDispute } from './suspend-for-dispute.js'

/** What payments work with. */
export interface PaymentContext {
  readonly admin: Pick<Admin, 'accounts' | 'money' | 'audit'>
  readonly payments: PaymentProvider
}

type Posted = Pick<PaymentOutcome, 'result' | 'postedMicro' | 'shortfallMicro'>

/**
 * Books one event, once however often and in whatever order it comes, and suspends the account where the rule of the
 * provider says so. Rejects with the `GatewayError` of the admin functions: what was booked by then stays, and the event
 * can be posted again.
 */
export async function postPayment(context: PaymentContext, event: PaymentEvent): Promise<PaymentOutcome> {
  const { payments } = context
  const posted = await book(context, event)
  const suspended =
    event.type === 'disputed' && isBooked(posted.result)
      ? await suspendForDispute(context, event, posted.shortfallMicro)
      : false
  const outcome: PaymentOutcome = { provider: payments.name, event, ...posted, suspended }
  await tell(payments, outcome)
  return outcome
}

/** True when what the event says stands in the books. */
function isBooked(result: PaymentResult): boolean {
  return result === 'posted' || result === 'repeated'
}

async function book({ admin: { money }, payments }: PaymentContext, event: PaymentEvent): Promise<Posted> {
  const plan = planPosting(payments.name, event)
  switch (plan.step) {
    case 'add':
      return toPosted(await money.topUp(plan.move))
    case 'take':
      return await take(money, plan)
    case 'none':
      return { ...NOTHING, result: event.type === 'refused' ? 'refused' : 'noted' }
  }
}

/**
 * Takes and gives back in the order of the plan, whatever has been booked of it by then: the books tell of each posting
 * how much there was to take. What was short comes back first, to nobody.
 */
async function take(money: MoneyAdmin, { move, changes }: TakePlan): Promise<Posted> {
  let last = toPosted(await money.refund(move))
  let shortMicro = last.shortfallMicro
  for (const change of changes) {
    if (!isBooked(last.result)) return last
    const { amountMicro } = change
    const backMicro = amountMicro < 0 ? amountMicro : Math.max(0, amountMicro - shortMicro)
    shortMicro = Math.max(0, shortMicro - Math.max(0, amountMicro))
    last = toPosted(await money.adjust({ ...change, amountMicro: backMicro }))
    shortMicro += last.shortfallMicro
  }
  return last
}

const NOTHING = { postedMicro: 0, shortfallMicro: 0 } as const

function toPosted(result: PostResult | null): Posted {
  if (result === null) return { ...NOTHING, result: 'unknown_account' }
  const { outcome, postedMicro, shortfallMicro } = result
  return { result: outcome, postedMicro, shortfallMicro }
}

/** A hook that fails is the host's; the money is in the books. */
async function tell(payments: PaymentProvider, outcome: PaymentOutcome): Promise<void> {
  try {
    await payments.onPayment?.(outcome)
  } catch {
    // Sending the event again would change nothing but call the hook again.
  }
}
