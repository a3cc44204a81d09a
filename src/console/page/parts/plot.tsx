import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import uPlot from 'uplot'
import { type Chart, stack, sum } from '../plot-data.js'
import { useConsole } from '../state/console-context.js'
import { useThemeChanges } from '../state/use-theme.js'
import { Table } from './table.js'

const HEIGHT = 220
const BAR_SHARE = 0.72
const MAX_BAR = 48

/** Stacked bars over days, with a legend that tells the day under the pointer, and the same as a table. */
export function Plot({
  title,
  chart,
  colors = [],
  formatValue,
  formatAxis,
}: {
  readonly title: string
  readonly chart: Chart
  /** Numbers of the palette, where the order of the series is not to decide. */
  readonly colors?: readonly number[] | undefined
  readonly formatValue: (value: number) => string
  readonly formatAxis: (value: number) => string
}): JSX.Element {
  const { format } = useConsole()
  const frame = useRef<HTMLDivElement>(null)
  const [hovered, setHovered] = useState<number | null>(null)
  const themeChanges = useThemeChanges()

  useEffect(() => {
    const element = frame.current
    if (element === null) return
    const plot = draw(element, chart, { formatAxis, formatDay: format.dayShort, onHover: setHovered })
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }))
    observer.observe(element)
    return () => {
      observer.disconnect()
      plot.destroy()
    }
  }, [chart, themeChanges])

  const total = sum(chart.series.map(({ values }) => sum(values)))
  return (
    <div class="plot">
      <div
        class="plot-canvas"
        ref={frame}
        role="img"
        aria-label={`${title}: ${formatValue(total)} over ${chart.days.length} days. The table below has the numbers.`}
      />
      <Legend chart={chart} hovered={hovered} colors={colors} formatValue={formatValue} />
      <details class="plot-table">
        <summary>{title} as a table</summary>
        <DayTable title={title} chart={chart} formatValue={formatValue} />
      </details>
    </div>
  )
}

function Legend({
  chart: { days, series },
  hovered,
  colors,
  formatValue,
}: {
  readonly chart: Chart
  readonly hovered: number | null
  readonly colors: readonly number[]
  readonly formatValue: (value: number) => string
}): JSX.Element {
  const { format } = useConsole()
  const day = hovered === null ? undefined : days[hovered]
  const valueOf = (values: readonly number[]): number =>
    hovered === null ? sum(values) : (values[hovered] ?? 0)
  return (
    <>
      <p class="plot-when">{day === undefined ? `Sum of ${days.length} days` : format.day(day)}</p>
      <ul class="legend">
        {series.map(({ name, values }, index) => (
          <li key={name}>
            <span class={`swatch series-${colors[index] ?? index}`} aria-hidden="true" />
            <span class="legend-name">{name}</span>
            <span class="legend-value">{formatValue(valueOf(values))}</span>
          </li>
        ))}
      </ul>
    </>
  )
}

function DayTable({
  title,
  chart: { days, series },
  formatValue,
}: {
  readonly title: string
  readonly chart: Chart
  readonly formatValue: (value: number) => string
}): JSX.Element {
  const { format } = useConsole()
  return (
    <Table
      caption={title}
      rows={days.map((name, at) => ({ name, at })).toReversed()}
      keyOf={(row) => row.name}
      columns={[
        { heading: 'Day (UTC)', isTitle: true, cell: (row) => format.day(row.name) },
        ...series.map(({ name, values }) => ({
          heading: name,
          isNumber: true,
          cell: (row: { readonly at: number }) => formatValue(values[row.at] ?? 0),
        })),
      ]}
    />
  )
}

interface DrawOptions {
  readonly formatAxis: (value: number) => string
  readonly formatDay: (day: string) => string
  readonly onHover: (index: number | null) => void
}

function draw(element: HTMLElement, { days, series }: Chart, options: DrawOptions): uPlot {
  const { formatAxis, formatDay, onHover } = options
  const ink = getComputedStyle(element)
  const swatches = element.parentElement?.querySelectorAll('.swatch') ?? []
  const colors = [...swatches].map((swatch) => getComputedStyle(swatch).backgroundColor)
  // The tallest first: the others are painted over it.
  const rows = stack(series)
    .map((values, index) => ({ values, color: colors[index] ?? ink.color }))
    .toReversed()
  const axis = {
    stroke: ink.color,
    font: `12px ${ink.fontFamily}`,
    ticks: { show: false },
    grid: { stroke: ink.borderTopColor, width: 1 },
  }
  const bars = uPlot.paths.bars?.({ size: [BAR_SHARE, MAX_BAR], radius: 0 })
  return new uPlot(
    {
      width: element.clientWidth,
      height: HEIGHT,
      legend: { show: false },
      cursor: { y: false, points: { show: false }, drag: { x: false, y: false, setScale: false } },
      scales: {
        x: { time: false, range: [-0.5, Math.max(days.length - 0.5, 0.5)] },
        y: { range: (_plot, _min, max) => [0, max > 0 ? max * 1.08 : 1] },
      },
      axes: [
        {
          ...axis,
          size: 34,
          gap: 9,
          grid: { show: false },
          incrs: [1, 2, 5, 7, 10, 14, 30],
          space: 64,
          values: (_plot, splits) => splits.map((at) => dayLabel(days, at, formatDay)),
        },
        { ...axis, size: 62, values: (_plot, splits) => splits.map(formatAxis) },
      ],
      series: [
        {},
        ...rows.map(({ color }) => ({
          fill: color,
          width: 0,
          points: { show: false },
          ...(bars === undefined ? {} : { paths: bars }),
        })),
      ],
      hooks: { setCursor: [({ cursor }) => onHover(cursor.idx ?? null)] },
    },
    [days.map((_, index) => index), ...rows.map(({ values }) => [...values])],
    element,
  )
}

function dayLabel(days: readonly string[], at: number, formatDay: (day: string) => string): string {
  const day = days[at]
  return day === undefined ? '' : formatDay(day)
}
