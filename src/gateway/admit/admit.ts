import type { ModelPrice } from '../../canonical/price.js'
import { GatewayError } from '../../errors.js'
import type { Identity } from '../../keys/key-store.js'
import { limitMessage } from '../../limits/limiter.js'
import type { LimitDecision, LimitRequest } from '../../limits/store.js'
import type { Admission, Call } from '../call.js'
import type { Core } from '../core.js'
import { holdMoney } from './hold-money.js'
import { passStoreFailure } from './store-failure.js'

/** What a call asks for, in the numbers that limits and money are counted in. */
export interface AdmissionRequest {
  readonly identity: Identity
  readonly price: ModelPrice | 'free'
  readonly estimatedInputTokens: number
  /** The client's own limit, if it named one. */
  readonly requestedOutputTokens: number | undefined
  /** What the model can give at most; undefined = not known. */
  readonly modelOutputTokens: number | undefined
  /** Answers asked for at once. */
  readonly candidateCount: number
}

/**
 * Takes requests, tokens, a slot and money, or throws 429 or 402 having taken nothing; 500 where a store fails
 * without which the configuration lets no call pass. Limits come first because they are cheaper than money.
 */
export async function admitCall(core: Core, call: Call, request: AdmissionRequest): Promise<Admission> {
  const { price, estimatedInputTokens } = request
  const limitRequest = toLimitRequest(core, call, request)
  let limits: LimitDecision | null
  try {
    limits = await core.stores.limits.take(limitRequest)
  } catch (cause) {
    await endUncertain(core, limitRequest, cause)
    passStoreFailure(core, call, { store: 'limits', operation: 'take', cause })
    limits = null
  }
  if (limits !== null) {
    call.dialect.addLimitHeaders(call.headers, limits, core.now())
    if (!limits.allowed) throw limitError(limits, limitRequest)
  }
  const shared = { limitRequest, limits, price, estimatedInputTokens }
  if (price === 'free') return { ...shared, hold: null, maxOutputTokens: undefined }
  try {
    const held = await holdMoney(core, call, { ...request, price })
    return { ...shared, ...held }
  } catch (error) {
    if (limits !== null) {
      const unused = { type: 'finish', request: limitRequest, decision: limits, actualTokens: 0 } as const
      await core.delivery.deliver(call.requestId, unused)
    }
    throw error
  }
}

const NOTHING: LimitDecision = { allowed: true, reservedTokens: 0, requests: null, tokens: null }

/** What failed may have arrived all the same: of few slots one would stay taken until its lease expires. */
async function endUncertain({ delivery }: Core, request: LimitRequest, cause: unknown): Promise<void> {
  if (request.concurrency === null) return
  const job = { type: 'finish', request, decision: NOTHING, actualTokens: 0 } as const
  await delivery.queue(request.leaseId, job, cause)
}

function toLimitRequest({ settings }: Core, call: Call, request: AdmissionRequest): LimitRequest {
  const { key } = request.identity
  const most = request.modelOutputTokens ?? settings.defaultMaxOutputTokens
  const outputTokens = request.requestedOutputTokens ?? most
  return {
    keyId: key.id,
    leaseId: call.requestId,
    rpm: key.rpm,
    tpm: key.tpm,
    concurrency: key.concurrency,
    tokens: request.estimatedInputTokens + Math.min(outputTokens, settings.maxReservedOutputTokens),
    leaseTtlMs: settings.leaseTtlMs,
  }
}

function limitError(decision: LimitDecision, request: LimitRequest): GatewayError {
  const message = limitMessage(request, decision.refusedBy ?? 'requests')
  return new GatewayError('rate_limit_exceeded', message, { retryAfterMs: decision.retryAfterMs })
}
