import type { Ledger, WalletAudit } from './ledger.js'

/** Something that does not add up in the books of an account. */
export interface LedgerProblem {
  readonly accountId: string
  readonly problem: string
}

/** What {@link verifyLedger} has found. */
export interface LedgerVerification {
  /** How many wallets were looked at. */
  readonly wallets: number
  readonly problems: readonly LedgerProblem[]
}

const WALLETS_PER_PAGE = 500

/** What does not add up in a wallet, in sentences; none when all is well. */
export function auditProblems({
  wallet,
  entries,
  openHoldsMicro,
  holdsEndedTwice,
}: WalletAudit): readonly string[] {
  const { balanceMicro, heldMicro } = wallet
  const checks: readonly (readonly [holds: boolean, problem: string])[] = [
    [
      balanceMicro === entries.balanceMicro,
      `balance ${balanceMicro}, but the entries add up to ${entries.balanceMicro}`,
    ],
    [heldMicro === entries.heldMicro, `held ${heldMicro}, but the entries add up to ${entries.heldMicro}`],
    [heldMicro === openHoldsMicro, `held ${heldMicro}, but the open holds add up to ${openHoldsMicro}`],
    [balanceMicro >= 0, `balance ${balanceMicro} is negative`],
    [heldMicro >= 0, `held ${heldMicro} is negative`],
    [heldMicro <= balanceMicro, `held ${heldMicro} is more than the balance ${balanceMicro}`],
  ]
  return [
    ...checks.filter(([holds]) => !holds).map(([, problem]) => problem),
    ...holdsEndedTwice.map((holdId) => `hold ${holdId} ended more than once`),
  ]
}

/** Compares every wallet with its entries and its open holds, page by page; reads only. */
export async function verifyLedger(ledger: Pick<Ledger, 'audit'>): Promise<LedgerVerification> {
  const problems: LedgerProblem[] = []
  let wallets = 0
  let afterAccountId: string | undefined
  for (;;) {
    const page = await ledger.audit({ afterAccountId, limit: WALLETS_PER_PAGE })
    if (page.length === 0) return { wallets, problems }
    for (const audit of page) {
      const { accountId } = audit
      problems.push(...auditProblems(audit).map((problem) => ({ accountId, problem })))
      afterAccountId = accountId
    }
    wallets += page.length
  }
}
