import { type LedgerVerification, verifyLedger } from '../../balance/audit.js'
import type {
  BalanceSnapshot,
  LedgerEntry,
  LedgerEntryKind,
  Posting,
  PostResult,
} from '../../balance/ledger.js'
import { GatewayError } from '../../errors.js'
import {
  checkEntryId,
  checkInput,
  checkList,
  checkMicro,
  checkName,
  checkOneOf,
  checkPageLimit,
  checkText,
  checkSignedMicro,
  PAGE_LIMITS,
  withLimit,
} from './checks.js'
import type { Acted, AdminContext, RunAdmin } from './context.js'
import { readPages } from './read-pages.js'

/** Money that comes or goes without a call. */
export interface MoneyMove extends Acted {
  readonly accountId: string
  /** Micro-USD; a refund names what it takes as a positive amount, only an adjustment has a sign. */
  readonly amountMicro: number
  /** Unique over the whole ledger, yours: a payment, an event. However often it comes, it is posted once. */
  readonly externalId: string
  readonly note?: string | undefined
}

/** Which entries of the books, newest first. */
export interface EntryQuery {
  readonly accountId: string
  readonly kinds?: readonly LedgerEntryKind[] | undefined
  /** Only entries with a smaller id: the last one of the page before. */
  readonly beforeId?: number | undefined
  /** 1 to 1,000. Default 100. */
  readonly limit?: number | undefined
}

/** Balances and their books. An account that nobody has is null, never an error. */
export interface MoneyAdmin {
  /** Adds money; the first top-up makes the wallet. A repetition or a conflict is an `outcome`. */
  topUp(move: MoneyMove): Promise<PostResult | null>
  /** Takes back what was paid in, as far as it is neither spent nor held; the rest is the shortfall. */
  refund(move: MoneyMove): Promise<PostResult | null>
  /** Adds, or takes with a negative amount. */
  adjust(move: MoneyMove): Promise<PostResult | null>
  /** Null also when the account has no wallet yet. */
  balance(accountId: string): Promise<BalanceSnapshot | null>
  entries(query: EntryQuery): Promise<readonly LedgerEntry[]>
  /** Every entry of an account, newest first, read page by page as they are taken. */
  exportEntries(query: Omit<EntryQuery, 'beforeId' | 'limit'>): AsyncIterable<LedgerEntry>
  /** Compares every wallet with its entries and open holds: what is wrong with the books, if anything is. */
  verifyLedger(): Promise<LedgerVerification>
  /** Releases the holds of calls that nobody ended; returns how many. Safe to run anywhere, any time. */
  sweep(): Promise<number>
}

const KINDS: Readonly<Record<LedgerEntryKind, true>> = {
  top_up: true,
  refund: true,
  adjustment: true,
  hold: true,
  extend: true,
  settle: true,
  release: true,
  expire: true,
}
const ENTRIES = {
  required: { accountId: checkText },
  optional: {
    kinds: checkList(checkOneOf(Object.keys(KINDS))),
    beforeId: checkEntryId,
    limit: checkPageLimit,
  },
}
const MOVE = { accountId: checkText, externalId: checkName, actor: checkName }
const OPTIONAL = { note: checkName }
const AMOUNTS = { top_up: checkMicro, refund: checkMicro, adjustment: checkSignedMicro } as const

/** The functions of {@link MoneyAdmin}. */
export function createMoneyAdmin(run: RunAdmin): MoneyAdmin {
  const post =
    (kind: Posting['kind']) =>
    (move: MoneyMove): Promise<PostResult | null> =>
      run((context) => postMoney(context, kind, move))

  const entries: MoneyAdmin['entries'] = (query) =>
    run(({ stores }) => {
      checkInput(query, ENTRIES)
      return stores.ledger.entries(withLimit(query))
    })

  return {
    topUp: post('top_up'),
    refund: post('refund'),
    adjust: post('adjustment'),
    balance: (accountId) => run(({ stores }) => stores.ledger.balance(accountId)),
    entries,
    exportEntries: (query) =>
      readPages((last) => entries({ ...query, beforeId: last?.id, limit: PAGE_LIMITS.most })),
    verifyLedger: () => run(({ stores }) => verifyLedger(stores.ledger)),
    sweep: () => run(({ stores, now }) => stores.ledger.sweep(now())),
  }
}

async function postMoney(
  { stores }: AdminContext,
  kind: Posting['kind'],
  move: MoneyMove,
): Promise<PostResult | null> {
  checkInput(move, { required: { ...MOVE, amountMicro: AMOUNTS[kind] }, optional: OPTIONAL })
  if ((await stores.keys.account(move.accountId)) === null) return null
  try {
    return await stores.ledger.post({ kind, ...move })
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    const message = 'amountMicro is more than the balance can count.'
    throw new GatewayError('invalid_value', message, { param: 'amountMicro', cause })
  }
}
