import type { JSX } from 'preact'
import type { List, TotalsGroup } from '../../api/types.js'
import { Card } from '../../parts/card.js'
import { Icon } from '../../parts/icon.js'
import { Empty, Loading, ProblemNote } from '../../parts/states.js'
import { Table } from '../../parts/table.js'
import { Money } from '../../parts/values.js'
import { groupMonths } from '../../periods.js'
import { lastDays, nextDay } from '../../plot-data.js'
import { useConsole } from '../../state/console-context.js'
import { useResource } from '../../state/use-resource.js'

const DAYS = 366

/** What each month cost, with its calls as CSV: what bookkeeping asks for. */
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
  const months = groupMonths(data?.data ?? [])
  return (
    <Card
      title="Invoices"
      intro="One line for each UTC month of the last year, with every call of it as CSV."
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
                <a
                  class="button small"
                  aria-label={`CSV of ${format.month(since)}`}
                  href={client.url('usage.csv', { account_id: accountId, since, until })}
                  download={`invoice-${accountId}-${name}.csv`}
                >
                  <Icon name="download" /> CSV
                </a>
              ),
            },
          ]}
        />
      )}
    </Card>
  )
}
