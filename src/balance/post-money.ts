import type { BalanceSnapshot, LedgerEntry, Posting, PostResult } from './ledger.js'
import { assertMicro } from './money.js'
import { draftEntry, EMPTY_WALLET, type LedgerStep } from './step.js'

/** The entry that an external id has made before, as far as a repetition is compared with it. */
export type EarlierPosting = Pick<LedgerEntry, 'accountId' | 'kind' | 'balanceMicro' | 'shortfallMicro'>

/** What a store has read and locked for a posting. */
export interface PostingSituation {
  /** The wallet of the account of the posting; null when there is none. */
  readonly wallet: BalanceSnapshot | null
  /** The entry with the external id of the posting, of whatever account; null when there is none. */
  readonly earlier: EarlierPosting | null
}

/**
 * Adds or takes money, once for an external id. A refund or a negative adjustment takes what is neither spent nor held,
 * the rest is a shortfall. Throws a `RangeError` on no amount, or when the balance would be no safe integer.
 */
export function postMoney(
  { wallet, earlier }: PostingSituation,
  posting: Posting,
  now: number,
): LedgerStep<PostResult> {
  const changeMicro = signedAmount(posting)
  const before = wallet ?? EMPTY_WALLET
  if (earlier !== null) return { result: repeat(before, earlier, posting), write: null }
  const takeableMicro = Math.max(0, before.balanceMicro - before.heldMicro)
  const postedMicro = Math.max(changeMicro, 0 - takeableMicro)
  const shortfallMicro = postedMicro - changeMicro
  const after = {
    balanceMicro: assertMicro(before.balanceMicro + postedMicro, 'balanceMicro'),
    heldMicro: before.heldMicro,
  }
  const { accountId, kind, externalId, note, actor } = posting
  return {
    result: { wallet: after, postedMicro, shortfallMicro, outcome: 'posted' },
    write: {
      accountId,
      wallet: after,
      hold: null,
      entry: draftEntry(
        { kind, accountId, time: now, before, after },
        { shortfallMicro, externalId, note, actor },
      ),
      spend: [],
    },
  }
}

function signedAmount({ kind, amountMicro }: Posting): number {
  switch (kind) {
    case 'top_up':
      return assertMicro(amountMicro, 'amountMicro')
    case 'refund':
      return 0 - assertMicro(amountMicro, 'amountMicro')
    case 'adjustment':
      if (Number.isSafeInteger(amountMicro)) return amountMicro
      throw new RangeError(`amountMicro must be an integer of micro-USD, got ${amountMicro}`)
  }
}

function repeat(wallet: BalanceSnapshot, earlier: EarlierPosting, posting: Posting): PostResult {
  const { balanceMicro: postedMicro, shortfallMicro } = earlier
  const isSame =
    earlier.accountId === posting.accountId &&
    earlier.kind === posting.kind &&
    postedMicro - shortfallMicro === signedAmount(posting)
  return { wallet, postedMicro, shortfallMicro, outcome: isSame ? 'repeated' : 'conflict' }
}
