import { Counter, Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import {
  prometheus,
  type Prometheus,
  type PrometheusOptions,
} from '../../../adapters/telemetry/prometheus.js'
import { eventually } from '../../contracts/http-server.js'
import { CALLS, callOf, COST_MICRO, SECRETS, WILDCARD } from '../../support/call-scenarios.js'
import { CHAT, chatAnswer } from '../../support/calls.js'
import { createTestGateway, type TestGateway } from '../../support/test-gateway.js'

const request = { method: 'GET', path: '/metrics', headers: {}, body: null } as const

async function read({ handler }: Prometheus): Promise<string> {
  const { body } = await handler.handle(request)
  return String(body)
}

/** Series that have a value, without those of buckets. */
async function seriesOf(metrics: Prometheus, name: string): Promise<readonly string[]> {
  const lines = (await read(metrics)).split('\n')
  return lines.filter((line) => line.startsWith(`crossmodel_${name}{`) && !line.includes('_bucket'))
}

describe('the page', () => {
  it('is text of the format, and not kept by anybody', async () => {
    const { status, headers } = await prometheus().handler.handle(request)
    expect(status).toBe(200)
    expect(headers).toEqual({
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
      'cache-control': 'no-store',
    })
  })

  it('is one of a request of the web, too', async () => {
    const response = await prometheus().handler.fetch(new Request('http://host/metrics'))
    expect([response.status, (await response.text()).includes('# HELP crossmodel_requests_total')]).toEqual([
      200,
      true,
    ])
  })

  it('takes GET and HEAD only', async () => {
    const { handler } = prometheus()
    expect(await handler.handle({ ...request, method: 'POST' })).toMatchObject({
      status: 405,
      headers: { allow: 'GET, HEAD' },
    })
    expect(await handler.handle({ ...request, method: 'HEAD' })).toMatchObject({ status: 200, body: '' })
  })

  it('is for those whom the host lets in', async () => {
    const { handler } = prometheus({
      authorize: ({ headers }) => headers['authorization'] === 'Bearer scrape',
    })
    expect(await handler.handle(request)).toMatchObject({ status: 401, body: '' })
    const known = { ...request, headers: { authorization: 'Bearer scrape' } }
    expect((await handler.handle(known)).status).toBe(200)
  })

  it('is an empty 500 where the host’s own metrics fail', async () => {
    const register = new Registry()
    const fail = (): never => {
      throw new Error('secret')
    }
    register.registerMetric(new Counter({ name: 'broken', help: 'x', registers: [], collect: fail }))
    expect(await prometheus({ register }).handler.handle(request)).toMatchObject({ status: 500, body: '' })
  })

  it('shows the host’s metrics in the same register, and names as the host wants them', async () => {
    const register = new Registry()
    new Counter({ name: 'mine', help: 'x', registers: [register] }).inc()
    const text = await read(prometheus({ register, prefix: 'llm_' }))
    expect(text).toContain('\nmine 1\n')
    expect(text).toContain('# TYPE llm_requests_total counter')
  })
})

describe('metrics of calls', () => {
  it.each(CALLS)('count each call once: $name', async (scenario) => {
    const metrics = prometheus()
    await scenario.run(metrics.hooks)
    const count = async (): Promise<readonly string[]> => await seriesOf(metrics, 'requests_total')
    let series = await count()
    await eventually(() => {
      void count().then((next) => (series = next))
      return series.length > 0
    })
    const error = scenario.errorCode ?? (scenario.status === 'aborted' ? 'client_closed_request' : '')
    expect(series).toHaveLength(1)
    expect(series[0]).toContain(
      `status="${scenario.status}",http_status="${scenario.httpStatus}",error_code="${error}"} 1`,
    )
    expect(await seriesOf(metrics, 'calls_in_flight')).toEqual([expect.stringMatching(/ 0$/)])
    expect((await seriesOf(metrics, 'upstream_attempts_total')).length > 0).toBe(scenario.attempts > 0)
    const text = await read(metrics)
    for (const secret of [...SECRETS, 'req_cm_']) expect(text).not.toContain(secret)
  })

  it('say how large and how dear a stream was', async () => {
    const metrics = prometheus()
    await callOf('a stream').run(metrics.hooks)
    const text = await read(metrics)
    const place = 'model="test/chat",upstream="chat"'
    expect(text.split('\n')).toEqual(
      expect.arrayContaining([
        `crossmodel_tokens_total{${place},type="input"} 100`,
        `crossmodel_tokens_total{${place},type="output"} 20`,
        `crossmodel_token_parts_total{${place},type="cache_read"} 40`,
        `crossmodel_token_parts_total{${place},type="reasoning"} 5`,
        `crossmodel_cost_micro_usd_total{${place}} ${COST_MICRO}`,
        `crossmodel_time_to_first_byte_seconds_sum{endpoint="/v1/chat/completions",${place}} 0.25`,
        `crossmodel_time_to_first_byte_seconds_bucket{le="0.25",endpoint="/v1/chat/completions",${place}} 1`,
        `crossmodel_request_duration_seconds_count{endpoint="/v1/chat/completions",${place},status="completed"} 1`,
      ]),
    )
  })

  it('tell a fallback from a retry, and whose fault it was', async () => {
    const metrics = prometheus()
    await callOf('a fallback').run(metrics.hooks)
    expect(await seriesOf(metrics, 'detours_total')).toEqual([
      'crossmodel_detours_total{model="test/chat",kind="fallback"} 1',
    ])
    expect(await seriesOf(metrics, 'upstream_failures_total')).toEqual([
      'crossmodel_upstream_failures_total{upstream="first",error_code="provider_error"} 1',
    ])
    const again = prometheus()
    const tested = createTestGateway({ hooks: again.hooks, retries: { attempts: 1, baseMs: 1 } })
    tested.vendor.play({ status: 500, steps: [] }, chatAnswer())
    await tested.post(CHAT.path, CHAT.request())
    expect(await seriesOf(again, 'detours_total')).toEqual([
      'crossmodel_detours_total{model="test/chat",kind="retry"} 1',
    ])
  })

  it('send nothing to vendors', async () => {
    const plain = createTestGateway()
    const counted = createTestGateway({ hooks: prometheus().hooks })
    for (const tested of [plain, counted]) await tested.post(CHAT.path, CHAT.request())
    expect(counted.vendor.last().request.headers).toEqual(plain.vendor.last().request.headers)
  })

  it('name no more models than they may, whatever clients write', async () => {
    const metrics = prometheus({ maxModels: 2 })
    const tested = createTestGateway({ ...WILDCARD, hooks: metrics.hooks })
    for (let count = 0; count < 4; count += 1) {
      await tested.post(CHAT.path, { ...CHAT.request(), model: `router/model-${count}` })
      await tested.post(CHAT.path, { ...CHAT.request('[[error:404]]'), model: `router/none-${count}` })
      await tested.post(CHAT.path, { ...CHAT.request(), model: `no/such-${count}` })
    }
    const models = new Set([...(await read(metrics)).matchAll(/model="([^"]*)"/g)].map(([, model]) => model))
    expect(models).toEqual(new Set(['router/model-0', 'router/model-1', 'other', '']))
  })

  it('escape what operators may write', async () => {
    const metrics = prometheus()
    const tested = createTestGateway({
      hooks: metrics.hooks,
      upstreams: { 'a"b\\c\nd': { protocol: 'openai-chat', baseUrl: 'https://vendor.example/v1' } },
      models: [{ id: 'test/chat', upstream: 'a"b\\c\nd', price: 'free' }],
    })
    await tested.post(CHAT.path, CHAT.request())
    expect(await seriesOf(metrics, 'upstream_attempts_total')).toEqual([
      'crossmodel_upstream_attempts_total{upstream="a\\"b\\\\c\\nd"} 1',
    ])
  })
})

describe('metrics of trouble', () => {
  it('count losses of a translation, errors of all endpoints, and stores that fail', async () => {
    const metrics = prometheus()
    const tested = createTestGateway({ hooks: metrics.hooks })
    await tested.post(CHAT.path, { ...CHAT.request(), model: 'test/messages', logit_bias: { 1: 2 } })
    await tested.get('/nothing')
    void metrics.hooks.onStoreFailure?.({
      requestId: 'req_1',
      store: 'ledger',
      operation: 'settle',
      cause: null,
      passed: true,
      lost: { type: 'release', holdId: 'hold_1' },
    })
    expect(await seriesOf(metrics, 'warnings_total')).toEqual(['crossmodel_warnings_total{code="dropped"} 1'])
    expect(await seriesOf(metrics, 'errors_total')).toEqual([
      'crossmodel_errors_total{error_code="not_found"} 1',
    ])
    expect(await seriesOf(metrics, 'store_failures_total')).toEqual([
      'crossmodel_store_failures_total{store="ledger",operation="settle",lost="true"} 1',
    ])
  })

  const watched = (options: PrometheusOptions = {}): { metrics: Prometheus; tested: TestGateway } => {
    const metrics = prometheus({ upstreams: () => tested.gateway.admin.upstreams.health(), ...options })
    const tested: TestGateway = createTestGateway({
      ...WILDCARD,
      hooks: metrics.hooks,
      breaker: { consecutiveFaults: 1 },
    })
    return { metrics, tested }
  }

  it('show the breakers, those that are open first', async () => {
    const { metrics, tested } = watched({ maxModels: 2 })
    for (const name of ['a', 'b'])
      await tested.post(CHAT.path, { ...CHAT.request(), model: `router/${name}` })
    await tested.post(CHAT.path, { ...CHAT.request('[[error:500]]'), model: 'router/z' })
    expect(await seriesOf(metrics, 'upstream_breaker_state')).toEqual([
      'crossmodel_upstream_breaker_state{route="chat:z"} 2',
      'crossmodel_upstream_breaker_state{route="chat:a"} 0',
    ])
  })

  it('show no breaker where nobody can say', async () => {
    const { metrics } = watched({ upstreams: () => Promise.reject(new Error('down')) })
    expect(await seriesOf(metrics, 'upstream_breaker_state')).toEqual([])
    expect((await metrics.handler.handle(request)).status).toBe(200)
  })
})
