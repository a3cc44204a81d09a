import { within } from './bounded-stores.js'
import type { Core } from '../core.js'

/** What has become of a call whose process has not come back: `unknown` while somebody else finds out. */
export type Fate = 'running' | 'unknown' | 'charged' | 'void'

/** A call, by its hold. */
export interface Abandoned {
  readonly holdId: string
  readonly accountId: string
}

/** Longer than the few steps of a store that it takes to find out. */
const INQUIRY_MS = 60_000

/**
 * Finds out what has become of a call, by its hold, and sees to it that nothing more becomes of one that was not
 * charged: its hold is settled at nothing, so that a settle that is still on its way finds it ended. `name`: where it
 * is noted that somebody asks. Rejects when a store fails.
 */
export async function inquire(core: Core, name: string, { holdId, accountId }: Abandoned): Promise<Fate> {
  const { state, ledger } = core.stores
  const inquiry = `${name}:${holdId}`
  if (!(await state.create(inquiry, '{}', core.now() + INQUIRY_MS))) return 'unknown'
  await within(ledger.sweep(core.now()), core.settings.storeTimeoutMs)
  // A stream gives its hold more time as long as it runs.
  const { ok: isOpen } = await ledger.extend({ holdId, amountMicro: 0, expiresAt: 0 })
  if (isOpen) return 'running'
  // A call that went on without a ledger has none, and an end of nothing would leave nothing for its charge to find.
  await ledger.hold({ holdId, accountId, amountMicro: 0, expiresAt: core.now() + INQUIRY_MS })
  const { chargedMicro } = await ledger.settle(holdId, 0)
  return chargedMicro > 0 ? 'charged' : 'void'
}
