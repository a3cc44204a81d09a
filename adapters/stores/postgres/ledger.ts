import {
  extendHold,
  type Ledger,
  placeHold,
  postMoney,
  releaseHold,
  settleHold,
  spendQuestions,
} from '../../../src/index.js'
import { BATCH, type Drainable } from './batch-sizes.js'
import type { Database } from './database.js'
import { createBatcher } from './batcher.js'
import type { LedgerOperation, Situation } from './ledger-books.js'
import { createLedgerQueries } from './ledger-queries.js'
import { readWallet } from './ledger-reader.js'
import { createLedgerTransaction } from './ledger-transaction.js'
import { createLookup } from './lookup.js'
import { textOf } from './rows.js'

const SWEEP_BATCH = 200

/** Prepaid money for many processes: one transaction for all that arrives while the one before it runs. */
export function createPostgresLedger(database: Database): Ledger & Drainable {
  const { prefix } = database
  // One transaction at a time: two with half as many operations each were measured to cost twice the CPU.
  const batches = createBatcher({ ...BATCH, run: createLedgerTransaction(database) })
  const balances = createLookup(database, {
    statement: {
      name: 'ledger_balance',
      text: `SELECT account_id AS lookup_key, balance_micro, held_micro FROM ${prefix}wallets WHERE account_id = ANY ($1::text[])`,
    },
    read: readWallet,
  })
  async function submit<Result>(operation: LedgerOperation<Result>): Promise<Result> {
    return (await batches.submit(operation)) as Result
  }

  return {
    ...createLedgerQueries(database),
    balance: (accountId) => balances.submit(accountId),
    post: (posting) =>
      submit({
        accountId: posting.accountId,
        externalId: posting.externalId,
        decide: (situation, now) => postMoney(situation, posting, now),
      }),
    hold(request) {
      const { holdId, accountId, scopes } = request
      return submit({
        holdId,
        accountId,
        questions: spendQuestions(scopes),
        decide: (situation, now) => placeHold(situation, request, now),
      })
    },
    extend: (extension) =>
      submit({
        holdId: extension.holdId,
        questions: spendQuestions(extension.scopes),
        decide: (situation, now) => extendHold(situation, extension, now),
      }),
    settle: (holdId, costMicro) =>
      submit({ holdId, decide: (situation, now) => settleHold(situation, costMicro, now) }),
    async release(holdId) {
      await submit({
        holdId,
        decide: (situation, now) => releaseHold(situation, 'release', now),
      })
    },
    sweep: createSweep(database, (holdId, now) =>
      submit({ holdId, decide: (situation) => expireHold(situation, now) }),
    ),
    async drain() {
      await Promise.all([batches.drain(), balances.drain()])
    },
  }
}

/** Finds what is overdue and ends it one by one; every instance may find the same. */
function createSweep(
  { prefix, execute }: Database,
  expire: (holdId: string, now: number) => Promise<boolean>,
): (now: number) => Promise<number> {
  const overdue = {
    name: '',
    text: `SELECT hold_id FROM ${prefix}holds WHERE status = 'open' AND expires_at <= $1 ORDER BY expires_at LIMIT ${SWEEP_BATCH}`,
  }
  return async (now) => {
    for (let swept = 0; ;) {
      const rows = await execute(overdue, [Math.floor(now)])
      const expired = await Promise.all(rows.map((row) => expire(textOf(row, 'hold_id'), now)))
      swept += expired.filter(Boolean).length
      if (rows.length < SWEEP_BATCH) return swept
    }
  }
}

/** What another instance has swept or the call has extended by now stays as it is. */
function expireHold(
  { wallet, hold }: Situation,
  now: number,
): ReturnType<LedgerOperation<boolean>['decide']> {
  if (hold?.status !== 'open' || hold.expiresAt > now) return { result: false, write: null }
  const { write } = releaseHold({ wallet, hold }, 'expire', now)
  return { result: true, write }
}
