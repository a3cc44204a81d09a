import { costMicro } from '../balance/price.js'
import type { Ledger } from '../balance/ledger.js'
import type { MaybePromise } from '../canonical/maybe-promise.js'
import { completeUsage, type Usage } from '../canonical/usage.js'
import type { GatewayError } from '../errors.js'
import type { LimitStore } from '../limits/store.js'
import type { CallStatus, UsageRecord, UsageStore } from '../usage/record.js'
import type { Progress } from './answer.js'
import type { Admission, Call } from './call.js'

export interface MeterDependencies {
  readonly ledger: Ledger
  readonly limits: LimitStore
  readonly usage: UsageStore
  readonly now: () => number
  readonly onUsage: (record: UsageRecord) => void
  /** A store that failed after the answer: nobody is left to tell but the operator. */
  readonly onStoreError: (call: Call, cause: unknown) => void
}

/** Ends a call: exactly once, whatever ends first. */
export interface Meter {
  /** The answer is whole: billed by the vendor's usage, or by an estimate that is marked as one. */
  complete(progress: Progress): Promise<void>
  /** The client has gone: billed by what was observed; nothing when the vendor had sent nothing. */
  abort(progress: Progress | null): Promise<void>
  /** The gateway or the vendor failed: not billed. */
  fail(error: GatewayError, progress: Progress | null): Promise<void>
}

interface Ending {
  readonly status: CallStatus
  readonly httpStatus: number
  readonly error: GatewayError | null
  readonly usage: Usage
  readonly billed: boolean
}

const NO_USAGE: Usage = completeUsage({})
const CLIENT_CLOSED_REQUEST = 499

/** A meter for one call. `admission` is null until the call was admitted: then only the record is written. */
export function createMeter(
  dependencies: MeterDependencies,
  call: Call,
  admission: () => Admission | null,
): Meter {
  let ended = false
  const report = (cause: unknown): void => dependencies.onStoreError(call, cause)

  const end = async (ending: Ending): Promise<void> => {
    if (ended) return
    ended = true
    call.close()
    const admitted = admission()
    let money = NO_MONEY
    if (admitted !== null) {
      money = await settle(dependencies.ledger, admitted, ending, report)
      const tokens = ending.usage.inputTokens + ending.usage.outputTokens
      await attempt(() => dependencies.limits.finish(admitted.limitRequest, admitted.limits, tokens), report)
    }
    const record = toRecord(call, ending, money, dependencies.now())
    if (record === null) return
    await attempt(() => dependencies.usage.append(record), report)
    dependencies.onUsage(record)
  }

  return {
    complete: (progress) =>
      end({
        status: 'completed',
        httpStatus: 200,
        error: null,
        usage: finalUsage(progress, admission()),
        billed: true,
      }),
    abort: (progress) =>
      end({
        status: 'aborted',
        httpStatus: CLIENT_CLOSED_REQUEST,
        error: null,
        usage: progress === null || progress.phase === 'idle' ? NO_USAGE : finalUsage(progress, admission()),
        billed: progress !== null && progress.phase !== 'idle',
      }),
    fail: (error, progress) =>
      end({
        status: 'failed',
        httpStatus: call.dialect.status(error),
        error,
        usage: progress?.usage ? completeUsage(progress.usage) : NO_USAGE,
        billed: false,
      }),
  }
}

/** What a call cost, and the part of it that nobody paid. */
interface Money {
  readonly costMicro: number
  readonly shortfallMicro: number
}

const NO_MONEY: Money = { costMicro: 0, shortfallMicro: 0 }

async function settle(
  ledger: Ledger,
  { holdId, price }: Admission,
  { billed, usage }: Ending,
  report: (cause: unknown) => void,
): Promise<Money> {
  if (holdId === null || price === 'free') return NO_MONEY
  if (!billed) {
    await attempt(() => ledger.release(holdId), report)
    return NO_MONEY
  }
  const cost = costMicro(usage, price)
  const settled = await attempt(() => ledger.settle(holdId, cost), report)
  return { costMicro: cost, shortfallMicro: settled === undefined ? cost : settled.shortfallMicro }
}

/** A store that fails must not keep the others from ending the call: a slot or a hold would stay taken. */
async function attempt<T>(
  step: () => MaybePromise<T>,
  report: (cause: unknown) => void,
): Promise<T | undefined> {
  try {
    return await step()
  } catch (cause) {
    report(cause)
    return undefined
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

/** Null for a request without an account: there is nobody to show it to. */
function toRecord(call: Call, ending: Ending, money: Money, now: number): UsageRecord | null {
  if (call.identity === null) return null
  return {
    requestId: call.requestId,
    accountId: call.identity.account.id,
    keyId: call.identity.key.id,
    time: call.startedAt,
    model: call.model,
    route: call.route,
    endpoint: call.endpoint,
    status: ending.status,
    httpStatus: ending.httpStatus,
    errorCode: ending.error?.code ?? null,
    errorMessage: ending.error?.message ?? null,
    latencyMs: now - call.startedAt,
    timeToFirstByteMs: call.firstByteAt === null ? null : call.firstByteAt - call.startedAt,
    usage: ending.usage,
    costMicro: money.costMicro,
    shortfallMicro: money.shortfallMicro,
    endUser: call.endUser,
    streamed: call.streamed,
  }
}
