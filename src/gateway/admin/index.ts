import { type AccountAdmin, createAccountAdmin } from './accounts.js'
import { type AuditAdmin, createAuditAdmin } from './audit.js'
import { type AdminContext, createAdminRunner } from './context.js'
import { deriveSecret } from './derive-secret.js'
import { createKeyAdmin, type KeyAdmin } from './keys.js'
import { createModelAdmin, type ModelAdmin } from './models.js'
import { createMoneyAdmin, type MoneyAdmin } from './money.js'
import { createSessionAdmin, type SessionAdmin } from './sessions.js'
import { createUpstreamAdmin, type UpstreamAdmin } from './upstreams.js'
import { createUsageAdmin, type UsageAdmin } from './usage.js'

/**
 * What an administrator does, for a console and for code of the host's own.
 *
 * - An id that nobody has is null (or an empty list), never an error.
 * - An input that is wrong throws a `GatewayError` `invalid_value` with the field as its `param`.
 * - A store that fails is a `GatewayError` `db_error`; whether a change was made is then not known.
 * - Each change names its `actor` and leaves an entry in the audit, or, for money, in the books.
 * - This gateway obeys a change at once, others on the same store within the 5 seconds that keys are remembered.
 */
export interface Admin {
  readonly accounts: AccountAdmin
  readonly keys: KeyAdmin
  readonly money: MoneyAdmin
  readonly usage: UsageAdmin
  readonly models: ModelAdmin
  readonly audit: AuditAdmin
  readonly upstreams: UpstreamAdmin
  readonly sessions: SessionAdmin
  /** Forgets stored answers whose time is over; returns how many. Safe to run anywhere, any time. */
  sweepState(): Promise<number>
  /** 32 bytes for a purpose, from the gateway's `keySecret`: the same in every process that has it, useless for any other. */
  deriveSecret(purpose: string): Promise<Uint8Array>
}

/** The admin functions over a context that is opened by the first call. */
export function createAdmin(open: () => Promise<AdminContext>): Admin {
  const run = createAdminRunner(open)
  return {
    accounts: createAccountAdmin(run),
    keys: createKeyAdmin(run),
    money: createMoneyAdmin(run),
    usage: createUsageAdmin(run),
    models: createModelAdmin(run),
    audit: createAuditAdmin(run),
    upstreams: createUpstreamAdmin(run),
    sessions: createSessionAdmin(run),
    sweepState: () => run(({ stores, now }) => stores.state.sweep(now())),
    deriveSecret: (purpose) => run(({ keySecret }) => deriveSecret(keySecret, purpose)),
  }
}
