import { Registry } from 'prom-client'
import {
  combineHooks,
  type GatewayRequest,
  type GatewayResponse,
  type Handler,
  type Hooks,
  toFetch,
  type UpstreamHealth,
} from '../../src/index.js'
import { createBreakerGauge } from './prometheus/breakers.js'
import { createCallMetrics } from './prometheus/calls.js'
import { createTroubleMetrics } from './prometheus/trouble.js'

/** How metrics are kept and shown. */
export interface PrometheusOptions {
  /** The host's own, which may hold its other metrics, too. Default: a new one. */
  readonly register?: Registry | undefined
  /** First characters of every name. Default `crossmodel_`. */
  readonly prefix?: string | undefined
  /** Boundaries of durations, in seconds. */
  readonly buckets?: readonly number[] | undefined
  /** Models of `vendor/*` entries that have a label of their own, at most; the rest is `other`. Default 200. */
  readonly maxModels?: number | undefined
  /** For a gauge of the breakers: `() => gateway.admin.upstreams.health()`. */
  readonly upstreams?: (() => Promise<readonly UpstreamHealth[]>) | undefined
  /** Who may read; default: everybody who reaches the handler. */
  readonly authorize?: ((request: GatewayRequest) => boolean | Promise<boolean>) | undefined
}

/** Metrics of a gateway, and the page that shows them. */
export interface Prometheus {
  readonly hooks: Hooks
  /** Answers GET with the text format on whatever path it is mounted. */
  readonly handler: Handler & { fetch(request: Request): Promise<Response> }
  readonly register: Registry
}

const PREFIX = 'crossmodel_'
const MAX_MODELS = 200
const BUCKETS: readonly number[] = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300]

/** Counts calls for Prometheus: `const { hooks, handler } = prometheus()`. Labels hold nothing that a client can make up. */
export function prometheus(options: PrometheusOptions = {}): Prometheus {
  const { register = new Registry(), prefix = PREFIX, buckets = BUCKETS, maxModels = MAX_MODELS } = options
  const naming = { register, prefix }
  if (options.upstreams !== undefined) createBreakerGauge(naming, options.upstreams, maxModels)
  const handler: Handler = { handle: (request) => answer(register, request, options.authorize) }
  return {
    hooks: combineHooks(createCallMetrics(naming, { buckets, maxModels }), createTroubleMetrics(naming)),
    handler: { ...handler, fetch: toFetch(handler) },
    register,
  }
}

async function answer(
  register: Registry,
  request: GatewayRequest,
  authorize: PrometheusOptions['authorize'],
): Promise<GatewayResponse> {
  const headers = { 'cache-control': 'no-store', 'content-type': 'text/plain; charset=utf-8' }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return { status: 405, headers: { ...headers, allow: 'GET, HEAD' }, body: '' }
  }
  try {
    if (authorize !== undefined && !(await authorize(request))) return { status: 401, headers, body: '' }
    const body = request.method === 'HEAD' ? '' : await register.metrics()
    return { status: 200, headers: { ...headers, 'content-type': register.contentType }, body }
  } catch {
    return { status: 500, headers, body: '' }
  }
}
