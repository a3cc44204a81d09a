import { type Meter, metrics, trace, type Tracer } from '@opentelemetry/api'
import { combineHooks, type Hooks } from '../../src/index.js'
import { createMetricHooks } from './gen-ai/metrics.js'
import { createSpanHooks } from './gen-ai/spans.js'

/** What is told to OpenTelemetry, and whom. */
export interface OpenTelemetryOptions {
  /** Default: one of the host's global provider. Null = no spans. */
  readonly tracer?: Tracer | null | undefined
  /** Default: one of the host's global provider. Null = no metrics. */
  readonly meter?: Meter | null | undefined
  /** True: vendors get a `traceparent` with each call, and so learn ids of yours. Default false. */
  readonly tellVendors?: boolean | undefined
  /**
   * True: a client's `traceparent` is the parent of its call where the host has no span of its own, so clients decide
   * what is sampled and may write into any trace. Default false: spans have a link to it.
   */
  readonly believeClients?: boolean | undefined
  /** True: `gen_ai.client.token.usage` has our own estimates, too, marked by `crossmodel.usage_estimated`. Default false. */
  readonly includeEstimates?: boolean | undefined
  /** Models of `vendor/*` entries that metrics name, at most; the rest is `other`. So many of vendors' answers, too. Default 200. */
  readonly maxModels?: number | undefined
}

const SCOPE = 'crossmodel-gateway'
const MAX_MODELS = 200

/**
 * Hooks that make spans and metrics of every call by the semantic conventions for generative AI:
 * `createGateway({ hooks: openTelemetry(), … })`. Prompts, answers and keys are in neither; ids of requests and of end
 * users are in spans only.
 */
export function openTelemetry(options: OpenTelemetryOptions = {}): Hooks {
  const { tracer = trace.getTracer(SCOPE), meter = metrics.getMeter(SCOPE) } = options
  const { tellVendors = false, believeClients = false } = options
  const { includeEstimates = false, maxModels = MAX_MODELS } = options
  return combineHooks(
    tracer === null
      ? null
      : createSpanHooks({ tracer, tellsVendors: tellVendors, believesClients: believeClients }),
    meter === null ? null : createMetricHooks({ meter, maxModels, includesEstimates: includeEstimates }),
  )
}
