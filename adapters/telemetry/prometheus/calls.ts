import { Counter, Gauge, Histogram } from 'prom-client'
import type { AttemptRecord, EndEvent, Hooks } from '../../../src/index.js'
import { errorTypeOf } from '../shared/error-type.js'
import { createModelNames } from '../shared/model-names.js'
import { describe, type Naming } from './naming.js'

export interface CallMetricsOptions {
  /** Boundaries of durations, in seconds. */
  readonly buckets: readonly number[]
  readonly maxModels: number
}

const PLACE = ['model', 'upstream'] as const

/** Metrics of calls: how many, how long, how large, how dear. */
export function createCallMetrics(naming: Naming, { buckets, maxModels }: CallMetricsOptions): Hooks {
  const models = createModelNames(maxModels)
  const inFlight = new Gauge(
    describe(naming, 'calls_in_flight', { help: 'Calls that have not ended.', labels: ['endpoint'] }),
  )
  const requests = new Counter(
    describe(naming, 'requests_total', {
      help: 'Calls that have ended.',
      labels: ['endpoint', ...PLACE, 'status', 'http_status', 'error_code'],
    }),
  )
  const duration = new Histogram({
    ...describe(naming, 'request_duration_seconds', {
      help: 'Time to the end of the answer.',
      labels: ['endpoint', ...PLACE, 'status'],
    }),
    buckets: [...buckets],
  })
  const firstByte = new Histogram({
    ...describe(naming, 'time_to_first_byte_seconds', {
      help: 'Time to the first byte of a stream.',
      labels: ['endpoint', ...PLACE],
    }),
    buckets: [...buckets],
  })
  const money = createMoneyMetrics(naming)
  const detours = new Counter(
    describe(naming, 'detours_total', {
      help: 'Further attempts: at the same place (retry) or another (fallback).',
      labels: ['model', 'kind'],
    }),
  )

  return {
    onStart({ endpoint }) {
      inFlight.inc({ endpoint })
    },
    onEnd(call) {
      const { endpoint, status, httpStatus, timeToFirstByteMs: firstMs, attempts = [] } = call
      const place = { model: models.nameOf(call) ?? '', upstream: call.place?.upstream ?? '' }
      const errorCode = errorTypeOf(call) ?? ''
      inFlight.dec({ endpoint })
      requests.inc({ endpoint, ...place, status, http_status: httpStatus, error_code: errorCode })
      duration.observe({ endpoint, ...place, status }, call.latencyMs / 1000)
      if (call.streamed && firstMs !== null) firstByte.observe({ endpoint, ...place }, firstMs / 1000)
      money(call, place)
      for (const kind of detoursOf(attempts)) detours.inc({ model: place.model, kind })
    },
  }
}

function createMoneyMetrics(
  naming: Naming,
): (call: EndEvent, place: Readonly<Record<(typeof PLACE)[number], string>>) => void {
  const tokens = new Counter(
    describe(naming, 'tokens_total', { help: 'Tokens in and out.', labels: [...PLACE, 'type'] }),
  )
  const parts = new Counter(
    describe(naming, 'token_parts_total', {
      help: 'Parts of the tokens: of the input from or into a cache, of the output for reasoning.',
      labels: [...PLACE, 'type'],
    }),
  )
  const cost = new Counter(
    describe(naming, 'cost_micro_usd_total', {
      help: 'What calls cost, in millionths of a US dollar.',
      labels: PLACE,
    }),
  )
  const shortfall = new Counter(
    describe(naming, 'shortfall_micro_usd_total', {
      help: 'The part of the cost that no balance has paid.',
      labels: PLACE,
    }),
  )
  return ({ usage, costMicro, shortfallMicro }, place) => {
    add(tokens, { ...place, type: 'input' }, usage.inputTokens)
    add(tokens, { ...place, type: 'output' }, usage.outputTokens)
    add(parts, { ...place, type: 'cache_read' }, usage.cacheReadTokens)
    add(parts, { ...place, type: 'cache_write' }, usage.cacheWriteTokens + usage.cacheWriteLongTokens)
    add(parts, { ...place, type: 'reasoning' }, usage.reasoningTokens)
    add(cost, place, costMicro)
    add(shortfall, place, shortfallMicro)
  }
}

/** What is nothing makes no series. */
function add<Label extends string>(
  counter: Counter<Label>,
  labels: Readonly<Record<Label, string>>,
  value: number,
): void {
  if (value > 0) counter.inc(labels, value)
}

function detoursOf(attempts: readonly AttemptRecord[]): readonly ('retry' | 'fallback')[] {
  return attempts.slice(1).map(({ route }, at) => (route === attempts[at]?.route ? 'retry' : 'fallback'))
}
