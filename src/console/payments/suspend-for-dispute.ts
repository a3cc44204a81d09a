import type { AuditEntry } from '../../keys/key-store.js'
import type { PaymentContext } from './post-payment.js'
import type { SuspendRule } from './payment-provider.js'

/** Which dispute, and whose. */
interface Dispute {
  readonly accountId: string
  readonly sourceId: string
}

const APPLIES: Readonly<Record<SuspendRule, (shortfallMicro: number) => boolean>> = {
  shortfall: (shortfallMicro) => shortfallMicro > 0,
  dispute: () => true,
  never: () => false,
}

const PAGE = 1000

/**
 * Suspends the account of a dispute as the rule of the provider says; true when it did so now. Once for a dispute:
 * whoever has activated the account since knew of it, and later webhooks of the same dispute change nothing.
 */
export async function suspendForDispute(
  { admin, payments }: PaymentContext,
  { accountId, sourceId }: Dispute,
  shortfallMicro: number,
): Promise<boolean> {
  if (!APPLIES[payments.suspendOn ?? 'shortfall'](shortfallMicro)) return false
  const actor = `${payments.name} dispute ${sourceId}`
  if (await hasActed(admin, accountId, actor)) return false
  return (await admin.accounts.suspend(accountId, { actor })) !== null
}

/** The audit remembers, whichever process did it; an account has few entries. */
async function hasActed(
  { audit }: PaymentContext['admin'],
  accountId: string,
  actor: string,
): Promise<boolean> {
  let beforeId: number | undefined
  for (;;) {
    const page: readonly AuditEntry[] = await audit.entries({ accountId, beforeId, limit: PAGE })
    if (page.some((entry) => entry.actor === actor)) return true
    beforeId = page.at(-1)?.id
    if (beforeId === undefined || page.length < PAGE) return false
  }
}
