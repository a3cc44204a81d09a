import type { JSX } from 'preact'
import type { Key, UsageRecord } from '../../api/types.js'
import { type Column, Table } from '../../parts/table.js'
import { Badge, Money, Time } from '../../parts/values.js'
import { formatHash, withParams } from '../../router.js'
import { useConsole } from '../../state/console-context.js'
import { keyName } from '../../state/use-lists.js'

interface CellProps {
  readonly record: UsageRecord
}

/** One page of calls. */
export function RequestTable({
  records,
  keys,
  isBusy,
}: {
  readonly records: readonly UsageRecord[]
  readonly keys: readonly Key[]
  readonly isBusy: boolean
}): JSX.Element {
  const { accountId } = useConsole()
  const columns: readonly Column<UsageRecord>[] = [
    { heading: 'Request', isTitle: true, cell: (record) => <RequestCell record={record} /> },
    ...(accountId === null
      ? [{ heading: 'Account', cell: (record: UsageRecord) => <span class="wrap">{record.account_id}</span> }]
      : []),
    { heading: 'Model', cell: (record) => <span class="wrap">{record.model}</span> },
    {
      heading: 'Key',
      cell: (record) => (
        <span class="wrap">
          {keyName(keys, record.key_id)}
          {record.end_user !== null && <span class="sub">{record.end_user}</span>}
        </span>
      ),
    },
    {
      heading: 'Status',
      cell: (record) => (
        <span>
          <Badge state={record.status} />
          {record.error_code !== null && <code class="sub">{record.error_code}</code>}
        </span>
      ),
    },
    { heading: 'Tokens', isNumber: true, cell: (record) => <TokensCell record={record} /> },
    { heading: 'Latency', isNumber: true, cell: (record) => <LatencyCell record={record} /> },
    { heading: 'Cost', isNumber: true, cell: (record) => <Money micro={record.cost_micro} /> },
  ]
  return (
    <Table
      caption="Requests"
      rows={records}
      keyOf={({ request_id }) => request_id}
      columns={columns}
      isBusy={isBusy}
    />
  )
}

function RequestCell({ record }: CellProps): JSX.Element {
  const { route } = useConsole()
  const { request_id: requestId, time } = record
  return (
    <>
      <a href={formatHash(withParams(route, { request: requestId }))} title={requestId}>
        <Time iso={time} isShort />
      </a>
      <code class="sub clip">{requestId}</code>
    </>
  )
}

function TokensCell({ record: { usage } }: CellProps): JSX.Element {
  const { format } = useConsole()
  return (
    <span>
      {format.count(usage.input_tokens)} in
      <span class="sub">{format.count(usage.output_tokens)} out</span>
    </span>
  )
}

function LatencyCell({ record }: CellProps): JSX.Element {
  const { format } = useConsole()
  const { latency_ms: latencyMs, time_to_first_byte_ms: firstMs } = record
  return (
    <span>
      {format.duration(latencyMs)}
      {firstMs !== null && <span class="sub">{format.duration(firstMs)} first byte</span>}
    </span>
  )
}
