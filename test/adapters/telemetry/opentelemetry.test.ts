import { context, ROOT_CONTEXT, type SpanContext, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
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
import { describe, expect, it, vi } from 'vitest'
import { openTelemetry, type OpenTelemetryOptions } from '../../../adapters/telemetry/opentelemetry.js'
import type { Hooks } from '../../../src/index.js'
import { eventually } from '../../contracts/http-server.js'
import {
  CALLS,
  callOf,
  COST_MICRO,
  PROMPT,
  SECRETS,
  TWO_PLACES,
  USAGE,
  WILDCARD,
} from '../../support/call-scenarios.js'
import { CHAT, chatAnswer } from '../../support/calls.js'
import { AUTHORIZED, createTestGateway } from '../../support/test-gateway.js'

interface Point {
  readonly name: string
  readonly unit: string
  readonly attributes: Readonly<Record<string, unknown>>
  /** Of a histogram: its sum. */
  readonly value: number
  readonly count: number
}

interface Observed {
  readonly hooks: Hooks
  readonly spans: () => readonly ReadableSpan[]
  /** The span of the call, and those of its attempts. */
  readonly call: () => ReadableSpan
  readonly attempts: () => readonly ReadableSpan[]
  readonly metrics: () => Promise<readonly Point[]>
}

function observe(options: Partial<OpenTelemetryOptions> = {}): Observed {
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

const parentOf = (span: ReadableSpan): string | undefined => span.parentSpanContext?.spanId
const millisOf = ([seconds, nanos]: ReadableSpan['duration']): number => seconds * 1000 + nanos / 1e6

describe('spans', () => {
  it.each(CALLS)('are one of each call and one of each attempt: $name', async (scenario) => {
    const observed = observe()
    await scenario.run(observed.hooks)
    await eventually(() => observed.spans().length > scenario.attempts)
    const call = observed.call()
    const attempts = observed.attempts()
    expect(attempts).toHaveLength(scenario.attempts)
    expect(attempts.every((attempt) => parentOf(attempt) === call.spanContext().spanId)).toBe(true)
    expect(call.kind).toBe(SpanKind.CLIENT)
    expect(call.attributes).toMatchObject({
      'crossmodel.status': scenario.status,
      'http.response.status_code': scenario.httpStatus,
    })
    const isGood = scenario.status === 'completed'
    const expected = scenario.errorCode ?? 'client_closed_request'
    expect(call.attributes['error.type']).toBe(isGood ? undefined : expected)
    expect(call.status.code).toBe(isGood ? SpanStatusCode.UNSET : SpanStatusCode.ERROR)
    expect(attempts.at(-1)?.attributes['error.type']).toBe(
      isGood || scenario.attempts === 0 ? undefined : expected,
    )
  })

  it.each(CALLS)('hold neither keys nor prompts: $name', async ({ run }) => {
    const observed = observe()
    await run(observed.hooks)
    const shown = JSON.stringify(
      observed.spans().map(({ name, attributes, events, status }) => [name, attributes, events, status]),
    )
    for (const secret of SECRETS) expect(shown).not.toContain(secret)
    const metrics = JSON.stringify(await observed.metrics())
    for (const secret of [...SECRETS, 'req_cm_']) expect(metrics).not.toContain(secret)
  })

  it('say of a whole answer what the conventions ask for', async () => {
    const observed = observe()
    const tested = createTestGateway({ hooks: observed.hooks, aliases: { fast: 'test/chat' } })
    tested.vendor.play(chatAnswer(USAGE))
    const { headers } = await tested.post(CHAT.path, {
      ...CHAT.request(PROMPT),
      model: 'fast',
      temperature: 0.5,
      max_tokens: 64,
      n: 1,
      user: 'jo',
    })
    expect(observed.call().name).toBe('chat fast')
    expect(observed.call().attributes).toEqual({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'chat',
      'gen_ai.request.model': 'fast',
      'gen_ai.request.temperature': 0.5,
      'gen_ai.request.max_tokens': 64,
      'gen_ai.response.model': 'vendor-chat',
      'gen_ai.usage.input_tokens': 100,
      'gen_ai.usage.output_tokens': 20,
      'gen_ai.usage.cache_read.input_tokens': 40,
      'gen_ai.usage.reasoning.output_tokens': 5,
      'http.response.status_code': 200,
      'enduser.id': 'jo',
      'crossmodel.request_id': headers['x-request-id'],
      'crossmodel.account_id': 'acme',
      'crossmodel.key_id': 'key_acme',
      'crossmodel.endpoint': CHAT.path,
      'crossmodel.status': 'completed',
      'crossmodel.model': 'test/chat',
      'crossmodel.route': 'chat:vendor-chat',
      'crossmodel.upstream': 'chat',
      'crossmodel.cost_micro_usd': COST_MICRO,
    })
  })

  it('of a stream last to its end and know its first chunk', async () => {
    const observed = observe()
    await callOf('a stream').run(observed.hooks)
    expect(observed.call().attributes).toMatchObject({
      'gen_ai.request.stream': true,
      'gen_ai.response.time_to_first_chunk': 0.25,
      'gen_ai.usage.output_tokens': 20,
    })
    expect(millisOf(observed.call().duration)).toBe(250)
  })

  it('of a fallback show the attempt that failed, and bill the other place', async () => {
    const observed = observe()
    await callOf('a fallback').run(observed.hooks)
    expect(observed.attempts().map(({ name, attributes }) => [name, attributes])).toEqual([
      [
        'attempt first',
        {
          'crossmodel.attempt': 1,
          'crossmodel.upstream': 'first',
          'crossmodel.route': 'first:gpt-a',
          'http.response.status_code': 500,
          'error.type': 'provider_error',
        },
      ],
      [
        'attempt second',
        { 'crossmodel.attempt': 2, 'crossmodel.upstream': 'second', 'crossmodel.route': 'second:mistral-b' },
      ],
    ])
    expect(observed.call().attributes).toMatchObject({
      'gen_ai.provider.name': 'mistral_ai',
      'gen_ai.response.model': 'mistral-b',
      'crossmodel.attempts': 2,
    })
  })

  it('name the losses of a translation', async () => {
    const observed = observe()
    const tested = createTestGateway({ hooks: observed.hooks })
    await tested.post(CHAT.path, { ...CHAT.request(), model: 'test/messages', logit_bias: { 1: 2 } })
    expect(observed.call().attributes['crossmodel.warnings']).toEqual(['dropped:logit_bias'])
  })
})

describe('the parent of a span', () => {
  const TRACE = '0af7651916cd43dd8448eb211c80319c'
  const REMOTE = `00-${TRACE}-b7ad6b7169203331-01`
  const call = async (observed: Observed, headers: object = {}): Promise<ReadableSpan> => {
    const tested = createTestGateway({ hooks: observed.hooks })
    await tested.post(CHAT.path, CHAT.request(), { ...AUTHORIZED, ...headers })
    return observed.call()
  }

  it('is the one that the client names', async () => {
    const span = await call(observe(), { traceparent: REMOTE, tracestate: 'vendor=1' })
    expect([span.spanContext().traceId, parentOf(span)]).toEqual([TRACE, 'b7ad6b7169203331'])
    expect(span.spanContext().traceState?.serialize()).toBe('vendor=1')
  })

  it.each([
    ['it is not believed', REMOTE, { believeClients: false }],
    ['it has no trace', '00-00000000000000000000000000000000-b7ad6b7169203331-01', {}],
    ['it is of a version that is none', REMOTE.replace('00', 'ff'), {}],
    ['it is too long', `${REMOTE}-more`, {}],
    ['it is no context', 'nonsense', {}],
  ])('is none where %s', async (_reason, traceparent, options) => {
    const span = await call(observe(options), { traceparent })
    expect(span.parentSpanContext).toBeUndefined()
  })

  it('is the host’s own span before that of the client', async () => {
    const host: SpanContext = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 }
    const active = vi.spyOn(context, 'active').mockReturnValue(trace.setSpanContext(ROOT_CONTEXT, host))
    try {
      const span = await call(observe(), { traceparent: REMOTE })
      expect([span.spanContext().traceId, parentOf(span)]).toEqual([host.traceId, host.spanId])
    } finally {
      active.mockRestore()
    }
  })
})

describe('vendors', () => {
  const sent = async (options: Partial<OpenTelemetryOptions>): Promise<readonly unknown[]> => {
    const observed = observe(options)
    const tested = createTestGateway({ ...TWO_PLACES, hooks: observed.hooks })
    tested.vendor.play({ status: 500, steps: [] }, chatAnswer())
    await tested.post(CHAT.path, CHAT.request(), { ...AUTHORIZED, traceparent: 'of the client' })
    const expected = observed.attempts().map((span) => span.spanContext())
    return tested.vendor.calls.map(({ request: { headers } }, at) => [
      headers['traceparent'] ?? null,
      `00-${expected[at]?.traceId}-${expected[at]?.spanId}-01`,
    ])
  }

  it('learn nothing of traces', async () => {
    expect(await sent({})).toMatchObject([[null], [null]].map(([none]) => [none, expect.any(String)]))
  })

  it('learn their attempt’s span when they are to', async () => {
    const pairs = await sent({ tellVendors: true })
    expect(pairs).toHaveLength(2)
    for (const pair of pairs) expect((pair as string[])[0]).toBe((pair as string[])[1])
  })
})

describe('metrics', () => {
  const place = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'chat',
    'crossmodel.upstream': 'chat',
    'gen_ai.request.model': 'test/chat',
    'gen_ai.response.model': 'vendor-chat',
  }

  it('are those of the conventions, and the cost', async () => {
    const observed = observe()
    await callOf('a stream').run(observed.hooks)
    const tokens = (type: string): object => ({ ...place, 'gen_ai.token.type': type })
    expect(await observed.metrics()).toEqual([
      { name: 'gen_ai.client.operation.duration', unit: 's', attributes: place, value: 0.25, count: 1 },
      {
        name: 'gen_ai.client.operation.time_to_first_chunk',
        unit: 's',
        attributes: place,
        value: 0.25,
        count: 1,
      },
      {
        name: 'gen_ai.client.token.usage',
        unit: '{token}',
        attributes: tokens('input'),
        value: 100,
        count: 1,
      },
      {
        name: 'gen_ai.client.token.usage',
        unit: '{token}',
        attributes: tokens('output'),
        value: 20,
        count: 1,
      },
      { name: 'crossmodel.cost', unit: '{micro_usd}', attributes: place, value: COST_MICRO, count: 1 },
    ])
  })

  it.each(CALLS)('count each call once, by its error: $name', async (scenario) => {
    const observed = observe()
    await scenario.run(observed.hooks)
    await eventually(() => observed.spans().length > scenario.attempts)
    const durations = (await observed.metrics()).filter(
      ({ name }) => name === 'gen_ai.client.operation.duration',
    )
    expect(durations.map(({ count, attributes }) => [count, attributes['error.type']])).toEqual([
      [1, observed.call().attributes['error.type']],
    ])
  })

  it('count the attempts that failed', async () => {
    const observed = observe()
    await callOf('a fallback').run(observed.hooks)
    const failures = (await observed.metrics()).filter(({ name }) => name === 'crossmodel.attempt.failures')
    expect(failures).toMatchObject([
      {
        value: 1,
        attributes: {
          'gen_ai.provider.name': 'openai',
          'crossmodel.upstream': 'first',
          'error.type': 'provider_error',
        },
      },
    ])
  })

  it('name no more models than they may, whatever clients write', async () => {
    const observed = observe({ maxModels: 2 })
    const tested = createTestGateway({ ...WILDCARD, hooks: observed.hooks })
    for (let count = 0; count < 5; count += 1) {
      await tested.post(CHAT.path, { ...CHAT.request(), model: `router/model-${count}` })
      await tested.post(CHAT.path, { ...CHAT.request('[[error:404]]'), model: `router/none-${count}` })
      await tested.post(CHAT.path, { ...CHAT.request(), model: `no/such-${count}` })
    }
    const models = new Set(
      (await observed.metrics()).map(({ attributes }) => attributes['gen_ai.request.model']),
    )
    expect(models).toEqual(new Set(['router/model-0', 'router/model-1', 'other', undefined]))
    const vendors = new Set(
      (await observed.metrics()).map(({ attributes }) => attributes['gen_ai.response.model']),
    )
    expect(vendors).toEqual(new Set(['model-0', 'model-1', undefined]))
  })
})

describe('openTelemetry', () => {
  it('makes spans without metrics, and metrics without spans', async () => {
    const onlySpans = observe({ meter: null })
    await callOf('a whole answer').run(onlySpans.hooks)
    expect([onlySpans.spans().length, (await onlySpans.metrics()).length]).toEqual([2, 0])
    const onlyMetrics = observe({ tracer: null })
    await callOf('a whole answer').run(onlyMetrics.hooks)
    expect([onlyMetrics.spans().length, (await onlyMetrics.metrics()).length]).toEqual([0, 4])
  })

  it('breaks no call where the host has set up nothing', async () => {
    const tested = createTestGateway({ hooks: openTelemetry() })
    expect((await tested.post(CHAT.path, CHAT.request())).status).toBe(200)
    expect(tested.errors).toEqual([])
  })
})
