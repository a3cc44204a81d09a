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
import type { Sent } from '../send/send.js'
import { sendForgiving } from '../send/send-forgiving.js'
import { openStream } from './sniff-stream.js'
import { openFunds } from './stream-funds.js'
import type { UpstreamResponse } from '../send/transport.js'
import { unfoldWhole } from './unfold-whole.js'
import { faultToUpstreamError } from '../send/upstream-fault.js'
import { reportLateWarnings, reportWarnings } from '../warnings.js'

export interface WholeRequest extends Prepared {
  readonly meter: Meter
  readonly response: UpstreamResponse
}

export interface StreamRequest extends Prepared {
  readonly meter: Meter
  /** The vendor may still be without an answer: its refusal then comes inside the stream. */
  readonly sending: Promise<Sent>
  readonly patience: Patience
}

/** Largest answer that is held in memory: images come as base64. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024

/** The whole answer, settled before the client sees it, so that its next look at the balance is right. */
export async function replyWhole(core: Core, call: Call, request: WholeRequest): Promise<GatewayResponse> {
  const { exchange, meter, response } = request
  const first = await readText(core, response)
  call.firstByteAt = core.now()
  const texts = await continueWhole(first, mayContinue(request) ? exchange : {}, async (body) => {
    const sent = await askForRest(core, call, request, body)
    return sent.ok ? { ok: true, text: await readText(core, sent.response) } : sent
  })
  const answer = exchange.readAnswer(texts)
  if (answer.error !== null) throw toGatewayError(answer.error, core.redact)
  await meter.complete(answer)
  reportWarnings(core, call, [...exchange.warnings, ...answer.warnings])
  return respondJson(call, 200, answer.body)
}

/** A stream: its status is committed by the first real event, or by patience running out. */
export async function replyStream(core: Core, call: Call, request: StreamRequest): Promise<GatewayResponse> {
  const { exchange, client, patience } = request
  const stream = exchange.createStream()
  const keepAlive = (): string => client.client.keepAlive(stream.progress.phase !== 'idle')
  const relay = createRelay({
    open: () => openAnswer(core, call, request, stream),
    stream,
    onEnd: (end) => endStream(core, call, request, { end, stream }),
    clientGone: () => call.signal.aborted && !call.timedOut(),
    greeting: keepAlive,
    funds: openFunds(core, call, request.admission),
  })
  const error = await relay.commit(patience)
  if (error !== null) throw toGatewayError(error, core.redact)
  call.firstByteAt = core.now()
  reportWarnings(core, call, exchange.warnings)
  const { keepAliveMs: intervalMs } = core.settings
  return respondStream(call, withKeepAlive(relay.output, { intervalMs, frame: keepAlive, now: core.now }))
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
    unfold: (text) =>
      unfoldWhole(text, {
        protocol: leg.protocol,
        target: leg.target,
        codec: core.codec,
        request: exchange.body,
        requestId: call.requestId,
      }),
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
  })
}

function readText(core: Core, response: UpstreamResponse): Promise<string> {
  return response.text(MAX_ANSWER_BYTES).catch((fault: unknown) => {
    throw toGatewayError(faultToUpstreamError(fault), core.redact)
  })
}

async function endStream(
  core: Core,
  call: Call,
  { meter }: StreamRequest,
  { end, stream }: { readonly end: RelayEnd; readonly stream: AnswerStream },
): Promise<void> {
  const { progress } = stream
  reportLateWarnings(core, call, stream.warnings)
  if (end === 'completed') return meter.complete(progress)
  if (end === 'aborted') return meter.abort(progress)
  const cause: UpstreamError = progress.error ?? { kind: 'truncated', message: '' }
  const error = toGatewayError(cause, core.redact)
  core.hooks.error({ requestId: call.requestId, error })
  return cause.kind === 'unfunded' ? meter.cutOff(error, progress) : meter.fail(error, progress)
}
