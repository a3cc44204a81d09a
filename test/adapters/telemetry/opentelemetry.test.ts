import { context, ROOT_CONTEXT, type SpanContext, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { describe, expect, it, vi } from 'vitest'
import { openTelemetry, type OpenTelemetryOptions } from '../../../adapters/telemetry/opentelemetry.js'
import { eventually } from '../../contracts/http-server.js'
import {
  CALLS,
  callOf,
  COST_MICRO,
  PROMPT,
  SECRETS,
  TWO_PLACES,
  USAGE,
} from '../../support/call-scenarios.js'
import { CHAT, chatAnswer, event, stream, whole } from '../../support/calls.js'
import { AUTHORIZED, BASE_CONFIG, createTestGateway, VENDOR_HOST } from '../../support/test-gateway.js'
import { type Observed, observe } from './observe.js'

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
    expect(observed.call().name).toBe('chat vendor-chat')
    expect(observed.call().attributes).toEqual({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'chat',
      'gen_ai.request.model': 'vendor-chat',
      'gen_ai.request.temperature': 0.5,
      'gen_ai.request.max_tokens': 64,
      'gen_ai.response.id': 'chatcmpl-1',
      'gen_ai.response.model': 'vendor-chat',
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.usage.input_tokens': 100,
      'gen_ai.usage.output_tokens': 20,
      'gen_ai.usage.cache_read.input_tokens': 40,
      'gen_ai.usage.reasoning.output_tokens': 5,
      'http.response.status_code': 200,
      'enduser.id': 'jo',
      'server.address': VENDOR_HOST,
      'server.port': 443,
      'crossmodel.request_id': headers['x-request-id'],
      'crossmodel.account_id': 'acme',
      'crossmodel.key_id': 'key_acme',
      'crossmodel.endpoint': CHAT.path,
      'crossmodel.status': 'completed',
      'crossmodel.model': 'test/chat',
      'crossmodel.requested_model': 'fast',
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
          'server.address': 'api.openai.com',
          'server.port': 443,
          'http.response.status_code': 500,
          'error.type': 'provider_error',
        },
      ],
      [
        'attempt second',
        {
          'crossmodel.attempt': 2,
          'crossmodel.upstream': 'second',
          'crossmodel.route': 'second:mistral-b',
          'server.address': 'second.example',
          'server.port': 443,
        },
      ],
    ])
    expect(observed.call().name).toBe('chat mistral-b')
    expect(observed.call().attributes).toMatchObject({
      'gen_ai.provider.name': 'mistral_ai',
      'gen_ai.request.model': 'mistral-b',
      'gen_ai.response.model': 'vendor-chat',
      'server.address': 'second.example',
      'crossmodel.attempts': 2,
    })
  })

  it.each([
    ['whole', false],
    ['streamed', true],
  ])('name the model that the vendor says has answered, and how: %s', async (_how, isStream) => {
    const observed = observe()
    const tested = createTestGateway({
      hooks: observed.hooks,
      upstreams: {
        ...BASE_CONFIG.upstreams,
        messages: { protocol: 'anthropic-messages', baseUrl: 'http://[::1]:8443/llm' },
      },
    })
    const said = { id: 'msg_of_theirs', model: 'served-2026', type: 'message', role: 'assistant' }
    const content = [{ type: 'text', text: 'hello' }]
    tested.vendor.play(
      isStream
        ? stream(
            event({ type: 'message_start', message: { ...said, content: [] } }),
            event({ type: 'content_block_start', index: 0, content_block: content[0] }),
            event({ type: 'content_block_stop', index: 0 }),
            event({ type: 'message_delta', delta: { stop_reason: 'max_tokens' } }),
            event({ type: 'message_stop' }),
          )
        : whole({ ...said, content, stop_reason: 'max_tokens' }),
    )
    await tested.post(CHAT.path, { ...CHAT.request(), model: 'test/messages', stream: isStream })
    await eventually(() => observed.spans().length === 2)
    expect(observed.call().attributes).toMatchObject({
      'gen_ai.request.model': 'vendor-messages',
      'gen_ai.response.id': 'msg_of_theirs',
      'gen_ai.response.model': 'served-2026',
      'gen_ai.response.finish_reasons': ['max_tokens'],
      'server.address': '::1',
      'server.port': 8443,
    })
    const metrics = await observed.metrics()
    const models = metrics.map(({ attributes }) => attributes['gen_ai.response.model'])
    expect(new Set(models)).toEqual(new Set(['served-2026']))
  })

  it('name no model that no vendor has named', async () => {
    const observed = observe()
    const tested = createTestGateway({ hooks: observed.hooks })
    const choices = [{ index: 0, message: { role: 'assistant', content: 'x' }, finish_reason: 'stop' }]
    tested.vendor.play(whole({ choices }))
    await tested.post(CHAT.path, CHAT.request())
    expect(observed.call().attributes).not.toHaveProperty(['gen_ai.response.model'])
    expect(observed.call().attributes).not.toHaveProperty(['gen_ai.response.id'])
    expect(observed.call().attributes['gen_ai.response.finish_reasons']).toEqual(['stop'])
  })

  it.each([
    ['a stream that breaks', 'c1', undefined, ['error']],
    ['a client that leaves in the middle of a stream', 'c1', 'vendor-chat', ['error']],
    ['an error of the vendor', undefined, undefined, ['error']],
    ['an empty balance', undefined, undefined, undefined],
    ['an unknown model', undefined, undefined, undefined],
    ['embeddings', undefined, 'vendor-chat', undefined],
  ])('say what came of an answer: %s', async (name, id, model, reasons) => {
    const observed = observe()
    const scenario = callOf(name)
    await scenario.run(observed.hooks)
    await eventually(() => observed.spans().length > scenario.attempts)
    const { attributes } = observed.call()
    expect([
      attributes['gen_ai.response.id'],
      attributes['gen_ai.response.model'],
      attributes['gen_ai.response.finish_reasons'],
    ]).toEqual([id, model, reasons])
  })

  it('name what a client asked for that there is not, and nothing after it', async () => {
    const observed = observe()
    await callOf('an unknown model').run(observed.hooks)
    expect(observed.call().name).toBe('chat')
    expect(observed.call().attributes['crossmodel.requested_model']).toBe('no/such')
    expect(observed.call().attributes).not.toHaveProperty(['gen_ai.request.model'])
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

  it('is the one that the client names, where clients are believed', async () => {
    const observed = observe({ believeClients: true })
    const span = await call(observed, { traceparent: REMOTE, tracestate: 'vendor=1' })
    expect([span.spanContext().traceId, parentOf(span)]).toEqual([TRACE, 'b7ad6b7169203331'])
    expect(span.spanContext().traceState?.serialize()).toBe('vendor=1')
    expect(span.links).toEqual([])
  })

  it('is none of the client’s otherwise: its span is a link', async () => {
    const observed = observe()
    const span = await call(observed, { traceparent: REMOTE.replace(/01$/, '00') })
    expect(span.parentSpanContext).toBeUndefined()
    expect(span.spanContext()).toMatchObject({ traceId: expect.not.stringMatching(TRACE), traceFlags: 1 })
    expect(span.links.map(({ context: { traceId, spanId } }) => [traceId, spanId])).toEqual([
      [TRACE, 'b7ad6b7169203331'],
    ])
    expect(observed.attempts().flatMap(({ links }) => links)).toEqual([])
  })

  it.each([
    ['it has no trace', '00-00000000000000000000000000000000-b7ad6b7169203331-01'],
    ['it is of a version that is none', REMOTE.replace('00', 'ff')],
    ['it is too long', `${REMOTE}-more`],
    ['it is no context', 'nonsense'],
  ])('is none, and no link, where %s', async (_reason, traceparent) => {
    for (const believeClients of [true, false]) {
      const span = await call(observe({ believeClients }), { traceparent })
      expect(span.parentSpanContext).toBeUndefined()
      expect(span.links).toEqual([])
    }
  })

  it('is the host’s own span before that of the client', async () => {
    const host: SpanContext = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 }
    const active = vi.spyOn(context, 'active').mockReturnValue(trace.setSpanContext(ROOT_CONTEXT, host))
    try {
      const span = await call(observe({ believeClients: true }), { traceparent: REMOTE })
      expect([span.spanContext().traceId, parentOf(span)]).toEqual([host.traceId, host.spanId])
      expect(span.links.map(({ context: { traceId } }) => traceId)).toEqual([TRACE])
      const sameTrace = await call(observe(), { traceparent: REMOTE.replace(TRACE, host.traceId) })
      expect([parentOf(sameTrace), sameTrace.links]).toEqual([host.spanId, []])
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
