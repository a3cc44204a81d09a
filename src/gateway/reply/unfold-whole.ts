import { parseJson } from '../../canonical/json.js'
import { asObject } from '../../canonical/narrow.js'
import type { Target } from '../../canonical/target.js'
import { unfoldResponse } from '../../canonical/unfold.js'
import type { UpstreamError } from '../../canonical/upstream-error.js'
import type { Warning } from '../../canonical/warning.js'
import type { CodecContext, Protocol } from '../../protocols/protocol.js'
import { GARBAGE, readWhole } from './whole-answer.js'

export interface UnfoldOptions {
  /** The vendor's protocol: the answer comes in it, and so do the events. */
  readonly protocol: Protocol
  readonly target: Target
  readonly codec: CodecContext
  /** Body of the request as the vendor got it. */
  readonly request: string
  readonly requestId: string
}

/** The events of an answer and what they do not say of it; or why there are none. */
export type Unfolded =
  | { readonly ok: true; readonly events: string; readonly warnings: readonly Warning[] }
  | { readonly ok: false; readonly error: UpstreamError }

/**
 * A vendor's whole answer as the stream that it was asked for, in its own protocol. Gives the error that the body is,
 * or `garbage` for a body that is no answer (an HTML page).
 */
export function unfoldWhole(text: string, options: UnfoldOptions): Unfolded {
  const { protocol, target, codec, requestId } = options
  const { json, progress } = readWhole(text, protocol.upstream)
  const body = asObject(parseJson(options.request))
  if (json === undefined || body === undefined || progress.error !== null)
    return { ok: false, error: progress.error ?? GARBAGE }
  const { value: response, warnings } = protocol.decodeResponse(json, { ...codec, target })
  const encoder = protocol.createStreamEncoder({
    ...codec,
    model: response.model,
    created: response.created ?? 0,
    requestId,
    request: protocol.decodeRequest(body, codec).value,
    body,
    estimatedInputTokens: 0,
  })
  const events = unfoldResponse(response)
    .map((part) => encoder.push(part))
    .join('')
  return { ok: true, events, warnings: [...warnings, ...encoder.warnings] }
}
