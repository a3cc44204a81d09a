import type { JSX } from 'preact'
import { useMemo, useState } from 'preact/hooks'
import type { Key, List, UsageRecord } from '../api/types.js'
import { ViewHead } from '../parts/card.js'
import { TextField } from '../parts/field.js'
import { Icon } from '../parts/icon.js'
import { Pager } from '../parts/pager.js'
import { Empty, Loading, ProblemNote } from '../parts/states.js'
import { formatHash, toView } from '../router.js'
import { useConsole } from '../state/console-context.js'
import { useKeys } from '../state/use-lists.js'
import { useResource } from '../state/use-resource.js'
import { USAGE_FILTERS, usageQuery } from '../usage-query.js'
import { UsageFilters } from './usage/filters.js'
import { RequestDetails } from './usage/request-details.js'
import { RequestTable } from './usage/request-table.js'

const PAGE = 50

/** The calls: filtered, paged by cursor, each with its details, exported as CSV. */
export function UsageView(): JSX.Element {
  const { client, accountId, route, setParams } = useConsole()
  const { params } = route
  const { request: opened, after } = params
  const keys = useKeys()
  const known: readonly Key[] = keys.data?.data ?? []
  const filterKey = USAGE_FILTERS.map((name) => params[name] ?? '').join('\n')
  const { data, problem, isLoading, reload } = useResource(
    (signal) =>
      client.get<List<UsageRecord>>(
        'usage',
        { ...usageQuery(params, accountId, new Date()), after, limit: PAGE },
        signal,
      ),
    [accountId, filterKey, after],
  )
  const csv = useMemo(
    () => client.url('usage.csv', usageQuery(params, accountId, new Date())),
    [accountId, filterKey, data],
  )
  const isFiltered = filterKey.trim() !== ''
  return (
    <>
      <ViewHead title="Usage" intro="Every call with its tokens, its cost and what became of it.">
        <button type="button" class="button" onClick={reload}>
          <Icon name="refresh" /> Refresh
        </button>
        <a class="button" href={csv} download="usage.csv">
          <Icon name="download" /> Export CSV
        </a>
      </ViewHead>
      <UsageFilters keys={known} />
      <FindRequest />
      {problem !== null && <ProblemNote problem={problem} onRetry={reload} />}
      {data === null && problem === null && <Loading lines={10} label="Loading requests" />}
      {data !== null && data.data.length === 0 && <NoRequests isFiltered={isFiltered} />}
      {data !== null && data.data.length > 0 && (
        <RequestTable records={data.data} keys={known} isBusy={isLoading} />
      )}
      {data !== null && <Pager next={data.next} label="requests" />}
      {opened !== undefined && (
        <RequestDetails
          key={opened}
          requestId={opened}
          keys={known}
          onClose={() => setParams({ request: null })}
        />
      )}
    </>
  )
}

function NoRequests({ isFiltered }: { readonly isFiltered: boolean }): JSX.Element {
  const { route, setParams } = useConsole()
  if (!isFiltered) {
    return (
      <Empty icon="usage" title="No requests yet">
        <a class="button" href={formatHash(toView(route, 'integrations'))}>
          Make the first call
        </a>
      </Empty>
    )
  }
  return (
    <Empty icon="search" title="No request matches">
      <button
        type="button"
        class="button"
        onClick={() => setParams(Object.fromEntries([...USAGE_FILTERS, 'after'].map((name) => [name, null])))}
      >
        Clear filters
      </button>
    </Empty>
  )
}

/** One request by the id that its answer carried. */
function FindRequest(): JSX.Element {
  const { setParams } = useConsole()
  const [typed, setTyped] = useState('')
  return (
    <form
      class="inline-form find"
      role="search"
      aria-label="Request"
      onSubmit={(event) => {
        event.preventDefault()
        if (typed.trim() !== '') setParams({ request: typed.trim() })
      }}
    >
      <TextField
        label="Request id"
        type="search"
        isMono
        placeholder="req_cm_…"
        value={typed}
        onValue={setTyped}
      />
      <button type="submit" class="button">
        Find request
      </button>
    </form>
  )
}
