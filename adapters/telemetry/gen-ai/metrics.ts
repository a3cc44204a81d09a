import type { Attributes, Meter } from '@opentelemetry/api'
import type { EndEvent, Hooks } from '../../../src/index.js'
import { errorTypeOf } from '../shared/error-type.js'
import { createModelNames, OTHER } from '../shared/model-names.js'
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

/** Metrics by the conventions, and of money. `maxModels`: names of models that no configuration lists. */
export function createMetricHooks(meter: Meter, maxModels: number): Hooks {
  const models = createModelNames(maxModels)
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
      const shared = sharedAttributes(call, models.nameOf(call))
      const errorType = errorTypeOf(call)
      const ended = errorType === null ? shared : { ...shared, [GENERAL.errorType]: errorType }
      duration.record(call.latencyMs / 1000, ended)
      if (call.streamed && firstMs !== null) firstChunk.record(firstMs / 1000, shared)
      if (usage.inputTokens + usage.outputTokens > 0) {
        tokens.record(usage.inputTokens, { ...shared, [GEN_AI.tokenType]: 'input' })
        tokens.record(usage.outputTokens, { ...shared, [GEN_AI.tokenType]: 'output' })
      }
      if (costMicro > 0) cost.add(costMicro, shared)
    },
  }
}

/** What there are few of: nothing that a client can make up. */
function sharedAttributes({ endpoint, place }: EndEvent, model: string | null): Attributes {
  const operation = { [GEN_AI.operation]: operationOf(endpoint) }
  if (place === null || model === null) return operation
  return {
    ...operation,
    [GEN_AI.provider]: providerOf(place),
    [OWN.upstream]: place.upstream,
    [GEN_AI.requestModel]: model,
    ...(model === OTHER ? {} : { [GEN_AI.responseModel]: place.vendorModel }),
  }
}
