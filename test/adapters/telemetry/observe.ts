import {
  type DataPoint,
  type Histogram,
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { openTelemetry, type OpenTelemetryOptions } from '../../../adapters/telemetry/opentelemetry.js'
import type { Hooks } from '../../../src/index.js'

/** One series of a metric. */
export interface Point {
  readonly name: string
  readonly unit: string
  readonly attributes: Readonly<Record<string, unknown>>
  /** Of a histogram: its sum. */
  readonly value: number
  readonly count: number
}

/** Hooks, and what they have told. */
export interface Observed {
  readonly hooks: Hooks
  readonly spans: () => readonly ReadableSpan[]
  /** The span of the call, and those of its attempts. */
  readonly call: () => ReadableSpan
  readonly attempts: () => readonly ReadableSpan[]
  readonly metrics: () => Promise<readonly Point[]>
}

/** The hooks with exporters in memory. */
export function observe(options: Partial<OpenTelemetryOptions> = {}): Observed {
  const memory = new InMemorySpanExporter()
  const tracers = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(memory)] })
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
  const meters = new MeterProvider({ readers: [reader] })
  const spans = (): readonly ReadableSpan[] => memory.getFinishedSpans()
  const isAttempt = ({ name }: ReadableSpan): boolean => name.startsWith('attempt ')
  return {
    hooks: openTelemetry({ tracer: tracers.getTracer('test'), meter: meters.getMeter('test'), ...options }),
    spans,
    call() {
      const [only, ...others] = spans().filter((span) => !isAttempt(span))
      if (only === undefined || others.length > 0) throw new Error(`${others.length} spans too many`)
      return only
    },
    attempts: () => spans().filter(isAttempt),
    async metrics() {
      await reader.forceFlush()
      return (
        exporter
          .getMetrics()
          .at(-1)
          ?.scopeMetrics.flatMap(({ metrics }) =>
            metrics.flatMap(({ descriptor: { name, unit }, dataPoints }) =>
              (dataPoints as DataPoint<Histogram | number>[]).map(({ attributes, value }) => ({
                name,
                unit,
                attributes,
                ...(typeof value === 'number'
                  ? { value, count: 1 }
                  : { value: value.sum ?? 0, count: value.count }),
              })),
            ),
          ) ?? []
      )
    },
  }
}
