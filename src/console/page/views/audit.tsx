import type { JSX } from 'preact'
import type { AuditEntry, List } from '../api/types.js'
import { ViewHead } from '../parts/card.js'
import { Pager } from '../parts/pager.js'
import { Empty, Loading, ProblemNote } from '../parts/states.js'
import { Table } from '../parts/table.js'
import { None, Time } from '../parts/values.js'
import { formatHash, toView } from '../router.js'
import { useConsole } from '../state/console-context.js'
import { useResource } from '../state/use-resource.js'

const PAGE = 50

/** Who changed which account or key. */
export function AuditView(): JSX.Element {
  const { client, accountId, route } = useConsole()
  const { after } = route.params
  const { data, problem, isLoading, reload } = useResource(
    (signal) => client.get<List<AuditEntry>>('audit', { account_id: accountId, after, limit: PAGE }, signal),
    [accountId, after],
  )
  return (
    <>
      <ViewHead title="Audit log" intro="Who changed which account or key, newest first." />
      {problem !== null && <ProblemNote problem={problem} onRetry={reload} />}
      {data === null && problem === null && <Loading lines={6} label="Loading the audit log" />}
      {data !== null && data.data.length === 0 && <Empty icon="audit" title="Nothing was changed yet" />}
      {data !== null && data.data.length > 0 && (
        <Table
          caption="Audit log"
          rows={data.data}
          keyOf={({ id }) => id}
          isBusy={isLoading}
          columns={[
            { heading: 'Time', isTitle: true, cell: ({ time }) => <Time iso={time} isShort /> },
            { heading: 'Who', cell: ({ actor }) => <span class="wrap">{actor}</span> },
            { heading: 'Action', cell: ({ action }) => <code>{action}</code> },
            {
              heading: 'Account',
              cell: ({ account_id: account }) => <span class="wrap">{account}</span>,
            },
            {
              heading: 'Key',
              cell: ({ key_id: key, account_id: account }) =>
                key === null ? (
                  <None />
                ) : (
                  <a class="wrap" href={formatHash(toView(route, 'keys', { key, account }))}>
                    {key}
                  </a>
                ),
            },
            { heading: 'Details', cell: ({ details }) => <Details details={details} /> },
          ]}
        />
      )}
      {data !== null && <Pager next={data.next} label="the audit log" />}
    </>
  )
}

function Details({ details }: { readonly details: AuditEntry['details'] }): JSX.Element {
  if (Object.keys(details).length === 0) return <None />
  return (
    <details>
      <summary>Show</summary>
      <pre class="details-json">{JSON.stringify(details, null, 2)}</pre>
    </details>
  )
}
