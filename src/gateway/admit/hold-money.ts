import { affordableOutputTokens, holdAmount } from '../../balance/hold.js'
import type { HoldRefusal, HoldResult } from '../../balance/ledger.js'
import type { ModelPrice } from '../../canonical/price.js'
import { GatewayError } from '../../errors.js'
import type { AdmissionRequest } from './admit.js'
import { within } from './bounded-stores.js'
import type { Admission, Call, Hold } from '../call.js'
import type { Core } from '../core.js'
import { spendLimitReached, spendLimitTooSmall, spendScopes } from './spend-scopes.js'
import { passStoreFailure } from './store-failure.js'

/** A call of a model that has a price. */
export type PricedRequest = AdmissionRequest & { readonly price: ModelPrice }

/** A call with less room for output than this is not worth making (Responses takes no less). */
const LEAST_OUTPUT_TOKENS = 16
/** Others may take the balance between asking and holding. */
const HOLD_ATTEMPTS = 3
const RETRY_AFTER_HOLDS_MS = 1000

/** The numbers of a hold, in output tokens of one answer. */
interface HoldPlan {
  /** What to hold for first. */
  readonly outputTokens: number
  readonly stepTokens: number
  readonly mostTokens: number
  /** True when holding for less is no change of what the client asked for. */
  readonly canShrink: boolean
}

type Held = Pick<Admission, 'hold' | 'maxOutputTokens'>

/**
 * Holds money for a whole answer, or for the first slice of a stream. Where the balance or a spend limit pays for
 * less, it holds for less: a whole call is then limited to it, a stream goes on as far as the money does.
 * Throws 402 when there is not even enough for a few tokens, 500 when the ledger fails and may not.
 */
export async function holdMoney(core: Core, call: Call, request: PricedRequest): Promise<Held> {
  const { identity, candidateCount } = request
  const plan = planHold(core, call, request)
  const scopes = spendScopes(identity, call.endUser, call.startedAt)
  const expiresAt = call.startedAt + core.settings.leaseTtlMs
  const base = { holdId: call.requestId, accountId: identity.account.id, expiresAt, scopes }
  let { outputTokens } = plan
  let swept = false
  for (let attempt = 1; ; attempt++) {
    const holdRequest = { ...base, amountMicro: priceOf(request, outputTokens) }
    const hold: Hold = {
      request: holdRequest,
      placed: true,
      outputTokens: outputTokens * candidateCount,
      stepTokens: plan.stepTokens * candidateCount,
      mostTokens: plan.mostTokens * candidateCount,
    }
    let result: HoldResult
    try {
      result = await core.stores.ledger.hold(holdRequest)
    } catch (cause) {
      return { hold: await goUnheld(core, call, hold, cause), maxOutputTokens: undefined }
    }
    if (result.ok) {
      const isReduced = plan.stepTokens === 0 && outputTokens < plan.outputTokens
      return { hold, maxOutputTokens: isReduced ? outputTokens : undefined }
    }
    if (result.heldMicro > 0 && !swept) {
      swept = true
      // Calls that nobody ended (a crash, a lost client) have held their money for long enough.
      if ((await sweep(core, call)) > 0) continue
    }
    const affordable = affordableTokens(result, request)
    if (!plan.canShrink || affordable < LEAST_OUTPUT_TOKENS || attempt === HOLD_ATTEMPTS) {
      const least = plan.canShrink ? Math.min(LEAST_OUTPUT_TOKENS, outputTokens) : outputTokens
      throw await toError(core, result, priceOf(request, least))
    }
    outputTokens = Math.min(affordable, outputTokens)
  }
}

function planHold(
  { settings }: Core,
  { streamed }: Call,
  { requestedOutputTokens: asked, modelOutputTokens: possible }: PricedRequest,
): HoldPlan {
  const whole = asked ?? possible ?? settings.defaultMaxOutputTokens
  const { sliceTokens } = settings
  if (!streamed || sliceTokens === 0)
    return { outputTokens: whole, stepTokens: 0, mostTokens: whole, canShrink: asked === undefined }
  return {
    outputTokens: Math.min(whole, sliceTokens),
    stepTokens: sliceTokens,
    mostTokens: asked ?? possible ?? Infinity,
    canShrink: true,
  }
}

function priceOf({ estimatedInputTokens, candidateCount, price }: PricedRequest, tokens: number): number {
  return holdAmount({ inputTokens: estimatedInputTokens, outputTokens: tokens * candidateCount, price })
}

/** Output tokens of one answer that what is left pays for, by the balance or the limit that refused. */
function affordableTokens(
  { balanceMicro, heldMicro, spend }: HoldRefusal,
  { estimatedInputTokens, candidateCount, price }: PricedRequest,
): number {
  const left = spend === undefined ? balanceMicro - heldMicro : spend.limit.limitMicro - spend.spentMicro
  return Math.floor(affordableOutputTokens(Math.max(0, left), estimatedInputTokens, price) / candidateCount)
}

/** A sweep that fails frees nothing; the refusal stands as it is. */
async function sweep({ stores, settings, hooks }: Core, { requestId, startedAt }: Call): Promise<number> {
  try {
    return await within(stores.ledger.sweep(startedAt), settings.storeTimeoutMs)
  } catch (cause) {
    hooks.storeFailure({ requestId, store: 'ledger', operation: 'sweep', cause, passed: true, lost: null })
    return 0
  }
}

/** The ledger failed: the call runs without a hold, or not at all. */
async function goUnheld(core: Core, call: Call, hold: Hold, cause: unknown): Promise<Hold> {
  try {
    passStoreFailure(core, call, { store: 'ledger', operation: 'hold', cause })
  } catch (error) {
    // What failed may have arrived all the same: money would stay held until it expires.
    await core.delivery.queue(call.requestId, { type: 'release', holdId: call.requestId }, cause)
    throw error
  }
  return { ...hold, placed: false }
}

async function toError(core: Core, refusal: HoldRefusal, neededMicro: number): Promise<GatewayError> {
  if (refusal.reason === 'no_wallet') {
    const message = 'Insufficient balance. This account has no wallet yet; top up to start using the API.'
    return new GatewayError('no_wallet', message)
  }
  // Funds that calls in flight hold may come back: only then is a retry worth its while.
  const waits = await isHeldOnly(core, refusal, neededMicro)
  if (waits) {
    const message = 'Insufficient balance. Requests in flight hold the rest; retry when they have ended.'
    return new GatewayError('insufficient_balance', message, { retryAfterMs: RETRY_AFTER_HOLDS_MS })
  }
  return new GatewayError('insufficient_balance', `Insufficient balance. ${reasonOf(refusal)}`)
}

function reasonOf({ spend }: HoldRefusal): string {
  if (spend === undefined) return 'Top up to continue.'
  return spend.spentMicro < spend.limit.limitMicro ? spendLimitTooSmall(spend) : spendLimitReached(spend)
}

/** True when the call could be paid once the calls in flight have ended and cost nothing. */
async function isHeldOnly(core: Core, refusal: HoldRefusal, neededMicro: number): Promise<boolean> {
  const { spend, balanceMicro } = refusal
  if (spend === undefined) return balanceMicro >= neededMicro
  const { scope, limit } = spend
  try {
    const spentMicro = await core.stores.ledger.spent(scope, limit.since)
    return spentMicro < spend.spentMicro && spentMicro + neededMicro <= limit.limitMicro
  } catch {
    return false
  }
}
