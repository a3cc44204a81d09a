import { holdAmount } from '../../balance/hold.js'
import type { HoldRequest } from '../../balance/ledger.js'
import type { Identity } from '../../keys/key-store.js'
import type { Admission, Call, Hold } from '../call.js'
import type { Core } from '../core.js'
import type { Leg } from '../send/resolve.js'
import { holdMoney } from './hold-money.js'
import { passStoreFailure } from './store-failure.js'

/** A call that goes on with a model of another price. */
export interface Readmission {
  readonly identity: Identity
  readonly admission: Admission
  readonly leg: Leg
  readonly requestedOutputTokens: number | undefined
  readonly candidateCount: number
}

/**
 * The admission for another leg: the hold stays one, and grows where the leg's model costs more. Null when the balance
 * does not pay for it; throws where nothing was held and nothing can be.
 */
export async function readmit(core: Core, call: Call, request: Readmission): Promise<Admission | null> {
  const { admission, leg } = request
  const { price } = leg.model
  if (price === null) return null
  if (price === admission.price || price === 'free') return { ...admission, price }
  const { hold, estimatedInputTokens } = admission
  if (hold === null) {
    const { identity, requestedOutputTokens, candidateCount } = request
    const modelOutputTokens = leg.model.maxOutputTokens
    const asked = { identity, price, estimatedInputTokens, requestedOutputTokens, candidateCount }
    return { ...admission, price, ...(await holdMoney(core, call, { ...asked, modelOutputTokens })) }
  }
  const room = fitRoom(hold, request)
  const needed = { inputTokens: estimatedInputTokens, outputTokens: room.outputTokens, price }
  const amountMicro = holdAmount(needed)
  const isEnough = amountMicro <= hold.request.amountMicro
  if (isEnough) return { ...admission, price, hold: { ...hold, ...room } }
  if (hold.placed && !(await grow(core, call, { ...hold.request, amountMicro }))) return null
  return { ...admission, price, hold: { ...hold, ...room, request: { ...hold.request, amountMicro } } }
}

/** The other model may have more to say, where neither the client nor the balance has set a limit. */
function fitRoom(
  { outputTokens, mostTokens, stepTokens }: Hold,
  { admission, leg, requestedOutputTokens, candidateCount }: Readmission,
): Pick<Hold, 'outputTokens' | 'mostTokens'> {
  if (requestedOutputTokens !== undefined || admission.maxOutputTokens !== undefined) {
    return { outputTokens, mostTokens }
  }
  const possible = (leg.model.maxOutputTokens ?? 0) * candidateCount
  return {
    outputTokens: stepTokens === 0 ? Math.max(outputTokens, possible) : outputTokens,
    mostTokens: Math.max(mostTokens, possible),
  }
}

async function grow(
  core: Core,
  call: Call,
  { holdId, amountMicro, expiresAt, scopes }: HoldRequest,
): Promise<boolean> {
  try {
    return (await core.stores.ledger.extend({ holdId, amountMicro, expiresAt, scopes })).ok
  } catch (cause) {
    passStoreFailure(core, call, { store: 'ledger', operation: 'extend', cause })
    return true
  }
}
