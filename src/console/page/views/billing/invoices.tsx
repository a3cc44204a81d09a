import type { JSX } from 'preact'
import { pathOf } from '../../api/client.js'
import type { LedgerEntry, List, TotalsGroup } from '../../api/types.js'
import { ledgerKinds } from '../../ledger-words.js'
import { Card } from '../../parts/card.js'
import { Icon } from '../../parts/icon.js'
import { Empty, Loading, ProblemNote } from '../../parts/states.js'
import { Table } from '../../parts/table.js'
import { Money } from '../../parts/values.js'
import { emptyDay, groupMonths } from '../../periods.js'
import { lastDays, nextDay } from '../../plot-data.js'
import { useConsole } from '../../state/console-context.js'
import { useResource } from '../../state/use-resource.js'

const DAYS = 366

/** At once: an account has few payments in a year. */
const MOST_PAYMENTS = 1000

/** What each month cost, by model and with the payments of it as CSV, and its calls: what bookkeeping asks for. */
export function Invoices({ accountId }: { readonly accountId: string }): JSX.Element {
  const { client, format } = useConsole()
  const { data, problem, reload } = useResource(
    (signal) => {
      const days = lastDays(new Date(), DAYS)
      const since = `${(days[0] ?? '').slice(0, 7)}-01`
      const query = { account_id: accountId, by: 'day', since, until: nextDay(days.at(-1) ?? '') }
      return client.get<List<TotalsGroup>>('totals', query, signal)
    },
    [accountId],
  )
  const payments = useResource(
    (signal) => {
      const query = { kind: ledgerKinds('payments'), limit: MOST_PAYMENTS }
      return client.get<List<LedgerEntry>>(pathOf('accounts', accountId, 'ledger'), query, signal)
    },
    [accountId],
  )
  const months = groupMonths([...(data?.data ?? []), ...(payments.data?.data ?? []).map(toPaidDay)])
  return (
    <Card
      title="Invoices"
      intro="One line for each UTC month: the invoice has what each model cost, and credits, refunds and adjustments."
    >
      {problem !== null && <ProblemNote problem={problem} onRetry={reload} />}
      {data === null && problem === null && <Loading lines={3} />}
      {data !== null && months.length === 0 && <Empty icon="billing" title="Nothing to invoice yet" />}
      {months.length > 0 && (
        <Table
          caption="Invoices"
          rows={months}
          keyOf={({ name }) => name}
          columns={[
            { heading: 'Month', isTitle: true, cell: ({ since }) => format.month(since) },
            { heading: 'Requests', isNumber: true, cell: ({ totals }) => format.count(totals.request_count) },
            { heading: 'Cost', isNumber: true, cell: ({ totals }) => <Money micro={totals.cost_micro} /> },
            {
              heading: 'Download',
              isActions: true,
              cell: ({ name, since, until }) => (
                <span class="row-actions">
                  <a
                    class="button small"
                    aria-label={`Invoice of ${format.month(since)}`}
                    href={client.url(pathOf('accounts', accountId, 'invoice.csv'), { month: name })}
                    download={`invoice-${accountId}-${name}.csv`}
                  >
                    <Icon name="download" /> Invoice
                  </a>
                  <a
                    class="button small"
                    aria-label={`Calls of ${format.month(since)}`}
                    href={client.url('usage.csv', { account_id: accountId, since, until })}
                    download={`usage-${accountId}-${name}.csv`}
                  >
                    <Icon name="download" /> Calls
                  </a>
                </span>
              ),
            },
          ]}
        />
      )}
    </Card>
  )
}

/** A month in which money came without a call has an invoice, too. */
function toPaidDay({ time }: LedgerEntry): TotalsGroup {
  return emptyDay(time.slice(0, 10))
}
