import type { Call } from '../call.js'
import type { ClientWire } from '../../protocols/protocol.js'
import type { Core } from '../core.js'
import { leaveOutRefused } from './refused-field.js'
import { reportAttemptFailure } from './report-attempt.js'
import { type SendRequest, type Sent, sendUpstream } from './send.js'

/**
 * Calls the vendor; where it refuses the request for a field that the answer can do without, calls it once more
 * without the field; where it has forgotten what the request refers to, with all of it; where it cannot compact, for a
 * summary. Nothing has gone to the client by then, and the call stays one: one hold, one record.
 */
export async function sendForgiving(
  core: Core,
  call: Call,
  client: ClientWire,
  request: SendRequest,
): Promise<Sent> {
  const sent = await sendUpstream(core, call, request)
  if (sent.ok || request.signal.aborted) return sent
  const restated = request.restate?.(sent.upstreamError) ?? null
  if (restated !== null) {
    reportAttemptFailure(core, call, { ...sent, leg: request.leg })
    return await sendUpstream(core, call, { ...request, ...restated })
  }
  const reduced = leaveOutRefused(sent.upstreamError, {
    body: request.body,
    translated: request.clientHeaders === null,
    names: client.fieldNames,
    policy: core.settings.policy,
  })
  if (reduced === null) return sent
  call.warnings.push(reduced.warning)
  reportAttemptFailure(core, call, { ...sent, leg: request.leg })
  return await sendUpstream(core, call, { ...request, body: reduced.body })
}
