import type { ComponentChildren, JSX } from 'preact'
import { pathOf } from '../../api/client.js'
import type { UsageAttempt, Key, UsageRecord } from '../../api/types.js'
import { Dialog } from '../../parts/dialog.js'
import { Loading, ProblemNote } from '../../parts/states.js'
import { Table } from '../../parts/table.js'
import { Badge, Copyable, Facts, Money, None, Time } from '../../parts/values.js'
import { formatHash, toView } from '../../router.js'
import { useConsole } from '../../state/console-context.js'
import { keyName } from '../../state/use-lists.js'
import { useResource } from '../../state/use-resource.js'

/** One call, in full. */
export function RequestDetails({
  requestId,
  keys,
  onClose,
}: {
  readonly requestId: string
  readonly keys: readonly Key[]
  readonly onClose: () => void
}): JSX.Element {
  const { client } = useConsole()
  const { data, problem, reload } = useResource(
    (signal) => client.get<UsageRecord>(pathOf('usage', requestId), {}, signal),
    [requestId],
  )
  return (
    <Dialog title="Request" size="side" onClose={onClose}>
      <Copyable text={requestId} label="Copy request id" />
      {problem !== null && <ProblemNote problem={problem} onRetry={reload} />}
      {data === null && problem === null && <Loading lines={10} />}
      {data !== null && <Record record={data} keys={keys} />}
    </Dialog>
  )
}

type Fact = readonly [name: string, value: ComponentChildren]

function Record({
  record,
  keys,
}: {
  readonly record: UsageRecord
  readonly keys: readonly Key[]
}): JSX.Element {
  const { format, route } = useConsole()
  const { error_message: message, error_code: code, attempts } = record
  const first = record.time_to_first_byte_ms
  const facts: readonly Fact[] = [
    ['Status', <Outcome key="status" record={record} />],
    ['Time', <Time key="time" iso={record.time} />],
    ['Model', <code key="model">{record.model}</code>],
    ['Endpoint', <code key="endpoint">{record.endpoint}</code>],
    [
      'Key',
      <a href={formatHash(toView(route, 'keys', { key: record.key_id }))}>{keyName(keys, record.key_id)}</a>,
    ],
    ['Account', record.account_id],
    ['End user', record.end_user ?? <None />],
    ...(record.route === null ? [] : [['Route', <code key="route">{record.route}</code>] as const]),
    ['Streamed', record.streamed ? 'Yes' : 'No'],
    ['Latency', format.duration(record.latency_ms)],
    ['First byte after', first === null ? <None /> : format.duration(first)],
    ['Cost', <Money key="cost" micro={record.cost_micro} />],
    ...(record.shortfall_micro > 0
      ? [['Not covered by the balance', <Money key="short" micro={record.shortfall_micro} />] as const]
      : []),
  ]
  return (
    <>
      {message !== null && (
        <div class="note bad">
          <div class="note-body">
            <p class="note-title">{code ?? 'Error'}</p>
            <p>{message}</p>
          </div>
        </div>
      )}
      <Facts facts={facts} />
      <h3>Tokens</h3>
      <Facts facts={tokenFacts(record, format.count)} />
      {attempts !== undefined && attempts.length > 0 && <Attempts attempts={attempts} />}
    </>
  )
}

function Outcome({ record }: { readonly record: UsageRecord }): JSX.Element {
  return (
    <>
      <Badge state={record.status} /> <span class="muted">HTTP {record.http_status}</span>
    </>
  )
}

function tokenFacts({ usage }: UsageRecord, count: (value: number) => string): readonly Fact[] {
  return [
    ['Input', count(usage.input_tokens)],
    ['Input, read from the cache', count(usage.cache_read_tokens)],
    ['Input, written to the cache', count(usage.cache_write_tokens + usage.cache_write_long_tokens)],
    ['Output', count(usage.output_tokens)],
    ['Output, reasoning', count(usage.reasoning_tokens)],
    ...(usage.estimated ? [['Counted by', 'The gateway: the vendor sent no numbers'] as const] : []),
  ]
}

function Attempts({ attempts }: { readonly attempts: readonly UsageAttempt[] }): JSX.Element {
  const { format } = useConsole()
  return (
    <>
      <h3>Attempts</h3>
      <Table
        caption="Attempts"
        rows={attempts.map((attempt, at) => ({ ...attempt, at: at + 1 }))}
        keyOf={({ at }) => at}
        columns={[
          { heading: 'Route', isTitle: true, cell: ({ route }) => <code>{route}</code> },
          { heading: 'Status', isNumber: true, cell: ({ status }) => status ?? <None /> },
          {
            heading: 'Error',
            cell: ({ error_code: code }) => (code === null ? <None /> : <code>{code}</code>),
          },
          { heading: 'Latency', isNumber: true, cell: ({ latency_ms: ms }) => format.duration(ms) },
        ]}
      />
    </>
  )
}
