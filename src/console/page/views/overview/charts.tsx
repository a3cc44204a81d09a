import type { JSX } from 'preact'
import { useMemo } from 'preact/hooks'
import type { Key, List, TotalsGroup } from '../../api/types.js'
import { Card } from '../../parts/card.js'
import { Plot } from '../../parts/plot.js'
import { Empty, Loading, ProblemNote } from '../../parts/states.js'
import { Table } from '../../parts/table.js'
import { Money } from '../../parts/values.js'
import { type Chart, chartDays, chartModels, lastDays } from '../../plot-data.js'
import { formatHash, toView } from '../../router.js'
import { useConsole } from '../../state/console-context.js'
import { keyName, useKeys } from '../../state/use-lists.js'
import type { Resource } from '../../state/use-resource.js'
import { useTotals } from './use-totals.js'

const MOST_MODELS = 7
/** What went wrong is red. */
const COMPLETED_COLORS = [0, 4]

/** Tokens, spend and requests over days, and who used most. */
export function Charts({ dayCount }: { readonly dayCount: number }): JSX.Element {
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
          colors={COMPLETED_COLORS}
          formatValue={format.count}
          formatAxis={format.countShort}
        />
      </div>
      <div class="halves">
        <TopTable by="model" title="Top models" dayCount={dayCount} />
        <TopKeys dayCount={dayCount} />
      </div>
    </>
  )
}

function ChartCard({
  title,
  resource,
  days,
  toChart,
  colors,
  formatValue,
  formatAxis,
}: {
  readonly title: string
  readonly resource: Resource<List<TotalsGroup>>
  readonly days: readonly string[]
  readonly toChart: (groups: readonly TotalsGroup[]) => Chart
  readonly colors?: readonly number[] | undefined
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
        <Plot title={title} chart={chart} colors={colors} formatValue={formatValue} formatAxis={formatAxis} />
      )}
    </Card>
  )
}

const MOST_ROWS = 6

function TopKeys({ dayCount }: { readonly dayCount: number }): JSX.Element {
  const keys = useKeys()
  const known: readonly Key[] = keys.data?.data ?? []
  return <TopTable by="key" title="Top keys" dayCount={dayCount} nameOf={(id) => keyName(known, id)} />
}

function TopTable({
  by,
  title,
  dayCount,
  nameOf = (group) => group,
}: {
  readonly by: 'model' | 'key'
  readonly title: string
  readonly dayCount: number
  readonly nameOf?: ((group: string) => string) | undefined
}): JSX.Element {
  const { format, route } = useConsole()
  const { data, problem, reload } = useTotals(by, dayCount, MOST_ROWS)
  const rows = data?.data ?? []
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
              cell: ({ group, folded }) =>
                folded === undefined ? (
                  <a href={formatHash(toView(route, 'usage', { [by]: group }))}>{nameOf(group)}</a>
                ) : (
                  <span class="muted">{format.count(folded)} more</span>
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
