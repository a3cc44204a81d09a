import type { JSX } from 'preact'
import { useMemo } from 'preact/hooks'
import { pathOf } from '../api/client.js'
import type { Key, List, Overview, Totals, TotalsGroup } from '../api/types.js'
import { Card, Tile, ViewHead } from '../parts/card.js'
import { SelectField } from '../parts/field.js'
import { Plot } from '../parts/plot.js'
import { Empty, Loading, ProblemNote } from '../parts/states.js'
import { Table } from '../parts/table.js'
import { Money, None } from '../parts/values.js'
import { errorRate, sumSince, windowStarts } from '../periods.js'
import { type Chart, chartDays, chartModels, lastDays, nextDay } from '../plot-data.js'
import { formatHash, toView } from '../router.js'
import { useConsole } from '../state/console-context.js'
import { keyName, useKeys } from '../state/use-lists.js'
import { type Resource, usePolling, useResource } from '../state/use-resource.js'

const SPANS: Readonly<Record<string, number>> = { '7': 7, '30': 30, '90': 90 }
const USUAL_SPAN = '30'
/** A month and the days of a week before it: what the windows of all accounts are summed from. */
const WINDOW_DAYS = 38
const MOST_MODELS = 7
const POLL_MS = 30_000

/** What an account has and uses; for an operator also all accounts together. */
export function OverviewView(): JSX.Element {
  const { accountId, route, setParams } = useConsole()
  const typed = route.params['days'] ?? USUAL_SPAN
  const span = Object.hasOwn(SPANS, typed) ? typed : USUAL_SPAN
  return (
    <>
      <ViewHead
        title="Overview"
        intro={accountId === null ? 'All accounts together. Days, weeks and months are UTC.' : undefined}
      >
        <SelectField
          label="Period of the charts"
          isLabelHidden
          value={span}
          options={Object.keys(SPANS).map((days) => [days, `Last ${days} days`])}
          onValue={(days) => setParams({ days: days === USUAL_SPAN ? null : days })}
        />
      </ViewHead>
      {accountId === null ? <AllAccountsTiles /> : <AccountTiles accountId={accountId} />}
      <Charts dayCount={SPANS[span] ?? 30} />
    </>
  )
}

function AccountTiles({ accountId }: { readonly accountId: string }): JSX.Element {
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

function AllAccountsTiles(): JSX.Element {
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

function useTotals(by: string, dayCount: number): Resource<List<TotalsGroup>> {
  const { client, accountId } = useConsole()
  return useResource(
    (signal) => {
      const days = lastDays(new Date(), dayCount)
      const until = nextDay(days.at(-1) ?? '')
      return client.get<List<TotalsGroup>>(
        'totals',
        { account_id: accountId, by, since: days[0], until },
        signal,
      )
    },
    [accountId, by, dayCount],
  )
}

function Charts({ dayCount }: { readonly dayCount: number }): JSX.Element {
  const { format } = useConsole()
  const byModel = useTotals('day_model', dayCount)
  const byDay = useTotals('day', dayCount)
  const days = useMemo(() => lastDays(new Date(), dayCount), [dayCount, byDay.data])
  return (
    <>
      <ChartCard
        title="Tokens by model"
        resource={byModel}
        days={days}
        toChart={(groups) =>
          chartModels(days, groups, {
            most: MOST_MODELS,
            read: (totals) => totals.prompt_tokens + totals.completion_tokens,
          })
        }
        formatValue={format.count}
        formatAxis={format.countShort}
      />
      <div class="halves">
        <ChartCard
          title="Spend by day"
          resource={byDay}
          days={days}
          toChart={(groups) => chartDays(days, groups, { Spend: (totals) => totals.cost_micro })}
          formatValue={format.money}
          formatAxis={format.moneyShort}
        />
        <ChartCard
          title="Requests by day"
          resource={byDay}
          days={days}
          toChart={(groups) =>
            chartDays(days, groups, {
              Completed: (totals) => totals.success_count,
              'Not completed': (totals) => totals.request_count - totals.success_count,
            })
          }
          formatValue={format.count}
          formatAxis={format.countShort}
        />
      </div>
      <div class="halves">
        <TopTable by="model" title="Top models" dayCount={dayCount} />
        <TopTable by="key" title="Top keys" dayCount={dayCount} />
      </div>
    </>
  )
}

function ChartCard({
  title,
  resource,
  days,
  toChart,
  formatValue,
  formatAxis,
}: {
  readonly title: string
  readonly resource: Resource<List<TotalsGroup>>
  readonly days: readonly string[]
  readonly toChart: (groups: readonly TotalsGroup[]) => Chart
  readonly formatValue: (value: number) => string
  readonly formatAxis: (value: number) => string
}): JSX.Element {
  const { data, problem, reload } = resource
  const chart = useMemo(() => (data === null ? null : toChart(data.data)), [data, days])
  const isEmpty = chart !== null && chart.series.every(({ values }) => values.every((value) => value === 0))
  return (
    <Card title={title}>
      {problem !== null && <ProblemNote problem={problem} onRetry={reload} />}
      {chart === null && problem === null && <Loading lines={6} />}
      {chart !== null && isEmpty && <Empty icon="usage" title="No requests in this period" />}
      {chart !== null && !isEmpty && (
        <Plot title={title} chart={chart} formatValue={formatValue} formatAxis={formatAxis} />
      )}
    </Card>
  )
}

const MOST_ROWS = 6

function TopTable({
  by,
  title,
  dayCount,
}: {
  readonly by: 'model' | 'key'
  readonly title: string
  readonly dayCount: number
}): JSX.Element {
  const { format, route } = useConsole()
  const { data, problem, reload } = useTotals(by, dayCount)
  const keys = useKeys()
  const known: readonly Key[] = keys.data?.data ?? []
  const rows = data?.data.slice(0, MOST_ROWS) ?? []
  return (
    <Card title={title}>
      {problem !== null && <ProblemNote problem={problem} onRetry={reload} />}
      {data === null && problem === null && <Loading />}
      {data !== null && rows.length === 0 && (
        <Empty icon={by === 'key' ? 'keys' : 'models'} title="Nothing yet" />
      )}
      {rows.length > 0 && (
        <Table
          caption={title}
          rows={rows}
          keyOf={(row) => row.group}
          columns={[
            {
              heading: by === 'key' ? 'Key' : 'Model',
              isTitle: true,
              cell: (row) => (
                <a href={formatHash(toView(route, 'usage', { [by]: row.group }))}>
                  {by === 'key' ? keyName(known, row.group) : row.group}
                </a>
              ),
            },
            { heading: 'Requests', isNumber: true, cell: (row) => format.count(row.request_count) },
            {
              heading: 'Tokens',
              isNumber: true,
              cell: (row) => format.countShort(row.prompt_tokens + row.completion_tokens),
            },
            { heading: 'Spend', isNumber: true, cell: (row) => <Money micro={row.cost_micro} /> },
          ]}
        />
      )}
    </Card>
  )
}
