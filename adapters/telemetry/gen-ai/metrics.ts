import type { Attributes, Meter } from '@opentelemetry/api'
import type { EndEvent, Hooks } from '../../../src/index.js'
import { errorTypeOf } from '../shared/error-type.js'
import { createModelNames, createNameLimit, OTHER } from '../shared/model-names.js'
import { answeredModel, placeAttributes } from './attributes.js'
import {
  GEN_AI,
  GEN_AI_METRICS,
  GENERAL,
  operationOf,
  OWN,
  OWN_METRICS,
  providerOf,
  SECONDS,
  TOKENS,
} from './names.js'

/** What metrics are made with. */
export interface MetricOptions {
  readonly meter: Meter
  /** Names of models that no configuration lists, and of those that vendors say have answered, at most. */
  readonly maxModels: number
  /** True: tokens that no vendor has counted are recorded, too. */
  readonly includesEstimates: boolean
}

/** Metrics by the conventions, and of money. */
export function createMetricHooks({ meter, maxModels, includesEstimates }: MetricOptions): Hooks {
  const describePlace = createPlaceDescriber(maxModels)
  const seconds = { unit: 's', advice: { explicitBucketBoundaries: [...SECONDS] } }
  const duration = meter.createHistogram(GEN_AI_METRICS.duration, {
    ...seconds,
    description: 'Duration of calls, to the end of their answers.',
  })
  const firstChunk = meter.createHistogram(GEN_AI_METRICS.timeToFirstChunk, {
    ...seconds,
    description: 'Time to the first chunk of streams.',
  })
  const tokens = meter.createHistogram(GEN_AI_METRICS.tokens, {
    unit: '{token}',
    description: 'Tokens in and out.',
    advice: { explicitBucketBoundaries: [...TOKENS] },
  })
  const cost = meter.createCounter(OWN_METRICS.cost, {
    unit: '{micro_usd}',
    description: 'What calls cost, in millionths of a US dollar.',
  })
  const attemptFailures = meter.createCounter(OWN_METRICS.attemptFailures, {
    description: 'Calls of vendors that failed before anything had reached the client.',
  })
  const storeFailures = meter.createCounter(OWN_METRICS.storeFailures, {
    description: 'Steps of stores that failed.',
  })
  return {
    onAttemptFailure(event) {
      attemptFailures.add(1, {
        [GEN_AI.provider]: providerOf(event),
        [OWN.upstream]: event.upstream,
        [GENERAL.errorType]: event.error.code,
      })
    },
    onStoreFailure({ store, operation, lost }) {
      storeFailures.add(1, {
        [OWN.store]: store,
        [OWN.storeOperation]: operation,
        [OWN.isLost]: lost !== null,
      })
    },
    onEnd(call) {
      const { usage, timeToFirstByteMs: firstMs, costMicro } = call
      const shared = describePlace(call)
      const errorType = errorTypeOf(call)
      const ended = errorType === null ? shared : { ...shared, [GENERAL.errorType]: errorType }
      duration.record(call.latencyMs / 1000, ended)
      if (call.streamed && firstMs !== null) firstChunk.record(firstMs / 1000, shared)
      const isEstimated = usage.estimated === true
      // The conventions want no count of ours among the vendors' unless somebody asks for it.
      if (usage.inputTokens + usage.outputTokens > 0 && (includesEstimates || !isEstimated)) {
        const counted = isEstimated ? { ...shared, [OWN.isEstimated]: true } : shared
        tokens.record(usage.inputTokens, { ...counted, [GEN_AI.tokenType]: 'input' })
        tokens.record(usage.outputTokens, { ...counted, [GEN_AI.tokenType]: 'output' })
      }
      if (costMicro > 0) cost.add(costMicro, shared)
    },
  }
}

/** Gives the attributes that there are few of: nothing that a client can make up. */
function createPlaceDescriber(maxModels: number): (call: EndEvent) => Attributes {
  const models = createModelNames(maxModels)
  const limitAnswered = createNameLimit(maxModels)
  return (call) => {
    const { endpoint, place } = call
    const model = models.nameOf(call)
    const operation = { [GEN_AI.operation]: operationOf(endpoint) }
    if (place === null || model === null) return operation
    const answered = model === OTHER ? null : answeredModel(call)
    return {
      ...operation,
      ...placeAttributes(place),
      [OWN.upstream]: place.upstream,
      [OWN.model]: model,
      ...(model === OTHER ? { [GEN_AI.requestModel]: OTHER } : {}),
      ...(answered === null ? {} : { [GEN_AI.responseModel]: limitAnswered(answered) }),
    }
  }
}
