import { holdAmount } from '../../balance/hold.js'
import type { HoldRefusal, HoldResult } from '../../balance/ledger.js'
import type { MaybePromise } from '../../canonical/maybe-promise.js'
import type { UpstreamError } from '../../canonical/upstream-error.js'
import type { Progress } from './answer.js'
import type { Admission, Call, Hold } from '../call.js'
import type { Core } from '../core.js'
import { spendLimitReached } from '../admit/spend-scopes.js'

/** Pays for a stream as it grows. */
export interface Funds {
  /**
   * To be called with each piece of the answer: null = go on, else the error that ends the stream. A promise only
   * where the answer has outrun its hold and the ledger has not answered yet.
   */
  check(progress: Progress): MaybePromise<UpstreamError | null>
}

/**
 * The funds of a stream: its hold is extended before what it pays for is used up, and lives on while the stream does.
 * Null when nothing is held. A ledger that fails meanwhile stops no answer.
 */
export function openFunds(core: Core, call: Call, admission: Admission): Funds | null {
  const { hold, price } = admission
  if (hold === null || !hold.placed || price === 'free') return null
  const { leaseTtlMs } = core.settings
  let paidTokens = hold.outputTokens
  let { amountMicro } = hold.request
  let renewAt = call.startedAt + leaseTtlMs / 2
  let askAt = nextAsk(hold, paidTokens)
  let asking: Promise<void> | null = null
  let ended: UpstreamError | null = null
  let isRefused = false

  const ask = (used: number, progress: Progress): void => {
    const isUsedUp = used >= paidTokens
    const step = Math.ceil(isRefused ? hold.stepTokens / 4 : hold.stepTokens)
    const tokens = used < askAt ? paidTokens : Math.max(paidTokens, Math.min(used + step, hold.mostTokens))
    const expiresAt = core.now() + leaseTtlMs
    const inputTokens = Math.max(admission.estimatedInputTokens, progress.usage?.inputTokens ?? 0)
    const neededMicro =
      tokens === paidTokens ? amountMicro : holdAmount({ inputTokens, outputTokens: tokens, price })

    const grant = (): void => {
      paidTokens = tokens
      amountMicro = Math.max(amountMicro, neededMicro)
      isRefused = false
      askAt = nextAsk(hold, paidTokens)
    }
    const take = (result: HoldResult): void => {
      if (result.ok) return grant()
      // Others may end in the meantime: once more, for less, when nothing is left.
      isRefused = true
      askAt = paidTokens
      if (isUsedUp || result.reason === 'hold_ended') ended = toError(result)
    }
    const pass = (cause: unknown): void => {
      core.hooks.storeFailure({ ...EXTEND, requestId: call.requestId, cause })
      grant()
    }

    renewAt = expiresAt - leaseTtlMs / 2
    const { holdId, scopes } = hold.request
    try {
      const answer = core.stores.ledger.extend({ holdId, amountMicro: neededMicro, expiresAt, scopes })
      if (!(answer instanceof Promise)) return take(answer)
      asking = answer.then(take, pass).then(() => void (asking = null))
    } catch (cause) {
      pass(cause)
    }
  }

  const check = (progress: Progress): MaybePromise<UpstreamError | null> => {
    if (ended !== null || progress.phase === 'finished') return ended
    const used = Math.max(progress.countOutput(), progress.usage?.outputTokens ?? 0)
    if (asking === null && (used >= askAt || core.now() >= renewAt)) ask(used, progress)
    return asking === null || used < paidTokens ? ended : asking.then(() => check(progress))
  }
  return { check }
}

const EXTEND = { store: 'ledger', operation: 'extend', passed: true, lost: null } as const

/** Half a step early, so that the ledger has answered before the stream has to wait for it. */
function nextAsk({ stepTokens, mostTokens }: Hold, paidTokens: number): number {
  return stepTokens === 0 || paidTokens >= mostTokens ? Infinity : paidTokens - stepTokens / 2
}

const REASONS: Readonly<Record<HoldRefusal['reason'], string>> = {
  insufficient_balance: 'The balance does not pay for more of this answer.',
  no_wallet: 'The balance does not pay for more of this answer.',
  spend_limit: 'A spend limit does not pay for more of this answer.',
  hold_ended: 'What was reserved for this answer has been released.',
}

function toError({ reason, spend }: HoldRefusal): UpstreamError {
  const why = spend === undefined ? REASONS[reason] : spendLimitReached(spend)
  return { kind: 'unfunded', message: `Insufficient balance. ${why}` }
}
