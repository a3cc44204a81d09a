import type { UpstreamError } from '../canonical/upstream-error.js'
import { withKeepAlive } from '../sse/keep-alive.js'
import type { AnswerStream } from './answer.js'
import type { Call } from './call.js'
import type { Core } from './core.js'
import type { GatewayResponse } from './http.js'
import type { Meter } from './meter.js'
import type { Prepared } from './pipeline.js'
import { createRelay, type RelayEnd } from './relay.js'
import { respondJson, respondStream } from './respond.js'
import { sniffStream } from './sniff-stream.js'
import type { UpstreamResponse } from './transport.js'
import { toGatewayError } from '../protocols/translate/error.js'
import { faultToUpstreamError } from './upstream-fault.js'
import { reportWarnings } from './warnings.js'

export interface ReplyRequest extends Prepared {
  readonly meter: Meter
  readonly response: UpstreamResponse
}

/** Largest answer that is held in memory: images come as base64. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024

/** The whole answer, settled before the client sees it, so that its next look at the balance is right. */
export async function replyWhole(core: Core, call: Call, request: ReplyRequest): Promise<GatewayResponse> {
  const { exchange, meter, response } = request
  const text = await response.text(MAX_ANSWER_BYTES).catch((fault: unknown) => {
    throw toGatewayError(faultToUpstreamError(fault), core.redact)
  })
  call.firstByteAt = core.now()
  const answer = exchange.readAnswer(text)
  if (answer.error !== null) throw toGatewayError(answer.error, core.redact)
  await meter.complete(answer)
  reportWarnings(core, call, [...exchange.warnings, ...answer.warnings])
  return respondJson(call, 200, answer.body)
}

/** A stream: its status is committed by the first real event, or by patience running out. */
export async function replyStream(core: Core, call: Call, request: ReplyRequest): Promise<GatewayResponse> {
  const { exchange, response, client } = request
  const { settings } = core
  const stream = exchange.createStream()
  const relay = createRelay({
    source: sniffStream(response, MAX_ANSWER_BYTES),
    stream,
    onEnd: (end) => endStream(core, call, request, { end, stream }),
    clientGone: () => call.signal.aborted && !call.timedOut(),
  })
  const error = await relay.commit(settings.commitMs)
  if (error !== null) throw toGatewayError(error, core.redact)
  call.firstByteAt = core.now()
  reportWarnings(core, call, exchange.warnings)
  const body = withKeepAlive(relay.output, {
    intervalMs: settings.keepAliveMs,
    frame: () => client.client.keepAlive(stream.progress.phase !== 'idle'),
    now: core.now,
  })
  return respondStream(call, body)
}

async function endStream(
  core: Core,
  call: Call,
  { meter }: ReplyRequest,
  { end, stream }: { readonly end: RelayEnd; readonly stream: AnswerStream },
): Promise<void> {
  const { progress } = stream
  if (end === 'completed') return meter.complete(progress)
  if (end === 'aborted') return meter.abort(progress)
  const cause: UpstreamError = progress.error ?? { kind: 'truncated', message: '' }
  const error = toGatewayError(cause, core.redact)
  core.hooks.error({ requestId: call.requestId, error })
  return meter.fail(error, progress)
}
