import type { JSX } from 'preact'
import type { List, Upstream } from '../api/types.js'
import { ViewHead } from '../parts/card.js'
import { Icon } from '../parts/icon.js'
import { Empty, Loading, Note, ProblemNote } from '../parts/states.js'
import { Table } from '../parts/table.js'
import { Badge, None } from '../parts/values.js'
import { useConsole } from '../state/console-context.js'
import { usePolling, useResource } from '../state/use-resource.js'

const POLL_MS = 10_000
const STATE_WORDS: Readonly<Record<Upstream['state'], string>> = {
  closed: 'Healthy',
  open: 'Broken: left alone',
  'half-open': 'Probing',
}

/** How the vendors do, as this process's own calls have shown; for operators. */
export function UpstreamsView(): JSX.Element {
  const { client } = useConsole()
  const { data, problem, reload } = useResource(
    (signal) => client.get<List<Upstream>>('upstreams', {}, signal),
    [],
  )
  usePolling(reload, POLL_MS)
  const broken = (data?.data ?? []).filter(({ state }) => state !== 'closed').length
  return (
    <>
      <ViewHead
        title="Upstreams"
        intro="Seen by this process: its breakers, and its calls of the last minutes. Refreshes by itself."
      >
        <button type="button" class="button" onClick={reload}>
          <Icon name="refresh" /> Refresh
        </button>
      </ViewHead>
      {problem !== null && <ProblemNote problem={problem} onRetry={reload} />}
      {data === null && problem === null && <Loading lines={5} label="Loading upstreams" />}
      {broken > 0 && (
        <Note tone="warn">
          {broken === 1 ? 'One route is' : `${broken} routes are`} broken or being probed; calls go elsewhere
          where they can.
        </Note>
      )}
      {data !== null && data.data.length === 0 && (
        <Empty icon="upstreams" title="No calls yet">
          <p>A route appears here with its first call.</p>
        </Empty>
      )}
      {data !== null && data.data.length > 0 && <Routes routes={data.data} />}
    </>
  )
}

function Routes({ routes }: { readonly routes: readonly Upstream[] }): JSX.Element {
  const { format } = useConsole()
  return (
    <Table
      caption="Upstreams"
      rows={routes}
      keyOf={({ route }) => route}
      columns={[
        { heading: 'Route', isTitle: true, cell: ({ route }) => <code class="wrap">{route}</code> },
        {
          heading: 'State',
          cell: ({ state, resting }) => (
            <span class="badges">
              <Badge state={state}>{STATE_WORDS[state]}</Badge>
              {resting && <Badge state="resting">Resting</Badge>}
            </span>
          ),
        },
        { heading: 'Calls', isNumber: true, cell: ({ calls }) => format.count(calls) },
        {
          heading: 'Error rate',
          isNumber: true,
          cell: ({ calls, error_rate: rate }) => (calls === 0 ? <None /> : format.percent(rate)),
        },
        { heading: 'Rate limited', isNumber: true, cell: ({ limited }) => format.count(limited) },
        {
          heading: 'First byte',
          isNumber: true,
          cell: ({ latency_ms: ms }) => (ms === null ? <None /> : format.duration(Math.round(ms))),
        },
      ]}
    />
  )
}
