import type { UpstreamError } from '../../canonical/upstream-error.js'
import { toGatewayError } from '../../protocols/translate/error.js'
import { withKeepAlive } from '../../sse/keep-alive.js'
import type { AnswerStream } from './answer.js'
import type { Call } from '../call.js'
import type { Core } from '../core.js'
import type { GatewayResponse } from '../http/http.js'
import type { Meter } from '../settle/meter.js'
import type { Patience } from '../send/patience.js'
import type { Prepared } from '../pipeline.js'
import { createRelay, type Opened, type RelayEnd } from './relay.js'
import { continueStream, continueWhole } from './continue-answer.js'
import { respondJson, respondStream } from '../http/respond.js'
import type { Refused, Sent } from '../send/send.js'
import { blame, noteFirstByte, type Try } from '../send/outcome.js'
import { reportRefusal } from '../send/report-attempt.js'
import { sendForgiving } from '../send/send-forgiving.js'
import { openStream } from './sniff-stream.js'
import { openFunds } from './stream-funds.js'
import { withLease } from './stream-lease.js'
import type { UpstreamResponse } from '../send/transport.js'
import { unfoldWhole } from './unfold-whole.js'
import { faultToUpstreamError } from '../send/upstream-fault.js'
import { reportLateWarnings, reportWarnings } from '../warnings.js'

/** A try that has got as far as an answer. */
interface Answered extends Prepared, Try {
  readonly meter: Meter
  /** Headers of the vendor that go to the client; null = none. */
  readonly returned: Readonly<Record<string, string>> | null
}

export interface WholeRequest extends Answered {
  readonly response: UpstreamResponse
}

export interface StreamRequest extends Answered {
  /** The vendor may still be without an answer: its refusal then comes inside the stream. */
  readonly sending: Promise<Sent>
  readonly patience: Patience
}

/** The response for the client; or why there is none, and then nothing has been sent. */
export type Reply = { readonly ok: true; readonly response: GatewayResponse } | Refused

/** Largest answer that is held in memory: images come as base64. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024

/** The whole answer, settled before the client sees it, so that its next look at the balance is right. */
export async function replyWhole(core: Core, call: Call, request: WholeRequest): Promise<Reply> {
  const { exchange, meter, leg } = request
  const first = await readText(core, request.response)
  if (!first.ok) return first
  call.firstByteAt = core.now()
  const texts = await continueWhole(first.text, mayContinue(request) ? exchange : {}, async (body) => {
    const sent = await askForRest(core, call, request, body)
    return sent.ok ? await readText(core, sent.response) : sent
  })
  const answer = exchange.readAnswer(texts)
  if (answer.error !== null) return toRefused(core, answer.error)
  noteFirstByte(core, call, request)
  leg.health.succeed(core.now())
  Object.assign(call.headers, request.returned)
  // Before the call ends: nothing of it is told after that.
  reportWarnings(core, call, [...exchange.warnings, ...answer.warnings])
  await meter.complete(answer)
  return { ok: true, response: respondJson(call, 200, answer.body) }
}

/** A stream: its status is committed by the first real event, or by patience running out. */
export async function replyStream(core: Core, call: Call, request: StreamRequest): Promise<Reply> {
  const { exchange, client, patience } = request
  const stream = exchange.createStream()
  const keepAlive = (): string => client.client.keepAlive(stream.progress.phase !== 'idle')
  const relay = createRelay({
    open: () => openAnswer(core, call, request, stream),
    stream,
    onEnd: (end) => endStream(core, call, request, { end, stream }),
    clientGone: () => call.signal.aborted && !call.timedOut(),
    greeting: keepAlive,
    funds: withLease(core, call, request.admission, openFunds(core, call, request.admission)),
  })
  const error = await relay.commit(patience)
  if (error !== null) return toRefused(core, error)
  call.firstByteAt = core.now()
  if (stream.progress.phase !== 'idle') noteFirstByte(core, call, request)
  Object.assign(call.headers, request.returned)
  reportWarnings(core, call, exchange.warnings)
  const { keepAliveMs: intervalMs } = core.settings
  const output = withKeepAlive(relay.output, { intervalMs, frame: keepAlive, now: core.now })
  return { ok: true, response: respondStream(call, output) }
}

/** The vendor's stream, or streams where it ends half-way and is asked for the rest. */
async function openAnswer(
  core: Core,
  call: Call,
  request: StreamRequest,
  { next }: AnswerStream,
): Promise<Opened> {
  const opened = await openSent(core, call, request, await request.sending)
  if (!opened.ok || next === undefined || !mayContinue(request)) return opened
  const ask = async (body: string): Promise<Opened> =>
    await openSent(core, call, request, await askForRest(core, call, request, body))
  return { ok: true, source: continueStream(opened.source, { next, ask }) }
}

async function openSent(
  core: Core,
  call: Call,
  { exchange, leg }: StreamRequest,
  sent: Sent,
): Promise<Opened> {
  if (!sent.ok) return { ok: false, error: sent.upstreamError }
  return openStream(sent.response, {
    maxBytes: MAX_ANSWER_BYTES,
    unfold: (text) => {
      const unfolded = unfoldWhole(text, {
        protocol: leg.protocol,
        target: leg.target,
        codec: core.codec,
        request: exchange.body,
        requestId: call.requestId,
      })
      if (!unfolded.ok) return unfolded.error
      call.warnings.push(...unfolded.warnings)
      return unfolded.events
    },
  })
}

/** A balance that does not pay for all that the model can say pays for no second helping. */
function mayContinue({ admission }: Prepared): boolean {
  return admission.maxOutputTokens === undefined
}

function askForRest(core: Core, call: Call, request: Prepared, body: string): Promise<Sent> {
  const { client, exchange, facts, leg } = request
  return sendForgiving(core, call, client.client, {
    leg,
    body,
    headers: exchange.headers,
    stream: facts.stream,
    clientHeaders: null,
    signal: call.signal,
    headTimeoutMs: core.settings.headTimeoutMs,
  })
}

async function readText(
  core: Core,
  response: UpstreamResponse,
): Promise<{ readonly ok: true; readonly text: string } | Refused> {
  try {
    return { ok: true, text: await response.text(MAX_ANSWER_BYTES) }
  } catch (fault) {
    return { ...toRefused(core, faultToUpstreamError(fault)), fault }
  }
}

function toRefused(core: Core, upstreamError: UpstreamError): Refused {
  return { ok: false, error: toGatewayError(upstreamError, core.redact), upstreamError }
}

async function endStream(
  core: Core,
  call: Call,
  { meter, leg }: StreamRequest,
  { end, stream }: { readonly end: RelayEnd; readonly stream: AnswerStream },
): Promise<void> {
  const { progress } = stream
  reportLateWarnings(core, call, stream.warnings)
  if (end === 'completed') {
    leg.health.succeed(core.now())
    return meter.complete(progress)
  }
  if (end === 'aborted') {
    leg.health.pass(core.now())
    return meter.abort(progress)
  }
  const cause: UpstreamError = progress.error ?? { kind: 'truncated', message: '' }
  blame(leg, cause, core.now())
  const error = toGatewayError(cause, core.redact)
  reportRefusal(core, call, { error, upstreamError: cause })
  return cause.kind === 'unfunded' ? meter.cutOff(error, progress) : meter.fail(error, progress)
}
