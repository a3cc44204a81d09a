import { GatewayError } from '../../errors.js'
import type { Identity } from '../../keys/key-store.js'
import type { LimitDecision, LimitRequest } from '../../limits/store.js'
import { passStoreFailure } from '../admit/store-failure.js'
import type { Call } from '../call.js'
import type { Core } from '../core.js'

/** Counting costs no vendor much, and comes in bursts: agents ask for each of their tools. */
const COUNTS_PER_REQUEST = 10
const LEAST_PER_MINUTE = 300
const LEASE_TTL_MS = 60_000

/** Takes a count from a bucket of its own, so that counting takes nothing from calls; throws 429. */
export async function takeCount(core: Core, call: Call, { key }: Identity): Promise<void> {
  if (key.rpm === null) return
  const request: LimitRequest = {
    keyId: `count:${key.id}`,
    leaseId: call.requestId,
    rpm: Math.max(LEAST_PER_MINUTE, key.rpm * COUNTS_PER_REQUEST),
    tpm: null,
    concurrency: null,
    tokens: 0,
    leaseTtlMs: LEASE_TTL_MS,
  }
  let decision: LimitDecision
  try {
    decision = await core.stores.limits.take(request)
  } catch (cause) {
    return passStoreFailure(core, call, { store: 'limits', operation: 'take', cause })
  }
  if (!decision.allowed) {
    const message = `Rate limit exceeded: max ${request.rpm} token counts per minute.`
    throw new GatewayError('rate_limit_exceeded', message, { retryAfterMs: decision.retryAfterMs })
  }
  await core.delivery.deliver(call.requestId, { type: 'finish', request, decision, actualTokens: 0 })
}
