import { costMicro as costMicroOf } from '../../balance/price.js'
import { completeUsage, type Usage } from '../../canonical/usage.js'
import type { GatewayError } from '../../errors.js'
import type { UsageRecord } from '../../usage/record.js'
import type { Progress } from '../reply/answer.js'
import type { Admission, Call } from '../call.js'
import type { Core } from '../core.js'
import type { AnswerFacts } from '../hooks.js'
import {
  type CallEnd,
  CLIENT_CLOSED_REQUEST,
  describeEnd,
  isOwned,
  NO_USAGE,
  reportEnd,
} from './end-event.js'

/** Ends a call: exactly once, whatever ends first. */
export interface Meter {
  /** The answer is whole: billed by the vendor's usage, or by an estimate that is marked as one. */
  complete(progress: Progress): Promise<void>
  /** The client has gone: billed by what was observed; nothing when the vendor had sent nothing. */
  abort(progress: Progress | null): Promise<void>
  /** The gateway or the vendor failed: not billed. */
  fail(error: GatewayError, progress: Progress | null): Promise<void>
  /** The client's funds ended within the answer: billed by what was observed, which the client has got. */
  cutOff(error: GatewayError, progress: Progress): Promise<void>
}

interface Ending extends CallEnd {
  readonly billed: boolean
}

/**
 * A meter for one call. `admission` is null until the call was admitted: then only the record is written. A store that
 * fails keeps the others from nothing: what is owed to it is delivered later.
 */
export function createMeter(core: Core, call: Call, admission: () => Admission | null): Meter {
  const { requestId } = call

  const end = async (ending: Ending): Promise<void> => {
    if (call.ended !== null) return
    call.ended = ending
    call.close()
    const admitted = admission()
    const costMicro = admitted === null ? 0 : costOf(admitted, ending)
    const described = describeEnd(call, ending, { costMicro, now: core.now() })
    const record = isOwned(described) ? described : null
    let settled = SETTLED
    if (admitted !== null) {
      settled = await settle(core, requestId, admitted, { billed: ending.billed, costMicro, record })
      const { limitRequest: request, limits: decision } = admitted
      const actualTokens = ending.usage.inputTokens + ending.usage.outputTokens
      if (decision !== null)
        await core.delivery.deliver(requestId, { type: 'finish', request, decision, actualTokens })
    }
    const final = { ...described, shortfallMicro: settled.shortfallMicro }
    if (isOwned(final)) {
      // No record of money is there before the money has moved: one that is owed waits behind it.
      if (!settled.isOwed) await core.delivery.deliver(requestId, { type: 'append', record: final })
      core.hooks.usage(final)
    }
    reportEnd(core, call, final, ending)
  }

  return {
    complete: (progress) =>
      end({
        status: 'completed',
        httpStatus: 200,
        error: null,
        usage: finalUsage(progress, admission()),
        answer: progress.answer(),
        billed: true,
      }),
    abort: (progress) =>
      end({
        status: 'aborted',
        httpStatus: CLIENT_CLOSED_REQUEST,
        error: null,
        usage: progress === null || progress.phase === 'idle' ? NO_USAGE : finalUsage(progress, admission()),
        answer: answerOf(progress),
        billed: progress !== null && progress.phase !== 'idle',
      }),
    fail: (error, progress) =>
      end({
        status: 'failed',
        httpStatus: call.dialect.status(error),
        error,
        usage: progress?.usage ? completeUsage(progress.usage) : NO_USAGE,
        answer: answerOf(progress),
        billed: false,
      }),
    cutOff: (error, progress) =>
      end({
        status: 'failed',
        httpStatus: call.dialect.status(error),
        error,
        usage: finalUsage(progress, admission()),
        answer: progress.answer(),
        billed: true,
      }),
  }
}

function answerOf(progress: Progress | null): AnswerFacts | null {
  return progress === null || progress.phase === 'idle' ? null : progress.answer()
}

/** What became of the cost of a call. */
interface Settled {
  /** The part that nobody paid, as far as it is known now. */
  readonly shortfallMicro: number
  /** True when the charge waits in the outbox, and the record with it. */
  readonly isOwed: boolean
}

const SETTLED: Settled = { shortfallMicro: 0, isOwed: false }

/** What a call is charged, and what is written down of it. */
interface Charge {
  readonly billed: boolean
  readonly costMicro: number
  readonly record: UsageRecord | null
}

/** What was held for a model with a price may have been answered by a free one. */
function costOf({ hold, price }: Admission, { billed, usage }: Ending): number {
  return hold !== null && billed && price !== 'free' ? costMicroOf(usage, price) : 0
}

async function settle(
  core: Core,
  requestId: string,
  { hold }: Admission,
  { billed, costMicro, record }: Charge,
): Promise<Settled> {
  if (hold === null) return SETTLED
  const { holdId } = hold.request
  const settledIf = (isOwed: boolean): Settled => ({ shortfallMicro: isOwed ? 0 : costMicro, isOwed })
  if (!hold.placed) {
    // The ledger was down when the call began: the client does not wait for it now.
    const cause = new Error('The call ran without a hold.')
    if (billed) {
      const job = { type: 'charge', hold: hold.request, costMicro, record } as const
      return settledIf(await core.delivery.queue(requestId, job, cause))
    }
    await core.delivery.queue(requestId, { type: 'release', holdId }, cause)
    return SETTLED
  }
  if (!billed) {
    await core.delivery.deliver(requestId, { type: 'release', holdId })
    return SETTLED
  }
  try {
    const { shortfallMicro } = await core.stores.ledger.settle(holdId, costMicro)
    return { shortfallMicro, isOwed: false }
  } catch (cause) {
    const job = { type: 'settle', holdId, costMicro, record } as const
    return settledIf(await core.delivery.owe(requestId, job, cause))
  }
}

/**
 * The vendor's numbers where it gave them. A finished answer is billed as reported; of an unfinished one the output
 * is what was seen, because the vendor's count comes last.
 */
function finalUsage(progress: Progress, admission: Admission | null): Usage {
  const reported = progress.usage ?? {}
  const whole = progress.phase === 'finished' && reported.outputTokens !== undefined
  if (whole && reported.inputTokens !== undefined) return completeUsage(reported)
  const inputTokens = reported.inputTokens ?? admission?.estimatedInputTokens ?? 0
  const outputTokens = whole
    ? reported.outputTokens
    : Math.max(reported.outputTokens ?? 0, progress.countOutput())
  return completeUsage({ ...reported, inputTokens, outputTokens, estimated: true })
}
