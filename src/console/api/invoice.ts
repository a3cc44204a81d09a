import type { LedgerEntryKind } from '../../balance/ledger.js'
import type { Admin } from '../../gateway/admin/index.js'
import { type Columns, toCsv } from '../../gateway/admin/csv.js'
import { rawRoute, type Route } from '../route.js'
import { answerCsv } from './csv-answer.js'
import { foldGroups } from './fold-groups.js'
import { formatTime, found } from './values.js'

/** A line of a month's invoice: what a model has cost, or money that came or went without a call. */
interface InvoiceLine {
  readonly type: 'usage' | LedgerEntryKind
  /** Of money only. */
  readonly time: string | null
  /** The model, or the external id of the posting. */
  readonly item: string
  readonly note: string | null
  readonly requests: number | null
  readonly inputTokens: number | null
  readonly outputTokens: number | null
  /** Signed as in the books: usage takes, a top-up gives. */
  readonly amountMicro: number
}

/** A month for bookkeeping: from the totals, which stay when the records are pruned, and the books. */
export const INVOICE_ROUTES: readonly Route[] = [
  rawRoute({
    method: 'GET',
    path: 'accounts/{account_id}/invoice.csv',
    access: 'viewer',
    summary: 'A UTC month as CSV: what each model has cost, and top-ups, refunds and adjustments.',
    query: 'InvoiceQuery',
    contentType: 'text/csv',
    async run({ gateway: { admin } }, { params: { account_id: accountId }, query: { month } }, headers) {
      found(await admin.accounts.get(accountId), 'account', accountId)
      const lines = readLines(admin, accountId, monthOf(month))
      return await answerCsv(toCsv(COLUMNS, lines), headers)
    },
  }),
]

const COLUMNS: Columns<InvoiceLine> = {
  type: ({ type }) => type,
  time: ({ time }) => time,
  item: ({ item }) => item,
  note: ({ note }) => note,
  requests: ({ requests }) => requests,
  input_tokens: ({ inputTokens }) => inputTokens,
  output_tokens: ({ outputTokens }) => outputTokens,
  amount_usd: ({ amountMicro }) => amountMicro / 1_000_000,
  amount_micro: ({ amountMicro }) => amountMicro,
}

const MONEY = ['top_up', 'refund', 'adjustment'] as const
/** Models are words of the client: there is no end to them. */
const MOST_MODELS = 1000

/** UTC midnights; `until` is the first one behind. */
interface Span {
  readonly since: number
  readonly until: number
}

async function* readLines(
  { usage, money }: Pick<Admin, 'usage' | 'money'>,
  accountId: string,
  { since, until }: Span,
): AsyncGenerator<InvoiceLine, void, undefined> {
  const groups = await usage.totals({ accountId, by: 'model', since, until })
  for (const { group, folded, totals } of foldGroups(groups, 'model', MOST_MODELS)) {
    yield {
      type: 'usage',
      time: null,
      item: folded === undefined ? group : `${folded} other models`,
      note: null,
      requests: totals.requestCount,
      inputTokens: totals.promptTokens,
      outputTokens: totals.completionTokens,
      amountMicro: 0 - totals.costMicro,
    }
  }
  for await (const { kind, time, externalId, note, balanceMicro } of money.exportEntries({
    accountId,
    kinds: MONEY,
  })) {
    // The newest come first.
    if (time < since) return
    if (time >= until) continue
    const posting = { type: kind, time: formatTime(time), item: externalId ?? '', note }
    yield { ...posting, requests: null, inputTokens: null, outputTokens: null, amountMicro: balanceMicro }
  }
}

/** Of `2026-01`. */
function monthOf(month: string): Span {
  const since = new Date(`${month}-01T00:00:00Z`)
  return { since: since.getTime(), until: Date.UTC(since.getUTCFullYear(), since.getUTCMonth() + 1, 1) }
}
