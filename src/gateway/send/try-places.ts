import type { UpstreamError } from '../../canonical/upstream-error.js'
import { GatewayError } from '../../errors.js'
import type { Identity } from '../../keys/key-store.js'
import { reactionTo } from '../../routing/reaction.js'
import { readmit } from '../admit/readmit.js'
import type { Admission, Call } from '../call.js'
import type { Core } from '../core.js'
import type { GatewayResponse } from '../http/http.js'
import type { ReadBody } from '../http/read-body.js'
import { respondError } from '../http/respond.js'
import { pause } from '../pause.js'
import type { Prepared } from '../pipeline.js'
import { createExchange } from '../reply/exchange.js'
import { type Reply, replyStream, replyWhole } from '../reply/reply.js'
import type { Meter } from '../settle/meter.js'
import { takeRoute } from './choose-leg.js'
import { bodyFor, type Fallback } from './client-fallbacks.js'
import { blame, type Try } from './outcome.js'
import { createPatience, type Patience } from './patience.js'
import type { Leg } from './resolve.js'
import type { Refused } from './send.js'
import { reportAttemptFailure, reportRefusal } from './report-attempt.js'
import { sendForgiving } from './send-forgiving.js'

/** A call that is ready for a try. */
export interface ReadyCall extends Prepared, Try {
  readonly identity: Identity
  readonly meter: Meter
  readonly fallbacks: readonly Fallback[] | null
  /** Takes note of another admission: the call goes on with a model of another price. */
  readonly onAdmission: (admission: Admission) => void
  /** The client's own body; `body` may have fields of a fallback. */
  readonly asked: ReadBody
}

/**
 * request → vendor → client: tries one place after the other until one answers, or none is left that could. Nothing of
 * a try that failed has reached the client.
 */
export async function tryPlaces(core: Core, call: Call, ready: ReadyCall): Promise<GatewayResponse> {
  const patience = createPatience(ready.facts.stream ? core.settings.commitMs : 0)
  const warned = call.warnings.length
  let current = ready
  call.attempts?.send(ready.triedAt)
  let shown: Refused | null = null
  try {
    for (;;) {
      const reply = await tryOnce(core, call, current, patience)
      if (reply.ok) return reply.response
      noteFailure(core, call, current.leg, reply)
      if (call.signal.aborted && !call.timedOut()) throw reply.error
      // Trouble between us and one vendor says less than what another one had to say of the request.
      if (shown === null || reactionTo(reply.upstreamError.kind).retry !== 'next') shown = reply
      call.warnings.length = warned
      const next = await nextTry(core, call, current, reply.upstreamError)
      if (next === null) return await refuse(core, call, ready.meter, shown)
      current = next
    }
  } finally {
    patience.end()
  }
}

async function tryOnce(core: Core, call: Call, request: ReadyCall, patience: Patience): Promise<Reply> {
  const { leg, exchange, facts, client } = request
  const sending = sendForgiving(core, call, client.client, {
    leg,
    body: exchange.body,
    headers: exchange.headers,
    stream: facts.stream,
    clientHeaders: exchange.direct ? request.request.headers : null,
    signal: call.signal,
    headTimeoutMs: headPatience(core, call),
    restate: exchange.restate,
  })
  // Vendors may hold back the head of a stream as long as its first event.
  const sent = await patience.wait(sending)
  if (sent?.ok === false) return sent
  const returned =
    sent !== null && exchange.direct ? leg.connection.returned.pick(sent.response.headers) : null
  return sent === null || facts.stream
    ? await replyStream(core, call, { ...request, returned, sending, patience })
    : await replyWhole(core, call, { ...request, returned, response: sent.response })
}

/** So much of the time that a stream's status is waited for is for one place, where another one is left. */
const PATIENCE_SHARE = 0.8

/**
 * How long a place may take for its response head, in milliseconds; 0 = as long as it likes. A stream that can still go
 * elsewhere does not wait until its status has to be committed: then it could not any more. A whole answer takes as
 * long as it takes.
 */
function headPatience(core: Core, call: Call): number {
  const { headTimeoutMs, fallbackMs } = core.settings
  const now = core.now()
  if (!call.streamed || fallbackMs === 0 || call.attempts?.hasFresh(now) !== true) return headTimeoutMs
  const most = Math.max(1, Math.min(fallbackMs, PATIENCE_SHARE * patienceLeft(core, call, now)))
  return headTimeoutMs === 0 ? most : Math.min(headTimeoutMs, most)
}

function noteFailure(core: Core, call: Call, leg: Leg, refused: Refused): void {
  const now = core.now()
  const { attempts } = call
  // What was broken off from our side says nothing of the vendor.
  const isOurs = call.signal.aborted
  if (!isOurs) reportAttemptFailure(core, call, { ...refused, leg })
  if (attempts === undefined) {
    if (isOurs) leg.health.pass(now)
    else blame(leg, refused.upstreamError, now)
  } else if (isOurs) attempts.pass(now)
  else attempts.fail(refused, now)
}

/** Waits as long as it must, and prepares the request for the place where it goes next; null when there is none. */
async function nextTry(
  core: Core,
  call: Call,
  current: ReadyCall,
  failure: UpstreamError,
): Promise<ReadyCall | null> {
  const { attempts, signal } = call
  if (attempts === undefined) return null
  let error = failure
  while (!signal.aborted) {
    const now = core.now()
    const next = attempts.next(error, { now, mostWaitMs: patienceLeft(core, call, now) })
    if (next === null) return null
    if (next.waitMs > 0) await pause(next.waitMs, signal)
    const prepared = signal.aborted ? null : await prepareFor(core, call, current, next.place)
    if (prepared !== null) {
      const triedAt = core.now()
      attempts.send(triedAt)
      call.headers['x-crossmodel-attempts'] = String(attempts.count)
      return { ...prepared, triedAt }
    }
    attempts.drop(core.now())
    error = UNFIT
  }
  return null
}

/** A place that cannot take this request. */
const UNFIT: UpstreamError = { kind: 'not-found', message: '' }

/** The client waits no longer, in milliseconds: for the whole call, or for the status of a stream. */
function patienceLeft({ settings }: Core, { startedAt, streamed }: Call, now: number): number {
  const limits = [settings.totalTimeoutMs, streamed ? settings.commitMs : 0]
  return Math.min(...limits.map((limitMs) => (limitMs <= 0 ? Infinity : startedAt + limitMs - now)))
}

/** The request in the words of another place; null where it has none for it, or the balance does not pay for it. */
async function prepareFor(core: Core, call: Call, current: ReadyCall, leg: Leg): Promise<ReadyCall | null> {
  const { identity, facts, fallbacks, asked } = current
  const isSamePlace = leg.name === current.leg.name && leg.model === current.leg.model
  // Another key may be another account, which does not hold what the first one kept.
  if (isSamePlace && current.kept === null) return { ...current, leg }
  const { maxOutputTokens: requestedOutputTokens, candidateCount } = facts
  try {
    const { admission: before } = current
    const wanted = { identity, admission: before, leg, requestedOutputTokens, candidateCount }
    const admission = leg.model === current.leg.model ? before : await readmit(core, call, wanted)
    if (admission === null) return null
    current.onAdmission(admission)
    const body = bodyFor(core, identity, { asked, fallbacks, leg })
    const request = { ...current, leg, admission, body }
    const exchange = await createExchange(core, call, request)
    await takeRoute(core, call, leg)
    return { ...request, exchange }
  } catch (thrown) {
    if (GatewayError.isInstance(thrown) && thrown.status < 500) return null
    throw thrown
  }
}

async function refuse(core: Core, call: Call, meter: Meter, refused: Refused): Promise<GatewayResponse> {
  const { error, verbatim } = refused
  // Before the call ends: who observes calls has forgotten it then.
  reportRefusal(core, call, refused)
  await meter.fail(error, null)
  return respondError(call, error, verbatim)
}
