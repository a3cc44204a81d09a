import { affordableOutputTokens, holdAmount } from '../balance/hold.js'
import type { HoldResult, Ledger } from '../balance/ledger.js'
import type { ModelPrice } from '../canonical/price.js'
import { GatewayError } from '../errors.js'
import type { Identity } from '../keys/key-store.js'
import { limitMessage } from '../limits/limiter.js'
import type { LimitDecision, LimitRequest, LimitStore } from '../limits/store.js'
import type { Admission } from './call.js'

/** What a call asks for, in the numbers that limits and money are counted in. */
export interface AdmissionRequest {
  readonly callId: string
  readonly identity: Identity
  readonly price: ModelPrice | 'free'
  readonly estimatedInputTokens: number
  /** The client's own limit, if it named one. */
  readonly requestedOutputTokens: number | undefined
  /** What the model can give at most. */
  readonly modelOutputTokens: number
  /** Answers asked for at once. */
  readonly candidateCount: number
  /** Milliseconds since the epoch. */
  readonly now: number
}

export interface AdmissionDependencies {
  readonly ledger: Ledger
  readonly limits: LimitStore
  /** Cap of the output that a call reserves of its TPM. */
  readonly maxReservedOutputTokens: number
  /** Life of leases and holds that nobody ends, in milliseconds. */
  readonly leaseTtlMs: number
  /** Called with the decision, allowed or not, so that a 429 has its headers too. */
  readonly onLimits: (decision: LimitDecision) => void
}

/** A call with less room for output than this is not worth making (Responses takes no less). */
const LEAST_OUTPUT_TOKENS = 16
/** Others may take the balance between asking and holding. */
const HOLD_ATTEMPTS = 3
const RETRY_AFTER_HOLDS_MS = 1000

/**
 * Takes requests, tokens, a slot and money, or throws 429 or 402 having taken nothing.
 * Limits come first because they are cheaper than money.
 */
export async function admitCall(
  request: AdmissionRequest,
  dependencies: AdmissionDependencies,
): Promise<Admission> {
  const { limits, onLimits } = dependencies
  const limitRequest = toLimitRequest(request, dependencies)
  const decision = await limits.take(limitRequest)
  onLimits(decision)
  if (!decision.allowed) throw limitError(decision, limitRequest)
  try {
    const hold = await placeHold(request, dependencies)
    return {
      limitRequest,
      limits: decision,
      price: request.price,
      estimatedInputTokens: request.estimatedInputTokens,
      ...hold,
    }
  } catch (error) {
    await limits.finish(limitRequest, decision, 0)
    throw error
  }
}

function toLimitRequest(
  request: AdmissionRequest,
  { maxReservedOutputTokens, leaseTtlMs }: AdmissionDependencies,
): LimitRequest {
  const { key } = request.identity
  const outputTokens = request.requestedOutputTokens ?? request.modelOutputTokens
  return {
    keyId: key.id,
    leaseId: request.callId,
    rpm: key.rpm,
    tpm: key.tpm,
    concurrency: key.concurrency,
    tokens: request.estimatedInputTokens + Math.min(outputTokens, maxReservedOutputTokens),
    leaseTtlMs,
  }
}

function limitError(decision: LimitDecision, request: LimitRequest): GatewayError {
  const message = limitMessage(request, decision.refusedBy ?? 'requests')
  return new GatewayError('rate_limit_exceeded', message, { retryAfterMs: decision.retryAfterMs })
}

type Hold = Pick<Admission, 'holdId' | 'maxOutputTokens'>

async function placeHold(
  request: AdmissionRequest,
  { ledger, leaseTtlMs }: AdmissionDependencies,
): Promise<Hold> {
  const { price, estimatedInputTokens: inputTokens, requestedOutputTokens, candidateCount } = request
  if (price === 'free') return { holdId: null, maxOutputTokens: undefined }
  const priceOf = (outputTokens: number): number =>
    holdAmount({ inputTokens, outputTokens: outputTokens * candidateCount, price })
  let outputTokens = requestedOutputTokens ?? request.modelOutputTokens
  let swept = false
  for (let attempt = 1; ; attempt++) {
    const result = await ledger.hold({
      holdId: request.callId,
      accountId: request.identity.account.id,
      amountMicro: priceOf(outputTokens),
      expiresAt: request.now + leaseTtlMs,
    })
    if (result.ok) {
      const reduced = requestedOutputTokens === undefined && outputTokens < request.modelOutputTokens
      return { holdId: request.callId, maxOutputTokens: reduced ? outputTokens : undefined }
    }
    if (result.heldMicro > 0 && !swept) {
      swept = true
      // Calls that nobody ended (a crash, a lost client) have held their money for long enough.
      if ((await ledger.sweep(request.now)) > 0) continue
    }
    const availableMicro = result.balanceMicro - result.heldMicro
    const affordable = Math.floor(affordableOutputTokens(availableMicro, inputTokens, price) / candidateCount)
    const canShrink = requestedOutputTokens === undefined && affordable >= LEAST_OUTPUT_TOKENS
    if (!canShrink || attempt === HOLD_ATTEMPTS) {
      throw holdError(result, priceOf(requestedOutputTokens ?? LEAST_OUTPUT_TOKENS))
    }
    outputTokens = Math.min(affordable, outputTokens)
  }
}

function holdError(result: Extract<HoldResult, { ok: false }>, neededMicro: number): GatewayError {
  if (result.reason === 'no_wallet') {
    return new GatewayError('no_wallet', 'This account has no wallet yet. Top up to start using the API.')
  }
  // Funds that calls in flight hold may come back: only then is a retry worth its while.
  const retryAfterMs = result.balanceMicro >= neededMicro ? RETRY_AFTER_HOLDS_MS : undefined
  const message =
    retryAfterMs === undefined
      ? 'Insufficient balance. Top up to continue.'
      : 'Insufficient balance. Requests in flight hold the rest; retry when they have ended.'
  return new GatewayError('insufficient_balance', message, { retryAfterMs })
}
