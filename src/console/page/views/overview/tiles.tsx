import type { JSX } from 'preact'
import { pathOf } from '../../api/client.js'
import type { Overview, Totals } from '../../api/types.js'
import { Card, Tile } from '../../parts/card.js'
import { Loading, ProblemNote } from '../../parts/states.js'
import { Money, None } from '../../parts/values.js'
import { errorRate, sumSince, windowStarts } from '../../periods.js'
import { formatHash, toView } from '../../router.js'
import { useConsole } from '../../state/console-context.js'
import { usePolling, useResource } from '../../state/use-resource.js'
import { useTotals } from './use-totals.js'

/** A month and the days of a week before it: what the windows of all accounts are summed from. */
const WINDOW_DAYS = 38
const POLL_MS = 30_000

/** What one account has, and what it spends. */
export function AccountTiles({ accountId }: { readonly accountId: string }): JSX.Element {
  const { client, format, route } = useConsole()
  const overview = useResource(
    (signal) => client.get<Overview>(pathOf('accounts', accountId, 'overview'), {}, signal),
    [accountId],
  )
  usePolling(overview.reload, POLL_MS)
  const { data, problem, reload } = overview
  if (data === null)
    return problem === null ? <Loading lines={3} /> : <ProblemNote problem={problem} onRetry={reload} />
  return (
    <>
      {problem !== null && <ProblemNote problem={problem} onRetry={reload} />}
      <dl class="tiles four">
        <Tile label="Balance" detail={<a href={formatHash(toView(route, 'billing'))}>Billing</a>}>
          <Money micro={data.balance_micro} />
        </Tile>
        <Tile label="On hold" detail={<>Spendable: {format.money(data.spendable_micro)}</>}>
          <Money micro={data.held_micro} />
        </Tile>
        <SpendTiles day={data.windows.day} week={data.windows.week} month={data.windows.month} />
        <Tile label="Keys" detail={<a href={formatHash(toView(route, 'keys'))}>Manage keys</a>}>
          {format.count(data.key_count)}
        </Tile>
      </dl>
      {data.windows.month.request_count === 0 && <FirstSteps overview={data} />}
    </>
  )
}

function SpendTiles({
  day,
  week,
  month,
}: {
  readonly day: Totals
  readonly week: Totals
  readonly month: Totals
}): JSX.Element {
  const { format } = useConsole()
  const rate = errorRate(month)
  const failed = month.request_count - month.success_count
  return (
    <>
      <Tile label="Spend today" detail={requests(day.request_count, format.count)}>
        <Money micro={day.cost_micro} />
      </Tile>
      <Tile label="Spend this week" detail={requests(week.request_count, format.count)}>
        <Money micro={week.cost_micro} />
      </Tile>
      <Tile label="Spend this month" detail={requests(month.request_count, format.count)}>
        <Money micro={month.cost_micro} />
      </Tile>
      <Tile
        label="Requests this month"
        detail={`${format.countShort(month.prompt_tokens + month.completion_tokens)} tokens`}
      >
        {format.count(month.request_count)}
      </Tile>
      <Tile label="Error rate this month" detail={`${format.count(failed)} not completed`}>
        {rate === null ? <None /> : format.percent(rate)}
      </Tile>
    </>
  )
}

function requests(count: number, formatCount: (count: number) => string): string {
  return `${formatCount(count)} ${count === 1 ? 'request' : 'requests'}`
}

/** What all accounts spend together. */
export function AllAccountsTiles(): JSX.Element {
  const { format } = useConsole()
  const { data, problem, reload } = useTotals('day', WINDOW_DAYS)
  usePolling(reload, POLL_MS)
  if (data === null)
    return problem === null ? <Loading lines={3} /> : <ProblemNote problem={problem} onRetry={reload} />
  const starts = windowStarts(new Date())
  const month = sumSince(data.data, starts.month)
  return (
    <dl class="tiles three">
      <SpendTiles
        day={sumSince(data.data, starts.day)}
        week={sumSince(data.data, starts.week)}
        month={month}
      />
      <Tile
        label="Tokens this month"
        detail={`${format.countShort(month.completion_tokens)} of them written`}
      >
        {format.countShort(month.prompt_tokens + month.completion_tokens)}
      </Tile>
    </dl>
  )
}

/** What to do with an account that has made no call. */
function FirstSteps({ overview }: { readonly overview: Overview }): JSX.Element {
  const { route, canWrite } = useConsole()
  const steps: readonly (readonly [isDone: boolean, words: string, view: string])[] = [
    [overview.spendable_micro > 0, 'Put money on the balance', 'billing'],
    [overview.key_count > 0, 'Create an API key', 'keys'],
    [false, 'Make the first call: snippets for every client', 'integrations'],
  ]
  return (
    <Card title="Get started" intro="No request this month yet.">
      <ol class="steps">
        {steps.map(([isDone, words, view]) => (
          <li key={view} class={isDone ? 'done' : undefined}>
            {isDone || !canWrite ? words : <a href={formatHash(toView(route, view))}>{words}</a>}
            {isDone && <span class="muted"> · done</span>}
          </li>
        ))}
      </ol>
    </Card>
  )
}
