import { completeUsage, type Usage } from '../../canonical/usage.js'
import type { GatewayError } from '../../errors.js'
import type { CallStatus, UsageRecord } from '../../usage/record.js'
import type { Call } from '../call.js'
import type { Core } from '../core.js'
import type { AnswerFacts, EndEvent } from '../hooks.js'
import { placeFacts } from '../send/report-attempt.js'

/** How a call ended. */
export interface CallEnd {
  readonly status: CallStatus
  readonly httpStatus: number
  readonly error: GatewayError | null
  readonly usage: Usage
  /** Null: there is none. */
  readonly answer: AnswerFacts | null
}

export const NO_USAGE: Usage = completeUsage({})
export const CLIENT_CLOSED_REQUEST = 499

/** The record of a call, or what one would say of a call without an account. */
export type DescribedCall = Omit<EndEvent, 'place' | 'answer' | 'isReplay'>

/** Says of a call what is kept of it. */
export function describeEnd(
  call: Call,
  end: CallEnd,
  { costMicro, now }: { readonly costMicro: number; readonly now: number },
): DescribedCall {
  const attempts = call.attempts?.list(end, now)
  return {
    requestId: call.requestId,
    accountId: call.identity?.account.id ?? null,
    keyId: call.identity?.key.id ?? null,
    time: call.startedAt,
    model: call.model,
    route: call.route,
    endpoint: call.endpoint,
    status: end.status,
    httpStatus: end.httpStatus,
    errorCode: end.error?.code ?? null,
    errorMessage: end.error?.message ?? null,
    latencyMs: now - call.startedAt,
    timeToFirstByteMs: call.firstByteAt === null ? null : call.firstByteAt - call.startedAt,
    usage: end.usage,
    costMicro,
    shortfallMicro: 0,
    endUser: call.endUser,
    streamed: call.streamed,
    ...(attempts === undefined ? {} : { attempts }),
  }
}

/** False for a request without an account: there is nobody to show a record to. */
export function isOwned(call: DescribedCall): call is UsageRecord {
  return call.accountId !== null && call.keyId !== null
}

/** Tells the observer of ends, if there is one. */
export function reportEnd(
  core: Core,
  call: Call,
  described: DescribedCall,
  { answer, isReplay = false }: { readonly answer: AnswerFacts | null; readonly isReplay?: boolean },
): void {
  if (core.hooks.end === null) return
  const place = call.leg === null ? null : placeFacts(call.leg)
  core.hooks.end({ ...described, place, answer, isReplay })
}

/** The end of a call that has no meter: it costs nothing and leaves no record. `error`: null = it was answered. */
export function reportFreeEnd(
  core: Core,
  call: Call,
  { error, isReplay = false }: { readonly error: GatewayError | null; readonly isReplay?: boolean },
): void {
  if (core.hooks.end === null) return
  const isAborted = error?.code === 'client_closed_request'
  const end: CallEnd = {
    status: error === null ? 'completed' : isAborted ? 'aborted' : 'failed',
    httpStatus: error === null ? 200 : isAborted ? CLIENT_CLOSED_REQUEST : call.dialect.status(error),
    error: isAborted ? null : error,
    usage: NO_USAGE,
    answer: null,
  }
  const described = describeEnd(call, end, { costMicro: 0, now: core.now() })
  reportEnd(core, call, described, { answer: null, isReplay })
}
